"""Whether a request is fit to route: the seven criteria, and the flags that call for a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from schemas.us_code import read_section, sections_in
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, RequesterKind, RequestType
from services.referrals.charges import Reading, read_charge
from services.referrals.completeness import faults_of, faults_of_body, has_bureau_for_channel
from services.referrals.countries import HOME
from services.referrals.faults import Fault
from services.referrals.model import Offence, Person, Referral
from services.referrals.model.subjects import Role
from services.referrals.words import PRIVATE_WORDS, REVIEW_WORDS, fold, is_beyond_lists

__all__ = ["Answer", "Criterion", "Intake", "check", "faults_of_body"]

_WITHOUT_US_SECTION = frozenset({Category.ORDINARY_CRIME, Category.UNCLASSIFIED})
_FOR_THE_PERSON = frozenset({RequestType.FUGITIVE, RequestType.PERSON_LOCATION})
_CHILD_CATEGORIES = frozenset({Category.CHILD_EXPLOITATION, Category.CHILD_SEX_TRAVEL})
_CHILD_SECTIONS = frozenset(
    f"18 USC {number}" for number in ("1466A", "2251", "2251A", "2252", "2252A", "2258A", "2260", "2423", "2425")
)


class Answer(StrEnum):
    """What is known about one criterion."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Criterion(NamedTuple):
    """One of the seven, with who said so."""

    number: int
    answer: Answer
    said_by: str


@dataclass(frozen=True, slots=True)
class Intake:
    """What the check found. With a fault the referral is refused, and nothing of it is stored."""

    faults: tuple[Fault, ...]
    flags: tuple[Flag, ...]
    criteria: tuple[Criterion, ...]
    completeness: int
    """How fully the subjects are identified, in percent; 0 where none is given."""
    readings: tuple[Reading | None, ...] = ()
    """What the charge text of each offence says; none where there is no charge text."""
    sections: tuple[tuple[str, ...], ...] = ()
    """Which sections of the US Code the charge text of each offence names."""


def check(referral: Referral, today: date) -> Intake:
    """Hold a referral to the seven criteria and to completeness, and find every fault at once."""
    words = _words(referral)
    readings = tuple(_reading(offence) for offence in referral.offences)
    sections = tuple(_sections(offence) for offence in referral.offences)
    criteria = _criteria(referral, readings, any(sections), words, today)
    return Intake(
        faults_of(referral, today),
        _flags(referral, words, criteria, today),
        criteria,
        _completeness(referral),
        readings,
        sections,
    )


def _reading(offence: Offence) -> Reading | None:
    charge = offence.charge
    return None if charge is None else read_charge(charge.text, charge.translation, charge.language)


def _sections(offence: Offence) -> tuple[str, ...]:
    return tuple(map(str, sections_in(offence.charge.text))) if offence.charge is not None else ()


@dataclass(frozen=True, slots=True)
class _Words:
    """What the word tables say about the texts of a referral."""

    flags: frozenset[Flag]
    beyond_lists: bool


def _words(referral: Referral) -> _Words:
    charges: list[str] = []
    read_by_lists: list[str] = []
    for offence in referral.offences:
        if offence.charge is not None:
            charges.append(_folded(offence.charge.text, offence.charge.translation, read_by_lists))
    narrative = _folded(referral.narrative, referral.narrative_translation, read_by_lists)
    flags = REVIEW_WORDS.flags_in(" | ".join([*charges, narrative]))
    if charges:
        flags |= PRIVATE_WORDS.flags_in(" | ".join(charges))
    return _Words(flags, any(map(is_beyond_lists, read_by_lists)))


def _folded(text: str, translation: str | None, read_by_lists: list[str]) -> str:
    folded = fold(text)
    if translation is None:
        read_by_lists.append(folded)
        return folded
    read_by_lists.append(fold(translation))
    return f"{folded} | {read_by_lists[-1]}"


def _criteria(
    referral: Referral, readings: Iterable[Reading | None], names_section: bool, words: _Words, today: date
) -> tuple[Criterion, ...]:
    requester = referral.requester
    channel = requester.channel.value
    is_crime_here, said_by = _crime_here(referral, readings, names_section)
    scan = Answer.UNKNOWN if words.beyond_lists or words.flags & _BARRED else Answer.YES
    return (
        Criterion(1, Answer.YES, channel),
        Criterion(2, Answer.YES if has_bureau_for_channel(requester, today) else Answer.NO, "country table"),
        Criterion(3, Answer.YES if _is_international(referral) else Answer.UNKNOWN, "country table"),
        Criterion(4, Answer.YES if is_crime_here else Answer.UNKNOWN, said_by),
        Criterion(5, scan, "word scan"),
        Criterion(6, Answer.UNKNOWN if referral.link is None else Answer.YES, "requester"),
        Criterion(7, Answer.YES, "requester"),
    )


_BARRED = frozenset({Flag.ARTICLE_3, Flag.REPRESSION})


def _is_international(referral: Referral) -> bool:
    if referral.requester.country not in HOME or referral.requester.kind is RequesterKind.INTERNATIONAL_BODY:
        return True
    return any(
        country not in HOME
        for subject in referral.subjects
        for country in (subject.nationalities if isinstance(subject, Person) else (subject.country or "US",))
    )


def _crime_here(referral: Referral, readings: Iterable[Reading | None], names_section: bool) -> tuple[bool, str]:
    """Tell whether some offence is one of the US Code's, and whether that was stated or read from a charge."""
    stated = [offence.category for offence in referral.offences if offence.category is not None]
    if any(offence.section is not None for offence in referral.offences) or _some_has_section(stated, referral):
        return True, "offence table"
    read = [reading.labels[0].category for reading in readings if reading is not None and reading.labels]
    if names_section or _some_has_section(read, referral):
        return True, "charge reading"
    return False, "offence table"


def _some_has_section(categories: Iterable[Category], referral: Referral) -> bool:
    """Ordinary crime has no section of its own; of a person who is sought it makes a fugitive, and that has."""
    without = _WITHOUT_US_SECTION - ({Category.ORDINARY_CRIME} if referral.request_type in _FOR_THE_PERSON else set())
    return not without.issuperset(categories)


def _flags(referral: Referral, words: _Words, criteria: Iterable[Criterion], today: date) -> tuple[Flag, ...]:
    flags = set(words.flags)
    if referral.marks.us.protected_person:
        flags.add(Flag.PROTECTED_PERSON)
    if referral.marks.has_unknown:
        flags.add(Flag.UNKNOWN_MARK)
    if _has_minor(referral, today):
        flags.add(Flag.MINOR_SUBJECT)
    # What goes to a desk in any case is read by a person anyway, and a visit has no offence to ask about.
    if referral.request_type not in DESK_ONLY_REQUEST_TYPES:
        explained = flags & _BARRED
        for criterion in criteria:
            if criterion.answer is Answer.UNKNOWN and not (criterion.number == 5 and explained):
                flags.add(Flag.CRITERION_UNKNOWN)
    return tuple(flag for flag in Flag if flag in flags)


def _has_minor(referral: Referral, today: date) -> bool:
    persons = [subject for subject in referral.subjects if isinstance(subject, Person)]
    if not any(person.may_be_minor(today) for person in persons):
        return False
    # A child victim is the normal case of child exploitation, and of nothing else.
    about_children = any(_is_child_matter(offence) for offence in referral.offences)
    return any(person.may_be_minor(today) and not (about_children and person.role is Role.VICTIM) for person in persons)


def _is_child_matter(offence: Offence) -> bool:
    if offence.category in _CHILD_CATEGORIES:
        return True
    section = read_section(offence.section) if offence.section is not None else None
    return section is not None and section.whole.upper() in _CHILD_SECTIONS


def _completeness(referral: Referral) -> int:
    if not referral.subjects:
        return 0
    points = 0
    for subject in referral.subjects:
        known = [bool(subject.names), bool(subject.identifiers)]
        if isinstance(subject, Person):
            known += [subject.birth not in (None, "-"), bool(subject.nationalities), subject.sex != "unknown"]
        else:
            known += [subject.country is not None]
        points += 100 * sum(known) // len(known)
    return points // len(referral.subjects)
