"""What each act at a gate is made of: the entry, which is wholly ours, the event, and the gates as they are then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from schemas.events import NoticeGatesChanged
from schemas.vocabulary.facts import Flag
from services.referrals.gates.gates import FLAG_OF, Gates
from services.referrals.gates.kept import GATES, LAPSE_AT, kept
from services.referrals.store import Act


def passing(
    record: Document,
    gates: Gates,
    entry: Mapping[str, Any],
    now: datetime,
    *,
    changes: Mapping[str, Any] | None = None,
    pieces: Sequence[Document] = (),
) -> Act:
    """Make the act by which the gates of a referral become others."""
    validity = gates.validity
    lapses: dict[str, Any] = {} if validity is None else {LAPSE_AT: validity.valid_until}
    return Act(
        entry={"at": now, "hidden": True, **entry},
        tells=NoticeGatesChanged(
            referral_id=UUID(record["_id"]),
            notice_id=UUID(record["notice"]["notice_id"]),
            open=gates.open_at(now),
            valid_until=validity.valid_until if validity is not None else None,
            action=gates.action,
            changed_at=now,
        ),
        changes={GATES: kept(gates), "flags": _flags(record, gates), **lapses, **(changes or {})},
        removes=() if lapses else (LAPSE_AT,),
        pieces=pieces,
    )


def _flags(record: Document, gates: Gates) -> list[str]:
    """Give the flags with that of a concern; what was seen once stays, for a person to decide on."""
    concern = gates.review.concern if gates.review is not None else None
    seen = {*record["flags"], *([FLAG_OF[concern].value] if concern in FLAG_OF else [])}
    return [flag.value for flag in Flag if flag.value in seen]
