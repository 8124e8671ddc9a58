"""Two sets of marks on one thing: what holds is the stricter of each, and nothing is loosened by being added to."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from math import inf
from typing import TypeVar

from schemas.marks import TLP_LABELS, Consent, HandlingCode, InterpolMarks, Marks, UsMarks

LEVELS = ("CONFIDENTIAL", "RESTRICTED", "FOR OFFICIAL USE ONLY")
"""INTERPOL's levels, strictest first."""

NO_PURPOSE = ("OTHER",)
"""What two lists of purposes without a common one come to: an empty list would mean that there is no list."""

_RELEASABLE = "REL TO "
_PERIOD = re.compile(r"-([0-9]{1,4})([DMY])$")
_DAYS = {"D": 1, "M": 30, "Y": 365}

_Text = TypeVar("_Text", bound=str)
_Day = TypeVar("_Day", bound=date)


def needs_consent(marks: Marks) -> bool:
    """Tell whether nothing goes out without the originator; an item without any handling code is taken as H2."""
    return marks.tlp == "RED" or not marks.handling or HandlingCode.NO_DISSEMINATION in marks.handling


def combined(one: Marks, other: Marks) -> Marks:
    """Give the marks that keep to both: what is merged or quoted together is never freer than any part of it.

    The order does not matter, nor in which order several are combined. Evaluations are left out: each is about one
    statement of one item.
    """
    consent, contradict = _leave(one, other)
    barred = (HandlingCode.NO_DISSEMINATION,) if contradict else ()
    return Marks(
        tlp=min(one.tlp, other.tlp, key=TLP_LABELS.index),
        handling=_either(_codes(one), _codes(other), barred),
        conditions=_either(one.conditions, other.conditions),
        interpol=_interpol(one.interpol, other.interpol),
        us=UsMarks(
            cui=_either(one.us.cui, other.us.cui),
            ldc=_controls(one.us.ldc, other.us.ldc),
            protected_person=one.us.protected_person or other.us.protected_person,
        ),
        release_to=_in_both(one.release_to, other.release_to),
        consent=consent,
        expires=_earlier(one.expires, other.expires),
        review_due=_earlier(one.review_due, other.review_due),
        retention_rule=_shorter(one.retention_rule, other.retention_rule),
    )


def _codes(marks: Marks) -> tuple[HandlingCode, ...]:
    return marks.handling or (HandlingCode.NO_DISSEMINATION,)


def _either(*lists: Iterable[_Text]) -> tuple[_Text, ...]:
    return tuple(sorted({entry for entries in lists for entry in entries}))


def _in_both(one: Iterable[str] | None, other: Iterable[str] | None) -> tuple[str, ...] | None:
    """Give what two lists of the only ones allowed have in common; null is no such list."""
    if one is None or other is None:
        return _sorted(one if other is None else other)
    return _sorted({*one} & {*other})


def _sorted(entries: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if entries is None else tuple(sorted({*entries}))


def _interpol(one: InterpolMarks | None, other: InterpolMarks | None) -> InterpolMarks | None:
    given = [marks for marks in (one, other) if marks is not None]
    if not given:
        return None
    first, last = given[0], given[-1]
    purposes = _in_both(first.purposes or None, last.purposes or None)
    return InterpolMarks(
        level=min(first.level, last.level, key=LEVELS.index),
        denied_members=_either(first.denied_members, last.denied_members),
        purposes=() if purposes is None else purposes or NO_PURPOSE,
    )


def _controls(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """Unite dissemination controls; of several `REL TO` lists only the countries that all of them name are left."""
    controls = {control for control in (*one, *other) if not control.startswith(_RELEASABLE)}
    lists = [
        {country.strip() for country in control.removeprefix(_RELEASABLE).split(",")}
        for control in (*one, *other)
        if control.startswith(_RELEASABLE)
    ]
    countries = set.intersection(*lists) if lists else set()
    if lists and not countries:
        controls.add("NOFORN")
    if countries and "NOFORN" not in controls:
        controls.add(_RELEASABLE + ", ".join(sorted(countries)))
    return tuple(sorted(controls))


def _leave(one: Marks, other: Marks) -> tuple[Consent | None, bool]:
    """Give the consent that both originators have given, and whether there is nobody on whom they agree."""
    recipients = _in_both(_consented(one), _consented(other))
    if not recipients:
        return None, recipients is not None
    ends = [_as_utc(marks.consent.until) for marks in (one, other) if marks.consent and marks.consent.until]
    return Consent(recipients=recipients, until=min(ends, default=None)), False


def _consented(marks: Marks) -> tuple[str, ...] | None:
    if marks.consent is not None:
        return marks.consent.recipients
    return () if needs_consent(marks) else None


def _as_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _earlier(one: _Day | None, other: _Day | None) -> _Day | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _shorter(one: str | None, other: str | None) -> str | None:
    """Choose the rule that lets an item be kept for the shorter time; one without a period comes last."""
    return min((rule for rule in (one, other) if rule is not None), key=lambda rule: (_days(rule), rule), default=None)


def _days(rule: str) -> float:
    period = _PERIOD.search(rule)
    return int(period[1]) * _DAYS[period[2]] if period else inf
