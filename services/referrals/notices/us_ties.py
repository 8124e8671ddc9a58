"""What ties a notice to the United States. Without any tie it is kept for reference and never becomes a referral.

A tie says that somebody here may have to look, not that the subject is here: of nationality, birth or a document no
place follows, and a place in a text is told as weak. What the bureau states outright is taken as it states it.
"""

import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.notices import Colour
from schemas.vocabulary.facts import Evidence, NexusKind
from services.referrals.addresses import place_of_address
from services.referrals.countries import HOME, STATES
from services.referrals.model.nexus import GivenPlace, Nexus
from services.referrals.notices.notice import Notice, SubjectType
from services.referrals.notices.us_words import Named, named_in

NEXUS_AT_MOST = 50
DETAIL_AT_MOST = 4_000
TOWN_AT_MOST = 60
TOWN_WORDS_AT_MOST = 4
PARTICLE_AT_MOST = 2


class TieKind(StrEnum):
    """What ties a notice to the United States."""

    STATED = "stated"
    NATIONALITY = "nationality"
    BORN = "born"
    WARRANT = "warrant"
    ISSUED = "issued"
    ADDRESS = "address"
    DOCUMENT = "document"
    EVENT = "event"
    LIKELY_TO_VISIT = "likely_to_visit"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie: its kind, the field of the notice that it stands in, and a place if it gives one."""

    kind: TieKind
    where: str
    nexus: Nexus | None = None


def us_ties(notice: Notice, stated: Sequence[Nexus] = (), today: date | None = None) -> tuple[Tie, ...]:
    """Find everything that ties a notice to the United States, what the bureau states first."""
    found = [*_stated(stated), *_of_countries(notice), *_of_places(notice, today), *_of_texts(notice)]
    return tuple(dict.fromkeys(found))


def nexus_of(ties: Sequence[Tie]) -> tuple[Nexus, ...]:
    """Give the places that ties lead to, each once, as a referral states them."""
    return tuple(dict.fromkeys(tie.nexus for tie in ties if tie.nexus is not None))[:NEXUS_AT_MOST]


def _stated(stated: Sequence[Nexus]) -> Iterator[Tie]:
    for nexus in stated:
        if nexus.kind is not NexusKind.NONE and (nexus.place is None or nexus.place.country in HOME):
            yield Tie(TieKind.STATED, "nexus", nexus)


def _of_countries(notice: Notice) -> Iterator[Tie]:
    if not HOME.isdisjoint(notice.nationalities):
        yield Tie(TieKind.NATIONALITY, "nationalities")
    if notice.country_of_birth in HOME:
        yield Tie(TieKind.BORN, "country_of_birth_id")
    elif notice.country_of_birth is None and notice.place_of_birth and named_in(notice.place_of_birth):
        yield Tie(TieKind.BORN, "place_of_birth")
    if any(warrant.issuing_country in HOME for warrant in notice.warrants):
        yield Tie(TieKind.WARRANT, "arrest_warrants")
    if notice.issuing_country in HOME:
        yield Tie(TieKind.ISSUED, "issuing_country")
    if any(document.country in HOME for document in notice.documents):
        yield Tie(TieKind.DOCUMENT, "identity_documents")
    if not HOME.isdisjoint(notice.likely_to_visit):
        yield Tie(TieKind.LIKELY_TO_VISIT, "countries_likely_to_be_visited")


def _of_places(notice: Notice, today: date | None) -> Iterator[Tie]:
    kind = NexusKind.ENTITY_REGISTRATION if notice.subject_type is SubjectType.ENTITY else NexusKind.PERSON_LOCATION
    for address in notice.addresses:
        place = place_of_address(address)
        if place is not None:
            given = GivenPlace(state=place.state, zip=place.zip)
            yield Tie(TieKind.ADDRESS, "adresses", Nexus(kind=kind, place=given, detail=_cut(address)))
        elif named := named_in(address):
            nexus = Nexus(kind=kind, place=_place_of(named), detail=_cut(address))
            yield Tie(TieKind.ADDRESS, "adresses", nexus)
    event = notice.event
    if event is not None and event.country in HOME:
        yield Tie(TieKind.EVENT, "country", _where_it_happened(notice, today))


def _where_it_happened(notice: Notice, today: date | None) -> Nexus | None:
    """Give where a missing person was last seen, as far as the notice says it."""
    event = notice.event
    assert event is not None
    if event.place is None and event.country == "US":
        return None
    read = place_of_address(event.place) if event.place is not None else None
    if read is not None:
        place = GivenPlace(state=read.state, zip=read.zip)
    elif event.country != "US":
        place = GivenPlace(country="US", state=event.country if event.country in STATES else None)
    else:
        place = _place_of_event(event.place or "", _words_of_names(notice))
    kind = NexusKind.PERSON_LOCATION if notice.colour is Colour.YELLOW else NexusKind.ASSOCIATE
    nexus = Nexus(kind=kind, place=place, as_of=_day(event.date, today), detail=_cut(event.place))
    return None if nexus.is_empty else nexus


def _place_of_event(text: str, names: Set[str]) -> GivenPlace:
    """Read `Miami, Florida`; a town alone is left to the gazetteer, which asks when there are several."""
    named = named_in(f"{text} USA") if "," in text else named_in(text)
    known = _place_of(named)
    if known.state is not None:
        return known
    town = text.split(",")[0].strip()
    return GivenPlace(city=town) if _is_town(town) and names.isdisjoint(_words(town)) else GivenPlace()


def _is_town(text: str) -> bool:
    """Tell whether a text may travel as the name of a town: no digits, so that no house number does."""
    letters = [char for char in text if char not in " .,'’/()-"]
    fits = 0 < len(text) <= TOWN_AT_MOST and len(text.split()) <= TOWN_WORDS_AT_MOST and text[0] in letters
    return fits and all(unicodedata.category(char)[0] in "LM" for char in letters)


def _words_of_names(notice: Notice) -> Set[str]:
    """Give the words of all names in a notice: a place that has one of them (`house of ...`) is told to nobody."""
    names = [*notice.names, *(name for alias in notice.aliases for name in alias.names)]
    texts = [*(name.whole for name in names), *(one.name for one in notice.associates)]
    texts += [part for one in notice.relatives for part in (one.name, one.forename)]
    return frozenset(word for text in texts if text for word in _words(text))


def _words(text: str) -> Set[str]:
    """Give the words of a text without their accents; initials and particles are none."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(" " if char in " .,'’/()-" else char for char in plain if not unicodedata.combining(char))
    return frozenset(word for word in kept.split() if len(word) > PARTICLE_AT_MOST)


def _of_texts(notice: Notice) -> Iterator[Tie]:
    for where, text in _texts(notice):
        named = named_in(text)
        if not named:
            continue
        place = _place_of(named)
        nexus = None
        # What a text mentions says little of where the subject is, and a tattoo nothing at all.
        if not place.is_empty and where != "distinguishing_marks":
            nexus = Nexus(kind=NexusKind.PERSON_LOCATION, place=place, evidence=(Evidence.WEAK,))
        yield Tie(TieKind.TEXT, where, nexus)


def _texts(notice: Notice) -> Iterator[tuple[str, str]]:
    for warrant in notice.warrants:
        for text in (warrant.charge, warrant.charge_translation):
            if text:
                yield "arrest_warrants", text
    entity, event = notice.entity, notice.event
    texts = {
        "summary": notice.summary,
        "distinguishing_marks": notice.distinguishing_marks,
        "place": event.place if event is not None and event.country is None else None,
        "additional_information": entity.additional_information if entity is not None else None,
        "main_activity": entity.main_activity if entity is not None else None,
    }
    yield from ((where, text) for where, text in texts.items() if text)
    yield from (("purposes", text) for text in notice.purposes)


def _place_of(named: Sequence[Named]) -> GivenPlace:
    """Give the one state that is named; with two, nobody knows which is meant."""
    states = {one.state for one in named if one.state is not None}
    if len(states) != 1:
        return GivenPlace()
    cities = {one.city for one in named if one.city is not None}
    return GivenPlace(state=states.pop(), city=cities.pop() if len(cities) == 1 else None)


def _day(text: str | None, today: date | None) -> date | None:
    """Read a whole day that a tie may be dated with."""
    try:
        day = date.fromisoformat(text) if text is not None and len(text) == 10 else None
    except ValueError:
        return None
    if day is None or today is None or not today.year - 49 <= day.year or day > today:
        return None
    return day


def _cut(text: str | None) -> str | None:
    """Keep what a detail may hold: no control characters, and no more than its length."""
    if text is None:
        return None
    kept = "".join(char if char >= " " and not "\x7f" <= char <= "\x9f" else " " for char in text).strip()
    return kept[:DETAIL_AT_MOST] or None
