from datetime import date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from routing_cases import NOW, TODAY, received

from schemas.events import ReferralReceived
from schemas.marks import Condition, HandlingCode, Marks
from schemas.vocabulary import (
    OFFICES,
    QUEUES,
    Category,
    Channel,
    Evidence,
    Flag,
    NexusKind,
    RequestType,
    Urgency,
)
from services.routing.domain import Decision, Facts, decide
from services.routing.facts import facts_of
from services.routing.tables import load_ruleset

RULESET = load_ruleset(TODAY)
DAYS = st.dates(date(2018, 1, 1), date(2030, 1, 1))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))
RECIPIENTS = st.lists(st.sampled_from(sorted(QUEUES)), min_size=1, max_size=12)
WORDS = st.none() | st.text(max_size=6)
COUNTIES = st.sampled_from(["Kings", "Imperial", "Terrell", "Orange", "Nowhere"])
PLACES = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["US", "PR", "UM", "GB", "YU", "AQ"]) | st.text(max_size=3),
        "state": st.sampled_from(["AZ", "TX", "CA", "NY", "FL", "AE", "XX"]) | WORDS,
        "county": COUNTIES | WORDS,
        "city": st.sampled_from(["Los Angeles", "Sebastian"]) | WORDS,
        "zip": st.sampled_from(["78040", "798", "06390", "96940", "09012", "99999"]) | WORDS,
        "gateway": st.sampled_from(["CVG", "Columbus", "Nassau", "DUB", "USLGB"]) | WORDS,
    },
)
NEXUS = st.fixed_dictionaries(
    {"kind": st.sampled_from(NexusKind), "place": PLACES},
    optional={
        "evidence": st.lists(st.sampled_from(Evidence), max_size=3),
        "as_of": st.none() | DAYS,
        "eta": st.none() | MOMENTS,
        "owner_office": st.none() | st.sampled_from([*OFFICES, "SAC-XXX"]),
        "deconflicted": st.booleans(),
    },
)
OFFENCES = st.fixed_dictionaries(
    {},
    optional={
        "category": st.none() | st.sampled_from(Category),
        "section": st.sampled_from(["18 USC 1956", "18 USC 1956(c)(7)", "50 USC 1705", "8 USC 1253"]) | WORDS,
        "charge_given": st.booleans(),
    },
)
MARKS = st.fixed_dictionaries(
    {"tlp": st.sampled_from(["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"])},
    optional={
        "handling": st.lists(st.sampled_from(HandlingCode), max_size=3, unique=True),
        "conditions": st.lists(st.sampled_from(Condition), max_size=2),
        "us": st.fixed_dictionaries({"protected_person": st.booleans(), "ldc": st.sampled_from([(), ("NOFORN",)])}),
        "release_to": st.none() | RECIPIENTS,
        "consent": st.none() | st.fixed_dictionaries({"recipients": RECIPIENTS, "until": st.none() | MOMENTS}),
        "expires": st.none() | DAYS,
        "review_due": st.none() | DAYS,
    },
)


def referrals(**fixed: Any) -> st.SearchStrategy[ReferralReceived]:
    parts = {
        "requester_country": st.sampled_from(["IT", "US", "AQ", "YU", "UK"]) | st.text(max_size=3),
        "channel": st.sampled_from(Channel),
        "request_type": st.sampled_from(RequestType),
        "urgency": st.sampled_from(Urgency),
        "offences": st.lists(OFFENCES, max_size=3),
        "nexus": st.lists(NEXUS, max_size=5),
        "marks": MARKS,
        "flags": st.lists(st.sampled_from(Flag), max_size=1),
    }
    return st.fixed_dictionaries({**parts, **fixed}).map(lambda changes: received(**changes))


ANY = referrals()
LIKELY = referrals(
    requester_country=st.just("IT"),
    request_type=st.just("fugitive"),
    offences=st.lists(st.fixed_dictionaries({"category": st.sampled_from(Category)}), min_size=1, max_size=2),
    nexus=st.lists(
        st.fixed_dictionaries(
            {
                "kind": st.sampled_from(NexusKind),
                "place": st.builds(lambda s: {"state": s}, st.sampled_from(["AZ", "WA", "GA"])),
            }
        ),
        max_size=4,
    ),
    flags=st.just([]),
)


def on(event: ReferralReceived, marks: Marks | None = None) -> Decision:
    return decide(facts_of(event.model_copy(update={"marks": marks}) if marks else event), RULESET, TODAY, NOW)


def recipients(decision: Decision) -> set[str]:
    return {*([decision.office] if decision.office else []), *decision.supporting, *decision.copies}


@given(ANY)
@settings(max_examples=150, deadline=None)
def test_every_referral_is_decided_and_the_same_way_twice(event: ReferralReceived) -> None:
    first, second = on(event), on(event)

    assert first == second
    assert first.because
    assert (first.outcome == "triage") == (first.office is None) == bool(first.grounds)


@given(ANY | LIKELY)
@settings(max_examples=150, deadline=None)
def test_nobody_is_told_twice_and_everybody_has_a_queue(event: ReferralReceived) -> None:
    decision = on(event)

    told = [*([decision.office] if decision.office else []), *decision.supporting, *decision.copies]
    assert len(told) == len(set(told))
    assert {*told, decision.desk, *decision.withheld} <= QUEUES
    assert not set(told) & set(decision.withheld)
    assert len(decision.supporting) <= 9


@given(ANY | LIKELY)
@settings(max_examples=150, deadline=None)
def test_nobody_is_told_without_consent_and_release(event: ReferralReceived) -> None:
    told, marks = recipients(on(event)), event.marks

    if marks.tlp == "RED" or not marks.handling or HandlingCode.NO_DISSEMINATION in marks.handling:
        assert told <= set(marks.consent.recipients if marks.consent else ())
    if marks.release_to is not None:
        assert told <= set(marks.release_to)


STRICTER = st.sampled_from(["tlp", "handling", "release", "consent", "expires", "protected", "noforn", "condition"])


def stricter(marks: Marks, which: str, recipients: list[str]) -> Marks:
    """Make marks stricter in one way; a referral without a code counts as H2 already, so that code is kept."""
    codes = marks.handling or (HandlingCode.NO_DISSEMINATION,)
    labels = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]
    kept = tuple(marks.release_to) if marks.release_to is not None else tuple(sorted(QUEUES))
    names_wanted = Condition.NAMED_RECIPIENTS in marks.conditions and marks.release_to is None
    changes: dict[str, dict[str, Any]] = {
        "tlp": {"tlp": labels[min(labels.index(marks.tlp) + 1, 4)]},
        "handling": {"handling": (*codes, HandlingCode.NO_DISSEMINATION, HandlingCode.OTHER_RESTRICTION)},
        # Names that were asked for and are given now do not make marks stricter.
        "release": {} if names_wanted else {"release_to": tuple(r for r in kept if r in recipients)},
        "consent": {"consent": None},
        "expires": {"expires": date(2020, 1, 1)},
        "protected": {"us": marks.us.model_copy(update={"protected_person": True})},
        "noforn": {"us": marks.us.model_copy(update={"ldc": ("NOFORN",)})},
        "condition": {"conditions": (*marks.conditions, Condition.NAMED_RECIPIENTS)},
    }
    return marks.model_copy(update=changes[which])


@given(LIKELY, STRICTER, RECIPIENTS)
@settings(max_examples=300, deadline=None)
def test_a_stricter_mark_never_adds_a_recipient(event: ReferralReceived, which: str, some: list[str]) -> None:
    assert recipients(on(event, stricter(event.marks, which, some))) <= recipients(on(event))


@given(ANY)
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_ties_are_told_does_not_choose_the_lead(event: ReferralReceived) -> None:
    facts = facts_of(event)
    turned = Facts(**{name: getattr(facts, name) for name in Facts.__slots__} | {"nexus": facts.nexus[::-1]})

    forward, backward = (decide(f, RULESET, TODAY, NOW) for f in (facts, turned))

    assert (forward.outcome, forward.office, forward.grounds) == (backward.outcome, backward.office, backward.grounds)
