"""By what a referral can be recognised when it comes again: references, numbers, and names with a date of birth.

All of it is person data. It lives as long as it takes to make keys of it.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import phonenumbers

from services.referrals.links.names import sounds_of, spellings
from services.referrals.links.notice_numbers import notice_numbers_in, un_references_in
from services.referrals.links.objects import things_in
from services.referrals.links.reasons import UN_REFERENCE, Ground, Reason
from services.referrals.model import Person, Referral
from services.referrals.model.dates import PartialDate, read_partial_date
from services.referrals.model.subjects import Identifier, IdentifierKind, Subject, SubjectName
from services.referrals.notices.values import plain

SHORTEST = 5
"""Signs that a number or reference must have: shorter ones are everybody's."""

OF_ONE_COUNTRY = frozenset(
    {
        IdentifierKind.PASSPORT,
        IdentifierKind.NATIONAL_ID,
        IdentifierKind.DRIVING_LICENCE,
        IdentifierKind.TAX,
        IdentifierKind.REGISTRATION,
        IdentifierKind.ACCOUNT,
        IdentifierKind.CASE,
        IdentifierKind.OTHER,
    }
)
"""Kinds of numbers that mean something only together with the country that gave them."""

OBJECTS = frozenset(
    {
        IdentifierKind.BANK_ACCOUNT,
        IdentifierKind.CRYPTO_ADDRESS,
        IdentifierKind.VEHICLE,
        IdentifierKind.VESSEL,
        IdentifierKind.DEVICE,
    }
)

_WRITTEN_EXACTLY = frozenset({IdentifierKind.CRYPTO_ADDRESS, IdentifierKind.BIOMETRIC})
"""Kinds in which a small letter is another sign than the capital one."""


class Trait(NamedTuple):
    """Something that another referral may have too, and what that would be a ground for."""

    ground: Ground
    text: str
    finest: bool = True
    """Whether no more is known of it: two dates are compared at the coarser of their precisions."""


def traits_of(referral: Referral) -> tuple[Trait, ...]:
    """Give everything by which a referral can be recognised, what weighs most first."""
    texts = [referral.narrative, referral.narrative_translation, *(nexus.detail for nexus in referral.nexus)]
    quoted = [*texts, referral.link, referral.requester.reference]
    quoted += [identifier.value for subject in referral.subjects for identifier in subject.identifiers]
    return heaviest_first(
        {
            *reference_traits(referral.requester.country, referral.requester.reference),
            *object_traits(texts),
            *_quoted_notices(quoted),
            *subject_traits(referral.subjects),
        }
    )


def heaviest_first(traits: Iterable[Trait]) -> tuple[Trait, ...]:
    """Put traits in order: of very many only the first become keys."""
    return tuple(sorted(traits, key=lambda trait: (-trait.ground.weight, trait)))


def reference_traits(country: str, reference: str) -> Iterator[Trait]:
    """Give the reference that a country has given a matter, by whatever way it comes."""
    number = signs_of(reference)
    if len(number) >= SHORTEST and any(sign.isdecimal() for sign in number):
        # The same office numbers its requests whichever way it sends them.
        yield Trait(Ground(Reason.REFERENCE), f"{country} {number}")


def object_traits(texts: Iterable[str | None]) -> Iterator[Trait]:
    """Give the things that texts name by their numbers."""
    for text in texts:
        for kind, number in things_in(text or ""):
            yield Trait(Ground(Reason.OBJECT, kind), number)


def subject_traits(subjects: Iterable[Subject]) -> Iterator[Trait]:
    """Give everything by which subjects can be recognised."""
    for subject in subjects:
        for identifier in subject.identifiers:
            yield from identifier_traits(identifier)
        if isinstance(subject, Person):
            yield from name_traits(subject.names, subject.birth)


def notice_trait(entity_id: str) -> Trait:
    """Give the number that INTERPOL has given a notice."""
    return Trait(Ground(Reason.NOTICE), signs_of(plain(entity_id)))


def un_trait(reference: str) -> Trait:
    """Give the reference under which the Security Council has listed somebody."""
    return Trait(Ground(Reason.NOTICE, UN_REFERENCE), signs_of(reference))


def _quoted_notices(texts: Iterable[str | None]) -> Iterator[Trait]:
    for text in texts:
        yield from map(notice_trait, notice_numbers_in(text or ""))
        yield from map(un_trait, un_references_in(text or ""))


def identifier_traits(identifier: Identifier) -> Iterator[Trait]:
    """Give a number or sign by itself, and with the country that gave it where it means something only so."""
    kind, number = identifier.kind, _number(identifier)
    if len(number) < SHORTEST:
        return
    if kind in OBJECTS:
        yield Trait(Ground(Reason.OBJECT, kind.value), number)
    elif kind not in OF_ONE_COUNTRY:
        yield Trait(Ground(Reason.IDENTIFIER, kind.value), number)
    else:
        yield Trait(Ground(Reason.NUMBER, kind.value), number)
        if identifier.country is not None:
            yield Trait(Ground(Reason.IDENTIFIER, kind.value), f"{identifier.country} {number}")


def _number(identifier: Identifier) -> str:
    if identifier.kind is IdentifierKind.PHONE:
        try:
            parsed = phonenumbers.parse(identifier.value, identifier.country)
        except phonenumbers.NumberParseException:
            return signs_of(identifier.value)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if identifier.kind is IdentifierKind.EMAIL:
        return identifier.value.strip().casefold()
    if identifier.kind in _WRITTEN_EXACTLY:
        return identifier.value.strip()
    number = signs_of(identifier.value)
    return number.removeprefix("IMO") if identifier.kind is IdentifierKind.VESSEL else number


def signs_of(text: str) -> str:
    """Give the letters and digits of a number, without what people put between them."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def name_traits(names: Iterable[SubjectName], birth: str | None) -> Iterator[Trait]:
    """Give names with a date of birth, as exactly as it is known; never a name alone."""
    born = read_partial_date(birth) if birth is not None else None
    if born is None:
        return
    for same, alike, known, finest in _precisions(born):
        for words in spellings(names):
            yield Trait(Ground(same), f"{known} {' '.join(words)}", finest)
            for sounds in sounds_of(words):
                yield Trait(Ground(alike), f"{known} {sounds}", finest)


def _precisions(born: PartialDate) -> Iterator[tuple[Reason, Reason, str, bool]]:
    # Registers write the first of January where only the year is known.
    day_known = born.day is not None and (born.month, born.day) != (1, 1)
    month_known = born.month is not None and (day_known or born.day is None)
    year = f"{born.year:04}"
    yield Reason.NAME_AND_YEAR, Reason.ALIKE_AND_YEAR, year, not month_known
    if month_known:
        month = f"{year}-{born.month:02}"
        yield Reason.NAME_AND_MONTH, Reason.ALIKE_AND_MONTH, month, not day_known
        if day_known:
            yield Reason.NAME_AND_DAY, Reason.ALIKE_AND_DAY, f"{month}-{born.day:02}", True
