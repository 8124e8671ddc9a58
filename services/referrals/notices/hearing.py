"""What a referral hears of its notice: each thing that happened there becomes one entry here, once and in its order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runtime.mongo import Document
from schemas.notices import NoticeSource
from services.referrals.gates.acts import passing
from services.referrals.gates.gates import Gates, denied, reopened
from services.referrals.gates.kept import read_gates
from services.referrals.notices.life import DENIED_AT, NCB, way
from services.referrals.store import Act

CHANGED = frozenset({"observed", "changed"})
"""What makes a notice say something else: also that it is known by another way."""

SHUTS_VALIDITY = {
    "not_listed": "notice-not-listed",
    "locked": "notice-review-due",
    "suspended": "notice-suspended",
    "reinstated": "notice-reinstated",
}
"""After which nobody may rely on an earlier word that the notice is in force, and what the entry is called."""

ONLY_NOTED = {"relisted": "notice-relisted"}
HEARD = CHANGED | SHUTS_VALIDITY.keys() | ONLY_NOTED.keys()


def last_shaken(record: Mapping[str, Any], now: datetime) -> datetime | None:
    """Say until when a notice last was not as it is now, or not in force: what was said of it before counts no more."""
    shaken = [
        entry["at"] for entry in record["history"] if entry["what"] == "changed" or entry["what"] in SHUTS_VALIDITY
    ]
    denied_at = record.get(DENIED_AT)
    return min(max([*shaken, *([denied_at] if denied_at is not None else [])]), now) if shaken or denied_at else None


def next_word(referral: Document, record: Document, now: datetime) -> Act | None:
    """Give the act by which a referral hears the next thing that happened to its notice; None if it has heard all."""
    heard = referral["notice"]["heard"]
    if heard < record["history_dropped"]:  # so much has happened that not all of it is kept any more
        return _hears(referral, record, {"number": record["history_dropped"], "what": "changed", "fields": []}, now)
    for entry in record["history"]:
        if entry["number"] > heard and entry["what"] in HEARD:
            return _hears(referral, record, entry, now)
    return None


def _hears(referral: Document, record: Document, entry: Mapping[str, Any], now: datetime) -> Act:
    gates, what, notice = read_gates(referral), entry["what"], {**referral["notice"], "heard": entry["number"]}
    noted: dict[str, Any] = {"type": SHUTS_VALIDITY.get(what) or ONLY_NOTED.get(what)}
    if what in CHANGED:
        after: Gates = reopened(gates, now)
        known = way(record, NCB)
        source = NoticeSource.NCB if known is not None and "content" in known else NoticeSource.PUBLIC
        notice |= {
            "changes": notice["changes"] + 1,
            "source": source.value,
            "child": notice["child"] or record["minor"],
        }
        noted = {"type": "notice-changed", "fields": list(entry["fields"])}
    elif what in SHUTS_VALIDITY:
        after = denied(gates, now)
    else:
        after = gates
    return passing(referral, after, noted, now, changes={"notice": notice})
