"""Marks of two items on one thing: whatever the order, never freer than any of them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.marks import TLP_LABELS, Condition, Consent, HandlingCode, InterpolMarks, Marks, UsMarks
from schemas.strictness import LEVELS, NO_PURPOSE, combined, needs_consent

OFFICES = ["SAC-BOS", "SAC-NYC", "SAC-SAT", "LEP"]
COUNTRIES = ["FR", "IT", "RO", "US"]
PURPOSES = ["locate", "arrest", "inform", "OTHER"]
CONTROLS = ["NOFORN", "FED ONLY", "OTHER", "REL TO USA", "REL TO USA, ITA", "REL TO USA,ROU", "REL TO ITA, ROU"]
RULES = ["INTERPOL-5Y", "CASE-CLOSED-90D", "CASE-CLOSED-6M", "REVIEW"]
MOMENT = datetime(2027, 1, 1, tzinfo=UTC)


def some(values, least=0):
    return st.lists(st.sampled_from(list(values)), unique=True, min_size=least).map(tuple)


days = st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1))
ends = st.none() | st.sampled_from(
    [MOMENT, MOMENT.astimezone(timezone(timedelta(hours=2))), MOMENT.replace(tzinfo=None), MOMENT + timedelta(days=9)]
)
interpol = st.none() | st.builds(
    InterpolMarks, level=st.sampled_from(LEVELS), denied_members=some(COUNTRIES), purposes=some(PURPOSES)
)
marks = st.builds(
    Marks,
    tlp=st.sampled_from(TLP_LABELS),
    handling=some(HandlingCode),
    conditions=some(Condition),
    interpol=interpol,
    us=st.builds(UsMarks, cui=some(["LEI", "INV", "OTHER"]), ldc=some(CONTROLS), protected_person=st.booleans()),
    evaluation=st.just(()),
    release_to=st.none() | some(OFFICES),
    consent=st.none() | st.builds(Consent, recipients=some(OFFICES, 1), until=ends),
    expires=days,
    review_due=days,
    retention_rule=st.none() | st.sampled_from(RULES),
)


def may_have(recipient: str, item: Marks, now: datetime) -> bool:
    """Whether a recipient may have an item, read from the marks as the rules of handling say it."""
    if item.release_to is not None and recipient not in item.release_to:
        return False
    if not needs_consent(item):
        return True
    if item.consent is None:
        return False
    until = item.consent.until
    until = until.replace(tzinfo=UTC) if until is not None and until.tzinfo is None else until
    return recipient in item.consent.recipients and (until is None or now < until)


def countries_released(item: Marks) -> set[str]:
    """The countries outside that dissemination controls leave, of those in the tests."""
    left = set() if "NOFORN" in item.us.ldc else {"ITA", "ROU"}
    for control in item.us.ldc:
        if control.startswith("REL TO "):
            left &= {name.strip() for name in control.removeprefix("REL TO ").split(",")}
    return left


def purposes_allowed(item: Marks) -> set[str]:
    named = item.interpol.purposes if item.interpol is not None else ()
    return set(named or PURPOSES) - {"OTHER"}


def end(day: date | None) -> date:
    return day or date.max


@given(marks, marks)
def test_the_order_of_two_does_not_matter(one, other):
    assert combined(one, other) == combined(other, one)


@given(marks, marks, marks)
def test_nor_does_it_matter_which_of_several_are_combined_first(one, other, third):
    assert combined(combined(one, other), third) == combined(one, combined(other, third))


@given(marks, marks)
def test_what_is_combined_is_never_freer_than_a_part_of_it(one, other):
    both = combined(one, other)

    for part in (one, other):
        assert TLP_LABELS.index(both.tlp) <= TLP_LABELS.index(part.tlp)
        assert {*both.handling} >= {*part.handling}
        assert {*both.conditions} >= {*part.conditions}
        assert {*both.us.cui} >= {*part.us.cui}
        assert both.us.protected_person >= part.us.protected_person
        assert countries_released(both) <= countries_released(part)
        assert {c for c in both.us.ldc if "REL" not in c} >= {c for c in part.us.ldc if "REL" not in c}
        assert purposes_allowed(both) <= purposes_allowed(part)
        assert end(both.expires) <= end(part.expires)
        assert end(both.review_due) <= end(part.review_due)
        if part.interpol is not None:
            assert both.interpol is not None
            assert LEVELS.index(both.interpol.level) <= LEVELS.index(part.interpol.level)
            assert {*both.interpol.denied_members} >= {*part.interpol.denied_members}


@given(marks, marks, st.sampled_from(OFFICES), st.sampled_from([-1, 1, 10]))
def test_nobody_may_have_the_whole_who_may_not_have_a_part(one, other, recipient, days_later):
    now = MOMENT + timedelta(days=days_later)

    allowed = may_have(recipient, combined(one, other), now)

    assert not allowed or (may_have(recipient, one, now) and may_have(recipient, other, now))


@given(marks)
def test_combined_with_itself_an_item_allows_what_it_allowed(item):
    twice = combined(item, item)

    assert [may_have(office, twice, MOMENT - timedelta(days=1)) for office in OFFICES] == [
        may_have(office, item, MOMENT - timedelta(days=1)) for office in OFFICES
    ]
    assert countries_released(twice) == countries_released(item)
    assert purposes_allowed(twice) == purposes_allowed(item)


def test_an_item_without_a_handling_code_is_taken_as_not_to_be_passed_on():
    assert combined(Marks(tlp="GREEN", handling=()), Marks(tlp="GREEN", handling=("H0",))).handling == ("H0", "H2")


def test_consents_to_nobody_in_common_let_it_go_to_nobody():
    one = Marks(tlp="GREEN", handling=("H0",), consent=Consent(recipients=("SAC-BOS",)))
    other = Marks(tlp="GREEN", handling=("H0",), consent=Consent(recipients=("SAC-NYC",)))

    both = combined(one, other)

    assert (both.consent, both.handling) == (None, ("H0", "H2"))


def test_purposes_without_a_common_one_are_not_read_as_no_list():
    one, other = (
        Marks(tlp="GREEN", interpol=InterpolMarks(purposes=purposes)) for purposes in (("locate",), ("arrest",))
    )

    assert combined(one, other).interpol == InterpolMarks(purposes=NO_PURPOSE)


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        ("INTERPOL-5Y", "CASE-CLOSED-90D", "CASE-CLOSED-90D"),
        ("REVIEW", "INTERPOL-5Y", "INTERPOL-5Y"),
        (None, "REVIEW", "REVIEW"),
    ],
)
def test_the_shorter_retention_rule_holds(one, other, kept):
    both = combined(Marks(tlp="CLEAR", retention_rule=one), Marks(tlp="CLEAR", retention_rule=other))

    assert both.retention_rule == kept
