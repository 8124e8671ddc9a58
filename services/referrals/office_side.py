"""What offices say to a requester: deposited here, sealed and held back until their queue has taken the step."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid6 import uuid7

from runtime.mongo import Document
from schemas.events import ContentDeposited
from schemas.vocabulary.queues import AnswerKind, DepositKind
from services.referrals.answers import faults_of_answer
from services.referrals.bodies import refused
from services.referrals.contents import Contents
from services.referrals.model.exchange import OfficeAnswer, Question
from services.referrals.overtaken import until_not_overtaken
from services.referrals.parties import office_faults
from services.referrals.pieces import PieceKind, new_piece
from services.referrals.store import ReferralStore


@dataclass(frozen=True, slots=True)
class OfficeSide:
    """Takes questions and answers of offices into keeping, and tells the queues that they are there."""

    records: ReferralStore
    contents: Contents

    async def deposit_question(self, record: Document, question: Question, body: bytes, now: datetime) -> Document:
        """Hold a question until its office returns the item with it."""
        if faults := tuple(office_faults(question.office)):
            raise refused(faults)
        return await self._hold(record["_id"], question, body, now)

    async def deposit_answer(self, record: Document, answer: OfficeAnswer, body: bytes, now: datetime) -> Document:
        """Hold an answer until its office answers with it, unless its marks forbid that anybody ever gets it."""
        if faults := faults_of_answer(answer, record["summary"]["country"], now.date()):
            raise refused(faults)
        return await self._hold(record["_id"], answer, body, now, answer.kind)

    async def _hold(
        self,
        referral_id: str,
        said: Question | OfficeAnswer,
        body: bytes,
        now: datetime,
        answer_kind: AnswerKind | None = None,
    ) -> Document:
        kind = DepositKind.QUESTION if answer_kind is None else DepositKind.ANSWER
        tells = ContentDeposited(
            referral_id=UUID(referral_id),
            piece_id=UUID(str(uuid7())),
            kind=kind,
            office=said.office,
            answer_kind=answer_kind,
            deposited_at=now,
        )
        open_facts = {"office": said.office, "staff": said.staff}
        if answer_kind is not None:
            open_facts["answer_kind"] = answer_kind.value

        async def once(record: Document) -> Document:
            key = await self.contents.key_of(record)
            piece = new_piece(key, referral_id, str(tells.piece_id), PieceKind(kind.value), body, now, **open_facts)
            await self.records.deposit(record, piece, tells)
            return piece

        return await until_not_overtaken(self.records, referral_id, once)
