"""Notices of nobody, as odd as they can be read: for what must hold of every one of them."""

from typing import Any

import hypothesis.strategies as st

from schemas.notices import Colour, NoticeKind
from services.referrals.notices.notice import (
    Alias,
    Document,
    Entity,
    Event,
    NameRole,
    Notice,
    NoticeName,
    SubjectType,
    UnListing,
    Warrant,
)

ALPHABET = st.characters(exclude_categories=["Cs", "Cc"])
LINES = st.text(ALPHABET, min_size=1, max_size=40).map(str.strip).filter(bool)
LONG_LINES = st.builds(str.__mul__, LINES, st.integers(1, 20))
CHARGES = st.sampled_from(
    [
        "- Blanchiment aggravé\n- Association de malfaiteurs",
        "Murder",
        "Tráfico de estupefacientes (art. 376 CP)",
        "Betrug gemäß § 263 StGB",
        "Child pornography, sexual exploitation of children",
        "غسل الأموال",
        "статья 159 УК",
        "He fled to Houston, Texas in the United States",
    ]
)
TEXTS = st.one_of(CHARGES, st.text(st.characters(exclude_categories=["Cs"]), max_size=60), LINES.map(lambda s: s * 700))
CODES = st.sampled_from(
    ["US", "FR", "DE", "MX", "XK", "TW", "PR", "SU", "UK", "914", "922", "ICC", "UNMIK", "ZZ", "fr", "1", "EPPO", "YU"]
)
DATES = st.sampled_from(
    ["1985", "1985-03", "1985-03-09", "2015-06-01", "2024", "1801", "1896-01-01", "2099-01-01", "2026-11-24", "0001"]
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Leave it out now and then."""
    return st.one_of(st.none(), strategy)


def tuples(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    """Give a few of them."""
    return st.lists(strategy, max_size=most).map(tuple)


NAMES = st.builds(NoticeName, role=st.sampled_from(NameRole), name=maybe(LONG_LINES), forename=maybe(LINES))
WARRANTS = st.builds(Warrant, issuing_country=maybe(CODES), charge=maybe(TEXTS), charge_translation=maybe(TEXTS))
DOCUMENTS = st.builds(
    Document,
    type=maybe(st.sampled_from(["Passport", "National identification", "driving licence", "other"])),
    number=maybe(LONG_LINES),
    country=maybe(CODES),
)
EVENTS = st.builds(Event, date=maybe(DATES), place=maybe(LINES), country=maybe(CODES))
ENTITIES = st.builds(
    Entity, main_activity=maybe(LINES), registration_number=maybe(LONG_LINES), additional_information=maybe(TEXTS)
)

NOTICES: st.SearchStrategy[Notice] = st.builds(
    Notice,
    entity_id=st.integers(1, 10**9).map(lambda number: f"2099/{number}"),
    colour=st.sampled_from(Colour),
    kind=st.sampled_from(NoticeKind),
    subject_type=st.sampled_from(SubjectType),
    names=tuples(NAMES),
    aliases=tuples(st.builds(Alias, names=tuples(NAMES)), 12),
    birth=maybe(DATES),
    sex=maybe(st.sampled_from(["M", "F", "U"])),
    nationalities=tuples(CODES, 14),
    country_of_birth=maybe(CODES),
    place_of_birth=maybe(LINES),
    height_m=maybe(st.floats(0.1, 3)),
    distinguishing_marks=maybe(TEXTS),
    warrants=tuples(WARRANTS, 25),
    event=maybe(EVENTS),
    issuing_country=maybe(CODES),
    likely_to_visit=tuples(CODES),
    un=maybe(st.builds(UnListing, reference=maybe(LINES), resolution=maybe(st.integers(1, 9999)))),
    addresses=tuples(st.one_of(LINES, st.just("1 Invented Street, Laredo, TX 78040"), st.just("Miami, Florida, USA"))),
    documents=tuples(DOCUMENTS, 35),
    entity=maybe(ENTITIES),
    summary=maybe(TEXTS),
    purposes=tuples(TEXTS),
)
