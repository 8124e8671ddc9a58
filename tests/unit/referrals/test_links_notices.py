"""By what a notice and a referral are found to be about the same, and what comes up for who looks for a notice."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.marks import Consent, InterpolMarks, Marks
from schemas.notices import Colour
from services.referrals.links.keys import KeyMaker
from services.referrals.links.matching import match, worth_looking_up
from services.referrals.links.notice_numbers import notice_numbers_in, un_references_in
from services.referrals.links.notice_traits import traits_of_notice
from services.referrals.links.reasons import NAMES_ALONE, Reason
from services.referrals.links.searching import (
    BY_NAME_AT_MOST,
    HITS_AT_MOST,
    Asked,
    Asker,
    found_among,
    may_find,
    tells_somebody,
    traits_asked_for,
)
from services.referrals.links.traits import traits_of
from services.referrals.model.subjects import IdentifierKind, SubjectName
from services.referrals.notices.notice import (
    Alias,
    Document,
    Entity,
    NameRole,
    NoticeName,
    SubjectType,
    UnListing,
    Warrant,
)
from tests.support.notices import ENTITY, SURNAME, invented
from tests.unit.referrals.referral_bodies import drop, put, read

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MAKER = KeyMaker(bytes(range(32)))
PERSON = "/subjects/0"


def keys_of(notice):
    return {key.key: key for key in MAKER.keys_of(traits_of_notice(notice, TODAY))}


def plain(*changes):
    """A referral with nothing in common with the invented notice, but for what is changed."""
    return read(
        drop("/earlier"),
        put("/requester/reference", "BN-2026-777"),
        put(f"{PERSON}/names", [{"text": "Quite Another"}]),
        put(f"{PERSON}/birth", "1950-02-03"),
        put(f"{PERSON}/identifiers", []),
        put("/subjects/1/identifiers", []),
        *changes,
    )


def shared(notice, *changes):
    """What a notice and a referral have in common, and whether that is enough to suggest a link."""
    ours = {key.key: key for key in MAKER.keys_of(traits_of(plain(*changes)))}
    found = match(ours, keys_of(notice).values())
    return [(ground.reason.value, ground.kind) for ground in found.grounds], found.is_enough


def named(name, birth):
    return put(f"{PERSON}/names", [{"text": name}]), put(f"{PERSON}/birth", birth)


def test_a_notice_and_another_matter_have_nothing_in_common():
    assert shared(invented()) == ([], False)


@pytest.mark.parametrize(
    ("birth", "other", "found"),
    [
        ("1980-03-09", "1980-03-09", [("same_name_and_day_of_birth", "")]),
        ("1980-03", "1980-03-09", [("same_name_and_month_of_birth", "")]),
        ("1980", "1980-03-09", [("same_name_and_year_of_birth", "")]),
        ("1980-03-09", "1980-03-10", []),
        (None, "1980-03-09", []),
    ],
)
def test_names_are_compared_with_the_coarser_of_two_dates_of_birth(birth, other, found):
    assert shared(invented(birth=birth), *named("Testson, Testa", other))[0] == found


def test_a_name_alone_is_never_compared():
    keys = keys_of(invented(birth=None))

    assert {key.ground.reason for key in keys.values()} >= {Reason.NAME_ALONE, Reason.NATIONALITY}
    looked_up = set(worth_looking_up(keys.values()))
    assert not {key.key for key in keys.values() if key.ground.reason in NAMES_ALONE} & looked_up


def test_names_in_another_script_and_aliases_with_a_birth_of_their_own_are_found():
    script = NoticeName(role=NameRole.ORIGINAL_SCRIPT, forename="Сергей", name="Хомяков")
    alias = Alias(names=(NoticeName(role=NameRole.ALIAS, forename="Ivan", name="Proben"),), birth="1975-06-07")
    notice = invented(names=(*invented().names, script), aliases=(alias,), birth="1971-04-05")

    by_script, enough = shared(notice, *named("Sergey Ivanovich Khomiakov", "1971-04-05"))
    by_alias, enough_too = shared(notice, *named("PROBEN Ivan", "1975-06-07"))

    assert (by_script, enough) == ([("alike_name_and_day_of_birth", "")], True)
    assert (by_alias, enough_too) == ([("same_name_and_day_of_birth", "")], True)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (put("/requester/reference", "2099/10001"), [("same_reference", "")]),
        (put("/narrative", "See the INTERPOL Red Notice, file no. 2099/10001, of last year."), [("same_notice", "")]),
        (put("/narrative", "Voir la notice rouge 2099/10001."), [("same_notice", "")]),
        (put("/link", "Notices INTERPOL 2098/5 et 2099/10001"), [("same_notice", "")]),
        (put("/narrative", "The court's file is 2099/10001."), []),
        (put("/narrative", "INTERPOL Red Notice 2099/100012"), []),
    ],
)
def test_whoever_quotes_the_number_of_a_notice_is_found(change, found):
    grounds, enough = shared(invented(), change, put("/requester/country", "FR"))

    assert (grounds, enough) == (found, bool(found))


def test_the_number_as_a_reference_counts_for_the_issuing_country_only():
    assert shared(invented(), put("/requester/reference", ENTITY), put("/requester/country", "IT")) == ([], False)


def test_the_number_as_a_case_counts_with_its_issuing_country_or_the_word():
    case = {"kind": "case", "value": f"INTERPOL {ENTITY}"}

    assert shared(invented(), put(f"{PERSON}/identifiers", [case])) == ([("same_notice", "")], True)


@pytest.mark.parametrize("type_", ["Passport", "passport no.", None])
def test_documents_are_compared_with_the_country_that_gave_them(type_):
    paper = Document(type=type_, number="YA 0000007", country="IT")
    given = {"kind": "passport" if type_ else "other", "value": "YA0000007", "country": "IT"}

    grounds, enough = shared(invented(documents=(paper,)), put(f"{PERSON}/identifiers", [given]))

    assert grounds == [("same_identifier", given["kind"])]
    assert enough is (type_ is not None)


def test_a_reference_of_the_security_council_is_found_in_texts():
    notice = invented(colour=Colour.UN, un=UnListing(reference="QDi.999"), warrants=())

    assert shared(notice, put("/narrative", "Listed as QDi.999 since 2019.")) == (
        [("same_notice", "un_reference")],
        True,
    )
    assert shared(notice, put("/narrative", "Listed as QDi.998 since 2019."))[0] == []


def test_things_and_telephones_in_the_texts_of_a_notice_are_found():
    warrant = Warrant(issuing_country="FR", charge="Conteneur CSQU3054383;\r\ntel. +39 06 4997 0001")
    notice = invented(warrants=(warrant,))
    phone = {"kind": "phone", "value": "06 49970001", "country": "IT"}

    grounds, enough = shared(
        notice, put("/narrative", "Container CSQU 305438 3."), put(f"{PERSON}/identifiers", [phone])
    )

    assert sorted(grounds) == [("same_identifier", "phone"), ("same_object", "container")]
    assert enough


def test_an_entity_is_never_compared_by_its_name():
    entity = invented(
        colour=Colour.UN,
        subject_type=SubjectType.ENTITY,
        names=(NoticeName(name="Quite Another"),),
        entity=Entity(registration_number="HRB 778899"),
        warrants=(),
    )

    assert shared(entity) == ([], False)


def test_no_key_of_a_notice_shows_what_it_was_made_of():
    stored = str([key.stored() for key in keys_of(invented()).values()])

    assert keys_of(invented())
    assert all(secret not in stored for secret in (SURNAME, SURNAME.lower(), ENTITY, "209910001"))


def test_numbers_are_found_one_after_the_other():
    text = "Notices 2098/5, 2099/10001 and 2097/33; QDe.014"

    assert list(notice_numbers_in(text)) == ["2098/5", "2099/10001", "2097/33"]
    assert list(un_references_in(text)) == ["QDe.014"]


@given(st.text(alphabet="interpol notice/0129-, \n", max_size=400))
def test_whatever_a_text_is_its_numbers_have_the_form_of_numbers(text):
    assert all("/" in number and len(number) <= 15 for number in notice_numbers_in(text))


# --- who looks for a notice


def looked_for(*notices, minors=(), **known):
    """What comes up of some notices; each is named by its number."""
    names = tuple(SubjectName(text=name) for name in known.pop("names", ()))
    traits = traits_asked_for(Asked(names=names, **known))
    ids = {str(uuid4()): notice for notice in notices}
    candidates = {each: keys_of(notice).values() for each, notice in ids.items()}
    children = [each for each, notice in ids.items() if notice.entity_id in minors]
    found = found_among({key.key: key for key in MAKER.keys_of(traits)}, candidates, children)
    return [(ids[hit.notice_id].entity_id, hit.match.score, hit.name_only) for hit in found.hits], found


NAME = ["Testa TESTSON"]


def test_a_name_with_a_birth_comes_up_surer_than_a_name_alone():
    born, unborn = invented("2099/1", birth="1980-03-09"), invented("2099/2", birth=None)

    hits, _ = looked_for(born, unborn, names=NAME, birth="1980-03-09")

    assert hits == [("2099/1", 85, False), ("2099/2", 30, True)]


def test_whoever_was_born_at_another_time_does_not_come_up_by_the_name():
    assert looked_for(invented(birth="1981-03-09"), names=NAME, birth="1980-03-09")[0] == []


def test_a_name_with_another_nationality_does_not_come_up_but_a_number_does():
    paper = (Document(type="Passport", number="YA0000007", country="IT"),)

    by_name, _ = looked_for(invented(), names=NAME, nationality="FR")
    by_number, _ = looked_for(invented(documents=paper), document="YA 0000007", nationality="FR")
    numbered_only, _ = looked_for(invented(nationalities=("914",)), names=NAME, nationality="FR")

    assert by_name == []
    assert by_number == [(ENTITY, 50, False)]
    assert numbered_only == [(ENTITY, 30, True)]


def test_a_nationality_alone_brings_up_nobody():
    assert looked_for(invented(), nationality="AL")[0] == []
    assert not tells_somebody(traits_asked_for(Asked(nationality="AL", birth="1980")))
    assert not tells_somebody(traits_asked_for(Asked(names=(SubjectName(text="Testson"),))))


@pytest.mark.parametrize(
    ("known", "score"),
    [
        ({"entity_id": ENTITY}, 90),
        ({"un_reference": "QDi.999"}, 95),
        ({"document": "ya-0000007", "document_kind": IdentifierKind.PASSPORT, "document_country": "IT"}, 95),
        ({"document": "ya-0000007"}, 50),
        ({"names": ["Тестсон Теста"], "birth": "1980"}, 35),
    ],
)
def test_a_notice_comes_up_by_whatever_is_known_of_it(known, score):
    paper = (Document(type="Passport", number="YA0000007", country="IT"),)
    notice = invented(documents=paper, un=UnListing(reference="QDi.999"))

    [(number, sure, name_only)], _ = looked_for(notice, invented("2099/2", birth="1950", names=()), **known)

    assert (number, sure >= score, name_only) == (ENTITY, True, False)


@pytest.mark.parametrize("many", [BY_NAME_AT_MOST, BY_NAME_AT_MOST + 1])
def test_by_a_name_alone_a_few_come_up_or_none(many):
    hits, found = looked_for(*(invented(f"2099/{n}") for n in range(many)), names=NAME)

    assert len(hits) == (many if many <= BY_NAME_AT_MOST else 0)
    assert found.too_many_by_name is (many > BY_NAME_AT_MOST)


def test_a_child_never_comes_up_by_a_name_alone_nor_counts():
    children = [invented(f"2099/{n}", birth="2015-03-09") for n in range(9)]
    numbers = [child.entity_id for child in children]

    hits, found = looked_for(*children, minors=numbers, names=NAME)
    by_birth, _ = looked_for(children[0], minors=numbers, names=NAME, birth="2015-03-09")

    assert (hits, found.too_many_by_name, found.more) == ([], False, False)
    assert len(by_birth) == 1


def test_at_most_twenty_come_up_and_that_there_are_more_is_said():
    hits, found = looked_for(*(invented(f"2099/{n}") for n in range(30)), names=NAME, birth="1980")

    assert (len(hits), found.more) == (HITS_AT_MOST, True)


def bureau(purposes=(), **more):
    return Marks(tlp="AMBER", handling=("H0",), interpol=InterpolMarks(purposes=purposes), **more)


def finds(marks, office="SAC-BOS", purpose="locate", public=False):
    return may_find(marks, public, Asker(office, purpose, NOW))


def test_what_bars_a_notice_from_coming_up():
    denied = Marks(tlp="CLEAR", handling=("H0",), interpol=InterpolMarks(denied_members=("US",)), release_to=("EUR",))

    assert finds(bureau())
    assert not finds(denied, "EUR")
    assert not finds(bureau(expires=TODAY - timedelta(days=1)))
    assert not finds(bureau(review_due=TODAY - timedelta(days=1)))
    assert (finds(bureau(release_to=("EUR",)), "EUR"), finds(bureau(release_to=("EUR",)))) == (True, False)


def test_what_is_for_named_persons_comes_up_for_those_that_are_named():
    secret = {"tlp": "AMBER", "handling": ("H0",), "interpol": InterpolMarks(level="CONFIDENTIAL")}

    assert not finds(Marks(**secret), "EUR")
    assert finds(Marks(**secret, release_to=("EUR",)), "EUR")


def test_what_needs_leave_comes_up_for_desks_and_for_whom_there_is_leave():
    held = {"tlp": "AMBER+STRICT", "handling": ("H2",)}
    leave = Consent(recipients=("SAC-BOS",), until=NOW + timedelta(days=1))
    over = Consent(recipients=("SAC-BOS",), until=NOW - timedelta(days=1))

    assert (finds(Marks(**held)), finds(Marks(**held), "EUR")) == (False, True)
    assert (finds(Marks(**held, consent=leave)), finds(Marks(**held, consent=over))) == (True, False)


def test_a_purpose_that_the_owner_has_not_named_finds_nothing_but_what_is_public():
    marks = bureau(purposes=("locate",))

    assert (finds(marks), finds(marks, purpose="warn"), finds(marks, purpose="warn", public=True)) == (
        True,
        False,
        True,
    )
    assert finds(marks, purpose="validity")
