"""Notices in full, of every colour, and what is refused of them."""

import json

import pytest

from schemas.notices import Colour, NoticeKind
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
from services.referrals.notices.reading import read_notice
from services.referrals.notices.unreadable import REASONS, REASONS_AT_MOST, UnreadableNotice
from tests.notices.mutations import BASES, MUTATIONS

RED = {"entity_id": "2099/1", "name": "TESTSON"}
EVERY = sorted({"entity_id"} | {name for base in BASES.values() for name in base} | {"also_known_as"})


def read(given, colour=Colour.RED, **more):
    return read_notice(colour, json.dumps(given).encode(), **more)


def refused(given, colour=Colour.RED, **more):
    raw = given if isinstance(given, bytes) else json.dumps(given).encode()
    with pytest.raises(UnreadableNotice) as caught:
        read_notice(colour, raw, **more)
    return [(reason.code, reason.pointer) for reason in caught.value.reasons]


def whole(list_name):
    return {"entity_id": "2099/1", **BASES[list_name]}


def test_a_red_notice_is_read_whole():
    assert read(whole("red")) == Notice(
        entity_id="2099/1",
        colour=Colour.RED,
        names=(NoticeName(name="MUSTERSON", forename="Alma"),),
        birth="1985-03-09",
        sex="F",
        nationalities=("AL", "XK"),
        country_of_birth="XK",
        place_of_birth="Neverhaven",
        height_m=1.68,
        weight_kg=61.0,
        eyes=("BRO", "OTHD"),
        hairs=("BLA", "BROF"),
        languages=("ALB", "ENG"),
        distinguishing_marks="Scar on the left hand",
        warrants=(
            Warrant(issuing_country="FR", charge="- Blanchiment aggravé\n- Escroquerie"),
            Warrant(issuing_country="BE", charge="Fraude", charge_translation="Fraud"),
        ),
    )


def test_a_yellow_notice_has_an_event_and_parents():
    notice = read(whole("yellow") | {"birth_name": "VORLAGE"}, Colour.YELLOW)

    assert notice.event == Event(date="2024-06-01", place="Ferry landing", country="NO")
    assert notice.relatives == (Relative(relation="father", name="EXEMPLAR", forename="Olaf"),)
    assert NoticeName(role=NameRole.BIRTH, name="VORLAGE") in notice.names
    assert notice.weight_kg is None
    assert notice.warrants == ()


def test_a_listed_person_is_read_whole():
    notice = read(whole("un-persons"), Colour.UN)

    assert notice.subject_type is SubjectType.PERSON
    assert notice.un == UnListing(reference="QDi.999", reference_date="2001-10-08", resolution=1267)
    assert notice.names[1] == NoticeName(role=NameRole.ORIGINAL_SCRIPT, name="СПЕЦИМЕН", forename="Карл")
    assert notice.aliases == (
        Alias(names=(NoticeName(role=NameRole.ALIAS, name="MUSTERMANN", forename="Karl"),), birth="1971-02-03"),
        Alias(
            names=(
                NoticeName(role=NameRole.ALIAS, name="PROBE"),
                NoticeName(role=NameRole.ORIGINAL_SCRIPT, name="ПРОБА"),
            )
        ),
    )
    assert notice.associates == (Associate(name="DUMMY Dora", reference="QDi.998"), Associate(name="SAMPLE Sam"))
    assert notice.documents == (
        Document(type="Passport", number="X0000001", country="TN", expiry="2010-01-31"),
        Document(type="Identity card", number="ID-000002", country="DE"),
    )
    assert notice.addresses == ("1 Invented Street, Nowhere", "Unknown town")
    assert notice.summary == "Invented for tests.\nSecond line."
    assert notice.birth == "1970"


def test_a_listed_entity_is_read_whole():
    notice = read(whole("un-entities"), Colour.UN)

    assert notice.subject_type is SubjectType.ENTITY
    assert [name.name for name in notice.names if name.role is NameRole.FORMER] == [
        "OLD INVENTED COMPANY",
        "OLDER COMPANY",
    ]
    assert notice.entity == Entity(
        main_activity="Trade in nothing",
        legal_form="Limited company",
        registration_number="R-0001",
        administrators=("DUMMY Dora", "SAMPLE Sam"),
    )


def test_the_list_it_came_from_says_what_it_is_about():
    bare = {"entity_id": "2099/1", "name": "NOBODY KNOWS"}

    assert read(bare, Colour.UN).subject_type is SubjectType.PERSON
    assert read(bare, Colour.UN, subject_type=SubjectType.ENTITY).subject_type is SubjectType.ENTITY


@pytest.mark.parametrize("colour", list(Colour))
@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_colour_needs_its_number_and_nothing_else(colour, kind):
    notice = read({"entity_id": "2099/1"}, colour, kind=kind)

    assert (notice.colour, notice.kind, notice.entity_id) == (colour, kind, "2099/1")
    assert refused({}, colour) == [("missing", "/entity_id")]


def test_notices_about_things_are_about_nobody_until_they_name_somebody():
    told = {"entity_id": "2099/1", "summary": "A way to hide things in invented fruit"}

    assert read(told, Colour.PURPLE).subject_type is SubjectType.NOBODY
    assert read(told | {"name": "TESTSON"}, Colour.PURPLE).subject_type is SubjectType.PERSON
    assert read(told, Colour.BLACK).subject_type is SubjectType.PERSON


def test_a_body_of_the_bureau_is_read_from_its_object():
    given = {"entity_id": "2099/1", "name": "TESTSON", "height": "1.70", "summary": "Seen at sea"}

    notice = read_notice(Colour.BLUE, given, kind=NoticeKind.DIFFUSION)

    assert (notice.kind, notice.height_m, notice.summary) == (NoticeKind.DIFFUSION, 1.7, "Seen at sea")


def test_an_object_of_the_bureau_is_held_to_the_same():
    with pytest.raises(UnreadableNotice, match="out_of_range /height"):
        read_notice(Colour.BLUE, {"entity_id": "2099/1", "height": float("nan")})
    with pytest.raises(UnreadableNotice, match="control_character /name"):
        read_notice(Colour.BLUE, {"entity_id": "2099/1", "name": "half \udfff"})


def test_what_is_sealed_is_what_was_read():
    for mutation in MUTATIONS:
        for step in mutation.steps:
            if step.served is not None:
                notice = read(step.served.whole, Colour(mutation.colour))
                sealed = notice.model_dump_json(exclude_defaults=True)
                assert Notice.model_validate_json(sealed) == notice


def test_names_known_before_come_in_one_text_or_a_list():
    text = read(RED | {"formerly_known_as": "F.K.A.: A ; B;;-", "also_known_as": "AKA: C"}, Colour.UN)
    as_list = read(RED | {"formerly_known_as": ["A", "B"], "also_known_as": ["C"]}, Colour.UN)

    assert text == as_list
    assert [name.name for name in text.names] == ["TESTSON", "A", "B", "C"]


def test_fields_that_we_do_not_know_are_passed_over():
    assert read(RED | {"page_views": {"a": [1]}}) == read(RED)


def test_another_notice_than_the_one_asked_for_is_refused():
    assert read(RED, asked_for="2099/1").entity_id == "2099/1"
    assert read(RED | {"entity_id": "2099/0001"}, asked_for="2099/01") == read(RED)
    assert refused(RED, asked_for="2099/2") == [("other_notice", "/entity_id")]
    assert refused(RED, asked_for="2099/10") == [("other_notice", "/entity_id")]


def test_every_fault_is_told_at_once():
    given = {
        "entity_id": "../1",
        "name": 5,
        "height": "tall",
        "date_of_birth": "1985/02/30",
        "nationalities": "FR",
        "arrest_warrants": [{"charge": []}, 7],
        "_links": 3,
    }

    assert refused(given) == [
        ("wrong_type", "/_links"),
        ("wrong_type", "/arrest_warrants/0/charge"),
        ("wrong_type", "/arrest_warrants/1"),
        ("impossible_date", "/date_of_birth"),
        ("wrong_form", "/entity_id"),
        ("wrong_form", "/height"),
        ("wrong_type", "/name"),
        ("wrong_type", "/nationalities"),
    ]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("wrong", [True, {"a": 1}, [[["x"]]], 5.5, "\x00"], ids=repr)
def test_a_wrong_type_in_any_field_is_refused_there(name, wrong):
    if name in ("height", "weight") and wrong == 5.5:
        wrong = -5.5

    reasons = refused(RED | {name: wrong}, Colour.UN)

    assert {pointer.split("/")[1] for _, pointer in reasons} == {name}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"<html>502 Bad Gateway</html>", "not_json"),
        (b'{"entity_id": "2099/1", "name": "TES', "not_json"),
        (b'{"entity_id": "2099/1"} {}', "not_json"),
        (b'{"entity_id": "2099/1", "height": NaN}', "not_json"),
        (b'{"entity_id": "2099/1", "height": -Infinity}', "not_json"),
        (b'{"entity_id": "2099/1", "name": "\x01"}', "not_json"),
        (b'{"entity_id": "2099/1", "height": ' + b"9" * 5_000 + b"}", "not_json"),
        (b'{"entity_id": "2099/1", "name": "\xff"}', "not_utf8"),
        (b'{"entity_id": "2099/1", "name": "\xed\xa0\x80"}', "not_utf8"),
        (b'[{"entity_id": "2099/1"}]', "not_object"),
        (b"null", "not_object"),
        (b'{"entity_id": "2099/1", "name": "A", "name": "B"}', "field_twice"),
        (b'{"entity_id": "2099/1", "x": {"a": 1, "\\u0061": 2}}', "field_twice"),
        (b'{"a":' * 13 + b"1" + b"}" * 13, "too_deep"),
        (b"[" * 200_000, "too_deep"),
        (b'{"entity_id": "2099/1", "x": "' + b"x" * 300_000 + b'"}', "too_big"),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_a_body_that_is_none_is_refused(raw, code):
    assert refused(raw) == [(code, "")]


def test_a_byte_order_mark_before_a_body_is_passed_over():
    assert read_notice(Colour.RED, b"\xef\xbb\xbf" + json.dumps(RED).encode()) == read(RED)


def test_brackets_in_texts_are_not_deep():
    assert read(RED | {"distinguishing_marks": '[[[[[[[[[[[[[[[{{{{"\\"'}).distinguishing_marks is not None


def test_quotes_that_nobody_ends_are_looked_at_once():
    assert refused(b'\\"' * 100_000) == [("not_json", "")]


def test_half_a_character_is_refused():
    assert refused(b'{"entity_id": "2099/1", "name": "\\ud800"}') == [("control_character", "/name")]


def test_a_number_beyond_all_numbers_is_refused():
    assert refused(b'{"entity_id": "2099/1", "height": 1e999}') == [("out_of_range", "/height")]


def test_lists_and_texts_have_an_end():
    assert refused(RED | {"nationalities": ["FR"] * 501}) == [("too_many", "/nationalities")]
    assert refused(RED | {"arrest_warrants": [{"charge": "x"}] * 51}) == [("too_many", "/arrest_warrants")]
    assert refused(RED | {"summary": "x" * 20_001}) == [("too_long", "/summary")]


def test_nobody_writes_a_book_about_a_body_made_to_be_refused():
    reasons = refused(RED | {"nationalities": [5] * 500})

    assert len(reasons) == REASONS_AT_MOST + 1
    assert ("more_reasons", "") in reasons


def test_every_code_has_its_words():
    with pytest.raises(UnreadableNotice) as caught:
        read_notice(Colour.RED, b"")

    assert [reason.words for reason in caught.value.reasons] == [REASONS["not_json"]]


def test_a_refusal_holds_nothing_of_the_body_in_its_causes():
    for raw in (b'{"name": "\xff SECRET"}', b'{"name": "SECRET', b'{"a": "SECRET", "a": 1}'):
        with pytest.raises(UnreadableNotice) as caught:
            read_notice(Colour.RED, raw)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
