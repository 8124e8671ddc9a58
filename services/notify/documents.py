"""How items are written down in the database, and read again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from schemas.events import Part
from schemas.marks import Marks
from schemas.vocabulary.facts import Category
from schemas.vocabulary.queues import ClosedBecause, ItemState, QueueRole
from schemas.vocabulary.recalls import RecallGround
from schemas.vocabulary.requests import Urgency
from services.notify.domain import Item, item_id
from services.notify.moves import Move, Stored
from services.notify.notices import read_notice, written_notice
from services.notify.steps import Held

OF_ITS_HOLDER = ("lease", "token", "before", "moving_to", "question_id", "paused", "snoozed_until", "done", "made")
"""Fields that give an officer the right to act on an item, and where he stands with it; others end all of them."""


def item_document(item: Item) -> Document:
    """Make the document of a new item."""
    return {
        "_id": item.id,
        "version": 1,
        "referral_id": str(item.referral_id),
        "office": item.office,
        "role": item.role.value,
        "state": ItemState.READY.value,
        "requester_country": item.requester_country,
        "queued_at": item.queued_at,
        "stay": item.stay,
        "referral_version": item.referral_version,
        **what_is_asked(item),
    }


def what_is_asked(item: Item) -> Document:
    """Write down what a decision asks of an office; a later one may ask something else with the same item."""
    part = item.part
    return {
        "decision": item.decision,
        "category": item.category.value,
        "urgency": item.urgency.value,
        "marks": item.marks.model_dump(mode="json", exclude_none=True),
        "desk": item.desk,
        "because": item.because,
        "part": part.model_dump(mode="json", exclude={"office"}) if part is not None else None,
        "joins": [str(referral_id) for referral_id in item.joins],
        **({"notice": written_notice(item.notice)} if item.notice is not None else {}),
    }


def closing(moving: Move, decision: int, now: datetime) -> Document:
    """Write down that an item has left its queue, why, and where the referral is now."""
    return {
        "state": ItemState.CLOSED.value,
        "decision": decision,
        "closed_because": moving.because.value,
        "moved_to": moving.holder,
        "closed_at": now,
    }


def recalling(ground: RecallGround, recalled_at: datetime) -> Document:
    """Write down that the referral was withdrawn, and that the office owes word of what became of its copy."""
    return {
        "state": ItemState.RECALLED.value,
        "recall_ground": ground.value,
        "recalled_at": recalled_at,
        "acknowledged": None,
    }


def never_opened_document(referral_id: UUID, office: str, moving: Move, decision: int, now: datetime) -> Document:
    """Make the document of an item that was never open: it takes the place of one whose decision comes too late."""
    return {
        "_id": item_id(referral_id, office),
        "version": 0,
        "referral_id": str(referral_id),
        "office": office,
        "role": QueueRole.COPY.value,
        "stay": 1,
        **closing(moving, decision, now),
    }


def stored_item(document: Document) -> Stored:
    """Read an item; one from before decisions had numbers belongs to the first."""
    part, category, urgency, marks = (document.get(name) for name in ("part", "category", "urgency", "marks"))
    return Stored(
        id=document["_id"],
        version=document["version"],
        office=document["office"],
        role=QueueRole(document["role"]),
        state=ItemState(document["state"]),
        decision=document.get("decision", 1),
        stay=document.get("stay", 1),
        category=Category(category) if category else None,
        urgency=Urgency(urgency) if urgency else None,
        marks=Marks.model_validate(marks) if marks else None,
        part=Part(office=document["office"], **part) if part else None,
        joins=tuple(UUID(referral_id) for referral_id in document.get("joins", ())),
        before=_maybe(ItemState, document.get("before")),
        question_id=_maybe(UUID, document.get("question_id")),
        referral_version=document.get("referral_version", 1),
        was_recalled="recalled_at" in document,
        notice=read_notice(document.get("notice")),
    )


def held_item(document: Document) -> Held:
    """Read an item as a step finds it."""
    lease = document.get("lease", {})
    part = document.get("part") or {}
    return Held(
        id=document["_id"],
        referral_id=UUID(document["referral_id"]),
        office=document["office"],
        role=QueueRole(document["role"]),
        decision=document.get("decision", 1),
        urgency=Urgency(document.get("urgency", Urgency.ROUTINE)),  # an item that was never open has none
        state=ItemState(document["state"]),
        before=_maybe(ItemState, document.get("before")),
        token=document.get("token"),
        officer=document.get("claimed_by"),
        lease_token=lease.get("token"),
        lease_officer=lease.get("officer"),
        is_paused="paused" in document,
        question_id=_maybe(UUID, document.get("question_id")),
        offence_numbers=tuple(part.get("offence_numbers", ())),
        desk=document.get("desk"),
        done=tuple(document.get("done", ())),
        made=_maybe(ItemState, document.get("made")),
        closed_because=_maybe(ClosedBecause, document.get("closed_because")),
        moved_to=document.get("moved_to"),
        notice=read_notice(document.get("notice")),
    )


def _maybe(kind: Callable[[str], Any], value: str | None) -> Any:
    return None if value is None else kind(value)


def as_it_was(item: Stored) -> dict[str, Any]:
    """Choose an item, if no step was taken with it since it was read."""
    decision: Any = item.decision if item.decision > 1 else {"$in": [1, None]}
    return {"_id": item.id, "version": item.version, "decision": decision}
