"""An event of the tests' own, and how it looks in a topic."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel

from runtime.events import Destination, Publisher, headers_of

NOTES = "notes"
COPIES = "copies"


class Noted(BaseModel):
    """Somebody wrote something down."""

    type: Literal["test.noted.v1"] = "test.noted.v1"
    note_id: UUID
    desk: str = "front"
    number: int = 0
    text: str = ""


class Copied(BaseModel):
    """A note was copied; it goes to two topics with two keys."""

    type: Literal["test.copied.v1"] = "test.copied.v1"
    note_id: UUID
    desk: str = "front"


class Unheard(BaseModel):
    """A note that nobody here has a handler for."""

    type: Literal["test.unheard.v1"] = "test.unheard.v1"
    note_id: UUID


PUBLISHER = Publisher(
    "/tests",
    {
        Noted: [Destination(NOTES, "note_id")],
        Copied: [Destination(NOTES, "note_id"), Destination(COPIES, "desk")],
        Unheard: [Destination(NOTES, "note_id")],
    },
)


def noted(number: int = 0, note_id: UUID | None = None, text: str = "") -> Noted:
    """Make a note."""
    return Noted(note_id=note_id or uuid4(), number=number, text=text)


def note_document(event: Noted, *, version: int = 1, **more: Any) -> dict[str, Any]:
    """Make the document of a note."""
    return {"_id": str(event.note_id), "version": version, "number": event.number, **more}


def entry_of(event: BaseModel, sequence: int = 1) -> dict[str, Any]:
    """Write an event down as it waits in an outbox."""
    [entry] = PUBLISHER.entries([event], sequence, datetime.now(UTC))
    return entry


def as_sent(event: BaseModel, sequence: int = 1) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Give the key, value and headers with which an event goes to a topic."""
    entry = entry_of(event, sequence)
    key: str = entry["to"][0][1]
    return key.encode(), entry["body"], headers_of(entry, key)
