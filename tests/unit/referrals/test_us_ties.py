"""What ties a notice to the United States, and what only looks as if it did."""

from datetime import date

import pytest

from schemas.notices import Colour
from schemas.vocabulary.facts import Evidence, NexusKind
from services.referrals.model.nexus import GivenPlace, Nexus
from services.referrals.notices.notice import (
    Document,
    Entity,
    Event,
    Notice,
    NoticeName,
    Relative,
    SubjectType,
    Warrant,
)
from services.referrals.notices.us_ties import TieKind, nexus_of, us_ties
from services.referrals.notices.us_words import Named, named_in

TODAY = date(2026, 11, 25)
COUNTRY = Named()


def notice(**fields):
    return Notice(**{"entity_id": "2099/1", "colour": Colour.RED, **fields})


def kinds(found):
    return [tie.kind for tie in found]


@pytest.mark.parametrize(
    "text",
    [
        "He was last seen in the United States.",
        "resides in USA",
        "RESIDES IN MIAMI BEACH, USA",
        "a U.S. citizen",
        "travels on a US passport",
        "Se fugó a los Estados Unidos de América",
        "reside en EE.UU.",
        "reside en EE. UU.",
        "vive en EEUU",
        "ciudadano estadounidense",
        "s'est enfui aux États-Unis",
        "en direction des Etats-Unis d'Amérique",
        "soll sich in den Vereinigten Staaten aufhalten",
        "فر إلى الولايات المتحدة الأمريكية",
        "هرب إلى أمريكا",
        "harab ila al-wilayat al-muttahida",
    ],
)
def test_a_text_that_names_the_united_states_is_a_tie(text):
    assert named_in(text)[0] == COUNTRY
    assert kinds(us_ties(notice(summary=text))) == [TieKind.TEXT]


@pytest.mark.parametrize(
    "text",
    [
        "Estados Unidos Mexicanos",
        "en los Estados Unidos de México",
        "United Mexican States",
        "a court of the United States of Mexico",
        "aux États-Unis du Mexique",
        "Vereinigte Staaten von Mexiko",
        "الولايات المتحدة المكسيكية",
        "the Federated States of Micronesia",
        "Republica Federativa dos Estados Unidos do Brasil",
        "500 US dollars",
        "US$ 20,000",
        "20 000 dollars US",
        "20,000 U.S. dollars",
        "20.000 dólares de los Estados Unidos",
        "dólares estadounidenses",
        "50 000 dollars des Etats-Unis",
        "500 USD",
        "paid in united states currency",
        "usa documentos falsos",
        "USA DOCUMENTOS FALSOS",
        "HE THREATENED TO KILL ALL OF US",
        "Georgia",
        "Tbilisi, Georgia",
        "born in Virginia, married to Virginia",
        "Florida, Valle del Cauca",
        "Baja California Sur",
        "golfo de California",
        "Los Angeles, Chile",
        "San Francisco de Macoris",
        "Puerto Rico, Caqueta",
        "Washington, Tyne and Wear",
        "South American gang",
        "en América Latina",
        "أمريكا اللاتينية",
        "usable, usage, Jerusalem, Susan",
        "",
    ],
)
def test_what_only_looks_like_it_is_none(text):
    assert named_in(text) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("fled to Houston, Texas", Named("TX", "Houston")),
        ("seen in Nueva York", Named("NY")),
        ("seen in Chicago", Named("IL", "Chicago")),
        ("lives in Los Angeles, California", Named("CA", "Los Angeles")),
        ("state of Georgia", Named("GA")),
        ("West Virginia", Named("WV")),
        ("San Juan, Puerto Rico", Named("PR")),
    ],
)
def test_a_place_that_hardly_anything_else_is_called_gives_its_state(text, named):
    assert named_in(text) == (named,)


def test_a_place_in_a_text_is_told_as_weak():
    [tie] = us_ties(notice(warrants=(Warrant(charge="Fled to Houston, Texas"),)))

    assert (tie.kind, tie.where) == (TieKind.TEXT, "arrest_warrants")
    assert tie.nexus == Nexus(
        kind=NexusKind.PERSON_LOCATION, place=GivenPlace(state="TX", city="Houston"), evidence=(Evidence.WEAK,)
    )


def test_a_tattoo_is_a_tie_and_says_nothing_of_where_its_bearer_is():
    [tie] = us_ties(notice(distinguishing_marks="Tattoo: Houston, Texas"))

    assert (tie.kind, tie.where, tie.nexus) == (TieKind.TEXT, "distinguishing_marks", None)


def test_a_place_of_birth_counts_only_where_its_country_is_not_given():
    [tie] = us_ties(notice(place_of_birth="Chicago"))

    assert (tie.kind, tie.where, tie.nexus) == (TieKind.BORN, "place_of_birth", None)
    assert us_ties(notice(place_of_birth="Texas", country_of_birth="MX")) == ()


def test_two_states_in_one_text_give_no_place():
    [tie] = us_ties(notice(summary="Between Chicago and Seattle"))

    assert tie.nexus is None


@pytest.mark.parametrize(
    ("fields", "kind", "where"),
    [
        ({"nationalities": ("MX", "US")}, TieKind.NATIONALITY, "nationalities"),
        ({"nationalities": ("PR",)}, TieKind.NATIONALITY, "nationalities"),
        ({"country_of_birth": "GU"}, TieKind.BORN, "country_of_birth_id"),
        ({"warrants": (Warrant(issuing_country="US"),)}, TieKind.WARRANT, "arrest_warrants"),
        ({"issuing_country": "US"}, TieKind.ISSUED, "issuing_country"),
        ({"documents": (Document(number="T-1", country="US"),)}, TieKind.DOCUMENT, "identity_documents"),
        ({"likely_to_visit": ("CA", "US")}, TieKind.LIKELY_TO_VISIT, "countries_likely_to_be_visited"),
    ],
)
def test_a_country_alone_is_a_tie_and_gives_no_place(fields, kind, where):
    [tie] = us_ties(notice(**fields))

    assert (tie.kind, tie.where, tie.nexus) == (kind, where, None)


def test_a_notice_of_another_country_has_no_tie():
    assert (
        us_ties(notice(nationalities=("FR", "914"), warrants=(Warrant(issuing_country="DE", charge="Betrug"),))) == ()
    )


def test_an_address_gives_its_state_and_zip_and_keeps_the_street_to_itself():
    [tie] = us_ties(notice(colour=Colour.UN, addresses=("1 Invented Street, Laredo, TX 78040",)))

    assert tie.kind is TieKind.ADDRESS
    assert tie.nexus.place == GivenPlace(state="TX", zip="78040")
    assert tie.nexus.detail == "1 Invented Street, Laredo, TX 78040"


def test_an_entity_at_an_address_is_registered_there():
    entity = Entity(additional_information="none")

    [tie] = us_ties(notice(subject_type=SubjectType.ENTITY, entity=entity, addresses=("Invented Road, Dallas, Texas",)))

    assert tie.nexus.kind is NexusKind.ENTITY_REGISTRATION
    assert tie.nexus.place.state == "TX"


@pytest.mark.parametrize(
    "place",
    ["House of Mrs Täuscher", "chez Muttrina", "Täuscher-Hof", "TAUSCHER", "Home of the aunt next door, Springfield"],
)
def test_a_place_with_a_name_in_it_is_told_to_nobody(place):
    names, parents = (NoticeName(name="TAUSCHER"),), (Relative(relation="mother", forename="Muttrina"),)
    event = Event(place=place, country="US")

    [tie] = us_ties(notice(colour=Colour.YELLOW, names=names, relatives=parents, event=event), today=TODAY)

    assert tie.nexus.place == GivenPlace()
    assert tie.nexus.detail == place


def test_where_somebody_went_missing_is_a_place_with_its_day():
    event = Event(date="2026-11-20", place="Springfield", country="US")

    [tie] = us_ties(notice(colour=Colour.YELLOW, event=event), today=TODAY)

    assert tie.kind is TieKind.EVENT
    assert tie.nexus == Nexus(
        kind=NexusKind.PERSON_LOCATION,
        place=GivenPlace(city="Springfield"),
        as_of=date(2026, 11, 20),
        detail="Springfield",
    )


@pytest.mark.parametrize("day", [None, "2026", "2026-11", "2026-11-26", "1901-01-01", "2026-02-31"])
def test_a_day_that_is_none_dates_nothing(day):
    event = Event(date=day, place="12 Invented St.", country="US")

    [tie] = us_ties(notice(colour=Colour.YELLOW, event=event), today=TODAY)

    assert tie.nexus.as_of is None
    assert tie.nexus.place == GivenPlace()


def test_what_the_bureau_states_comes_first_and_as_it_states_it():
    stated = Nexus(kind=NexusKind.BANK_ACCOUNT, place=GivenPlace(state="NY"))

    found = us_ties(notice(nationalities=("US",)), [stated])

    assert kinds(found) == [TieKind.STATED, TieKind.NATIONALITY]
    assert nexus_of(found) == (stated,)


@pytest.mark.parametrize(
    "stated", [Nexus(kind=NexusKind.NONE), Nexus(kind=NexusKind.PERSON_LOCATION, place=GivenPlace(country="CA"))]
)
def test_that_there_is_no_nexus_or_one_elsewhere_is_no_tie(stated):
    assert us_ties(notice(), [stated]) == ()
