"""Liaisons hear of what they may see, and of nothing that is wholly ours."""

from datetime import UTC, datetime
from uuid import uuid4

from uuid6 import uuid7

from services.referrals.liaison_feed import liaison_is_told

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def entry(**more):
    return {"event_id": str(uuid7()), "type": "claimed", "at": NOW, "sequence": 2, "office": "SAC-SAT", **more}


def test_an_entry_is_told_by_its_kind_and_id_alone():
    noted, referral_id = entry(inside={"claimed_by": "badge-7"}), str(uuid4())

    [told] = liaison_is_told(referral_id, "IT", noted)

    assert told.model_dump(mode="json", exclude={"type"}) == {
        "referral_id": referral_id,
        "requester_country": "IT",
        "entry_id": noted["event_id"],
        "noted": "claimed",
        "happened_at": "2026-11-24T12:00:00Z",
    }


def test_an_entry_that_is_wholly_ours_is_not_told():
    assert liaison_is_told(str(uuid4()), "IT", entry(hidden=True)) == ()
