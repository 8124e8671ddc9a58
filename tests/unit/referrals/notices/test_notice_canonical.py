"""What is called a change, held to the labelled set and to properties that hold for every notice."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.notices import Colour, NoticeKind
from services.referrals.notices.canonical import Difference, compare, content_hash, content_of, image_hash
from services.referrals.notices.images import read_images
from services.referrals.notices.reading import read_notice
from tests.notices.mutations import IMAGE_CHANGED, MUTATIONS, Told

words = st.text(st.characters(categories=("L", "N"), max_codepoint=0x24F), min_size=1, max_size=12)
codes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=4)
days = st.dates().map(lambda day: f"{day.year:04}/{day.month:02}/{day.day:02}")
measures = st.integers(1, 290).map(lambda hundredths: hundredths / 100)


def some(entry):
    return st.lists(entry, min_size=1, max_size=4, unique_by=lambda value: json.dumps(value, sort_keys=True))


warrants = st.fixed_dictionaries({"issuing_country_id": codes, "charge": words}, optional={"charge_translation": words})
aliases = st.fixed_dictionaries({"name": words}, optional={"forename": words, "date_of_birth": days})
documents = st.fixed_dictionaries({"number": words}, optional={"type": words, "country": codes, "expiry": days})
associates = st.fixed_dictionaries({"name": words}, optional={"reference_number": words})

FIELDS = {
    "name": words,
    "forename": words,
    "name_in_original_script": words,
    "forename_in_original_script": words,
    "birth_name": words,
    "formerly_known_as": some(words),
    "also_known_as": some(words),
    "date_of_birth": days,
    "sex_id": st.sampled_from("MFU"),
    "nationalities": some(codes),
    "country_of_birth_id": codes,
    "place_of_birth": words,
    "height": measures,
    "weight": measures,
    "eyes_colors_id": some(codes),
    "hairs_id": some(codes),
    "languages_spoken_ids": some(codes),
    "distinguishing_marks": words,
    "profession": words,
    "arrest_warrants": some(warrants),
    "date_of_event": days,
    "place": words,
    "country": codes,
    "father_name": words,
    "father_forename": words,
    "mother_name": words,
    "mother_forename": words,
    "issuing_country": codes,
    "countries_likely_to_be_visited": some(codes),
    "un_reference": words,
    "un_reference_date": days,
    "un_resolution": st.integers(1, 9_999),
    "aliases": some(aliases),
    "associates": some(associates),
    "adresses": some(words),
    "identity_documents": some(documents),
    "main_activity": words,
    "legal_form": words,
    "registration_number": words,
    "administrators": some(words),
    "from_chamber_of_commerce": words,
    "additional_information": words,
    "summary": words,
    "purposes": some(words),
}
"""Every field of the service, with values of which no two mean the same."""

LISTS = frozenset(
    [
        "formerly_known_as",
        "also_known_as",
        "nationalities",
        "eyes_colors_id",
        "hairs_id",
        "languages_spoken_ids",
        "arrest_warrants",
        "countries_likely_to_be_visited",
        "aliases",
        "associates",
        "adresses",
        "identity_documents",
        "administrators",
        "purposes",
    ]
)

details = st.fixed_dictionaries({}, optional=FIELDS)


def read(detail):
    return read_notice(Colour.RED, json.dumps({"entity_id": "2099/1"} | detail).encode())


def shuffled(value, chance):
    """Give every list and object in another order, and entries of lists twice."""
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffled(value[name], chance) for name in names}
    if isinstance(value, list):
        entries = [shuffled(entry, chance) for entry in value]
        entries += chance.sample(entries, chance.randint(0, len(entries)))
        chance.shuffle(entries)
        return entries
    return value


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_labelled_mutation_is_told_as_its_label_says(mutation):
    for before, step in mutation.pairs():
        old, new = (
            read_notice(
                Colour(mutation.colour), json.dumps(served.whole).encode(), asked_for=served.entity_id
            ).model_copy(update={"images": read_images(json.dumps(served.images).encode())})
            for served in (before, step.served)
        )

        difference = compare(old, new)

        told = [Told("changed", difference.fields)] if difference.fields else []
        told += [IMAGE_CHANGED] if difference.images else []
        assert told == [each for each in step.told if each.event in ("changed", "image-changed")]
        assert (content_hash(old) == content_hash(new)) is not bool(difference.fields)
        assert (image_hash(old) == image_hash(new)) is not difference.images


def test_the_labelled_set_is_large_and_each_notice_its_own():
    ids = {step.served.entity_id for mutation in MUTATIONS for step in mutation.steps if step.served}

    assert len(MUTATIONS) == len(ids) == len({mutation.name for mutation in MUTATIONS})
    assert len(MUTATIONS) >= 120
    assert {mutation.list_name for mutation in MUTATIONS} == {"red", "yellow", "un-persons", "un-entities"}
    assert {told.event for mutation in MUTATIONS for step in mutation.steps for told in step.told} == {
        "observed",
        "changed",
        "image-changed",
        "not-listed",
        "relisted",
    }


@settings(max_examples=60, deadline=None)
@given(details, st.integers())
def test_order_and_repetition_are_no_change(detail, seed):
    other = shuffled(detail, random.Random(seed))

    assert content_of(read(detail)) == content_of(read(other))
    assert not compare(read(detail), read(other))


@settings(max_examples=60, deadline=None)
@given(details, st.data())
def test_saying_nothing_in_another_way_is_no_change(detail, data):
    nothing = {
        name: data.draw(st.sampled_from([None, []] if name in LISTS else [None, "", "-", " - "]))
        for name in FIELDS
        if name not in detail and data.draw(st.booleans())
    }

    assert content_hash(read(detail)) == content_hash(read(detail | nothing))


@settings(max_examples=120, deadline=None)
@given(details, st.sampled_from(sorted(FIELDS)), st.data())
def test_any_real_change_of_one_field_is_named_by_that_field(detail, name, data):
    value = data.draw(FIELDS[name])
    before = {key: given for key, given in detail.items() if key != name}
    others = [None, data.draw(FIELDS[name].filter(lambda other: _said(other) != _said(value)))]

    for other in others:
        old, new = read(before | {name: value}), read(before | {name: other})
        assert compare(old, new).fields == (name,)
        assert compare(new, old).fields == (name,)
        assert content_hash(old) != content_hash(new)


def _said(value):
    return sorted(json.dumps(each, sort_keys=True) for each in (value if isinstance(value, list) else [value]))


@settings(max_examples=40, deadline=None)
@given(details)
def test_reading_what_was_sealed_gives_the_same_hash(detail):
    notice = read(detail)

    assert content_hash(type(notice).model_validate_json(notice.model_dump_json(exclude_defaults=True))) == (
        content_hash(notice)
    )


def test_the_hash_knows_whose_it_is_and_of_what_kind():
    base = {"entity_id": "2099/1", "name": "TESTSON"}
    notices = [
        read_notice(Colour.RED, base),
        read_notice(Colour.BLUE, base),
        read_notice(Colour.RED, base, kind=NoticeKind.DIFFUSION),
        read_notice(Colour.RED, base | {"entity_id": "2099/2"}),
    ]

    assert len({content_hash(notice) for notice in notices}) == len(notices)
    assert compare(notices[0], notices[2]).fields == ("kind",)


def test_pictures_are_no_content_and_unread_pictures_no_change():
    unread = read({"name": "TESTSON"})
    none, one, two = (unread.model_copy(update={"images": ids}) for ids in ((), ("1",), ("2", "1")))

    assert len({content_hash(notice) for notice in (unread, none, one, two)}) == 1
    assert image_hash(unread) is None
    assert len({image_hash(none), image_hash(one), image_hash(two)}) == 3
    assert image_hash(two) == image_hash(two.model_copy(update={"images": ("1", "2")}))
    assert not compare(unread, one)
    assert not compare(one, unread)
    assert compare(none, one) == Difference((), images=True)


def test_the_name_at_birth_is_called_as_each_list_calls_it():
    for colour, name in ((Colour.YELLOW, "birth_name"), (Colour.UN, "name_at_birth")):
        old, new = (read_notice(colour, {"entity_id": "2099/1", name: given}) for given in ("A", "B"))
        assert compare(old, new).fields == (name,)


def test_no_event_is_worded_as_if_somebody_were_to_be_taken():
    old, new = (read({"arrest_warrants": [{"charge": charge}], "weight": 1}) for charge in ("A", "B"))

    assert compare(old, new).fields == ("arrest_warrants",)
    assert compare(old, new).told == ("warrants",)
