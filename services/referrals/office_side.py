"""What offices say to a requester: deposited here, sealed and held back until their queue has taken the step."""

from dataclasses import dataclass
from datetime import datetime

from uuid6 import uuid7

from runtime.mongo import Document
from services.referrals.answers import faults_of_answer
from services.referrals.bodies import refused
from services.referrals.contents import Contents
from services.referrals.model.exchange import OfficeAnswer, Question
from services.referrals.parties import office_faults
from services.referrals.pieces import PieceKind, PieceStore, new_piece


@dataclass(frozen=True, slots=True)
class OfficeSide:
    """Takes questions and answers of offices into keeping."""

    contents: Contents
    pieces: PieceStore

    async def deposit_question(self, record: Document, question: Question, body: bytes, now: datetime) -> Document:
        """Hold a question until its office returns the item with it."""
        if faults := tuple(office_faults(question.office)):
            raise refused(faults)
        return await self._hold(record, PieceKind.QUESTION, body, now, office=question.office, staff=question.staff)

    async def deposit_answer(self, record: Document, answer: OfficeAnswer, body: bytes, now: datetime) -> Document:
        """Hold an answer until its office answers with it, unless its marks forbid that anybody ever gets it."""
        if faults := faults_of_answer(answer, record["summary"]["country"], now.date()):
            raise refused(faults)
        return await self._hold(
            record,
            PieceKind.ANSWER,
            body,
            now,
            office=answer.office,
            staff=answer.staff,
            answer_kind=answer.kind.value,
        )

    async def _hold(self, record: Document, kind: PieceKind, body: bytes, now: datetime, **open_facts: str) -> Document:
        key = await self.contents.key_of(record)
        piece = new_piece(key, record["_id"], str(uuid7()), kind, body, now, **open_facts)
        await self.pieces.hold(piece)
        return piece
