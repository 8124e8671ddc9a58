"""What becomes of a referral that its lead hands on or declines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from routing_cases import NOW

from schemas.events import Part
from schemas.marks import Marks
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.queues import RefusalGround, TransferGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain import Ruleset
from services.routing.domain.handovers import Decline, HandOn, decline, hand_on
from services.routing.domain.placements import Held, Seat, Standing, Waiting

OPEN = Marks.model_validate({"tlp": "GREEN", "handling": ["H0"]})
SEAT = Seat("EUR", Category.TOBACCO, Urgency.PRIORITY, OPEN, "SAC-BOS", ("SAC-NYC", "SAC-SAT"), ("TTU",), "SAC-BOS")
HELD = Held(Standing.PLACED, SEAT, frozenset(), Urgency.PRIORITY, 2, 2)


def to(office: str) -> HandOn:
    return HandOn("SAC-BOS", office, TransferGround.SUBJECT_MOVED, "B-7")


def test_the_other_office_leads_and_is_named_once(ruleset: Ruleset) -> None:
    step = hand_on(HELD, to("SAC-NYC"), ruleset, NOW)

    assert (step.after.seat.office, step.after.seat.supporting) == ("SAC-NYC", ("SAC-SAT",))
    assert step.placement is not None
    assert (step.placement.cause, step.placement.ground, step.placed_by) == ("transferred", "handed_on", "B-7")
    assert step.placement.because == (
        "SAC-NYC leads: handed on by SAC-BOS on the ground of subject moved; "
        f"rule R-OFFICE-HANDED-ON, ruleset {ruleset.version}"
    )


def test_the_part_of_an_office_goes_with_it(ruleset: Ruleset) -> None:
    parts = (Part(office="SAC-BOS", offence_numbers=(0,)), Part(office="SAC-NYC", offence_numbers=(1,)))
    split = replace(HELD, seat=replace(SEAT, parts=parts))

    one = hand_on(split, to("SAC-MIA"), ruleset, NOW).after.seat.parts
    both = hand_on(split, to("SAC-NYC"), ruleset, NOW).after.seat.parts

    assert [(part.office, part.offence_numbers) for part in one] == [("SAC-MIA", (0,)), ("SAC-NYC", (1,))]
    assert [(part.office, part.offence_numbers) for part in both] == [("SAC-NYC", (0, 1))]


@pytest.mark.parametrize(
    ("marks", "flags", "office"),
    [
        (OPEN, (), "SAC-XXX"),
        (OPEN, (), "SAC-BOS"),
        (OPEN, (Flag.ARTICLE_3,), "SAC-NYC"),
        (Marks.model_validate({"tlp": "GREEN", "handling": ["H2"]}), (), "SAC-NYC"),
        (Marks.model_validate({"tlp": "GREEN", "handling": ["H0"], "release_to": ["SAC-BOS"]}), (), "SAC-NYC"),
    ],
)
def test_where_it_may_not_go_it_stays_as_it_is(
    ruleset: Ruleset, marks: Marks, flags: tuple[Flag, ...], office: str
) -> None:
    held = replace(HELD, seat=replace(SEAT, marks=marks), flags=frozenset(flags))

    step = hand_on(held, to(office), ruleset, NOW)

    assert step.after == held
    assert step.placement is not None
    assert (step.placement.seat, step.placement.ground) == (held.seat, "release_refused")
    assert "SAC-XXX" not in step.placement.because


@pytest.mark.parametrize(
    ("ground", "told"),
    [(RefusalGround.WRONG_OFFICE, "wrong_office"), (RefusalGround.DISPROPORTIONATE, "declined")],
)
def test_what_its_lead_declines_comes_to_the_desk_with_the_ground(
    ruleset: Ruleset, ground: RefusalGround, told: str
) -> None:
    step = decline(HELD, Decline("SAC-BOS", ground), ruleset)

    assert (step.after.standing, step.after.holder) == (Standing.TRIAGE, "EUR")
    assert (step.after.seat.proposed, step.after.seat.grounds) == (None, (ground.value,))
    assert step.placement is not None
    assert (step.placement.cause, step.placement.ground) == ("declined", told)


def test_a_recalled_referral_is_held_by_nobody() -> None:
    recalled = replace(HELD, standing=Standing.RECALLED)

    assert (recalled.holder, recalled.queues) == (None, ())


def test_a_release_for_life_that_its_office_declines_waits_for_nobody_any_more(ruleset: Ruleset) -> None:
    placement = hand_on(HELD, to("SAC-NYC"), ruleset, NOW).placement
    assert placement is not None
    released = replace(HELD, waiting=Waiting(placement, "ana-1", NOW, confirm_by=NOW + timedelta(hours=24)))

    after = decline(released, Decline("SAC-BOS", RefusalGround.WRONG_OFFICE), ruleset).after

    assert (after.waiting, after.life_used) == (None, True)
