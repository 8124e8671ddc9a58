"""Messages of the bureau: what is taken, and every way in which one is refused without a word of it repeated."""

import json
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from schemas.notices import Colour, NoticeAuthority, NoticeKind
from services.referrals.faults import REMEDIES
from services.referrals.ncb.context import NcbContext
from services.referrals.ncb.faults import NOTHING_KEPT, OF_MESSAGES, Refused
from services.referrals.ncb.message import FORMS, FromNcb, MessageKind, Reply, Standing, WithNotice
from services.referrals.ncb.reading import (
    MOST_BYTES,
    context_of,
    denial_in,
    lines_of,
    notice_in,
    read_message,
    seems_denied,
)
from services.referrals.notices.unreadable import REASONS
from tests.support.ncb import BODY, NAME, NEXUS, NUMBER, SENT, line, notice, said

NOW = SENT + timedelta(hours=1)
ENDS = ("suspension", "reinstatement", "withdrawal", "cancellation", "deletion")


def refusal(raw, now=NOW):
    """The codes and places of what is wrong with a message, read as far as its notice."""
    with pytest.raises(Refused) as refused:
        _read_whole(raw if isinstance(raw, bytes) else line(raw), now)
    found = refused.value.faults
    told = json.dumps([[each.code, each.pointer, each.problem, each.mend] for each in found]) + str(refused.value)
    assert not any(secret in told for secret in (NAME, NUMBER, "SECRET"))
    return [(each.code, each.pointer) for each in found]


def _read_whole(raw, now):
    message = read_message(raw, now)
    if denial := denial_in(message):
        raise denial
    notice_in(message, NoticeKind.NOTICE)


def test_every_kind_has_its_form_and_every_form_is_read():
    bodies = {"notice": BODY}
    reply = {"valid": True, "as_of": SENT.isoformat()}

    for kind in MessageKind:
        more = {WithNotice: bodies, Standing: {}, Reply: reply}[FORMS[kind]]
        assert read_message(line(said(kind.value, **more)), NOW).kind is kind


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "1989-12-31T23:59:59Z"])
def test_a_time_before_there_were_messages_is_refused(moment):
    asked = {"valid": True, "as_of": moment}

    assert refusal(line(said("withdrawal", sent_at=moment) | {"sent_at": moment})) == [("date_too_early", "/sent_at")]
    assert refusal(line(said("reply", **asked))) == [("date_too_early", "/as_of")]


@pytest.mark.parametrize(
    ("more", "denied"),
    [
        ({"restrictions": {"interpol": {"denied_members": ["us"]}}}, True),
        ({"restrictions": {"interpol": {"denied_members": ["FR", " US "]}, "tpl": 1}}, True),
        ({"recipients": ["fr"]}, True),
        ({"recipients": [7]}, True),
        ({"recipients": ["us"], "restrictions": {"interpol": {"denied_members": ["RU"]}}}, False),
        ({"restrictions": ["US"]}, False),
        ({"recipients": []}, False),
        ({}, False),
    ],
)
def test_a_denial_is_known_however_badly_it_is_written(more, denied):
    assert seems_denied(line(notice() | more)) is denied
    assert not seems_denied(line(notice() | more)[:-1])
    assert not seems_denied(b"[1]")


@pytest.mark.parametrize("colour", [*Colour])
def test_a_notice_of_every_colour_is_read(colour):
    message = read_message(line(notice(colour=colour.value)), NOW)

    found = notice_in(message, NoticeKind.DIFFUSION)

    assert (found.colour, found.entity_id, found.kind) == (colour, NUMBER, NoticeKind.DIFFUSION)
    assert (found.birth, found.nationalities, found.height_m) == ("1980-02", ("XK", "AL"), None)


def test_the_number_may_be_left_out_of_the_body():
    body = {name: value for name, value in BODY.items() if name != "entity_id"}

    message = read_message(line(said("notice", notice=body)), NOW)

    assert notice_in(message, NoticeKind.NOTICE).entity_id == NUMBER


def test_without_restrictions_the_strictest_that_lets_work_go_on_hold():
    message = read_message(line(notice()), NOW)

    marks = context_of(message).restrictions.read()

    assert (marks.tlp, list(marks.handling)) == ("AMBER+STRICT", ["H2"])
    assert marks.interpol is not None
    assert marks.interpol.level == "FOR OFFICIAL USE ONLY"


def test_restrictions_are_those_of_a_referral_and_a_missing_code_is_h2():
    restrictions = {"tlp": "TLP:GREEN", "interpol": {"level": "RESTRICTED", "denied_members": ["UK"]}}

    message = read_message(line(notice(restrictions=restrictions, nexus=NEXUS)), NOW)
    marks = context_of(message).restrictions.read()

    assert (marks.tlp, list(marks.handling)) == ("GREEN", ["H2"])
    assert marks.interpol.denied_members == ("GB",)
    assert NcbContext.model_validate_json(context_of(message).model_dump_json()) == context_of(message)


def test_the_same_notice_in_another_message_has_the_same_context():
    one, other = (read_message(line(notice(at, nexus=NEXUS)), NOW) for at in (0, 0.5))

    assert context_of(one) == context_of(other)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"restrictions": {"interpol": {"denied_members": ["FR", "US"]}}}, "denied_to_us"),
        ({"restrictions": {"interpol": {"denied_members": ["fr", " us "]}}}, "denied_to_us"),
        ({"recipients": ["FR", "DE"]}, "not_addressed_to_us"),
        ({"recipients": ["fr"]}, "not_addressed_to_us"),
    ],
)
def test_what_the_united_states_may_not_have_is_refused_and_not_kept(more, code):
    message = read_message(line(notice(kind="diffusion", **more)), NOW)

    refused = denial_in(message)

    assert [each.code for each in refused.faults] == [code]
    assert refused.keeps_nothing


def test_a_diffusion_to_us_or_to_all_is_for_us():
    to_us = read_message(line(notice(kind="diffusion", recipients=["DE", "US"])), NOW)
    in_small_letters = read_message(line(notice(kind="diffusion", recipients=["de", "us"])), NOW)
    to_all = read_message(line(notice(kind="diffusion")), NOW)

    assert [denial_in(each) for each in (to_us, in_small_letters, to_all)] == [None] * 3


def test_the_code_of_a_member_is_read_in_small_letters_too():
    members = ["ru", "uk", "Br"]

    message = read_message(line(notice(restrictions={"interpol": {"denied_members": members}})), NOW)

    assert context_of(message).restrictions.interpol.denied_members == ("RU", "GB", "BR")


@pytest.mark.parametrize("kind", ENDS)
def test_what_stops_a_notice_needs_no_more_than_its_number(kind):
    message = read_message(line(said(kind, authority="ccf", reason="commission_decision")), NOW)

    assert isinstance(message, Standing)
    assert message.authority is NoticeAuthority.CCF


def test_times_are_kept_as_exact_as_the_database_has_them():
    message = read_message(line(notice(sent_at="2026-11-20T10:00:00.123456+01:00")), NOW)

    assert message.sent_at == datetime(2026, 11, 20, 9, 0, 0, 123_000, UTC)


@pytest.mark.parametrize(
    ("message", "faults"),
    [
        (b"", [("not_json", "")]),
        (b"SECRET", [("not_json", "")]),
        (b'{"kind": "notice"', [("not_json", "")]),
        (b"\xff\xfe{}", [("not_json", "")]),
        (b"[]", [("wrong_type", "")]),
        (b'"SECRET"', [("wrong_type", "")]),
        (b"[" * 60_000, [("not_json", "")]),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, [("not_json", "")]),
        (b'{"kind": "notice"}' + b" " * MOST_BYTES, [("line_too_long", "")]),
        (b'{"kind":"reply","kind":"deletion"}', None),
        ({}, [("missing", "/kind")]),
        ({"kind": None}, [("wrong_type", "/kind")]),
        ({"kind": "arrest"}, [("unknown_value", "/kind")]),
        (notice(kind="notice", SECRET=1), [("unknown_field", "")]),
        (notice(message_id="with blanks"), [("wrong_form", "/message_id")]),
        (notice(message_id="2024/12345"), [("wrong_form", "/message_id")]),
        (notice(message_id="x" * 81), [("wrong_form", "/message_id")]),
        (notice(message_id=7), [("wrong_type", "/message_id")]),
        (notice(sent_at="2026-11-20T09:00:00"), [("time_zone_missing", "/sent_at")]),
        (notice(sent_at=(NOW + timedelta(minutes=11)).isoformat()), [("date_too_late", "/sent_at")]),
        (notice(source_ncb="Testland"), [("wrong_form", "/source_ncb")]),
        (notice(entity_id="../../2024/1"), [("wrong_form", "/entity_id")]),
        (notice(entity_id="２０２４/1"), [("wrong_form", "/entity_id")]),
        (notice(colour="pink"), [("unknown_value", "/colour")]),
        (said("notice"), [("missing", "/notice")]),
        (said("notice", notice={}), [("too_few", "/notice")]),
        (said("notice", notice="SECRET"), [("wrong_type", "/notice")]),
        (said("notice", notice={"entity_id": "2099/2"}), [("other_notice", "/notice/entity_id")]),
        (notice(name={"SECRET": 1}), [("wrong_type", "/notice/name")]),
        (notice(arrest_warrants="SECRET"), [("wrong_type", "/notice/arrest_warrants")]),
        (notice(restrictions={"level": "SECRET"}), [("unknown_field", "/restrictions")]),
        (notice(restrictions={"interpol": {"denied_members": ["ZZ"]}}), None),
        (notice(nexus=[{"kind": "SECRET"}]), [("unknown_value", "/nexus/0/kind")]),
        (notice(recipients=[]), [("too_few", "/recipients")]),
        (said("withdrawal", notice=BODY), [("unknown_field", "")]),
        (said("withdrawal", authority="SECRET"), [("unknown_value", "/authority")]),
        (said("withdrawal", reason="SECRET words"), [("wrong_form", "/reason")]),
        (said("reply", valid="yes", as_of=SENT.isoformat()), [("wrong_type", "/valid")]),
        (said("reply", valid=True), [("missing", "/as_of")]),
        (
            said("reply", valid=True, as_of=(NOW + timedelta(days=1)).isoformat()),
            [("date_too_late", "/as_of")],
        ),
        (said("reply", valid=True, as_of=SENT.isoformat(), query_id="SECRET"), None),
    ],
)
def test_a_bad_message_is_refused_with_its_code_and_place_and_no_value(message, faults):
    found = refusal(message)

    assert found
    assert faults is None or found == faults


def test_no_number_at_all_is_refused():
    assert refusal(line(notice()).replace(b'"height": 0', b'"height": NaN')) != []


def test_all_faults_are_told_at_once():
    found = refusal(notice(message_id="", source_ncb="", entity_id="", colour=""))

    assert {pointer for _, pointer in found} == {"/message_id", "/source_ncb", "/entity_id", "/colour"}


def test_blank_lines_are_no_messages():
    assert list(lines_of(b'\r\n{"a":1}\r\n\n  \n{"b":2}')) == [b'{"a":1}', b'{"b":2}']


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(), part, max_size=4),
    max_leaves=12,
)
FIELDS = [*FromNcb.model_fields, *WithNotice.model_fields, *Reply.model_fields]
CODES = {*OF_MESSAGES, *REMEDIES, *REASONS}


@given(st.sampled_from(FIELDS), JSON, st.sampled_from([*MessageKind]))
def test_anything_in_any_field_is_read_or_refused(field, value, kind):
    message = {**notice(kind=kind.value), field: value}

    codes = codes_of(line(message))

    assert codes <= CODES


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    assert codes_of(raw) & CODES


def codes_of(raw):
    """The codes of what is wrong with a message, if anything is."""
    try:
        found = read_message(raw, NOW)
        if isinstance(found, WithNotice):
            notice_in(found, NoticeKind.NOTICE)
    except Refused as refused:
        return {each.code for each in refused.faults}
    return set()


def test_what_is_not_kept_has_a_code_that_is_explained():
    assert set(OF_MESSAGES) >= NOTHING_KEPT
