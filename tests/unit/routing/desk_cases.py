"""Invented referrals at a desk, for the tests of its acts."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from schemas.marks import Marks
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.placements import PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.acts import Assign
from services.routing.domain.placements import Held, Seat, Standing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OPEN = {"tlp": "GREEN", "handling": ["H0"]}
CLOSED = {"tlp": "AMBER", "handling": ["H2"]}
OTHER = UUID("01934a2e-0000-7000-8000-0000000000ff")


def held(
    *,
    marks: dict[str, Any] | None = None,
    flags: tuple[str, ...] = (),
    urgency: str = "U2",
    office: str | None = None,
    standing: str | None = None,
    category: str = "money-laundering",
    proposed: str | None = "SAC-SAT",
    **more: Any,
) -> Held:
    seat = Seat(
        "EUR",
        Category(category),
        Urgency(urgency),
        Marks.model_validate(marks or OPEN),
        office,
        proposed=None if office else proposed,
        grounds=("below_floor",),
    )
    standing = standing or ("placed" if office else "triage")
    given = {"offences": 2, "nexus": 2, "stated_urgency": Urgency(urgency), **more}
    return Held(Standing(standing), seat, frozenset(Flag(flag) for flag in flags), **given)


def assign(office: str = "SAC-SAT", ground: str = "nexus_confirmed", **more: Any) -> Assign:
    return Assign(office, PlacementGround(ground), **more)
