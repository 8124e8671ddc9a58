"""The subject of a notice, as a referral names one: person data, and all of it stays sealed."""

from collections.abc import Iterator
from datetime import date, timedelta

from pydantic_core import PydanticCustomError

from schemas.notices import Colour
from services.referrals.completeness import LATEST_ZONE, OLDEST_LIFE
from services.referrals.countries import read_country, read_nationality
from services.referrals.model.dates import read_partial_date
from services.referrals.model.subjects import (
    Identifier,
    IdentifierKind,
    NameKind,
    Organisation,
    Person,
    Role,
    Subject,
    SubjectName,
)
from services.referrals.notices.fitted import fitted_line
from services.referrals.notices.notice import Document, NameRole, Notice, NoticeName, SubjectType

NAMES_AT_MOST = 20
NAME_AT_MOST = 300
IDENTIFIERS_AT_MOST = 30
LINE_AT_MOST = 200
NATIONALITIES_AT_MOST = 10

ROLES = {
    Colour.RED: Role.WANTED,
    Colour.YELLOW: Role.MISSING,
    Colour.GREEN: Role.SUSPECT,
    Colour.SILVER: Role.SUSPECT,
}
"""What the subject of a colour is; of all others it is said no more than that it is the subject."""

_NAME_KINDS = {
    NameRole.MAIN: NameKind.LEGAL,
    NameRole.ORIGINAL_SCRIPT: NameKind.LEGAL,
    NameRole.BIRTH: NameKind.BIRTH,
    NameRole.FORMER: NameKind.FORMER,
    NameRole.ALIAS: NameKind.ALIAS,
}
_DOCUMENTS = (
    ("passport", IdentifierKind.PASSPORT),
    ("driv", IdentifierKind.DRIVING_LICENCE),
    ("tax", IdentifierKind.TAX),
    ("identi", IdentifierKind.NATIONAL_ID),
    ("regist", IdentifierKind.REGISTRATION),
)
_SEXES = {"M": "male", "F": "female"}


def subjects_of(notice: Notice, today: date) -> tuple[Subject, ...]:
    """Give whom a notice is about; nobody if it is about nobody, or if nothing names or numbers them."""
    if notice.subject_type is SubjectType.NOBODY:
        return ()
    names, identifiers = tuple(_names(notice)), tuple(_identifiers(notice))
    if not names and not identifiers:  # INTERPOL's own number is all there is to know them by
        identifiers = (Identifier(kind=IdentifierKind.CASE, value=notice.entity_id),)
    role = ROLES.get(notice.colour, Role.OTHER)
    if notice.subject_type is SubjectType.ENTITY:
        return (Organisation(type="organisation", role=role, names=names, identifiers=identifiers),)
    person = Person(
        type="person",
        role=role,
        names=names,
        birth=birth_of(notice.birth, today),
        sex=_SEXES.get(notice.sex or "", "unknown"),  # type: ignore[arg-type]
        nationalities=_nationalities(notice),
        identifiers=identifiers,
    )
    # Whoever is missing and may be a child is told as one; of nobody else is it said.
    is_child = notice.colour is Colour.YELLOW and person.may_be_minor(today)
    return (person.model_copy(update={"minor": True}) if is_child else person,)


def birth_of(birth: str | None, today: date) -> str | None:
    """Give a date of birth that somebody alive can have; of anything else that it is not known."""
    try:
        born = read_partial_date(birth) if birth is not None else None
        if born is None or born.earliest > today + LATEST_ZONE or born.latest < today - OLDEST_LIFE + timedelta(days=1):
            return None
    except (PydanticCustomError, ValueError, OverflowError):
        return None
    return birth


def _names(notice: Notice) -> Iterator[SubjectName]:
    seen: set[tuple[str, NameKind]] = set()
    for text, kind in _all_names(notice):
        name = fitted_line(text, NAME_AT_MOST)
        if name is not None and (name, kind) not in seen and len(seen) < NAMES_AT_MOST:
            seen.add((name, kind))
            yield SubjectName(text=name, kind=kind)


def _all_names(notice: Notice) -> Iterator[tuple[str, NameKind]]:
    for name in notice.names:
        yield name.whole, _NAME_KINDS[name.role]
    for alias in notice.aliases:
        for other in alias.names:
            yield _whole(other), NameKind.ALIAS


def _whole(name: NoticeName) -> str:
    return name.whole


def _identifiers(notice: Notice) -> Iterator[Identifier]:
    for document in notice.documents[:IDENTIFIERS_AT_MOST]:
        if (value := fitted_line(document.number, LINE_AT_MOST)) is not None:
            yield Identifier(kind=_kind_of(document), value=value, country=_country(document.country))
    if notice.entity is not None and len(notice.documents) < IDENTIFIERS_AT_MOST:
        value = fitted_line(notice.entity.registration_number, LINE_AT_MOST)
        if value is not None:
            yield Identifier(kind=IdentifierKind.REGISTRATION, value=value)


def _kind_of(document: Document) -> IdentifierKind:
    said = (document.type or "").lower()
    return next((kind for part, kind in _DOCUMENTS if part in said), IdentifierKind.OTHER)


def _country(code: str | None) -> str | None:
    try:
        return read_country(code) if code is not None and len(code) == 2 else None
    except PydanticCustomError:
        return None


def _nationalities(notice: Notice) -> tuple[str, ...]:
    """Give the countries that there are; INTERPOL's numbers and codes of its own name none."""
    found: list[str] = []
    for code in notice.nationalities:
        try:
            if len(code) == 2 and code.isascii() and code.isalpha() and code.isupper():
                found.append(read_nationality(code))
        except PydanticCustomError:
            continue
    return tuple(dict.fromkeys(found))[:NATIONALITIES_AT_MOST]
