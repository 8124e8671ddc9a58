"""The NCB feed over a real Kafka: whatever comes, however often and in whatever order, ends as it should."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest

from runtime.errors import StoreAway
from schemas.notices import NoticeStanding
from services.referrals.ncb.reading import MOST_BYTES
from services.referrals.ncb.topic import Inbound, Kept
from services.referrals.vault import Frozen
from tests.support.kafka import header
from tests.support.ncb import NAME, NEXUS, NUMBER, line, lines, notice, said
from tests.support.ncb_feed import reading, running_bureau
from tests.support.waiting import until

SECRETS = (NAME, NUMBER, "Blanchiment", "Invented")


@pytest.fixture
async def bureau(kafka, kafka_settings, mongo_settings):
    async with running_bureau(kafka, kafka_settings, mongo_settings) as opened:
        yield opened


async def test_a_notice_with_a_tie_becomes_a_referral_and_one_without_stays_reference(bureau):
    await bureau.put(notice(nexus=NEXUS), notice(entity_id="2099/10002"))

    async with reading(bureau):
        await bureau.handled(2)
    await bureau.follow_ups.follow_due()

    [referral] = await bureau.referrals()
    assert (await bureau.record())["standing"] == "in_force"
    assert (referral["summary"]["channel"], referral["state"]) == ("ncb", "received")
    assert await bureau.referrals("2099/10002") == []
    assert (await bureau.record("2099/10002"))["standing"] == "in_force"


async def test_duplicates_have_one_effect(bureau):
    first, change = notice(nexus=NEXUS), notice(1, kind="update", date_of_birth="1980/02/17", nexus=NEXUS)
    await bureau.put(first, first, change, first, change, lines(first, change, first))

    async with reading(bureau):
        await bureau.handled(6)

    assert await bureau.told() == ["observed", "changed"]
    assert await bureau.database["ncb_messages"].count_documents({}) == 2
    assert await bureau.set_aside() == []


async def test_poison_between_good_ones_is_set_aside_sealed_and_stops_nothing(bureau):
    poison = [
        b"SECRET\xff",
        b"",
        line(notice(SECRET_FIELD=NAME)),
        lines(notice(entity_id="2099/10003"), {"kind": NAME}, notice(entity_id="2099/10004")),
        b"[" * 60_000,
        line(notice(sent_at="2199-01-01T00:00:00Z")),
        line(notice(name="x" * 60_000)),
        line(notice(restrictions={"interpol": {"denied_members": ["US"]}})),
        line(notice(restrictions={"interpol": {"denied_members": ["us"]}})),
    ]
    await bureau.put(notice(), *poison, notice(entity_id="2099/10002"))

    async with reading(bureau):
        await bureau.handled(11)

    for number in (NUMBER, "2099/10002", "2099/10003", "2099/10004"):
        assert (await bureau.record(number))["standing"] in ("in_force", "withdrawn")
    assert sorted(await bureau.set_aside()) == sorted(
        [
            ["not_json"],
            ["nothing_in_it"],
            ["unknown_field"],
            ["unknown_value"],
            ["not_json"],
            ["date_too_late"],
            ["too_long"],
            ["denied_to_us"],  # written in two ways, and nothing is kept of either
        ]
    )
    kept = [row async for row in bureau.database["quarantine"].find({"content": {"$exists": True}})]
    assert sorted(row["reasons"][0]["code"] for row in kept) == sorted(
        ["not_json", "unknown_field", "unknown_value", "not_json", "date_too_late", "too_long"]
    )
    stored = str([row async for row in bureau.database["quarantine"].find()])
    assert all(secret not in stored for secret in (*SECRETS, "SECRET"))


class Stumbling:
    """The book, but for one number a fault that nobody has named."""

    def __init__(self, book, number):
        self._book, self._number = book, number

    def notice_id(self, colour, entity_id):
        if entity_id == self._number:
            raise LookupError
        return self._book.notice_id(colour, entity_id)

    def __getattr__(self, name):
        return getattr(self._book, name)


async def test_a_fault_of_ours_in_one_message_keeps_none_behind_it_from_having_its_effect(bureau):
    await bureau.put(notice(entity_id="2099/10002"))
    async with reading(bureau):
        await bureau.handled(1)
    desk = replace(bureau.feed.desk, book=Stumbling(bureau.book, NUMBER))
    messages = [line(notice()), line(said("withdrawal", 1, entity_id="2099/10002")), line(notice(2))]

    with pytest.raises(LookupError):
        await desk.take_all(messages, datetime.now(UTC))

    assert (await bureau.record("2099/10002"))["standing"] == "withdrawn"


async def test_what_stops_a_notice_recalls_its_referral_before_the_record_is_done(bureau):
    await bureau.put(notice(nexus=NEXUS))
    async with reading(bureau):
        await bureau.handled(1)
        await bureau.follow_ups.follow_due()

        await bureau.put(said("withdrawal", 1))
        await bureau.handled(2)

    [referral] = await bureau.referrals()
    assert (referral["state"], referral["recall"]["ground"]) == ("withdrawn", "notice_withdrawn")
    assert await bureau.told() == ["observed", "ended"]
    with pytest.raises(Frozen):
        await bureau.book.read(bureau.notice_id())


async def test_suspended_and_in_force_again(bureau):
    await bureau.put(notice(nexus=NEXUS))
    async with reading(bureau):
        await bureau.handled(1)
        await bureau.follow_ups.follow_due()
        await bureau.put(said("suspension", 2, authority="ccf"), notice(1, kind="update", sex_id="F", nexus=NEXUS))
        await bureau.handled(3)
        suspended = await bureau.record()
        await bureau.put(said("reinstatement", 3, authority="ccf"))
        await bureau.handled(4)

    grounds = [referral.get("recall", {}).get("ground") for referral in await bureau.referrals()]
    assert (suspended["standing"], suspended["standing_word"]["authority"]) == ("suspended", "ccf")
    assert (await bureau.record())["standing"] == "in_force"
    assert grounds == ["notice_suspended", None]
    assert (await bureau.book.read(bureau.notice_id())).sex == "F"


async def test_an_older_update_after_a_newer_one_changes_nothing(bureau):
    await bureau.put(notice(), notice(5, kind="update", sex_id="F"), notice(4, kind="update", sex_id="U"))

    async with reading(bureau):
        await bureau.handled(3)

    assert (await bureau.book.read(bureau.notice_id())).sex == "F"
    stale = await bureau.database["ncb_messages"].find_one({"effect": "stale"})
    assert stale["kind"] == "update"


async def test_a_notice_that_was_withdrawn_before_it_came_is_not_taken(bureau):
    await bureau.put(said("withdrawal", 1), notice(0, nexus=NEXUS), notice(2, nexus=NEXUS))

    async with reading(bureau):
        await bureau.handled(3)
    await bureau.follow_ups.follow_due()

    record = await bureau.record()
    assert (record["standing"], record["seen_after"], record["sources"]) == ("withdrawn", 2, {})
    assert await bureau.referrals() == []


async def test_in_whatever_order_they_come_they_end_the_same(bureau):
    kinds = [("notice", 0), ("update", 1), ("suspension", 2), ("update", 3), ("reinstatement", 4)]
    orders = list(permutations(kinds))[::7]
    for number, order in enumerate(orders, 1):
        for kind, at in order:
            brought = {"sex_id": "F" if at == 3 else "M"}
            message = notice(at, kind=kind, **brought) if kind in ("notice", "update") else said(kind, at)
            await bureau.put(_about(message, f"2099/{number}"))

    async with reading(bureau):
        await bureau.handled(5 * len(orders))

    for number in range(1, len(orders) + 1):
        record = await bureau.record(f"2099/{number}")
        assert (record["standing"], "suspended_until" in record) == ("in_force", False), orders[number - 1]
        assert (await bureau.book.read(bureau.notice_id(f"2099/{number}"))).sex == "F", orders[number - 1]
    assert await bureau.set_aside() == []


async def test_a_replay_of_the_whole_topic_never_brings_anything_back(bureau):
    messages = [
        notice(0, nexus=NEXUS),
        notice(1, kind="update", sex_id="F", nexus=NEXUS),
        said("withdrawal", 2),
        notice(0, entity_id="2099/10002"),
        said("suspension", 1, entity_id="2099/10002"),
        said("deletion", 0, entity_id="2099/10003"),
        notice(1, entity_id="2099/10003"),
    ]
    await bureau.put(*messages)
    async with reading(bureau):
        await bureau.handled(len(messages))
    await bureau.follow_ups.follow_due()
    before = await _everything(bureau)

    # Also without the ledger: what has happened is known by the records alone.
    for turn, forgets in enumerate((False, True), 1):
        if forgets:
            await bureau.database["ncb_messages"].delete_many({})
        again = bureau.stand.taker(
            Inbound(bureau.feed.desk).take,
            Kept(bureau.feed.desk),
            topics=["ncb.inbound"],
            purpose=f"ncb{turn}",
        )
        task = asyncio.create_task(again.run())
        await bureau.handled(len(messages), group=f"referrals.ncb{turn}")
        await again.stop()
        await task
        await bureau.follow_ups.follow_due()

        assert await _everything(bureau) == before
        assert await bureau.set_aside() == []


async def test_a_process_that_dies_between_effect_and_note_does_it_once(bureau, monkeypatch):
    add, deaths = type(bureau.feed.desk.ledger).add, []

    async def dies_once(self, message, *more):
        if message.message_id not in deaths:
            deaths.append(message.message_id)
            raise StoreAway("killed here")
        await add(self, message, *more)

    monkeypatch.setattr(type(bureau.feed.desk.ledger), "add", dies_once)
    await bureau.put(notice(nexus=NEXUS), notice(1, kind="update", sex_id="F", nexus=NEXUS), said("cancellation", 2))

    async with reading(bureau):
        await bureau.handled(3)

    assert len(deaths) == 3
    assert await bureau.told() == ["observed", "changed", "ended"]
    effects = [row["effect"] async for row in bureau.database["ncb_messages"].find().sort("sent_at", 1)]
    assert effects == ["same", "same", "ended"]


async def test_killed_at_any_point_it_goes_on_where_it_was(bureau):
    numbers = [f"2099/{number}" for number in range(1, 41)]
    for number in numbers:
        await bureau.put(lines(notice(entity_id=number), notice(1, kind="update", sex_id="F", entity_id=number)))

    for pause in (0.0, 0.05, 0.1, 0.2):
        dying = bureau.stand.taker(
            Inbound(bureau.feed.desk).take, Kept(bureau.feed.desk), topics=["ncb.inbound"], purpose="ncb"
        )
        running = asyncio.create_task(dying.run())
        await until(lambda dying=dying: dying.ready)
        await asyncio.sleep(pause)
        running.cancel()
        await asyncio.wait([running])
    async with reading(bureau):
        await bureau.handled(len(numbers))

    for number in numbers:
        assert await bureau.told(number) == ["observed", "changed"]
    assert await bureau.set_aside() == []


async def test_while_the_database_is_away_the_topic_waits(bureau, monkeypatch):
    observe, tries = type(bureau.book).observe, []

    async def away(self, *given):
        tries.append(given)
        if len(tries) < 4:
            raise StoreAway("not now")
        return await observe(self, *given)

    monkeypatch.setattr(type(bureau.book), "observe", away)
    await bureau.put(notice(), said("suspension", 1))

    async with reading(bureau):
        await bureau.handled(2)

    assert len(tries) == 4
    assert (await bureau.record())["standing"] == "suspended"
    assert await bureau.set_aside() == []


async def test_what_we_fail_to_handle_is_sealed_and_not_in_the_dead_letters(bureau, monkeypatch, kafka):
    async def fails(self, *given):
        raise RuntimeError(NAME)

    await kafka.make("referrals.dlq")
    with monkeypatch.context() as broken:
        broken.setattr(type(bureau.book), "observe", fails)
        await bureau.put(notice())
        async with reading(bureau):
            await bureau.handled(1)

    assert await bureau.set_aside() == [["not_handled"]]
    entry = await bureau.database["quarantine"].find_one()
    assert NAME.encode() in await bureau.notices.quarantine.read(entry["_id"])
    await kafka.put("referrals.dlq", None, b"marker", [("dlq_code", b"marker")])
    [only] = await kafka.read_until("referrals.dlq", lambda record: header(record, "dlq_code") == "marker")
    assert only.value == b"marker"


async def test_what_was_set_aside_goes_with_its_notice_and_of_an_ended_one_nothing_is_kept(bureau):
    bad = notice(0.5, kind="update", height="tall")
    await bureau.put(notice(), bad, said("withdrawal", 1))

    async with reading(bureau):
        await bureau.handled(3)
        [entry] = await bureau.database["quarantine"].find().to_list(None)
        assert (entry["about"], "content" in entry) == (str(bureau.notice_id()), True)
        retention = asyncio.create_task(bureau.notices.loops[0].run())
        await until(lambda: _is_empty(bureau.database["quarantine"]))
        await bureau.put({**bad, "message_id": "another"})
        await bureau.handled(4)
        await bureau.notices.loops[0].stop()
        await retention

    [entry] = await bureau.database["quarantine"].find().to_list(None)
    assert (entry["about"], "content" in entry) == (str(bureau.notice_id()), False)


async def test_what_its_owner_takes_away_from_us_is_ended_and_not_kept(bureau):
    denied = notice(1, kind="update", nexus=NEXUS, restrictions={"interpol": {"denied_members": ["US"]}})
    await bureau.put(notice(nexus=NEXUS))
    async with reading(bureau):
        await bureau.handled(1)
        await bureau.follow_ups.follow_due()
        await bureau.put(denied, notice(0.5, nexus=NEXUS))
        await bureau.handled(3)

    [referral] = await bureau.referrals()
    assert (await bureau.record())["standing"] == NoticeStanding.WITHDRAWN
    assert referral["recall"]["ground"] == "notice_withdrawn"
    entry = await bureau.database["quarantine"].find_one()
    assert (entry["reasons"], "content" in entry) == (
        [{"code": "denied_to_us", "pointer": "/restrictions/interpol/denied_members"}],
        False,
    )


async def test_what_was_denied_before_it_came_is_not_taken_from_an_older_message(bureau):
    await bureau.put(notice(1, restrictions={"interpol": {"denied_members": ["US"]}}), notice(0))

    async with reading(bureau):
        await bureau.handled(2)

    assert await bureau.record() is None


async def test_only_its_owner_changes_a_notice_and_anybody_stops_it(bureau):
    await bureau.put(
        notice(), notice(1, kind="update", sex_id="F", source_ncb="DE"), said("suspension", 2, source_ncb="ICC")
    )

    async with reading(bureau):
        await bureau.handled(3)

    assert await bureau.set_aside() == [["not_the_owner"]]
    assert (await bureau.record())["standing"] == "suspended"


async def test_the_bureaus_word_opens_and_shuts_the_validity_gate(bureau):
    await bureau.put(notice(nexus=NEXUS))
    async with reading(bureau):
        await bureau.handled(1)
        await bureau.follow_ups.follow_due()
        [referral] = await bureau.referrals()
        as_of = referral["received_at"].isoformat()
        await bureau.put(said("reply", 1, valid=True, as_of=as_of))
        await bureau.handled(2)
        [confirmed] = await bureau.referrals()
        await bureau.put(said("reply", 2, valid=False, as_of=as_of), said("reply", 1.5, valid=True, as_of=as_of))
        await bureau.handled(4)
        [denied] = await bureau.referrals()

    types = [entry["type"] for entry in denied["timeline"]]
    assert [kind for kind in types if "validity" in kind] == ["notice-validity-confirmed", "notice-validity-denied"]
    assert "validity" in str(confirmed["gates"])


@pytest.mark.parametrize(
    ("more", "held"),
    [
        ({"restrictions": {"interpol": {"denied_members": ["Utopia"]}}}, True),
        ({"restrictions": "not for the US"}, True),
        ({"restrictions": {"interpol": {"denied_members": ["US"]}, "tpl": "RED"}}, True),
        ({"recipients": [7]}, True),
        ({"restrictons": {"tlp": "RED"}}, True),
        ({"sex_id": 7}, False),
    ],
)
async def test_nobody_acts_under_restrictions_that_cannot_be_read(bureau, more, held):
    await bureau.put(notice(nexus=NEXUS))
    async with reading(bureau):
        await bureau.handled(1)
        await bureau.follow_ups.follow_due()
        [referral] = await bureau.referrals()
        await bureau.put(said("reply", 1, valid=True, as_of=referral["received_at"].isoformat()))
        await bureau.put(notice(2, kind="update", **more))
        await bureau.handled(3)
        [after] = await bureau.referrals()
        await bureau.put(notice(4, kind="update", nexus=NEXUS), notice(3, kind="update", **more))
        await bureau.handled(5)
        [later] = await bureau.referrals()

    kinds = ["notice-validity-confirmed", *(["notice-validity-denied"] if held else [])]
    for each in (after, later):
        assert [entry["type"] for entry in each["timeline"] if "validity" in entry["type"]] == kinds
        assert "recall" not in each
    assert (await bureau.record())["standing"] == "in_force"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("cancellation", {"reason": "Subject Found"}),
        ("withdrawal", {"authority": "INTERPOL"}),
        ("suspension", {"sent_at": "2199-01-01T00:00:00Z"}),
        ("deletion", {"message_id": "taken-before"}),
        ("reply", {"valid": False, "as_of": "yesterday"}),
        ("update", {"reason": "x" * MOST_BYTES, "restrictions": {"interpol": {"denied_members": ["US"]}}}),
    ],
)
async def test_nobody_acts_on_a_notice_whose_stop_cannot_be_taken(bureau, kind, more):
    await bureau.put(notice(nexus=NEXUS, message_id="taken-before"))
    async with reading(bureau):
        await bureau.handled(1)
        await bureau.follow_ups.follow_due()
        [referral] = await bureau.referrals()
        await bureau.put(said("reply", 1, valid=True, as_of=referral["received_at"].isoformat()))
        await bureau.put(said(kind, 2) | more)
        await bureau.handled(3)

    [after] = await bureau.referrals()
    assert [entry["type"] for entry in after["timeline"] if "validity" in entry["type"]] == [
        "notice-validity-confirmed",
        "notice-validity-denied",
    ]
    assert (await bureau.record())["standing"] == "in_force"


async def test_a_refused_suspension_that_comes_again_does_not_shut_what_was_confirmed_since(bureau):
    refused = said("suspension", 1, authority="INTERPOL")
    await bureau.put(notice(nexus=NEXUS), refused)
    async with reading(bureau):
        await bureau.handled(2)
        await bureau.follow_ups.follow_due()
        [referral] = await bureau.referrals()
        await bureau.put(said("reply", 2, valid=True, as_of=referral["received_at"].isoformat()), refused)
        await bureau.handled(4)

    [after] = await bureau.referrals()
    assert [entry["type"] for entry in after["timeline"]][-1] == "notice-validity-confirmed"


async def test_messages_of_one_notice_in_several_partitions_end_the_same(bureau):
    for at in range(1, 9):
        kind = "suspension" if at % 4 == 1 else "reinstatement" if at % 4 == 3 else None
        message = said(kind, at) if kind else notice(at, kind="update", sex_id="F" if at == 8 else "M")
        await bureau.put(message, key=f"any-{at}".encode(), partition=at % 2)

    async with reading(bureau):
        await bureau.handled(4, partition=0)
        await bureau.handled(4, partition=1)

    assert (await bureau.record())["standing"] == "in_force"
    assert (await bureau.book.read(bureau.notice_id())).sex == "F"


async def _is_empty(collection):
    return await collection.count_documents({}) == 0


def _about(message, number):
    body = {"notice": {**message["notice"], "entity_id": number}} if "notice" in message else {}
    return {**message, "entity_id": number, **body}


async def _everything(bureau):
    """What stands of every notice and referral, but for how often somebody asked after what is ended."""
    notices = await bureau.database["notices"].find().sort("_id", 1).to_list(None)
    referrals = await bureau.database["referrals"].find().sort("_id", 1).to_list(None)
    passing = {"seen_after", "revision"}
    kept = [{name: value for name, value in row.items() if name not in passing} for row in notices]
    return kept, [(row["_id"], row["state"], row.get("recall")) for row in referrals]
