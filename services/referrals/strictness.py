"""Two sets of marks on one thing: what holds is the stricter of each, and nothing is loosened by being added to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from schemas.marks import TLP_LABELS, Consent, InterpolMarks, Marks, UsMarks

LEVELS = ("CONFIDENTIAL", "RESTRICTED", "FOR OFFICIAL USE ONLY")
"""INTERPOL's levels, strictest first."""
NOTHING_IN_COMMON = ("OTHER",)
"""Purposes where the two lists share none: an empty list would mean that there is no such list."""
EVALUATIONS_AT_MOST = 100

Text = TypeVar("Text", bound=str)
Day = TypeVar("Day", date, datetime)


def combined(one: Marks, other: Marks) -> Marks:
    """Give the marks that keep to both."""
    return Marks(
        tlp=min(one.tlp, other.tlp, key=TLP_LABELS.index),
        handling=_either(one.handling, other.handling),
        conditions=_either(one.conditions, other.conditions),
        interpol=_interpol(one.interpol, other.interpol),
        us=UsMarks(
            cui=_either(one.us.cui, other.us.cui),
            ldc=_either(one.us.ldc, other.us.ldc),
            protected_person=one.us.protected_person or other.us.protected_person,
        ),
        evaluation=tuple(dict.fromkeys([*one.evaluation, *other.evaluation]))[:EVALUATIONS_AT_MOST],
        release_to=_allowed_by_both(one.release_to, other.release_to),
        consent=_consent(one.consent, other.consent),
        expires=_earlier(one.expires, other.expires),
        review_due=_earlier(one.review_due, other.review_due),
        retention_rule=one.retention_rule or other.retention_rule,
    )


def looser_parts(before: Marks, after: Marks) -> list[str]:
    """Name the marks that are looser than they were: those that would have to give way to what was said before."""
    wanted, given = _comparable(combined(before, after)), _comparable(after)
    return [name for name in wanted if name != "evaluation" and wanted[name] != given[name]]


def _comparable(marks: Marks) -> dict[str, object]:
    # How good a source is makes nothing stricter, and the order of a list says nothing.
    return {name: _unordered(value) for name, value in marks.model_dump().items()}


def _unordered(value: object) -> object:
    if isinstance(value, dict):
        return {name: _unordered(part) for name, part in value.items()}
    return frozenset(map(str, value)) if isinstance(value, tuple) else value


def _either(one: Sequence[Text], other: Sequence[Text]) -> tuple[Text, ...]:
    return tuple(sorted({*one, *other}))


def _allowed_by_both(one: Sequence[str] | None, other: Sequence[str] | None) -> tuple[str, ...] | None:
    if one is None or other is None:
        return _listed(one if other is None else other)
    return tuple(sorted(set(one) & set(other)))


def _listed(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names))


def _interpol(one: InterpolMarks | None, other: InterpolMarks | None) -> InterpolMarks | None:
    if one is None or other is None:
        return one or other
    purposes = _allowed_by_both(one.purposes or None, other.purposes or None)
    return InterpolMarks(
        level=min(one.level, other.level, key=LEVELS.index),
        denied_members=_either(one.denied_members, other.denied_members),
        purposes=() if purposes is None else purposes or NOTHING_IN_COMMON,
    )


def _consent(one: Consent | None, other: Consent | None) -> Consent | None:
    """Give the leave that both give: none where one of them gives none."""
    if one is None or other is None:
        return None
    recipients = tuple(sorted(set(one.recipients) & set(other.recipients)))
    return Consent(recipients=recipients, until=_earlier(one.until, other.until)) if recipients else None


def _earlier(one: Day | None, other: Day | None) -> Day | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
