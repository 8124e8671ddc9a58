"""Pages of lists, and lists of pictures."""

import json

import pytest

from services.referrals.notices.images import read_images
from services.referrals.notices.listed import Listed, read_page
from services.referrals.notices.unreadable import Reason, UnreadableNotice
from tests.notices.mutations import MUTATIONS

ENTRY = {"entity_id": "2099/1", "name": "TESTSON", "forename": None, "date_of_birth": "1980", "nationalities": ["XK"]}


def page_of(*entries, **more):
    return {
        "total": len(entries),
        "query": {"page": 1, "resultPerPage": 160},
        "_embedded": {"notices": list(entries)},
        "_links": {"self": {"href": "red?&resultPerPage=160"}},
    } | more


def read(page):
    return read_page(json.dumps(page).encode())


def refused(read_it, raw):
    with pytest.raises(UnreadableNotice) as caught:
        read_it(raw if isinstance(raw, bytes) else json.dumps(raw).encode())
    return [(reason.code, reason.pointer) for reason in caught.value.reasons]


def linked(href):
    return ENTRY | {"_links": {"self": {"href": "x"}, "thumbnail": {"href": href}}}


def test_a_page_says_what_was_really_served():
    page = read(page_of(ENTRY, total=3_015, query={"page": 8, "resultPerPage": "20", "nationality": "XK", "sexId": ""}))

    assert (page.total, page.page, page.per_page) == (3_015, 8, 20)
    assert page.echoed == {"page": "8", "resultPerPage": "20", "nationality": "XK", "sexId": ""}
    assert page.items == (Listed("2099/1", "TESTSON", None, "1980", ("XK",)),)


def test_an_echo_keeps_only_what_a_filter_can_be():
    odd = {"page": 1, "resultPerPage": 160, "a b": "x", "x": None, "y": [1], "z": True, "long": "v" * 201, "n": "\n"}

    assert read(page_of(ENTRY, query=odd)).echoed == {"page": "1", "resultPerPage": "160"}


def test_nothing_found_may_have_no_list():
    assert read(page_of()).items == ()
    assert read(page_of() | {"_embedded": None}).items == ()
    assert read({"total": 0, "query": {"page": 1, "resultPerPage": 20}}).entity_ids == ()


@pytest.mark.parametrize("missing", ["total", "query", "_embedded"])
def test_a_page_without_a_part_is_refused(missing):
    page = page_of(ENTRY)
    del page[missing]

    assert {pointer.split("/")[1] for _, pointer in refused(read_page, page)} == {missing}


def test_every_fault_of_a_page_is_told_at_once():
    page = {"total": "7", "query": {"page": True, "resultPerPage": 0}, "_embedded": {"notices": {}}, "_links": []}

    assert refused(read_page, page) == [
        ("wrong_type", "/_embedded/notices"),
        ("wrong_type", "/_links"),
        ("wrong_type", "/query/page"),
        ("out_of_range", "/query/resultPerPage"),
        ("wrong_type", "/total"),
    ]


def test_more_entries_than_any_query_yields_are_refused():
    entries = [ENTRY | {"entity_id": f"2099/{number}"} for number in range(161)]

    assert len(read(page_of(*entries[:160])).items) == 160
    assert refused(read_page, page_of(*entries)) == [("too_many", "/_embedded/notices")]


def test_a_bad_entry_does_not_lose_the_page():
    page = read(
        page_of(
            ENTRY,
            ENTRY | {"entity_id": "2099/2", "name": 5, "date_of_birth": "1985/02/30"},
            ENTRY | {"entity_id": "../etc"},
            "nothing",
            None,
            ENTRY | {"entity_id": "2099/6", "_links": "none"},
            {"name": "NO NUMBER"},
        )
    )

    assert [item.entity_id for item in page.items] == ["2099/1"]
    assert page.refused_ids == ("2099/2", "2099/6")
    assert page.entity_ids == ("2099/1", "2099/2", "2099/6")
    assert page.refused == (
        Reason("impossible_date", "/_embedded/notices/1/date_of_birth"),
        Reason("wrong_type", "/_embedded/notices/1/name"),
        Reason("wrong_form", "/_embedded/notices/2/entity_id"),
        Reason("wrong_type", "/_embedded/notices/3"),
        Reason("wrong_type", "/_embedded/notices/4"),
        Reason("wrong_type", "/_embedded/notices/5/_links"),
        Reason("missing", "/_embedded/notices/6/entity_id"),
    )


@pytest.mark.parametrize(
    ("href", "picture"),
    [
        ("https://ws-public.interpol.int/notices/v1/red/2099-1/images/6123", "6123"),
        ("red/2099-1/images/6123?&x=1", "6123"),
        ("red/2099-1/images/6123/", "6123"),
        ("red/2099-1/images/..", None),
        ("red/2099-1/images/%2e%2e", None),
        ("", None),
        (None, None),
        ("x" * 100_000, None),
    ],
    ids=lambda given: repr(given)[:40],
)
def test_a_thumbnail_is_the_id_at_the_end_of_its_link(href, picture):
    assert read(page_of(linked(href))).items[0].thumbnail == picture


def test_a_link_that_is_no_text_is_a_bad_entry():
    assert read(page_of(linked(5))).refused == (Reason("wrong_type", "/_embedded/notices/0/_links/thumbnail/href"),)


@pytest.mark.parametrize("entry", [{"name": "-"}, {"name": None}, {"forename": "-"}, {"nationalities": None}])
def test_what_says_nothing_in_an_entry_is_nothing(entry):
    item = read(page_of(ENTRY | entry)).items[0]

    assert not getattr(item, next(iter(entry)))


def test_every_invented_notice_can_be_listed():
    for mutation in MUTATIONS:
        for step in mutation.steps:
            if step.served is not None:
                page = read(page_of(step.served.summary))
                assert page.refused == ()
                assert page.items[0].thumbnail == (step.served.pictures[0] if step.served.pictures else None)


def test_pictures_are_ids_in_order_and_once():
    images = [{"picture_id": each, "_links": {"self": {"href": "x"}}} for each in ("7", "5", "7")]

    assert read_images(json.dumps({"_embedded": {"images": images}}).encode()) == ("7", "5")
    assert read_images(b'{"_embedded": {"images": []}, "_links": {"notice": {"href": "x"}}}') == ()


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({}, [("missing", "/_embedded/images")]),
        ({"_embedded": {"images": None}}, [("missing", "/_embedded/images")]),
        ({"_embedded": {"images": "x"}}, [("wrong_type", "/_embedded/images")]),
        ({"_embedded": {"images": [5]}}, [("wrong_type", "/_embedded/images/0")]),
        ({"_embedded": {"images": [{}]}}, [("missing", "/_embedded/images/0/picture_id")]),
        ({"_embedded": {"images": [{"picture_id": "../1"}]}}, [("wrong_form", "/_embedded/images/0/picture_id")]),
        ({"_embedded": {"images": [{"picture_id": "1"}] * 201}}, [("too_many", "/_embedded/images")]),
        (b"[]", [("not_object", "")]),
    ],
)
def test_what_is_no_list_of_pictures_is_refused(raw, found):
    assert refused(read_images, raw) == found
