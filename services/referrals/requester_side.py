"""What a requester does with a referral that stands already: answers a question, adds, corrects, recalls."""

import json
from dataclasses import dataclass
from datetime import datetime

from runtime.errors import AlreadyThere, Overtaken
from runtime.http import Problem
from runtime.mongo import Document
from services.referrals.acts import Said, recalling, reply_to, replying, supplementing
from services.referrals.bodies import refused
from services.referrals.contents import ERASED, Contents, changes_in
from services.referrals.model.exchange import Recall, Reply, Supplement
from services.referrals.overtaken import read_record, until_not_overtaken
from services.referrals.parties import only_its_requester
from services.referrals.pieces import PieceKind, PieceStore
from services.referrals.store import ReferralStore
from services.referrals.supplements import NextVersion, next_version
from services.referrals.timeline import QuestionState, questions_in
from services.referrals.vault import Erased, Frozen, Key


@dataclass(frozen=True, slots=True)
class RequesterSide:
    """Does what a requester asks, each at one moment with its entry in the timeline and its event."""

    records: ReferralStore
    contents: Contents
    pieces: PieceStore

    async def reply(self, referral_id: str, question_id: str, reply: Reply, word: Said, now: datetime) -> Document:
        """Answer a question back, once; the same answer sent again gives the same piece."""

        async def once(record: Document) -> Document:
            only_its_requester(record, reply.country)
            key = await self.contents.key_of(record)
            state = _open_question(record, question_id)
            if state is QuestionState.ANSWERED:
                return await self._answered_already(referral_id, question_id, word)
            if state is QuestionState.WITHDRAWN:
                raise Problem(409, "question_withdrawn", "The office goes on without an answer to this question")
            act, piece = replying(record, key, question_id, reply, word, now)
            await self.records.act(record, act)
            return piece

        return await until_not_overtaken(self.records, referral_id, once)

    async def supplement(self, referral_id: str, supplement: Supplement, word: Said, now: datetime) -> Document:
        """Make the next version of a referral; the same body under the same key gives the same version."""

        async def once(record: Document) -> Document:
            only_its_requester(record, supplement.country)
            if known := await self.pieces.by_key(referral_id, word.idempotency_key):
                return _same_again(known, word)
            key = await self.contents.key_of(record)
            after = await self._next_version(record, key, supplement, word, now)
            act, piece = supplementing(record, key, supplement, after, word, now)
            try:
                await self.records.act(record, act)
            except AlreadyThere:  # the same key, at the same moment
                raise Overtaken("this key was used a moment ago") from None
            return piece

        return await until_not_overtaken(self.records, referral_id, once)

    async def recall(self, referral_id: str, recall: Recall, word: Said, now: datetime) -> Document:
        """Withdraw a referral: from this moment nobody reads its content. Asked again it stays as it is."""

        async def once(record: Document) -> Document:
            only_its_requester(record, recall.country)
            if "recall" in record:
                return record
            try:
                key = await self.records.key_of(record)
            except Frozen:
                raise Overtaken("it was recalled a moment ago") from None
            except Erased:
                raise ERASED from None
            await self.records.act(record, recalling(record, key, recall, word, now))
            return await read_record(self.records, referral_id)

        return await until_not_overtaken(self.records, referral_id, once)

    async def _next_version(
        self, record: Document, key: Key, supplement: Supplement, word: Said, now: datetime
    ) -> NextVersion:
        current = await self.contents.current(record, key)
        after = next_version(current.whole, supplement.kind, changes_in(json.loads(word.body)), now.date())
        if not isinstance(after, NextVersion):
            raise refused(after)
        return after

    async def _answered_already(self, referral_id: str, question_id: str, word: Said) -> Document:
        piece = await self.pieces.find(referral_id, reply_to(question_id), PieceKind.REPLY)
        if piece is None or piece["digest"] != word.digest:
            raise Problem(409, "question_answered", "This question has been answered already, in other words")
        return piece


def _open_question(record: Document, question_id: str) -> QuestionState:
    asked = questions_in(record["timeline"]).get(question_id)
    if asked is None:
        raise Problem(404, "question_unknown", "No office has asked this question")
    return asked[0]


def _same_again(known: Document, word: Said) -> Document:
    if known["digest"] != word.digest:
        raise Problem(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request",
            detail="Nothing was stored. Send a new request under a new key, or the old one unchanged.",
        )
    return known
