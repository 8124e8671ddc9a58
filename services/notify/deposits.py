"""What offices have deposited for requesters: a step that lets a question or an answer out counts only with it.

The text itself stays with the referral. Here is known by whom, on what and as what each piece was deposited.
"""

import asyncio
import time

from runtime.mongo import Database, Document, store_errors
from runtime.store import Work
from schemas.events import ContentDeposited
from schemas.vocabulary.queues import AnswerKind, DepositKind
from services.notify.refusals import Refusal, RefusalCode, refuse
from services.notify.states import Verb
from services.notify.steps import Held, Step

DEPOSITS = "deposits"

PATIENCE_SECONDS = 5.0
"""How long a step waits for word of what was deposited a moment ago; usually it is there well within a second."""

LOOK_EVERY_SECONDS = 0.05


def note_deposit(event: ContentDeposited, work: Work) -> None:
    """Note that an office has deposited what it may now let out."""
    work.create(
        DEPOSITS, _deposit(str(event.piece_id), str(event.referral_id), event.office, event.kind, event.answer_kind)
    )


def relied_on(step: Step, item: Held) -> Document | None:
    """Say what must have been deposited for a step; for most steps nothing."""
    referral_id = str(item.referral_id)
    if step.verb is Verb.RETURN:
        return _deposit(str(step.tells["question_id"]), referral_id, item.office, DepositKind.QUESTION, None)
    if step.verb in (Verb.ANSWER, Verb.ANSWER_PART):
        answer_id, kind = str(step.tells["answer_id"]), step.tells["kind"]
        return _deposit(answer_id, referral_id, item.office, DepositKind.ANSWER, kind)
    return None


class Deposits:
    """Finds what was deposited."""

    def __init__(self, database: Database) -> None:
        self._deposits = database[DEPOSITS]

    async def refusal(self, step: Step, item: Held) -> Refusal | None:
        """Refuse a step that lets something out which its office has not deposited, on this referral and as this."""
        wanted = relied_on(step, item)
        if wanted is None or await self._awaited(wanted["_id"]) == wanted:
            return None
        return refuse(RefusalCode.NOT_DEPOSITED)

    async def _awaited(self, piece_id: str) -> Document | None:
        """Find a deposit; word of one that was just made may still be on its way."""
        patient_until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with store_errors():
                found = await self._deposits.find_one({"_id": piece_id})
            if found is not None or time.monotonic() > patient_until:
                return found
            await asyncio.sleep(LOOK_EVERY_SECONDS)


def _deposit(
    piece_id: str, referral_id: str, office: str, kind: DepositKind, answer_kind: AnswerKind | None
) -> Document:
    return {
        "_id": piece_id,
        "referral_id": referral_id,
        "office": office,
        "kind": kind.value,
        "answer_kind": answer_kind and answer_kind.value,
    }
