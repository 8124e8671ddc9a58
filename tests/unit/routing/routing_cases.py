"""Invented referrals for the tests of routing: a plain one, and whatever a test changes in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.events import ReferralReceived
from services.routing.domain import Decision, Facts, Ruleset, decide
from services.routing.facts import facts_of

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OPEN_MARKS = {"tlp": "GREEN", "handling": ["H0"]}
LAREDO = {"kind": "destination_address", "place": {"zip": "78040"}}
EARLIER = UUID("01934a2e-0000-7000-8000-000000000001")


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def nexus(kind: str, *, evidence: tuple[str, ...] = (), age: int | None = None, **place: str) -> dict[str, Any]:
    as_of = None if age is None else days_ago(age)
    return {"kind": kind, "place": place, "evidence": evidence, "as_of": as_of}


def case(owner: str | None, *, deconflicted: bool) -> dict[str, Any]:
    return {"kind": "existing_us_case", "owner_office": owner, "deconflicted": deconflicted}


def received(**changes: Any) -> ReferralReceived:
    plain: dict[str, Any] = {
        "referral_id": UUID("01934a2e-0000-7000-8000-000000000000"),
        "received_at": NOW,
        "requester_country": "IT",
        "channel": "attache",
        "request_type": "investigative_assistance",
        "urgency": "U2",
        "offences": [{"category": "money-laundering"}],
        "nexus": [LAREDO],
        "marks": OPEN_MARKS,
    }
    return ReferralReceived.model_validate(plain | changes)


def facts(**changes: Any) -> Facts:
    owners = changes.pop("owners", ())
    return facts_of(received(**changes), owners)


def decided(ruleset: Ruleset, **changes: Any) -> Decision:
    return decide(facts(**changes), ruleset, TODAY, NOW)
