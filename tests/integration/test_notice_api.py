"""Notices over HTTP, on real systems: their records, what they say, and what could not be read of them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from schemas.notices import Colour, NoticeStanding
from schemas.topics import NOTICE_EVENTS
from tests.support.kafka import header
from tests.support.notices import BEGIN, KEY, SURNAME, Shelf, by_bureau, in_public, invented, word
from tests.support.referrals_service import running_referrals
from tests.support.waiting import until

READER = "office=SAC-BOS&staff=B-2207&purpose=locate"


@pytest.fixture
async def referrals(kafka, kafka_settings, mongo_settings):
    async with running_referrals(kafka, kafka_settings, mongo_settings) as running:
        yield running


@pytest.fixture
async def shelf(referrals):
    return await Shelf(referrals.database).prepare()


async def test_notices_are_listed_by_what_may_be_said_of_them(referrals, shelf):
    red = str((await shelf.book.observe(invented(), in_public(1))).notice_id)
    other = str((await shelf.book.observe(invented("2099/2"), by_bureau(1))).notice_id)
    child = invented("2099/3", colour=Colour.YELLOW, warrants=(), birth="2015")
    yellow = str((await shelf.book.observe(child, in_public(1))).notice_id)
    referral = {"referral_id": "01935b3c-0000-7000-8000-000000000001", "recalled_at": None}
    await shelf.book.followed_up(await shelf.book.record(shelf.book.notice_id(*KEY)), {"referrals": [referral]})

    async def ids(query):
        return [row["notice_id"] for row in (await referrals.get(f"/v1/notices?{query}"))["notices"]]

    assert set(await ids("")) == {red, other, yellow}
    assert await ids("colour=yellow") == [yellow]
    assert await ids("standing=in_force") == [other]
    assert set(await ids("listed=true")) == {red, yellow}
    assert await ids("has_referral=true") == [red]
    assert set(await ids("has_referral=false")) == {other, yellow}
    assert (await referrals.get("/v1/notices?colour=yellow"))["notices"][0]["minor"] is True
    assert SURNAME not in str(await referrals.get("/v1/notices"))


async def test_a_list_goes_on_where_a_page_ended(referrals, shelf):
    for number in range(5):
        await shelf.book.observe(invented(f"2099/{number}"), in_public(1))

    seen, cursor = [], ""
    while cursor is not None:
        page = await referrals.get(f"/v1/notices?limit=2{cursor and f'&cursor={cursor}'}")
        seen += [row["notice_id"] for row in page["notices"]]
        cursor = page["next"]
    wrong = await referrals.get(f"/v1/notices?colour=red&cursor={'abc'}", 400)

    assert len(seen) == len(set(seen)) == 5
    assert wrong["code"] == "cursor_unknown"


async def test_a_record_shows_its_ways_and_its_history_by_names_of_fields(referrals, shelf):
    notice_id = (await shelf.book.observe(invented(), in_public(1))).notice_id
    await shelf.book.observe(invented(warrants=()), in_public(2))
    await shelf.book.observe(invented(), by_bureau(20, "USNCB-1"))

    shown = await referrals.get(f"/v1/notices/{notice_id}")

    history = [(each["what"], each["source"], each["fields"], each["message_id"]) for each in shown["history"]]
    assert history == [
        ("observed", "interpol-public", [], None),
        ("changed", "interpol-public", ["warrants"], None),
        ("observed", "interpol-ncb", [], "USNCB-1"),
    ]
    assert [way["source"] for way in shown["ways"]] == ["interpol-ncb", "interpol-public"]
    assert (shown["standing"], shown["listed"], shown["tombstone"]) == ("in_force", True, None)
    assert "arrest" not in str(shown)
    assert SURNAME not in str(shown)


async def test_content_is_given_after_its_reading_is_recorded(referrals, shelf):
    notice = invented(eyes=("BROH",), languages=("FRE", "ZZZ"))
    notice_id = (await shelf.book.observe(notice, in_public(1))).notice_id

    read = await referrals.get(f"/v1/notices/{notice_id}/content?{READER}")
    readings = await referrals.get(f"/v1/notices/{notice_id}/readings")

    assert (read["notice"]["names"][0]["name"], read["masked"]) == (SURNAME, False)
    assert (read["notice"]["eyes"], read["in_words"]["eyes"]) == (["BROH"], ["hazel"])
    assert read["in_words"]["languages"] == ["French", "ZZZ"]
    [reading] = readings["readings"]
    assert (reading["reader"], reading["purpose"], reading["revision"]) == ("SAC-BOS/B-2207", "locate", 1)


RESTRICTIONS = {
    "release to another office": {"release_to": ["SAC-LAX"]},
    "confidential, and nobody named": {"interpol": {"level": "CONFIDENTIAL"}},
    "no dissemination without leave": {"handling": ["H2"]},
    "another purpose": {"interpol": {"purposes": ["identify"]}},
    "expired": {"expires": "2026-01-01"},
}


@pytest.mark.parametrize("name", RESTRICTIONS)
async def test_what_its_owner_bars_is_read_by_nobody_whom_it_is_barred_from(referrals, shelf, name):
    said = {"source_ncb": "FR", "restrictions": {"handling": ["H0"], **RESTRICTIONS[name]}}
    notice_id = (await shelf.book.observe(invented(), by_bureau(1, context=said))).notice_id

    refused = await referrals.get(f"/v1/notices/{notice_id}/content?{READER}", 403)

    assert refused["code"] == "notice_restricted"
    assert SURNAME not in str(refused)


async def test_the_marks_of_a_notice_come_with_it(referrals, shelf):
    restrictions = {"tlp": "TLP:AMBER", "handling": ["H1", "H3"], "restriction_text": "Ask first."}
    said = {"source_ncb": "FR", "restrictions": restrictions}
    of_bureau = (await shelf.book.observe(invented(), by_bureau(1, context=said))).notice_id
    public = (await shelf.book.observe(invented("2099/77"), in_public(1))).notice_id

    read = await referrals.get(f"/v1/notices/{of_bureau}/content?{READER}")
    in_the_open = await referrals.get(f"/v1/notices/{public}/content?{READER}")

    assert (read["marks"]["tlp"], read["marks"]["handling"]) == ("AMBER", ["H1", "H3"])
    assert read["restriction_text"] == "Ask first."
    assert (in_the_open["marks"]["tlp"], in_the_open["restriction_text"]) == ("CLEAR", None)


async def test_a_missing_child_is_masked(referrals, shelf):
    child = invented("2099/3", colour=Colour.YELLOW, warrants=(), birth="2015-03-09", images=("5",))
    notice_id = (await shelf.book.observe(child, in_public(1))).notice_id

    read = await referrals.get(f"/v1/notices/{notice_id}/content?{READER}")

    assert (read["masked"], read["notice"]["names"], read["notice"]["birth"]) == (True, [], "2015")
    assert read["notice"]["images"] == []
    assert "2099/3" not in str(read)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("staff=B-2207&purpose=locate", "invalid_request"),
        ("office=SAC-BOS&staff=Mario%20Rossi&purpose=locate", "invalid_request"),
        ("office=SAC-BOS&staff=B-2207&purpose=curiosity", "invalid_request"),
        ("office=NOBODY&staff=B-2207&purpose=locate", "office_unknown"),
        (f"{READER}&why=1", "unknown_parameter"),
    ],
)
async def test_who_does_not_say_who_reads_and_why_is_given_nothing(referrals, shelf, query, code):
    notice_id = (await shelf.book.observe(invented(), in_public(1))).notice_id

    refused = await referrals.get(f"/v1/notices/{notice_id}/content?{query}", 422)
    readings = await referrals.get(f"/v1/notices/{notice_id}/readings")

    assert (refused["code"], readings["readings"]) == (code, [])


async def test_what_is_shut_is_read_by_nobody(referrals, shelf):
    notice_id = (await shelf.book.observe(invented(), by_bureau(1))).notice_id
    path = f"/v1/notices/{notice_id}"

    await shelf.book.suspend(KEY, word(2))
    suspended = await referrals.get(f"{path}/content?{READER}", 410)
    await shelf.book.end(KEY, NoticeStanding.WITHDRAWN, word(3))
    ended = await referrals.get(f"{path}/content?{READER}", 410)

    async def is_purged():
        record = await shelf.book.record(notice_id)
        return "purged_at" in record and record

    await until(is_purged)
    shown = await referrals.get(path)
    readings = await referrals.get(f"{path}/readings")

    assert (suspended["code"], ended["code"]) == ("notice_suspended", "notice_ended")
    assert (shown["tombstone"]["standing"], shown["ways"], readings["readings"]) == ("withdrawn", [], [])
    assert "content_hash" not in str(shown)


async def test_what_is_locked_or_gone_or_unknown_says_so(referrals, shelf):
    in_review = (await shelf.book.observe(invented(), by_bureau(1))).notice_id
    await shelf.retention.settle(BEGIN + timedelta(days=1830))
    gone = (await shelf.book.observe(invented("2099/2"), in_public(1))).notice_id
    for sweep in (2, 3):
        await shelf.book.close_sweep("red", sweep, BEGIN)
    await shelf.retention.settle(BEGIN + timedelta(days=40))
    unknown = shelf.book.notice_id(Colour.RED, "2099/99")

    codes = [
        (await referrals.get(f"/v1/notices/{each}/content?{READER}", status))["code"]
        for each, status in ((in_review, 410), (gone, 410), (unknown, 404))
    ]

    assert codes == ["notice_locked", "notice_purged", "notice_unknown"]
    assert (await referrals.get(f"/v1/notices/{unknown}", 404))["code"] == "notice_unknown"


async def test_what_is_told_of_notices_comes_to_its_topic_in_order(referrals, shelf, kafka):
    notice_id = (await shelf.book.observe(invented(), in_public(1))).notice_id
    await shelf.book.observe(invented(birth="1981"), in_public(2))
    await shelf.book.end(KEY, NoticeStanding.WITHDRAWN, word(30))

    records = await kafka.read_until(
        NOTICE_EVENTS.name, lambda record: header(record, "ce_type") == "dragoman.notice.purged.v1"
    )

    types = [header(record, "ce_type") for record in records]
    assert types == [f"dragoman.notice.{what}.v1" for what in ("observed", "changed", "ended", "purged")]
    assert [header(record, "ce_sequence") for record in records] == ["1", "2", "3", "4"]
    assert {record.key for record in records} == {str(notice_id).encode()}


async def test_what_could_not_be_read_is_listed_without_a_byte_of_it_and_can_be_discarded(referrals, shelf):
    reasons = [SimpleNamespace(code="wrong_type", pointer="/name")]
    entry_id = await shelf.quarantine.put("feed/red", reasons, b'{"name": "TESTSON"', BEGIN)
    again = await shelf.quarantine.put("feed/red", reasons, b'{"name": "TESTSON"', BEGIN + timedelta(days=1))

    listed = await referrals.get("/v1/notices/quarantine?source=feed/red")
    none = await referrals.get("/v1/notices/quarantine?source=ncb")
    first = await referrals.http.delete(f"/v1/notices/quarantine/{entry_id}")
    second = await referrals.http.delete(f"/v1/notices/quarantine/{entry_id}")

    [row] = listed["entries"]
    assert entry_id == again == row["quarantine_id"]
    assert (row["times"], row["size"], row["reasons"]) == (2, 18, [{"code": "wrong_type", "pointer": "/name"}])
    assert (none["entries"], SURNAME in str(listed)) == ([], False)
    assert (first.status_code, second.status_code, second.json()["code"]) == (204, 404, "quarantine_unknown")


async def test_what_was_set_aside_is_listed_page_by_page_what_came_last_first(referrals, shelf):
    reasons = [SimpleNamespace(code="not_json", pointer="")]
    ids = [await shelf.quarantine.put("ncb", reasons, b"[" * n, BEGIN + timedelta(minutes=n // 2)) for n in range(5)]

    seen, cursor = [], ""
    while cursor is not None:
        page = await referrals.get(f"/v1/notices/quarantine?limit=2{cursor and f'&cursor={cursor}'}")
        seen += [row["quarantine_id"] for row in page["entries"]]
        cursor = page["next"]

    assert (seen[0], set(seen), len(seen)) == (ids[4], set(ids), 5)
    assert set(seen[1:3]) == {ids[2], ids[3]}
