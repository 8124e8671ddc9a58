"""Whatever comes is read or refused with reasons; nothing else happens, and nothing of it is repeated."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.notices import Colour
from services.referrals.notices.canonical import content_hash, image_hash
from services.referrals.notices.images import read_images
from services.referrals.notices.listed import read_page
from services.referrals.notices.reading import read_notice
from services.referrals.notices.unreadable import REASONS, UnreadableNotice
from tests.notices.mutations import BASES

MARK = "zqx"
"""Stands in every text of a body; a refusal that has it repeats the body."""

KNOWN = sorted(
    {name for base in BASES.values() for name in base}
    | {"issuing_country_id", "charge", "charge_translation", "number", "nr", "expiry", "reference_number", "type"}
)
PARTS = ["entity_id", "total", "query", "page", "resultPerPage", "_embedded", "notices", "images", "picture_id"]
PARTS += ["_links", "thumbnail", "href", "links"]

texts = st.one_of(
    st.text(max_size=12).map(lambda text: MARK + text),
    st.sampled_from(["", "-", "2099/1", "0000/00/00", "1985/03/00", "M", "914"]),
    st.sampled_from(["\x00", "\ud800", "../" + MARK, MARK * 300]),
)
names = st.one_of(st.sampled_from(KNOWN + PARTS), texts)
leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
junk = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)
objects = st.dictionaries(names, junk, max_size=12)


def taken_or_refused(read):
    """Give what was read, or None for a refusal that says why without saying what."""
    try:
        return read()
    except UnreadableNotice as error:
        refusal = error
    assert refusal.reasons
    assert all(reason.code in REASONS for reason in refusal.reasons)
    assert MARK not in str(refusal) + repr(refusal.reasons)
    assert (refusal.__cause__, refusal.__context__) == (None, None)
    return None


def check_everything(raw):
    page = taken_or_refused(lambda: read_page(raw))
    if page is not None:
        assert all(reason.code in REASONS and MARK not in reason.pointer for reason in page.refused)
    taken_or_refused(lambda: read_images(raw))
    for colour in (Colour.RED, Colour.UN):
        notice = taken_or_refused(lambda colour=colour: read_notice(colour, raw))
        if notice is not None:
            again = type(notice).model_validate_json(notice.model_dump_json(exclude_defaults=True))
            assert (content_hash(again), image_hash(again)) == (content_hash(notice), image_hash(notice))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xff\xfe{\x00}\x00")
@example(b'{"entity_id": "2099/1"')
def test_any_bytes(raw):
    check_everything(raw)


@settings(max_examples=150, deadline=None)
@given(objects)
def test_any_object_that_json_can_hold(given_object):
    check_everything(json.dumps(given_object).encode())


@settings(max_examples=150, deadline=None)
@given(objects, st.sampled_from(sorted(BASES)))
def test_a_notice_in_which_anything_is_replaced(given_object, list_name):
    check_everything(json.dumps({"entity_id": "2099/1", **BASES[list_name], **given_object}).encode())


@settings(max_examples=100, deadline=None)
@given(objects, st.lists(junk, max_size=4))
def test_a_page_in_which_anything_is_replaced(given_object, entries):
    page = {"total": 1, "query": {"page": 1, "resultPerPage": 20}, "_embedded": {"notices": entries}}

    check_everything(json.dumps(page | given_object).encode())


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(BASES)), st.data())
def test_a_notice_cut_off_or_with_a_byte_otherwise(list_name, data):
    raw = json.dumps({"entity_id": "2099/1", **BASES[list_name]}, ensure_ascii=False).encode()
    place = data.draw(st.integers(0, len(raw) - 1))

    assert taken_or_refused(lambda: read_notice(Colour.RED, raw[:place])) is None
    check_everything(raw[:place] + data.draw(st.binary(max_size=2)) + raw[place + 1 :])


@settings(max_examples=120, deadline=None)
@given(objects)
def test_an_object_that_was_read_by_others(given_object):
    notice = taken_or_refused(lambda: read_notice(Colour.GREEN, {"entity_id": "2099/1"} | given_object))

    if notice is not None:
        notice.model_dump_json().encode()
