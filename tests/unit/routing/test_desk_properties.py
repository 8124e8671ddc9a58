from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from desk_cases import CLOSED, NOW, OPEN, held
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_cases import TODAY, received

from schemas.events import Part
from schemas.marks import Condition, Consent, HandlingCode
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.offices import OFFICES, PROGRAMMES
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.queues import RefusalGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain import decide
from services.routing.domain.acts import Assign, DecideAgain, Merge, Move, SendBack, Split
from services.routing.domain.desk import Step, ask, call_back, confirm, refuse, withdraw
from services.routing.domain.grounds import Ground
from services.routing.domain.handling import needs_consent
from services.routing.domain.release import TWO_PEOPLE, has_consent
from services.routing.facts import facts_of
from services.routing.tables import load_ruleset

RULESET = load_ruleset(TODAY)
DAY = timedelta(days=1)
STAFF = st.sampled_from(["ana-1", "ANA-1", "bo-2"])
WHO = st.sampled_from([*OFFICES[:4], "SAC-SAT", "C3", "USNCB", "TCIU"])
SEVERAL = st.lists(WHO, max_size=3).map(tuple)
PROGRAMME = st.lists(st.sampled_from([*PROGRAMMES]), max_size=2, unique=True).map(tuple)
SEEN = st.frozensets(st.sampled_from([str(each) for each in (*Ground, *Flag)])) | st.just(
    frozenset(str(each) for each in (*Ground, *Flag))
)
CONSENT = st.none() | st.builds(
    Consent,
    recipients=st.lists(WHO, min_size=1, max_size=4).map(tuple),
    until=st.none() | st.sampled_from([NOW + timedelta(hours=hours) for hours in (1, 30, 200)]),
)
GROUND = st.sampled_from(PlacementGround)
LIKELY = st.sampled_from(
    [PlacementGround.NEXUS_CONFIRMED, PlacementGround.PROTECTION_OF_LIFE, PlacementGround.CONSENT_GIVEN]
)


@st.composite
def splits(draw):
    offices = draw(st.lists(WHO, min_size=2, max_size=3, unique=True))
    parts = tuple(Part(office=office, offence_numbers=(0, 1), nexus_numbers=(0, 1)) for office in offices)
    return Split(parts, offices[0], copies=draw(PROGRAMME), consent=draw(CONSENT), acknowledges=draw(SEEN))


LIFE = st.builds(
    Assign,
    office=WHO,
    ground=st.just(PlacementGround.PROTECTION_OF_LIFE),
    supporting=st.just(()) | st.just(("SAC-WAS",)),
    copies=st.just(()) | st.just(("TTU",)),
    acknowledges=SEEN,
)
CONSENTED = st.builds(
    Assign,
    office=WHO,
    ground=st.just(PlacementGround.CONSENT_GIVEN),
    supporting=SEVERAL,
    consent=CONSENT,
    acknowledges=SEEN,
)
PLAIN = st.builds(Assign, office=WHO, ground=LIKELY, acknowledges=SEEN, urgency=st.none() | st.sampled_from(Urgency))
ANY = st.builds(
    Assign,
    office=WHO,
    ground=LIKELY | GROUND,
    supporting=SEVERAL,
    copies=PROGRAMME,
    category=st.none() | st.sampled_from(Category),
    urgency=st.none() | st.sampled_from(Urgency),
    consent=CONSENT,
    acknowledges=SEEN,
)
ACTS = st.one_of(
    LIFE,
    CONSENTED,
    PLAIN,
    ANY,
    splits(),
    st.builds(Merge, into=st.just(UUID(int=7)), to=WHO.map(lambda who: held(office=who).seat), acknowledges=SEEN),
    st.builds(Move, desk=st.sampled_from(["EUR", "ASIA"]), ground=GROUND),
    st.builds(SendBack, ground=st.sampled_from(RefusalGround)),
    st.just("reroute"),
    st.just("confirm"),
    st.just("confirm"),
    st.just("refuse"),
    st.just("withdraw"),
    st.just("wait"),
)
MARKS = (
    st.just(OPEN)
    | st.just(CLOSED)
    | st.fixed_dictionaries(
        {"tlp": st.sampled_from(["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"])},
        optional={
            "handling": st.lists(st.sampled_from(HandlingCode), max_size=2),
            "conditions": st.lists(st.sampled_from(Condition), max_size=2),
            "release_to": st.none() | st.lists(WHO, max_size=3),
            "interpol": st.fixed_dictionaries(
                {"level": st.sampled_from(["RESTRICTED", "CONFIDENTIAL"])},
                optional={"denied_members": st.just(["US"])},
            ),
            "us": st.fixed_dictionaries({}, optional={"ldc": st.just(["NOFORN"]), "protected_person": st.booleans()}),
            "consent": st.none() | CONSENT,
            "expires": st.sampled_from(["2026-11-22", "2030-01-01"]),
            "review_due": st.sampled_from(["2026-11-22", "2030-01-01"]),
        },
    )
)
SEQUENCES = st.lists(st.tuples(ACTS, STAFF, st.sampled_from([0, 1, 13, 25])), min_size=1, max_size=10)
FLAGS = st.just(("article_3",)) | st.lists(st.sampled_from(Flag), max_size=2, unique=True).map(tuple)
URGENCIES = st.just(Urgency.LIFE) | st.sampled_from(Urgency)


def carry_out(now_held, act, staff, now):
    match act:
        case "confirm":
            return confirm(now_held, staff, RULESET, now)
        case "refuse":
            return refuse(now_held, staff, RULESET)
        case "withdraw":
            return withdraw(now_held, staff, RULESET)
        case "wait":
            return call_back(now_held, RULESET, now)
        case "reroute":
            facts = replace(
                facts_of(received()),
                marks=now_held.seat.marks,
                flags=tuple(now_held.flags),
                urgency=now_held.stated_urgency,
            )
            decision = decide(facts, RULESET, now.date(), now)
            return ask(now_held, DecideAgain(decision, PlacementGround.RULES_CHANGED), staff, RULESET, now)
    return ask(now_held, act, staff, RULESET, now)


def played(start, sequence):
    """Play acts one after the other; give each step that took effect, with what it found and when."""
    now, standing = NOW, start
    for act, staff, hours in sequence:
        now += timedelta(hours=hours)
        step = carry_out(standing, act, staff, now)
        if isinstance(step, Step):
            yield standing, step, now
            standing = step.after


@settings(max_examples=150, deadline=None)
@given(MARKS, FLAGS, URGENCIES, SEQUENCES)
def test_no_sequence_of_acts_lets_a_flagged_referral_out_by_one_person_but_for_life(marks, flags, urgency, sequence):
    start = held(marks=marks, flags=flags, urgency=urgency)
    flagged = start.seat.marks.us.protected_person or bool(TWO_PEOPLE.intersection(start.flags))

    for before, step, _ in played(start, sequence):
        if step.placement is None or step.placement.seat.office is None or not flagged:
            continue
        by_two = step.released_by is not None and step.placed_by.lower() != step.released_by.lower()
        for_life = (
            start.stated_urgency is Urgency.LIFE
            and step.placement.cause is PlacementCause.ASSIGNED
            and step.placement.ground is PlacementGround.PROTECTION_OF_LIFE
            and step.placement.seat.recipients == (step.placement.seat.office,)
            and step.after.waiting is not None
            and step.after.waiting.confirm_by is not None
            and not before.life_used
        )
        assert by_two or for_life


@settings(max_examples=150, deadline=None)
@given(MARKS, FLAGS, URGENCIES, SEQUENCES)
def test_no_sequence_of_acts_gives_a_referral_to_whom_its_marks_forbid_it(marks, flags, urgency, sequence):
    start = held(marks=marks, flags=flags, urgency=urgency)

    for _, step, now in played(start, sequence):
        if step.placement is None or step.placement.seat.office is None:
            continue
        seat = step.placement.seat
        assert not (seat.marks.interpol and "US" in seat.marks.interpol.denied_members)
        assert seat.marks.expires is None or seat.marks.expires >= now.date()
        for recipient in seat.recipients:
            assert_may_have(recipient, seat, now)


def assert_may_have(recipient, seat, now):
    """Hold one recipient against the marks, written down anew and not by the code under test."""
    marks, belongs = seat.marks, RULESET.programmes.belongs.get(recipient, "hsi")
    named = marks.consent.recipients if has_consent(marks, now) else ()
    assert marks.release_to is None or recipient in marks.release_to
    assert belongs != "foreign" or "NOFORN" not in marks.us.ldc
    if needs_consent(marks):
        alone = recipient == seat.office and not has_consent(marks, now)
        assert recipient in named or (alone and (marks.tlp != "RED" or belongs == "hsi"))
    if marks.tlp == "AMBER+STRICT":
        assert belongs == "hsi" or recipient in named


@settings(max_examples=100, deadline=None)
@given(MARKS, FLAGS, URGENCIES, SEQUENCES)
def test_marks_flags_and_urgency_are_never_lowered(marks, flags, urgency, sequence):
    start = held(marks=marks, flags=flags, urgency=urgency)

    for before, step, _ in played(start, sequence):
        after = step.after
        assert after.flags == start.flags
        assert after.seat.urgency <= before.seat.urgency
        assert after.seat.marks.model_copy(update={"consent": None}) == start.seat.marks.model_copy(
            update={"consent": None}
        )


@settings(max_examples=100, deadline=None)
@given(MARKS, FLAGS, URGENCIES, SEQUENCES)
def test_one_queue_or_none_holds_a_referral_and_what_waits_can_always_be_settled(marks, flags, urgency, sequence):
    start = held(marks=marks, flags=flags, urgency=urgency)

    for _, step, now in played(start, sequence):
        after = step.after
        assert (after.holder is None) == (after.standing == "sent_back")
        if after.waiting is not None:
            assert isinstance(refuse(after, "cy-3", RULESET), Step)
            assert isinstance(withdraw(after, after.waiting.asked_by, RULESET), Step)
        if after.waiting is not None and after.waiting.confirm_by is not None:
            assert call_back(after, RULESET, now + DAY).after.holder == after.seat.desk


def test_the_sequences_do_let_referrals_out():
    start = held(flags=("article_3",), urgency="U0")

    released = [
        step.placement.seat.office
        for _, step, _ in played(
            start,
            [
                (Assign("SAC-SAT", PlacementGround.NEXUS_CONFIRMED), "ana-1", 0),
                ("confirm", "bo-2", 1),
                (Move("EUR", PlacementGround.WRONG_OFFICE), "ana-1", 1),
                (Assign("SAC-BOS", PlacementGround.PROTECTION_OF_LIFE), "ana-1", 1),
                ("wait", "ana-1", 25),
            ],
        )
        if step.placement
    ]

    assert released == ["SAC-SAT", None, "SAC-BOS", None]
