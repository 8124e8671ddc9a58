"""How queues and items are named and shown over HTTP."""

from typing import Annotated, Any

from fastapi import Path

from runtime.http import Problem, shown
from runtime.mongo import Document
from schemas.vocabulary.offices import QUEUES
from services.notify.notices import notice_shown
from services.notify.store import HIDDEN

OfficeCode = Annotated[str, Path(max_length=20)]


def as_read(item: Document) -> dict[str, Any]:
    """Give an item as its readers see it."""
    visible = {name: value for name, value in item.items() if name not in ("_id", "stay", "desk", *HIDDEN)}
    if (notice := item.get("notice")) is not None:
        visible["notice"] = notice_shown(notice, item["referral_id"])
    return {"item_id": item["_id"], **{name: _shown(value) for name, value in visible.items()}}


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shown(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shown(part) for part in value]
    return shown(value)


def known(office: str) -> str:
    """Let a code pass that somebody's queue has."""
    if office not in QUEUES:
        raise Problem(404, "office_unknown", "There is no office, desk or programme with this code")
    return office
