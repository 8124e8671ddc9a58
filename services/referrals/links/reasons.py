"""Why two referrals may be of one matter, in codes without any value, and how much each reason weighs."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from services.referrals.model.subjects import IdentifierKind

SUGGESTED_FROM = 80
"""Percent: a wrong link joins two people's lives, so nothing weaker is ever shown to anybody."""

CONTAINER = "container"
UN_REFERENCE = "un_reference"


class Reason(StrEnum):
    """What two referrals have in common."""

    STATED = "stated_by_requester"
    REFERENCE = "same_reference"
    NOTICE = "same_notice"
    IDENTIFIER = "same_identifier"
    NUMBER = "same_number"
    OBJECT = "same_object"
    NAME_AND_DAY = "same_name_and_day_of_birth"
    NAME_AND_MONTH = "same_name_and_month_of_birth"
    NAME_AND_YEAR = "same_name_and_year_of_birth"
    ALIKE_AND_DAY = "alike_name_and_day_of_birth"
    ALIKE_AND_MONTH = "alike_name_and_month_of_birth"
    ALIKE_AND_YEAR = "alike_name_and_year_of_birth"
    NAME_ALONE = "same_name"
    ALIKE_ALONE = "alike_name"
    NATIONALITY = "same_nationality"


class Ground(NamedTuple):
    """A reason, and for a number or sign of which kind it is."""

    reason: Reason
    kind: str = ""

    @property
    def weight(self) -> int:
        """How sure this alone makes that it is one matter, in percent."""
        if self.reason in _OF_KIND:
            return _OF_KIND[self.reason].get(self.kind, _OTHERWISE[self.reason])
        return _WEIGHTS[self.reason]

    @property
    def says(self) -> str:
        """What it speaks of: of several grounds that say the same only the heaviest counts."""
        return "name" if self.reason in _NAMES else self.kind or self.reason.value


_NAMES = {
    Reason.NAME_AND_DAY: 85,
    Reason.NAME_AND_MONTH: 70,
    Reason.NAME_AND_YEAR: 50,
    Reason.ALIKE_AND_DAY: 80,
    Reason.ALIKE_AND_MONTH: 60,
    Reason.ALIKE_AND_YEAR: 35,
    # Only for who looks for a notice, and never enough: no referral is compared by these.
    Reason.NAME_ALONE: 30,
    Reason.ALIKE_ALONE: 20,
}

NAMES_ALONE = frozenset({Reason.NAME_ALONE, Reason.ALIKE_ALONE})
NAMES_WITH_BIRTH = _NAMES.keys() - NAMES_ALONE

_WEIGHTS = {Reason.STATED: 95, Reason.REFERENCE: 85, Reason.NATIONALITY: 10, **_NAMES}

_OF_KIND: dict[Reason, dict[str, int]] = {
    Reason.IDENTIFIER: {
        IdentifierKind.PASSPORT.value: 95,
        IdentifierKind.NATIONAL_ID.value: 95,
        IdentifierKind.BIOMETRIC.value: 95,
        IdentifierKind.CASE.value: 90,
        IdentifierKind.DRIVING_LICENCE.value: 90,
        IdentifierKind.TAX.value: 90,
        IdentifierKind.PHONE.value: 65,  # families and firms share one
        IdentifierKind.OTHER.value: 60,
    },
    # The number alone: nobody said which country gave it, or two did.
    Reason.NUMBER: {IdentifierKind.CASE.value: 70},
    # INTERPOL's own number, or a reference of the Security Council's list.
    Reason.NOTICE: {UN_REFERENCE: 95},
    # Boxes are hired out again and again.
    Reason.OBJECT: {CONTAINER: 65},
}

_OTHERWISE = {Reason.IDENTIFIER: 85, Reason.NUMBER: 50, Reason.NOTICE: 90, Reason.OBJECT: 90}


def heaviest(grounds: Iterable[Ground]) -> tuple[Ground, ...]:
    """Give the grounds that count, heaviest first: of those that say the same, one."""
    found: dict[str, Ground] = {}
    for ground in sorted(set(grounds), key=lambda ground: (-ground.weight, ground)):
        found.setdefault(ground.says, ground)
    return tuple(found.values())


def score(grounds: Iterable[Ground]) -> int:
    """Say in percent how sure grounds together make that two referrals are of one matter."""
    doubt = 1.0
    for ground in heaviest(grounds):
        doubt *= 1 - ground.weight / 100
    return round(100 * (1 - doubt))
