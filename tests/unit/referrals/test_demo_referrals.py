"""The invented referrals of the demonstration: the same every time, sound, and of every kind."""

import json
import unicodedata
from collections import Counter
from datetime import date

import pytest
from pydantic import ValidationError
from referral_bodies import as_bytes

from deploy.demo.added import added_referrals
from deploy.demo.referrals import Ending, invented_referrals
from deploy.demo.worked import STORIES
from schemas.vocabulary.facts import Category, Evidence, NexusKind
from schemas.vocabulary.offices import DESKS, OFFICES, QUEUES
from schemas.vocabulary.requests import DESK_ONLY_REQUEST_TYPES, State
from services.referrals.charges import read_charge
from services.referrals.completeness import faults_of_body
from services.referrals.evidence.stages import Stage
from services.referrals.intake import check
from services.referrals.model import read_referral

TODAY = date(2026, 11, 23)
INVENTED = invented_referrals(TODAY)
ADDED = [one for one, _ in added_referrals(TODAY)]
TAKEN = [one for one in INVENTED if one.ending is Ending.ACCEPTED]


def nexus_of(body):
    return body["nexus"] if isinstance(body.get("nexus"), list) else []


def test_a_seed_gives_the_same_referrals_again():
    assert invented_referrals(TODAY) == INVENTED
    assert [one.body for one in invented_referrals(TODAY, seed=1)] != [one.body for one in INVENTED]


@pytest.mark.parametrize("count", [1, 10, 50, 200, 500])
def test_there_are_as_many_as_asked_for(count):
    found = invented_referrals(TODAY, count)

    assert len(found) == count
    assert all(one.repeats is None or one.repeats < place for place, one in enumerate(found))


@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2031, 1, 1)])
def test_each_is_taken_or_refused_as_it_says(today):
    for one in [*invented_referrals(today), *(added for added, _ in added_referrals(today))]:
        body = as_bytes(one.body)
        try:
            intake = check(read_referral(body), today)
            codes, flags = {fault.code for fault in intake.faults}, intake.flags
        except ValidationError as error:
            codes, flags = {fault.code for fault in faults_of_body(body, error, today)}, ()

        assert codes == set(one.codes), one.title
        if one.ending is Ending.ACCEPTED:
            assert flags == one.flags, one.title


def test_every_one_that_is_taken_waits_somewhere_that_exists():
    for one in [*TAKEN, *ADDED]:
        assert one.queue in QUEUES, one.title
        assert one.triage == (one.queue in DESKS), one.title


def test_every_category_every_office_and_every_desk_is_there():
    categories = {offence["category"] for one in TAKEN for offence in one.body["offences"]}

    assert categories == {category.value for category in Category}
    assert {one.queue for one in TAKEN} >= {*OFFICES, *DESKS, "C3", "HRVWCC", "CPAA"}


def test_every_kind_of_nexus_and_the_evidence_that_weighs_it_is_there():
    nexus = [one for taken in TAKEN for one in nexus_of(taken.body)]

    assert {one["kind"] for one in nexus} == {kind.value for kind in NexusKind}
    assert {evidence for one in nexus for evidence in one.get("evidence", ())} <= {
        evidence.value for evidence in Evidence
    }


def test_every_request_type_for_the_desk_is_there():
    assert {one.body["request_type"] for one in TAKEN} >= {kind.value for kind in DESK_ONLY_REQUEST_TYPES}


def test_many_scripts_and_languages_are_there():
    letters = Counter(
        unicodedata.name(letter).split()[0]
        for one in TAKEN
        for letter in one.body["narrative"] + json.dumps(one.body["subjects"], ensure_ascii=False)
        if letter.isalpha()
    )

    assert letters.keys() >= {"LATIN", "ARABIC", "CYRILLIC", "CJK", "GREEK", "DEVANAGARI", "HIRAGANA"}
    assert len({one.body["language"] for one in TAKEN}) >= 12


def test_repeats_use_the_key_of_the_one_they_repeat():
    repeats = [one for one in INVENTED if one.repeats is not None]

    assert {one.ending for one in repeats} == {Ending.SAME_ANSWER, Ending.KEY_REUSED}
    for one in repeats:
        earlier = INVENTED[one.repeats]
        assert one.idempotency_key == earlier.idempotency_key
        assert (one.body == earlier.body) == (one.ending is Ending.SAME_ANSWER)


def test_keys_and_references_are_unique_but_for_repeats():
    firsts = [one for one in [*INVENTED, *ADDED] if one.repeats is None]

    assert len({one.idempotency_key for one in firsts}) == len(firsts)
    assert len({one.body["requester"]["reference"] for one in firsts}) == len(firsts)


def test_every_agency_says_that_it_is_a_test():
    assert all(one.body["requester"]["agency"].startswith("Test ") for one in [*INVENTED, *ADDED])


def test_charges_that_stand_alone_are_read_as_they_should_be():
    alone = [one for one in ADDED if one.category is not None]

    for one in alone:
        [offence] = one.body["offences"]
        charge = offence["charge"]
        assert offence.keys() == {"charge"}
        assert read_charge(charge["text"], charge.get("translation"), charge["language"]).lead == one.category

    assert len({one.body["offences"][0]["charge"]["language"] for one in alone}) >= 5


def test_every_story_ends_where_a_referral_can_and_is_owed_receipts_that_there_are():
    for story in STORIES:
        assert story.state in set(State), story.title
        assert {*story.receipts} <= set(Stage), story.title

    assert len({story.title for story in STORIES}) == len(STORIES)


def test_each_story_begins_with_a_referral_of_its_own():
    begun = [story for _, story in added_referrals(TODAY) if story is not None]

    assert tuple(begun) == STORIES
    assert added_referrals(TODAY) == added_referrals(TODAY)
