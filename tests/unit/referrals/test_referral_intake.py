"""The seven criteria, and the flags that call for a person."""

import pytest
from referral_bodies import put, taken_in

from schemas.vocabulary.facts import Flag
from services.referrals.intake import Answer, Criterion

CHILD = put("/subjects/0/birth", "2015-03")


def answers(intake):
    return {criterion.number: criterion.answer for criterion in intake.criteria}


def test_a_sound_referral_meets_all_seven_criteria_and_says_who_said_so():
    intake = taken_in()

    assert answers(intake) == dict.fromkeys(range(1, 8), Answer.YES)
    assert all(criterion.said_by for criterion in intake.criteria)
    assert intake.flags == ()


@pytest.mark.parametrize("category", ["ordinary-crime", "unclassified"])
def test_a_category_without_a_us_section_is_for_a_person(category):
    intake = taken_in(put("/offences", [{"category": category}]))

    assert intake.flags == (Flag.CRITERION_UNKNOWN,)


def test_a_member_country_by_the_ncb_channel_is_taken_and_a_non_member_is_not():
    member = taken_in(put("/requester/channel", "ncb"))
    other = taken_in(put("/requester/channel", "ncb"), put("/requester/country", "XK"))

    assert member.faults == ()
    assert answers(other)[2] is Answer.NO


def test_a_request_from_home_needs_a_foreign_side():
    from_home = put("/requester/country", "GU")

    with_foreigner = taken_in(from_home)
    without = taken_in(from_home, put("/subjects", []))

    assert answers(with_foreigner)[3] is Answer.YES
    assert answers(without)[3] is Answer.UNKNOWN


def test_what_the_word_lists_cannot_read_is_unknown_until_it_is_translated():
    arabic = put("/narrative", "قضية مخترعة للعرض")

    untranslated = taken_in(arabic)
    translated = taken_in(arabic, put("/narrative_translation", "Invented for demonstration."))

    assert answers(untranslated)[5] is Answer.UNKNOWN
    assert untranslated.flags == (Flag.CRITERION_UNKNOWN,)
    assert translated.flags == ()


def test_article_3_is_never_a_refusal():
    intake = taken_in(put("/offences/0/charge/text", "Treason"))

    assert intake.faults == ()
    assert intake.flags == (Flag.ARTICLE_3,)
    assert answers(intake)[5] is Answer.UNKNOWN


def test_marks_raise_their_flags():
    intake = taken_in(put("/marks/us/protected_person", True), put("/marks/tlp", "TLP:PINK"))

    assert intake.flags == (Flag.PROTECTED_PERSON, Flag.UNKNOWN_MARK)


@pytest.mark.parametrize("role", ["suspect", "wanted", "missing", "associate", "witness", "victim"])
def test_a_child_is_flagged_in_every_role(role):
    assert taken_in(CHILD, put("/subjects/0/role", role)).flags == (Flag.MINOR_SUBJECT,)


@pytest.mark.parametrize("offence", [{"category": "child-exploitation"}, {"section": "18 U.S.C. § 2252A(a)(2)"}])
def test_a_child_victim_is_the_normal_case_of_child_exploitation(offence):
    victim = taken_in(CHILD, put("/subjects/0/role", "victim"), put("/offences", [offence]))
    suspect = taken_in(CHILD, put("/subjects/0/role", "suspect"), put("/offences", [offence]))

    assert victim.flags == ()
    assert suspect.flags == (Flag.MINOR_SUBJECT,)


@pytest.mark.parametrize(
    ("birth", "minor", "flagged"),
    [
        ("2008-11-23", None, False),
        ("2008-11-24", None, True),
        ("2008-11", None, True),
        ("2008", None, True),
        ("2007", None, False),
        ("-", None, False),
        ("-", True, True),
        ("2008", False, False),
    ],
)
def test_who_may_be_a_child_is_read_in_the_childs_favour(birth, minor, flagged):
    intake = taken_in(put("/subjects/0/birth", birth), put("/subjects/0/minor", minor))

    assert (Flag.MINOR_SUBJECT in intake.flags) is flagged


def test_a_visit_needs_no_offence_no_subject_and_no_link():
    def visit(body):
        body.update(request_type="official_visit", purpose="liaison", offences=[], subjects=[], nexus=[])
        del body["link"]

    intake = taken_in(visit)

    assert intake.faults == ()
    assert intake.flags == ()


def test_completeness_tells_how_fully_subjects_are_identified():
    name_only = {"type": "person", "role": "suspect", "names": [{"text": "Testa"}]}

    assert taken_in().completeness > taken_in(put("/subjects", [name_only])).completeness > 0
    assert taken_in(put("/subjects", [])).completeness == 0


@pytest.mark.parametrize(
    ("text", "said_by", "answer"),
    [
        ("Trafficking in persons for forced labour", "charge reading", Answer.YES),
        ("Contrary to 18 U.S.C. § 2320", "charge reading", Answer.YES),
        ("Section 302", "offence table", Answer.UNKNOWN),
    ],
)
def test_a_charge_that_can_be_read_says_that_it_is_a_crime_here(text: str, said_by: str, answer: Answer) -> None:
    intake = taken_in(put("/offences", [{"charge": {"text": text, "language": "en"}}]))

    assert intake.criteria[3] == Criterion(4, answer, said_by)


def test_ordinary_crime_is_a_crime_here_where_a_person_is_sought() -> None:
    sought = taken_in(put("/request_type", "fugitive"), put("/offences", [{"category": "ordinary-crime"}]))
    asked = taken_in(put("/request_type", "information"), put("/offences", [{"category": "ordinary-crime"}]))

    assert (sought.criteria[3].answer, asked.criteria[3].answer) == (Answer.YES, Answer.UNKNOWN)
