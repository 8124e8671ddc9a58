"""What a requester does with a referral that stands already: answers a question, adds, corrects, recalls."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from runtime.errors import AlreadyThere, Overtaken, StoreAway
from runtime.http import Problem
from runtime.mongo import Document
from schemas.events import QuestionAnswered, ReferralRecalled, ReferralSupplemented
from schemas.vocabulary import Flag, State
from services.referrals.bodies import refused
from services.referrals.contents import Contents, changes_in
from services.referrals.facts import summary_of
from services.referrals.model.exchange import Recall, Reply, Supplement
from services.referrals.parties import only_its_requester
from services.referrals.pieces import PieceKind, PieceStore, new_piece
from services.referrals.store import ERASURE_DUE, FOR_GOOD, Act, ReferralStore
from services.referrals.supplements import NextVersion, next_version
from services.referrals.timeline import QuestionState, questions_in
from services.referrals.vault import Key, freezing

TRIES = 10
"""A referral on which others act at the same moment is read again this often."""


@dataclass(frozen=True, slots=True)
class Said:
    """The body of a request, as it was sent, and under which key if that is asked for."""

    body: bytes
    digest: str
    idempotency_key: str = ""


def said(body: bytes, idempotency_key: str = "") -> Said:
    """Keep a body as it was sent."""
    return Said(body, hashlib.sha256(body).hexdigest(), idempotency_key)


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
            piece = new_piece(key, referral_id, _reply_to(question_id), PieceKind.REPLY, word.body, now)
            await self.records.act(record, _replying(piece, question_id, now))
            return piece

        return await self._until_not_overtaken(referral_id, once)

    async def supplement(self, referral_id: str, supplement: Supplement, word: Said, now: datetime) -> Document:
        """Make the next version of a referral; the same body under the same key gives the same version."""

        async def once(record: Document) -> Document:
            only_its_requester(record, supplement.country)
            if known := await self.pieces.by_key(referral_id, word.idempotency_key):
                return _same_again(known, word)
            key = await self.contents.key_of(record)
            after = await self._next_version(record, key, supplement, word, now)
            act, piece = _supplementing(record, key, supplement, after, word, now)
            try:
                await self.records.act(record, act)
            except AlreadyThere:  # the same key, at the same moment
                raise Overtaken("this key was used a moment ago") from None
            return piece

        return await self._until_not_overtaken(referral_id, once)

    async def recall(self, referral_id: str, recall: Recall, word: Said, now: datetime) -> Document:
        """Withdraw a referral: from this moment nobody reads its content. Asked again it stays as it is."""

        async def once(record: Document) -> Document:
            only_its_requester(record, recall.country)
            if "recall" in record:
                return record
            key = await self.contents.key_of(record)
            piece = new_piece(key, referral_id, f"{referral_id}.recall", PieceKind.RECALL, word.body, now)
            await self.records.act(record, _recalling(record, recall, piece, now))
            return await self._record(referral_id)

        return await self._until_not_overtaken(referral_id, once)

    async def _next_version(
        self, record: Document, key: Key, supplement: Supplement, word: Said, now: datetime
    ) -> NextVersion:
        current = await self.contents.current(record, key)
        after = next_version(current.whole, supplement.kind, changes_in(json.loads(word.body)), now.date())
        if not isinstance(after, NextVersion):
            raise refused(after)
        return after

    async def _answered_already(self, referral_id: str, question_id: str, word: Said) -> Document:
        piece = await self.pieces.find(referral_id, _reply_to(question_id), PieceKind.REPLY)
        if piece is None or piece["digest"] != word.digest:
            raise Problem(409, "question_answered", "This question has been answered already, in other words")
        return piece

    async def _record(self, referral_id: str) -> Document:
        record = await self.records.by_id(referral_id)
        if record is None:
            raise Problem(404, "referral_unknown", "There is no referral with this id")
        return record

    async def _until_not_overtaken(self, referral_id: str, once: Callable[[Document], Awaitable[Document]]) -> Document:
        for _ in range(TRIES):
            try:
                return await once(await self._record(referral_id))
            except Overtaken:
                continue
        raise StoreAway("others act on this referral all the time")


def _reply_to(question_id: str) -> str:
    return f"{question_id}.reply"


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


def _replying(piece: Document, question_id: str, now: datetime) -> Act:
    return Act(
        entry={"type": "question-answered", "at": now, "question_id": question_id},
        tells=QuestionAnswered(referral_id=UUID(piece["referral_id"]), question_id=UUID(question_id), answered_at=now),
        pieces=[piece],
    )


def _supplementing(
    record: Document, key: Key, supplement: Supplement, after: NextVersion, word: Said, now: datetime
) -> tuple[Act, Document]:
    flags = [flag for flag in Flag if flag in {*record["flags"], *after.flags}]  # what was seen once stays
    number = record.get("content_version", 1) + 1
    piece = new_piece(
        key,
        record["_id"],
        f"{record['_id']}.v{number}",
        PieceKind.SUPPLEMENT,
        word.body,
        now,
        number=number,
        supplement_kind=supplement.kind.value,
        idempotency_key=word.idempotency_key,
    )
    kind = supplement.kind
    tells = ReferralSupplemented(
        referral_id=UUID(record["_id"]),
        number=number,
        kind=kind,
        supplemented_at=now,
        urgency=after.referral.urgency.level,
        marks=after.marks,
        flags=tuple(flags),
    )
    entry = {"type": "supplemented", "at": now, "number": number, "kind": kind.value, "urgency": tells.urgency.value}
    changes = {
        "content_version": number,
        "summary": summary_of(after.referral),
        "flags": [flag.value for flag in flags],
    }
    return Act(entry, tells, changes, pieces=[piece]), piece


def _recalling(record: Document, recall: Recall, piece: Document, now: datetime) -> Act:
    return Act(
        entry={"type": "recalled", "at": now, "ground": recall.ground.value},
        tells=ReferralRecalled(referral_id=UUID(record["_id"]), ground=recall.ground, recalled_at=now),
        changes={
            "recall": {"ground": recall.ground.value, "recalled_at": now},
            "state": State.WITHDRAWN.value,
            "reached": FOR_GOOD,  # nothing that is told later brings it back to life
            ERASURE_DUE: now,
        },
        pieces=[piece],
        keys=[freezing(record["key_id"], now)],
    )
