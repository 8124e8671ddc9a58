"""Bad bodies: each refused with a code and a place, and with nothing of it repeated."""

import pytest
from exchange_cases import REFUSED_ANSWERS, REFUSED_SUPPLEMENTS
from hypothesis import given
from hypothesis import strategies as st
from referral_bodies import SECRET, as_bytes, drop, faults_in, put, sound

from services.referrals.faults import FAULTS_AT_MOST, REMEDIES

PERSON = "/subjects/0"

BAD = [
    # The shape.
    (put(f"/{SECRET}", 1), "unknown_field", ""),
    (put(f"/requester/{SECRET}", 1), "unknown_field", "/requester"),
    (put(f"{PERSON}/{SECRET}", 1), "unknown_field", PERSON),
    (put(f"{PERSON}/names/0/{SECRET}", 1), "unknown_field", f"{PERSON}/names/0"),
    (put(f"/subjects/1/{SECRET}", 1), "unknown_field", "/subjects/1"),
    (put("/subjects/1/birth", "1980"), "unknown_field", "/subjects/1"),
    (put(f"/nexus/0/place/{SECRET}", 1), "unknown_field", "/nexus/0/place"),
    (put(f"/marks/{SECRET}", 1), "unknown_field", "/marks"),
    (put(f"/marks/us/{SECRET}", 1), "unknown_field", "/marks/us"),
    (put(f"/marks/interpol/{SECRET}", 1), "unknown_field", "/marks/interpol"),
    (put(f"/marks/consent/{SECRET}", 1), "unknown_field", "/marks/consent"),
    (put(f"/marks/evaluation/0/{SECRET}", 1), "unknown_field", "/marks/evaluation/0"),
    (drop("/narrative"), "missing", "/narrative"),
    (drop("/requester"), "missing", "/requester"),
    (drop("/requester/reference"), "missing", "/requester/reference"),
    (drop("/marks/handling"), "missing", "/marks/handling"),
    (drop(f"{PERSON}/type"), "missing", f"{PERSON}/type"),
    (drop("/urgency/level"), "missing", "/urgency/level"),
    (put(f"{PERSON}/type", SECRET), "unknown_value", f"{PERSON}/type"),
    (put("/narrative", 5), "wrong_type", "/narrative"),
    (put("/narrative", float("nan")), "wrong_type", "/narrative"),
    (put("/narrative", None), "wrong_type", "/narrative"),
    (put("/narrative", {"$ne": ""}), "wrong_type", "/narrative"),
    (put("/link", float("inf")), "wrong_type", "/link"),
    (put("/offences", SECRET), "wrong_type", "/offences"),
    (put("/offences/0", [SECRET]), "wrong_type", "/offences/0"),
    (put("/requester", [SECRET]), "wrong_type", "/requester"),
    (put("/request_type", 7), "wrong_type", "/request_type"),
    (put("/request_type", [SECRET]), "wrong_type", "/request_type"),
    (put(f"{PERSON}/minor", "true"), "wrong_type", f"{PERSON}/minor"),
    (put(f"{PERSON}/birth", 1980), "wrong_type", f"{PERSON}/birth"),
    (put("/nexus/0/as_of", 20261110), "wrong_type", "/nexus/0/as_of"),
    (put("/marks/us/protected_person", 1), "wrong_type", "/marks/us/protected_person"),
    (put("/purpose", SECRET), "unknown_value", "/purpose"),
    (put("/offences/0/category", SECRET), "unknown_value", "/offences/0/category"),
    (put("/nexus/0/kind", SECRET), "unknown_value", "/nexus/0/kind"),
    (put("/requester/channel", SECRET), "unknown_value", "/requester/channel"),
    (put("/narrative", ""), "empty", "/narrative"),
    (put("/narrative", " \n "), "empty", "/narrative"),
    (put(f"{PERSON}/names/0/text", "\u3000"), "empty", f"{PERSON}/names/0/text"),
    (put("/narrative", "x" * 20_001), "too_long", "/narrative"),
    (put(f"{PERSON}/names/0/text", SECRET * 100), "too_long", f"{PERSON}/names/0/text"),
    (put("/offences", [{"category": "tobacco"}] * 21), "too_many", "/offences"),
    (put("/marks/handling", []), "too_few", "/marks/handling"),
    (put("/narrative", f"{SECRET}\u0000"), "control_character", "/narrative"),
    (put("/narrative", f"{SECRET}\u001b[31m"), "control_character", "/narrative"),
    (put(f"{PERSON}/names/0/text", f"{SECRET}\nsecond line"), "control_character", f"{PERSON}/names/0/text"),
    (put("/requester/reference", f"{SECRET}\u0085"), "control_character", "/requester/reference"),
    (put("/nexus/0/as_of", SECRET), "wrong_form", "/nexus/0/as_of"),
    (put("/nexus/1/eta", "tomorrow"), "wrong_form", "/nexus/1/eta"),
    (put("/nexus/1/eta", "2026-11-25T10:00:00"), "time_zone_missing", "/nexus/1/eta"),
    (put("/nexus/0/place/city", "555 0142"), "wrong_form", "/nexus/0/place/city"),
    (put("/nexus/0/place/zip", "2108"), "wrong_form", "/nexus/0/place/zip"),
    (put("/earlier/0/referral_id", SECRET), "wrong_form", "/earlier/0/referral_id"),
    (put("/marks/release_to", ["Zzyzx @"]), "wrong_form", "/marks/release_to/0"),
    # Countries and languages.
    (put("/requester/country", "ZZ"), "unknown_country", "/requester/country"),
    (put("/requester/country", "it"), "wrong_form", "/requester/country"),
    (put("/requester/country", "SU"), "historic_country", "/requester/country"),
    (put(f"{PERSON}/nationalities", ["IT", "QQ"]), "unknown_country", f"{PERSON}/nationalities/1"),
    (put("/language", "qqq"), "unknown_language", "/language"),
    (put("/language", SECRET), "wrong_form", "/language"),
    (put("/nexus/0/place/state", "ZZ"), "unknown_state", "/nexus/0/place/state"),
    # The criteria and completeness.
    (lambda body: body["requester"].update(country="TW", channel="ncb"), "ncb_from_non_member", "/requester/channel"),
    (put("/urgency", {"level": "U0"}), "urgency_ground_missing", "/urgency/ground"),
    (put("/urgency", {"level": "U1"}), "urgency_ground_missing", "/urgency/ground"),
    (put("/urgency/ground", "evidence_loss"), "urgency_ground_without_urgency", "/urgency/ground"),
    (put("/urgency", {"level": "U1", "ground": SECRET}), "unknown_value", "/urgency/ground"),
    (drop("/link"), "link_missing", "/link"),
    (put("/offences", []), "offence_missing", "/offences"),
    (put("/offences/0", {}), "offence_empty", "/offences/0"),
    (put("/offences/0/section", "21 USC 841"), "title_outside_list", "/offences/0/section"),
    (put("/offences/0/section", SECRET), "section_unreadable", "/offences/0/section"),
    (lambda body: body.update(request_type="fugitive", subjects=[]), "subject_missing", "/subjects"),
    (lambda body: body["subjects"][0].update(names=[], identifiers=[]), "subject_empty", PERSON),
    (put("/nexus/0", {"kind": "person_location"}), "nexus_empty", "/nexus/0"),
    (put("/nexus/0", {"kind": "person_location", "place": {}}), "nexus_empty", "/nexus/0"),
    (put("/nexus/0", {"kind": "none"}), "nexus_none_with_others", "/nexus/0"),
    (put("/nexus", [{"kind": "none", "detail": SECRET}]), "nexus_none_with_content", "/nexus/0"),
    (put("/nexus/0/owner_office", "SAC-BOS"), "owner_without_case", "/nexus/0"),
    (lambda body: body["nexus"][0].update(kind="existing_us_case", owner_office="SAC-Z"), "unknown_office",
     "/nexus/0/owner_office"),
    (lambda body: body.update(earlier=body["earlier"] * 2), "linked_twice", "/earlier/1"),
    # Dates.
    (put("/nexus/0/as_of", "2026-11-25"), "date_in_future", "/nexus/0/as_of"),
    (put("/nexus/0/as_of", "1926-11-25"), "date_too_early", "/nexus/0/as_of"),
    (put("/nexus/1/eta", "2029-01-01T00:00:00Z"), "date_too_late", "/nexus/1/eta"),
    (put("/nexus/1/eta", "0"), "date_too_early", "/nexus/1/eta"),
    (put(f"{PERSON}/birth", "2027"), "date_in_future", f"{PERSON}/birth"),
    (put(f"{PERSON}/birth", "1850"), "date_too_early", f"{PERSON}/birth"),
    (put(f"{PERSON}/birth", "1980-02-31"), "impossible_date", f"{PERSON}/birth"),
    (put(f"{PERSON}/birth", "1980-13"), "impossible_date", f"{PERSON}/birth"),
    (put(f"{PERSON}/birth", "1980-00-05"), "impossible_date", f"{PERSON}/birth"),
    (put(f"{PERSON}/birth", "31/02/1980"), "wrong_form", f"{PERSON}/birth"),
    # Marks.
    (put("/marks/release_to", ["SAC-XYZ"]), "unknown_recipient", "/marks/release_to/0"),
    (put("/marks/consent/recipients", ["SAC-BOS", "NOBODY"]), "unknown_recipient", "/marks/consent/recipients/1"),
    (lambda body: body["marks"].update(handling=["H3"], restriction_text=None), "restriction_text_missing",
     "/marks/restriction_text"),
    (put("/marks/expires", "2026-11-01"), "marks_expired", "/marks/expires"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "pointer"), BAD, ids=[f"{code}{pointer}" for _, code, pointer in BAD])
def test_a_bad_body_is_refused_with_a_code_and_a_place_and_nothing_of_it(change, code, pointer):
    faults = faults_in(as_bytes(sound(change)))

    assert [(fault.code, fault.pointer) for fault in faults] == [(code, pointer)]
    assert SECRET not in repr(faults)


def test_the_sound_body_has_no_fault():
    assert faults_in(as_bytes(sound())) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xef\xbb\xbf" + as_bytes(sound()),
        as_bytes(sound()).replace(b"Boston", b"\xff\xfe"),
        as_bytes(sound()) + b"{}",
        b"[" * 100_000,
        b'{"narrative": ' * 10_000,
        b'{"narrative": "\\ud800"}',
        b'{"narrative": ' + b"9" * 100_000 + b"}",
    ],
    ids=["empty", "cut off", "BOM", "no UTF-8", "twice", "deep lists", "deep objects", "lone surrogate", "long number"],
)
def test_what_is_no_json_is_one_fault(body):
    assert [(fault.code, fault.pointer) for fault in faults_in(body)] == [("not_json", "")]


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"text"', b"NaN", b"1e400"])
def test_json_that_is_no_object_has_the_wrong_type(body):
    assert [(fault.code, fault.pointer) for fault in faults_in(body)] == [("wrong_type", "")]


@pytest.mark.parametrize("escaped", [False, True])
def test_a_field_given_twice_is_refused_because_readers_would_differ(escaped):
    handling = b'"handling": ["H1"]'
    second = b'"handl\\u0069ng": ["H0"]' if escaped else b'"handling": ["H0"]'

    faults = faults_in(as_bytes(sound()).replace(handling, handling + b", " + second))

    assert [fault.code for fault in faults] == ["field_twice"]


def test_escaped_text_is_no_field_given_twice():
    escaped = as_bytes(sound()).replace("è".encode(), b"\\u00e8").replace(b"Street", b'\\"Street\\":')

    assert faults_in(escaped) == ()


def test_faults_of_shape_and_of_sense_are_told_together():
    body = sound(
        put("/purpose", SECRET),
        put(f"/{SECRET}", 1),
        put("/urgency", {"level": "U0"}),
        put("/nexus/0/place/state", "ZZ"),
        put("/subjects/0/birth", "2199"),
        put("/marks/release_to", ["SAC-XYZ"]),
        put("/requester/channel", "ncb"),
        put("/requester/country", "KP"),
        drop("/link"),
    )

    faults = faults_in(as_bytes(body))

    assert {(fault.code, fault.pointer) for fault in faults} == {
        ("unknown_field", ""),
        ("link_missing", "/link"),
        ("unknown_recipient", "/marks/release_to/0"),
        ("unknown_state", "/nexus/0/place/state"),
        ("unknown_value", "/purpose"),
        ("ncb_from_non_member", "/requester/channel"),
        ("date_in_future", "/subjects/0/birth"),
        ("urgency_ground_missing", "/urgency/ground"),
    }


def test_a_book_of_faults_is_cut_short():
    body = sound(put("/nexus", [{"kind": "person_location", "place": {"zip": "x"}, "as_of": "x", "eta": "x"}] * 50))

    faults = faults_in(as_bytes(body))

    assert len(faults) == FAULTS_AT_MOST + 1
    assert faults[-1].code == "more_faults"


def test_a_body_made_of_faults_is_refused_without_reading_them_all():
    body = sound(put("/nexus", [{SECRET: 1}] * 5_000))

    assert [fault.code for fault in faults_in(as_bytes(body))] == ["more_faults"]


IN_THE_EXCHANGE = {code for _, _, code, _ in REFUSED_SUPPLEMENTS} | {code for _, code, _ in REFUSED_ANSWERS}


def test_every_code_has_its_own_words_and_its_case_in_these_tests():
    proved = {code for _, code, _ in BAD} | {"not_json", "field_twice", "more_faults"} | IN_THE_EXCHANGE

    assert set(REMEDIES) - proved == {"refused"}
    assert all(remedy.problem.endswith(".") and remedy.mend.endswith(".") for remedy in REMEDIES.values())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
POINTERS = [
    "/requester", "/requester/country", "/request_type", "/urgency", "/urgency/level", "/purpose", "/link", "/offences",
    "/offences/0", "/offences/0/section", "/subjects", "/subjects/0", "/subjects/0/type", "/subjects/0/birth",
    "/subjects/0/names", "/subjects/0/nationalities", "/nexus", "/nexus/0", "/nexus/0/place", "/nexus/0/detail",
    "/nexus/0/evidence", "/language", "/narrative", "/marks", "/marks/tlp", "/marks/handling", "/marks/us", "/earlier",
]  # fmt: skip


@given(pointer=st.sampled_from(POINTERS), value=json_values)
def test_any_value_anywhere_is_taken_or_refused_but_never_breaks(pointer, value):
    body = as_bytes(sound(put(pointer, value))) if "\ud800" not in repr(value) else b"{}"

    for fault in faults_in(body):
        assert fault.code in REMEDIES


@given(body=st.binary(max_size=200))
def test_any_bytes_are_refused_in_order(body):
    assert faults_in(body)
