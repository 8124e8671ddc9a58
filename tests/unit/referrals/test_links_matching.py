import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.links.keys import KEYS_AT_MOST, KeyMaker, stored_key
from services.referrals.links.life import LinkAct, LinkState, is_suggested_again, state_after
from services.referrals.links.matching import STATED, Match, match, worth_looking_up
from services.referrals.links.reasons import SUGGESTED_FROM, Ground, Reason, heaviest, score
from services.referrals.links.traits import traits_of
from services.referrals.model.subjects import IdentifierKind
from tests.unit.referrals.referral_bodies import SECRET, drop, put, read

MAKER = KeyMaker(bytes(range(32)))
PERSON = "/subjects/0"

grounds = st.builds(
    Ground, st.sampled_from(Reason), st.sampled_from(["", "container", *(kind.value for kind in IdentifierKind)])
)


def other_case(*changes):
    """A referral with nothing in common with the sound one, but for what is changed."""
    return read(
        put("/requester/country", "RO"),
        put("/requester/channel", "ncb"),
        put("/requester/reference", "BN-2026-777"),
        put(f"{PERSON}/names", [{"text": "Quite Another"}]),
        put(f"{PERSON}/birth", "1950-02-03"),
        put(f"{PERSON}/identifiers", []),
        put("/subjects/1/identifiers", []),
        *changes,
    )


def compared(one, other):
    ours, theirs = ({key.key: key for key in MAKER.keys_of(traits_of(referral))} for referral in (one, other))
    return match(ours, theirs.values())


def reasons(one, other):
    return [(ground.reason.value, ground.kind) for ground in compared(one, other).grounds]


def named(name, birth):
    return (put(f"{PERSON}/names", [{"text": name}]), put(f"{PERSON}/birth", birth))


def identified(kind, value, country=None):
    return put(f"{PERSON}/identifiers", [{"kind": kind, "value": value, "country": country}])


def test_referrals_without_anything_in_common_do_not_match():
    assert compared(read(), other_case()) == Match((), frozenset())


@pytest.mark.parametrize("written", ["AB 123-456", "ab123456", "ＡＢ１２３４５６"])
def test_a_passport_is_one_however_it_is_written(written):
    one, other = (
        read(identified("passport", "AB123456", "IT")),
        other_case(identified("passport", written, "IT")),
    )

    assert reasons(one, other) == [("same_identifier", "passport")]
    assert compared(one, other).is_enough


@pytest.mark.parametrize("country", [None, "FR"])
def test_a_number_that_another_country_gave_or_nobody_said_which_weighs_less(country):
    one = read(identified("passport", "AB123456", "IT"))
    other = other_case(identified("passport", "AB123456", country))

    assert reasons(one, other) == [("same_number", "passport")]
    assert not compared(one, other).is_enough


def test_a_telephone_number_is_one_with_or_without_its_prefix():
    one, other = (
        read(identified("phone", "+39 06 4997 0001")),
        other_case(identified("phone", "06 49970001", "IT")),
    )

    assert reasons(one, other) == [("same_identifier", "phone")]


def test_the_same_reference_counts_for_the_same_country_only():
    reference = put("/requester/reference", "GdF 2026/00412")
    italian = other_case(put("/requester/reference", "GDF-2026-00412"), put("/requester/country", "IT"))
    romanian = other_case(put("/requester/reference", "GDF-2026-00412"))

    assert reasons(read(reference), italian) == [("same_reference", "")]
    assert reasons(read(reference), romanian) == []


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("1971-04-05", "1971-04-05", ["same_name_and_day_of_birth"]),
        ("1971-04-05", "1971-04", ["same_name_and_month_of_birth"]),
        ("1971", "1971-04-05", ["same_name_and_year_of_birth"]),
        ("1971-01-01", "1971-04-05", ["same_name_and_year_of_birth"]),
        ("1971-04-05", "1971-04-06", []),
        ("1971-04", "1971-05", []),
        ("1971", "1972", []),
        ("-", "-", []),
        ("-", "1971-04-05", []),
    ],
)
def test_a_name_counts_with_a_date_of_birth_at_the_coarser_precision(one, other, found):
    matched = reasons(read(*named("Sergei Testov", one)), other_case(*named("TESTOV Sergei", other)))

    assert [reason for reason, _ in matched] == found


def test_a_name_spelt_otherwise_counts_as_alike():
    one = read(*named("Сергей Хомяков", "1971-04-05"))
    other = other_case(*named("Sergey Ivanovich Khomiakov", "1971-04-05"))

    assert reasons(one, other) == [("alike_name_and_day_of_birth", "")]


def test_the_same_container_in_two_narratives_is_a_ground():
    one = read(put("/narrative", "Container CSQU3054383 left Genoa."))
    other = other_case(put("/narrative", "Containerul CSQU 305438 3 a plecat."))

    assert reasons(one, other) == [("same_object", "container")]


def test_an_organisation_is_never_matched_by_its_name():
    assert reasons(read(), other_case(put("/subjects/1/names", [{"text": f"{SECRET} Ltd"}]))) == []


def test_what_a_requester_states_is_a_ground_of_its_own():
    stated = match({}, [], stated=True)

    assert (stated.facts, stated.is_enough) == (frozenset({STATED}), True)


def test_no_key_shows_what_it_was_made_of():
    keys = MAKER.keys_of(traits_of(read()))

    assert keys
    assert SECRET.lower() not in str([key.stored() for key in keys]).lower()
    assert {stored_key(key.stored()) for key in keys} == set(keys)


def test_keys_made_under_another_master_key_have_nothing_in_common():
    traits = traits_of(read())

    one, other = ({key.key for key in maker.keys_of(traits)} for maker in (MAKER, KeyMaker(os.urandom(32))))

    assert not one & other


def test_a_referral_with_very_many_names_has_its_heaviest_keys():
    names = [{"text": f"Nome{n} Cognome{n} Terzo{n} Quarto{n} Quinto{n}"} for n in range(20)]
    person = {"type": "person", "role": "suspect", "names": names, "birth": "1971-04-05"}
    passport = {"type": "person", "role": "suspect", "identifiers": [{"kind": "passport", "value": "ZZ998877"}]}

    keys = MAKER.keys_of(traits_of(read(put("/subjects", [person] * 49 + [passport]))))

    assert len(keys) == min(KEYS_AT_MOST, len(keys))
    assert Ground(Reason.NUMBER, "passport") in {key.ground for key in keys}


@given(st.lists(grounds, max_size=8))
def test_more_grounds_never_make_it_less_sure(found):
    assert 0 <= score(found) <= 100
    assert all(score(found[:count]) <= score(found) for count in range(len(found)))


@given(st.lists(grounds, max_size=8))
def test_of_grounds_that_say_the_same_one_counts(found):
    counted = heaviest(found)

    assert len({ground.says for ground in counted}) == len(counted)
    assert score(counted) == score(found)


@given(st.lists(grounds, max_size=8))
def test_what_is_not_looked_up_could_never_be_suggested_alone(found):
    keys = MAKER.keys_of([])
    light = [ground for ground in found if ground.weight < 50]

    assert worth_looking_up(keys) == []
    assert score(light) < SUGGESTED_FROM


@pytest.mark.parametrize("state", [LinkState.REJECTED, LinkState.UNLINKED])
def test_what_a_person_has_parted_comes_back_only_with_something_new(state):
    known = [b"a", b"b"]

    assert not is_suggested_again(state, Match((), frozenset({b"a"})), known)
    assert is_suggested_again(state, Match((), frozenset({b"a", b"c"})), known)


def test_what_is_suggested_or_confirmed_is_not_suggested_again():
    new = Match((), frozenset({b"new"}))

    assert not is_suggested_again(LinkState.SUGGESTED, new, [])
    assert not is_suggested_again(LinkState.CONFIRMED, new, [])


@pytest.mark.parametrize(
    ("act", "state", "reached"),
    [
        ("confirm", "suggested", "confirmed"),
        ("confirm", "confirmed", "confirmed"),
        ("confirm", "rejected", "confirmed"),
        ("confirm", "withdrawn", None),
        ("reject", "suggested", "rejected"),
        ("reject", "confirmed", None),
        ("unlink", "confirmed", "unlinked"),
        ("unlink", "suggested", None),
        ("unlink", "unlinked", "unlinked"),
        ("link", "withdrawn", "confirmed"),
    ],
)
def test_every_step_a_person_takes_can_be_taken_back(act, state, reached):
    assert state_after(LinkAct(act), LinkState(state)) == (LinkState(reached) if reached else None)


def test_the_sound_body_has_every_kind_of_trait():
    kinds = {trait.ground.reason for trait in traits_of(read(put("/requester/reference", "TEST-2026-1")))}

    assert kinds >= {Reason.REFERENCE, Reason.IDENTIFIER, Reason.NUMBER}
    assert not traits_of(read(drop("/subjects"), put("/requester/reference", "short")))
