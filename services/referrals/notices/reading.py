"""A notice in full, of every colour: the fields of the public service, and of the messages of the bureau.

Every field but the number may be missing: which ones a colour has is the affair of who publishes it. Fields that we
do not know are passed over; those that we know must be what they always are, or the notice is refused whole.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.notices import Colour, NoticeKind
from services.referrals.notices.fields import Fields
from services.referrals.notices.notice import (
    Alias,
    Associate,
    Document,
    Entity,
    Event,
    NameRole,
    Notice,
    NoticeName,
    Relative,
    SubjectType,
    UnListing,
    Warrant,
)
from services.referrals.notices.opening import open_object
from services.referrals.notices.subjects import subject_type_of
from services.referrals.notices.unreadable import Faults
from services.referrals.notices.values import (
    MOST_LINE,
    Unfit,
    plain,
    read_code,
    read_country_code,
    read_date,
    read_date_or_line,
    read_entity_id,
    read_height,
    read_line,
    read_line_or_number,
    read_resolution,
    read_sex,
    read_text,
    read_weight,
)

MOST_NOTICE_BYTES = 256 * 1024
MOST_WARRANTS = 50

_KNOWN_AS = re.compile(r"^\s*[AF]\.?K\.?A\.?\s*:\s*", re.IGNORECASE)


def read_notice(
    colour: Colour,
    raw: bytes | Mapping[str, Any],
    *,
    kind: NoticeKind = NoticeKind.NOTICE,
    subject_type: SubjectType | None = None,
    asked_for: str | None = None,
    most_bytes: int = MOST_NOTICE_BYTES,
) -> Notice:
    """Read a notice from a body or from an object in one; what is none raises UnreadableNotice with every reason.

    `subject_type` says which half of the list of the United Nations it came from, `asked_for` whose it must be.
    """
    faults = Faults()
    given = open_object(raw, most_bytes) if isinstance(raw, bytes) else raw
    fields = Fields(given, faults)
    entity_id = fields.needed("entity_id", read_entity_id)
    if entity_id is not None and asked_for is not None and plain(entity_id) != plain(asked_for):
        faults.add("other_notice", "/entity_id")
    for ignored in ("_links", "_embedded"):
        fields.part(ignored)
    read = {**_person(fields), **_matter(fields), **_listing(fields)}
    faults.refuse_if_any()
    notice = Notice(entity_id=plain(entity_id or ""), colour=colour, kind=kind, **read)
    return notice.model_copy(update={"subject_type": subject_type or subject_type_of(notice)})


def _person(fields: Fields) -> dict[str, Any]:
    """Read who somebody is and what they look like."""
    return {
        "names": tuple(_names(fields)),
        "birth": fields.one("date_of_birth", read_date),
        "sex": fields.one("sex_id", read_sex),
        "nationalities": fields.many("nationalities", read_country_code),
        "country_of_birth": fields.one("country_of_birth_id", read_country_code),
        "place_of_birth": fields.one("place_of_birth", read_text),
        "height_m": fields.one("height", read_height),
        "weight_kg": fields.one("weight", read_weight),
        "eyes": fields.many("eyes_colors_id", read_code),
        "hairs": fields.many("hairs_id", read_code),
        "languages": fields.many("languages_spoken_ids", read_code),
        "distinguishing_marks": fields.one("distinguishing_marks", read_text),
        "profession": fields.one("profession", read_text),
        "relatives": tuple(_relatives(fields)),
    }


def _matter(fields: Fields) -> dict[str, Any]:
    """Read what it is about: warrants, where somebody was last seen, what is told."""
    return {
        "warrants": tuple(_warrants(fields)),
        "event": _event(fields),
        "issuing_country": fields.first(("issuing_country", "issuing_country_id"), read_country_code),
        "likely_to_visit": _likely_to_visit(fields),
        "summary": fields.one("summary", read_text),
        "purposes": fields.many("purposes", read_text),
    }


def _listing(fields: Fields) -> dict[str, Any]:
    """Read what a sanctions list adds."""
    return {
        "aliases": tuple(_aliases(fields)),
        "un": _un(fields),
        "associates": tuple(_associates(fields)),
        # The service spells it with one d.
        "addresses": fields.many("adresses", read_text),
        "documents": tuple(_documents(fields)),
        "entity": _entity(fields),
    }


def _names(fields: Fields) -> Iterator[NoticeName]:
    original = ("name_in_original_script", "forename_in_original_script")
    for role, name, forename in ((NameRole.MAIN, "name", "forename"), (NameRole.ORIGINAL_SCRIPT, *original)):
        found = NoticeName(role=role, name=fields.one(name, read_line), forename=fields.one(forename, read_line))
        if found.whole:
            yield found
    birth = fields.first(("birth_name", "name_at_birth"), read_line)
    if birth is not None:
        yield NoticeName(role=NameRole.BIRTH, name=birth)
    for role, name in ((NameRole.FORMER, "formerly_known_as"), (NameRole.ALIAS, "also_known_as")):
        yield from (NoticeName(role=role, name=each) for each in _each_of(fields, name))


def _each_of(fields: Fields, name: str) -> tuple[str, ...]:
    """Read names that stand in one text with semicolons between them, after `F.K.A.:` or not, or in a list."""
    if isinstance(fields.given.get(name), list):
        return fields.many(name, read_line)
    parts = re.split("[;\n]", fields.one(name, read_text) or "")
    return fields.within(name, tuple(_KNOWN_AS.sub("", part) for part in parts), read_line)


def _aliases(fields: Fields) -> Iterator[Alias]:
    for each in fields.parts("aliases"):
        pairs = (
            (NameRole.ALIAS, "name", "forename"),
            (NameRole.ORIGINAL_SCRIPT, "name_in_original_script", "forename_in_original_script"),
        )
        names = tuple(
            NoticeName(role=role, name=each.one(name, read_line), forename=each.one(forename, read_line))
            for role, name, forename in pairs
        )
        alias = Alias(names=tuple(name for name in names if name.whole), birth=each.one("date_of_birth", read_date))
        if alias.names or alias.birth:
            yield alias


def _warrants(fields: Fields) -> Iterator[Warrant]:
    for each in fields.parts("arrest_warrants", MOST_WARRANTS):
        warrant = Warrant(
            issuing_country=each.one("issuing_country_id", read_country_code),
            charge=each.one("charge", read_text),
            charge_translation=each.one("charge_translation", read_text),
        )
        if warrant != Warrant():
            yield warrant


def _event(fields: Fields) -> Event | None:
    event = Event(
        date=fields.one("date_of_event", read_date),
        place=fields.one("place", read_text),
        country=fields.one("country", read_country_code),
    )
    return event if event != Event() else None


def _likely_to_visit(fields: Fields) -> tuple[str, ...]:
    """Read countries; only one client has seen this field, so one country may stand there without a list."""
    name = "countries_likely_to_be_visited"
    if isinstance(fields.given.get(name), str):
        return tuple(country for country in (fields.one(name, read_country_code),) if country)
    return fields.many(name, read_country_code)


def _relatives(fields: Fields) -> Iterator[Relative]:
    father = Relative(
        relation="father", name=fields.one("father_name", read_line), forename=fields.one("father_forename", read_line)
    )
    mother = Relative(
        relation="mother", name=fields.one("mother_name", read_line), forename=fields.one("mother_forename", read_line)
    )
    return (parent for parent in (father, mother) if parent.name or parent.forename)


def _un(fields: Fields) -> UnListing | None:
    listing = UnListing(
        reference=fields.one("un_reference", read_line),
        reference_date=fields.one("un_reference_date", read_date_or_line),
        resolution=fields.one("un_resolution", read_resolution),
    )
    return listing if listing != UnListing() else None


def _associates(fields: Fields) -> Iterator[Associate]:
    for each in fields.parts("associates"):
        associate = Associate(
            name=each.one("name", read_line), reference=each.one("reference_number", read_line_or_number)
        )
        if associate != Associate():
            yield associate


def _documents(fields: Fields) -> Iterator[Document]:
    """Read identity documents, whose fields public clients name in two ways."""
    for each in fields.parts("identity_documents"):
        document = Document(
            type=each.one("type", read_line),
            number=each.first(("number", "nr"), read_line_or_number),
            country=each.first(("country", "issuing_country_id", "citizenship_id"), read_country_code),
            expiry=each.first(("expiry", "expiry_date"), read_date_or_line),
            issued=each.one("issued_on", read_date_or_line),
            place_of_issue=each.one("place_of_issue", read_text),
        )
        if document != Document():
            yield document


def _entity(fields: Fields) -> Entity | None:
    entity = Entity(
        main_activity=fields.one("main_activity", read_text),
        legal_form=fields.one("legal_form", read_text),
        registration_number=fields.one("registration_number", read_line_or_number),
        administrators=fields.many("administrators", _read_administrator),
        from_chamber_of_commerce=fields.one("from_chamber_of_commerce", read_text),
        additional_information=fields.one("additional_information", read_text),
    )
    return entity if entity != Entity() else None


def _read_administrator(given: Any) -> str | None:
    """Read who runs an entity, which nobody has recorded: a text, or a name in its parts."""
    if not isinstance(given, Mapping):
        return read_line(given)
    parts = (read_line(given.get(name)) for name in ("forename", "name"))
    whole = " ".join(part for part in parts if part)
    if len(whole) > MOST_LINE:
        raise Unfit("too_long")
    return whole or None
