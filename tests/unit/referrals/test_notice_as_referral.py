"""A notice written as a referral: always one that is taken in, never more than to find or to tell."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings

from schemas.notices import Colour, NoticeSource
from schemas.strictness import combined
from schemas.vocabulary.facts import Category
from schemas.vocabulary.requests import Purpose, RequesterKind, RequestType, Urgency, UrgencyGround
from services.referrals.facts import received
from services.referrals.intake import Answer, check
from services.referrals.model import GivenMarks, read_referral
from services.referrals.model.subjects import Role
from services.referrals.notices.as_referral import Context, as_referral, body_of
from services.referrals.notices.notice import Document, Event, NameRole, Notice, NoticeName, SubjectType, Warrant
from services.referrals.notices.resting import as_supplement, correction
from services.referrals.notices.stricter import stricter_marks
from services.referrals.notices.us_ties import us_ties
from services.referrals.supplements import NextVersion, next_version
from tests.support.any_notices import NOTICES

TODAY = date(2026, 11, 25)
CONTEXT = Context(NoticeSource.PUBLIC, TODAY, TODAY)
ID = UUID(int=1)


def notice(**fields):
    given = {
        "entity_id": "2099/10001",
        "colour": Colour.RED,
        "names": (NoticeName(name="TESTSON", forename="TESTA"),),
        "birth": "1980",
        "nationalities": ("US", "AL"),
        "warrants": (Warrant(issuing_country="FR", charge="Blanchiment aggravé"),),
    }
    return Notice(**{**given, **fields})


def referral(found, context=CONTEXT):
    return as_referral(found, us_ties(found, today=TODAY), context)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(found=NOTICES)
def test_every_readable_notice_is_a_referral_without_a_fault(found):
    body = body_of(referral(found))

    read = read_referral(body)
    intake = check(read, TODAY)

    assert intake.faults == ()
    assert read.request_type not in (RequestType.FUGITIVE, RequestType.REPATRIATION_SUPPORT)
    assert read.purpose is not Purpose.LOCATION_AND_ARREST
    assert body == body_of(referral(found))
    told = received(read, ID, datetime(2026, 11, 25, tzinfo=UTC), intake).model_dump_json()
    assert found.entity_id not in told


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(before=NOTICES, after=NOTICES)
def test_whatever_a_notice_becomes_its_referral_can_be_corrected_to_it(before, after):
    stands = referral(before)
    parts = correction(stands, referral(after))
    if not parts:
        return

    changes = json.loads(as_supplement("FR", parts))["changes"]
    corrected = next_version(json.loads(body_of(stands)), "correction", changes, TODAY)

    assert isinstance(corrected, NextVersion), corrected
    assert correction(corrected.referral, referral(after)) == {}


def test_a_red_notice_asks_to_locate_and_never_for_a_fugitive():
    asked = referral(notice())

    assert (asked.request_type, asked.purpose) == (RequestType.PERSON_LOCATION, Purpose.CRIMINAL_INVESTIGATION)
    assert (asked.requester.country, asked.requester.agency) == ("FR", "INTERPOL NCB FR")
    assert asked.requester.reference == "2099/10001"
    assert asked.subjects[0].role is Role.WANTED
    assert "arrest" not in asked.narrative.lower()
    assert "TESTSON" not in asked.narrative + asked.link


def test_the_marks_of_a_public_notice_are_bound_to_its_purpose():
    marks = referral(notice()).marks

    assert (marks.tlp, marks.handling, marks.interpol.level) == ("CLEAR", ("H0",), "FOR OFFICIAL USE ONLY")
    assert (marks.interpol.purposes, marks.retention_rule) == (("locate",), "INTERPOL-5Y")
    assert not marks.has_unknown


def test_the_marks_of_the_bureau_stand_as_they_are():
    given_marks = GivenMarks(tlp="AMBER", handling=("H1",))

    marks = referral(notice(), Context(NoticeSource.NCB, TODAY, TODAY, given_marks)).marks

    assert marks == given_marks.model_copy(update={"review_due": date(2031, 11, 24), "retention_rule": "INTERPOL-5Y"})


def test_of_several_warrants_the_most_urgent_names_the_requester():
    warrants = (
        Warrant(issuing_country="DE", charge="Geldwäsche"),
        Warrant(issuing_country="FR", charge="human trafficking, trafficking in persons"),
        Warrant(issuing_country="ES", charge="human trafficking, trafficking in persons"),
    )

    asked = referral(notice(warrants=warrants))

    assert asked.requester.country == "FR"
    assert len(asked.offences) == 3


@pytest.mark.parametrize(
    ("code", "country", "kind"),
    [
        ("FR", "FR", RequesterKind.AGENCY),
        ("UK", "GB", RequesterKind.AGENCY),
        ("ICC", "NL", RequesterKind.INTERNATIONAL_BODY),
        ("XK", "FR", RequesterKind.INTERNATIONAL_BODY),
        ("914", "FR", RequesterKind.INTERNATIONAL_BODY),
        (None, "FR", RequesterKind.INTERNATIONAL_BODY),
    ],
)
def test_whoever_issued_it_is_who_asks(code, country, kind):
    requester = referral(notice(warrants=(Warrant(issuing_country=code, charge="Murder"),))).requester

    assert (requester.country, requester.kind) == (country, kind)


def test_the_charge_is_given_to_the_classifier_in_its_own_words():
    translated = Warrant(issuing_country="FR", charge="Blanchiment de fonds", charge_translation="Money laundering")

    asked = referral(notice(warrants=(translated, Warrant(issuing_country="FR"))))
    intake = check(asked, TODAY)

    [offence] = asked.offences
    assert (offence.category, offence.charge.translation) == (None, "Money laundering")
    assert intake.readings[0].lead is Category.MONEY_LAUNDERING


def test_without_any_charge_a_person_says_what_it_is():
    [offence] = referral(notice(warrants=())).offences

    assert offence.category is Category.UNCLASSIFIED


def test_a_missing_child_is_urgent_and_told_as_a_child():
    found = notice(
        colour=Colour.YELLOW, birth="2015-06-01", warrants=(), event=Event(country="US"), issuing_country="FR"
    )

    asked = referral(found)

    assert (asked.urgency.level, asked.urgency.ground) == (Urgency.URGENT, UrgencyGround.LIFE_OR_INTEGRITY)
    assert (asked.subjects[0].role, asked.subjects[0].minor) == (Role.MISSING, True)
    assert [offence.category for offence in asked.offences] == [Category.MISSING_ABDUCTED]
    assert asked.purpose is Purpose.LOCATION_OF_MISSING_PERSON


def test_a_child_that_has_just_gone_missing_is_a_matter_of_life():
    event = Event(date="2026-11-23", country="US")

    assert referral(notice(colour=Colour.YELLOW, birth="2015", event=event)).urgency.level is Urgency.LIFE


def test_exploitation_is_said_of_a_missing_child_only_where_the_notice_says_it():
    text = "Victim of child pornography and sexual exploitation of children"

    asked = referral(notice(colour=Colour.YELLOW, birth="2015", summary=text))

    assert [offence.category for offence in asked.offences] == [Category.MISSING_ABDUCTED, Category.CHILD_EXPLOITATION]


def test_a_threat_is_urgent_for_public_safety():
    assert referral(notice(colour=Colour.ORANGE)).urgency.ground is UrgencyGround.PUBLIC_SAFETY


def test_a_listing_of_the_security_council_asks_for_nothing_but_to_know():
    asked = referral(notice(colour=Colour.UN, subject_type=SubjectType.ENTITY, warrants=()))

    assert asked.request_type is RequestType.INFORMATION
    assert (asked.requester.country, asked.requester.kind) == ("US", RequesterKind.INTERNATIONAL_BODY)
    assert [offence.category for offence in asked.offences] == [Category.SANCTIONS_EVASION]
    assert asked.subjects[0].type == "organisation"


def test_what_is_not_known_is_not_claimed():
    intake = check(referral(notice(warrants=(Warrant(issuing_country="RU", charge="статья 159"),))), TODAY)

    assert {criterion.number: criterion.answer for criterion in intake.criteria}[4] is Answer.UNKNOWN


def test_names_and_documents_are_kept_as_they_are_borne():
    names = (NoticeName(name="TESTSON"), NoticeName(role=NameRole.BIRTH, name="PROBE"))
    documents = (Document(type="Passport", number="T0000001", country="AL"), Document(number="N1", country="914"))

    [subject] = referral(notice(names=names, documents=documents)).subjects

    assert [(name.text, name.kind.value) for name in subject.names] == [("TESTSON", "legal"), ("PROBE", "birth")]
    assert [(one.kind.value, one.value, one.country) for one in subject.identifiers] == [
        ("passport", "T0000001", "AL"),
        ("other", "N1", None),
    ]


@pytest.mark.parametrize("birth", ["2099-01-01", "1801", None])
def test_a_birth_that_nobody_alive_has_is_not_known(birth):
    assert referral(notice(birth=birth)).subjects[0].birth is None


def test_what_a_notice_says_no_more_keeps_its_place():
    before = referral(notice(warrants=(Warrant(charge="Murder"), Warrant(charge="Fraud"))))

    parts = correction(before, referral(notice(warrants=(Warrant(charge="Murder"),))))

    assert [offence["charge"]["text"] for offence in parts["offences"]] == [
        "Murder",
        "The notice does not say this any more.",
    ]


def test_marks_only_get_stricter():
    public, bureau = referral(notice()).marks, GivenMarks(tlp="AMBER+STRICT", handling=("H2",))

    both = stricter_marks(public, bureau)

    assert both.read() == combined(public.read(), bureau.read())
    assert stricter_marks(both, public) is None
