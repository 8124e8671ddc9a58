"""What the bureau and those who ask it are answered, as the interface describes it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from schemas.notices import Colour
from services.referrals.ncb.ledger import Effect


class LineFault(Shown):
    """One thing that is wrong with a message."""

    code: str
    pointer: str = Field(description="Where in the message: a JSON Pointer.")
    problem: str
    mend: str


class LineTaken(Shown):
    """What became of one message; its ids and effect are there when it was taken, its faults when it was not."""

    line: int = Field(description="Number of the line, from 1.")
    result: Literal["accepted", "already", "refused"]
    message_id: str | None = None
    notice_id: UUID | None = None
    effect: Effect | None = None
    faults: list[LineFault] | None = None


class LinesTaken(Shown):
    """What became of every message of a body, in its order."""

    lines: list[LineTaken]


class ValidityAsked(Shown):
    """An open question to the owner of a notice."""

    query_id: str = Field(description="A message with this id answers it.")
    asked_at: datetime
    office: str
    colour: Colour
    entity_id: str | None = Field(description="INTERPOL's number of the notice.")


class ValidityQuestions(Shown):
    """The open questions to owners of notices, oldest first."""

    questions: list[ValidityAsked]


class QuestionAsked(Shown):
    """That the owner of a notice is asked whether it is still in force."""

    query_id: str
    notice_id: UUID
    asked_at: datetime
