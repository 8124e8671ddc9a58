"""Notices that became no referral take part in linking, on real systems: suggested, decided by a person, forgotten."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from schemas.notices import Colour, NoticeStanding
from services.referrals.notices.notice import Document
from tests.support.notices import BEGIN, ENTITY, KEY, SURNAME, Shelf, by_bureau, in_public, invented, word
from tests.support.referrals_service import running_referrals
from tests.support.waiting import until
from tests.unit.referrals.referral_bodies import drop, put, sound

PERSON = "/subjects/0"
PASSPORT = "YA0000007"
SURE = {"staff": "desk-1", "ground": "same_subject"}
NOT_SO = {"staff": "desk-2", "ground": "another_person"}
OPEN_TO_ALL = {"source_ncb": "FR", "restrictions": {"tlp": "TLP:AMBER", "handling": ["H1"]}}


class Office:
    """The running service, and beside it a book that another process would write."""

    def __init__(self, service, shelf):
        self.service, self.shelf, self.book = service, shelf, shelf.book
        self.get, self.post, self.database = service.get, service.post, service.database

    async def seen(self, notice, sighting):
        """Let a notice be seen, and wait until it has been compared."""
        notice_id = str((await self.book.observe(notice, sighting)).notice_id)
        await self.compared(notice_id)
        return notice_id

    async def compared(self, notice_id):
        async def is_so():
            record = await self.record(notice_id)
            return not {"to_compare", "follow_up_due"} & record.keys()

        await until(is_so)

    async def record(self, notice_id):
        return await self.database["notices"].find_one({"_id": notice_id})

    async def posted(self, *changes):
        """Post a request about whoever bears the passport, and wait until it has been compared."""
        request = sound(
            drop("/earlier"),
            put("/requester/reference", f"IT-{uuid4().hex[:8]}1"),
            put(f"{PERSON}/birth", "-"),
            put(f"{PERSON}/identifiers", [{"kind": "passport", "value": PASSPORT, "country": "IT"}]),
            *changes,
        )
        referral_id = (await self.service.liaison.accepted(request))["referral_id"]
        await until(lambda: self.database["match_keys"].find_one({"_id": referral_id}))
        return referral_id

    async def links(self, referral_id, *states):
        """Wait until a referral has links in exactly these states, and give them."""

        async def are_so():
            found = (await self.get(f"/v1/referrals/{referral_id}/links"))["links"]
            return (found,) if sorted(link["state"] for link in found) == sorted(states) else None

        [found] = await until(are_so)
        return found

    async def pair(self, sighting=None):
        """A notice and a referral of one matter, and the link that is suggested between them."""
        notice_id = await self.seen(bearing(), sighting or in_public(1))
        referral_id = await self.posted()
        [link] = await self.links(referral_id, "suggested")
        return notice_id, referral_id, f"/v1/referrals/{referral_id}/links/{link['link_id']}"


def bearing(passport=PASSPORT, **changes):
    """A notice about whoever bears a passport."""
    return invented(documents=(Document(type="Passport", number=passport, country="IT"),), **changes)


@pytest.fixture
async def office(kafka, kafka_settings, mongo_settings):
    async with running_referrals(kafka, kafka_settings, mongo_settings) as running:
        yield Office(running, await Shelf(running.database).prepare())


async def test_a_referral_that_comes_after_a_notice_is_suggested_with_its_reason_and_no_value(office):
    notice_id, referral_id, _ = await office.pair()

    [link] = await office.links(referral_id, "suggested")
    from_notice = await office.get(f"/v1/notices/{notice_id}/links")
    stored = [await office.database[name].find().to_list(None) for name in ("match_keys", "links")]

    assert link["grounds"] == [{"reason": "same_identifier", "kind": "passport"}]
    assert (link["score"], link["notice_id"], link["referrals"]) == (95, notice_id, [referral_id])
    assert (link["other"]["kind"], link["other"]["colour"], link["other"]["standing"]) == (
        "notice",
        "red",
        "unconfirmed",
    )
    [seen] = from_notice["links"]
    assert (seen["other"]["kind"], seen["other"]["referral_id"]) == ("referral", referral_id)
    assert all(secret not in str([stored, link, seen]) for secret in (SURNAME, PASSPORT, ENTITY, "209910001"))


async def test_a_notice_that_comes_after_a_referral_is_suggested_and_follows_what_changes(office):
    referral_id = await office.posted()

    notice_id = await office.seen(bearing(), in_public(1))
    await office.links(referral_id, "suggested")
    await office.seen(bearing("ZZ1111111"), in_public(2))
    await office.links(referral_id, "withdrawn")
    await office.seen(bearing(), in_public(3))

    [link] = await office.links(referral_id, "suggested")
    assert [step["act"] for step in link["history"]] == ["suggest", "withdraw", "suggest_again"]
    assert link["notice_id"] == notice_id


async def test_whoever_quotes_the_number_of_a_notice_meets_it(office):
    await office.seen(invented(), in_public(1))

    quoting = put("/narrative", f"We refer to the INTERPOL Red Notice {ENTITY}.")
    referral_id = await office.posted(quoting, put(f"{PERSON}/identifiers", []))

    [link] = await office.links(referral_id, "suggested")
    assert link["grounds"] == [{"reason": "same_notice"}]


async def test_two_notices_and_a_referral_that_is_closed_are_not_linked(office):
    referral_id = await office.posted()
    await office.database["referrals"].update_one({"_id": referral_id}, {"$set": {"state": "closed"}})

    notice_id = await office.seen(bearing(), in_public(1))
    other = await office.seen(bearing(entity_id="2099/2"), in_public(1))

    assert (await office.get(f"/v1/notices/{notice_id}/links"))["links"] == []
    assert (await office.get(f"/v1/notices/{other}/links"))["links"] == []


async def test_a_notice_that_comes_back_is_not_suggested_to_what_was_closed_meanwhile(office):
    notice_id, referral_id, _ = await office.pair(by_bureau(1, context=OPEN_TO_ALL))
    await office.book.suspend(KEY, word(2))
    await office.links(referral_id, "withdrawn")
    await office.database["referrals"].update_one({"_id": referral_id}, {"$set": {"state": "closed"}})

    await office.book.reinstate(KEY, word(3))
    await office.compared(notice_id)

    await office.links(referral_id, "withdrawn")
    assert await office.database["match_keys"].find_one({"_id": notice_id})


async def test_a_confirmed_link_makes_a_matter_under_the_restrictions_of_both(office):
    context = {**OPEN_TO_ALL, "restrictions": {**OPEN_TO_ALL["restrictions"], "interpol": {"denied_members": ["IT"]}}}
    notice_id, referral_id, link = await office.pair(by_bureau(1, context=context))

    confirmed = await office.post(f"{link}/confirm", SURE)
    matter = await office.get(f"/v1/referrals/{referral_id}/matter")

    assert confirmed["state"] == "confirmed"
    assert [each["referral_id"] for each in matter["referrals"]] == [referral_id]
    [noticed] = matter["notices"]
    assert (noticed["notice_id"], noticed["kind"], noticed["marks"]["handling"]) == (notice_id, "notice", ["H1"])
    assert "H1" in matter["marks"]["handling"]
    assert {"country": "FR", "channel": "ncb"} in matter["originators"]
    assert matter["denied_originators"] == ["FR", "IT"]  # the request denies France, and the notice Italy
    assert SURNAME not in str(matter)


async def test_what_was_linked_becomes_no_second_referral_until_it_is_unlinked(office):
    notice_id, referral_id, link = await office.pair()
    await office.post(f"{link}/confirm", SURE)
    linked = (await office.record(notice_id))["linked_referrals"]

    await office.seen(bearing(nationalities=("AL", "US")), in_public(2))
    while_linked = (await office.record(notice_id))["referrals"]
    await office.post(f"{link}/unlink", NOT_SO)
    await until(lambda: office.database["referrals"].find_one({"notice.notice_id": notice_id}))
    await office.compared(notice_id)
    record = await office.record(notice_id)

    assert (linked, while_linked) == ([referral_id], [])
    assert ("linked_referrals" in record, len(record["referrals"])) == (False, 1)


async def test_a_notice_with_a_referral_of_its_own_is_linked_by_that_one(office):
    notice_id = await office.seen(bearing(nationalities=("US",)), in_public(1))
    [own] = (await office.record(notice_id))["referrals"]
    referral_id = await office.posted()

    [link] = await office.links(referral_id, "suggested")
    refused = await office.post(f"/v1/referrals/{referral_id}/links", {"other": notice_id, "staff": "desk-1"}, 409)

    assert (link["notice_id"], link["other"]["referral_id"]) == (None, own["referral_id"])
    assert refused["code"] == "notice_has_referral"


async def test_a_suggestion_that_is_rejected_can_be_confirmed_and_taken_back(office):
    notice_id, _, link = await office.pair()

    for act, said in (("reject", NOT_SO), ("confirm", SURE), ("confirm", SURE), ("unlink", NOT_SO)):
        after = await office.post(f"{link}/{act}", said)

    assert [step["act"] for step in after["history"]] == ["suggest", "reject", "confirm", "unlink"]
    assert (await office.record(notice_id))["linked_referrals"] == []


async def test_a_person_may_link_a_notice_that_nothing_tells_of(office):
    notice_id = await office.seen(invented(), in_public(1))
    referral_id = await office.posted()
    wanted = {"other": notice_id, "staff": "desk-1"}

    made = await office.post(f"/v1/referrals/{referral_id}/links", wanted, 201)
    same = await office.post(f"/v1/referrals/{referral_id}/links", wanted, 201)

    assert (made["state"], made["notice_id"], made["grounds"]) == ("confirmed", notice_id, [])
    assert same == made
    assert (await office.record(notice_id))["linked_referrals"] == [referral_id]


@pytest.mark.parametrize("standing", [NoticeStanding.WITHDRAWN, NoticeStanding.CANCELLED, NoticeStanding.DELETED])
async def test_a_notice_that_ends_leaves_at_once_and_its_links_are_withdrawn(office, standing):
    notice_id, referral_id, link = await office.pair(by_bureau(1, context=OPEN_TO_ALL))
    await office.post(f"{link}/confirm", SURE)

    await office.book.end(KEY, standing, word(2))
    matter = await office.get(f"/v1/referrals/{referral_id}/matter")
    at_once = (await office.get(f"/v1/referrals/{referral_id}/links"))["links"]
    [ended] = await office.links(referral_id, "withdrawn")
    refused = await office.post(f"{link}/confirm", SURE, 410)
    await office.compared(notice_id)

    assert (matter["notices"], matter["links"]) == ([], [])
    assert {each["state"] for each in at_once} <= {"withdrawn"}
    assert (ended["grounds"], ended["score"], ended["history"][-1]["from"]) == ([], 0, "confirmed")
    assert refused["code"] == "notice_ended"
    assert await office.database["match_keys"].find_one({"_id": notice_id}) is None
    assert "linked_referrals" not in await office.record(notice_id)


async def test_a_suspended_notice_is_forgotten_and_suggested_again_when_it_is_in_force(office):
    notice_id, referral_id, _ = await office.pair(by_bureau(1, context=OPEN_TO_ALL))

    await office.book.suspend(KEY, word(2))
    await office.links(referral_id, "withdrawn")
    refused = await office.post(f"/v1/referrals/{referral_id}/links", {"other": notice_id, "staff": "desk-1"}, 410)
    await office.book.reinstate(KEY, word(3))

    await office.links(referral_id, "suggested")
    assert refused["code"] == "notice_suspended"


async def test_nothing_is_linked_to_a_notice_that_is_shut_while_somebody_confirms(office):
    notice_id, referral_id, link = await office.pair(by_bureau(1, context=OPEN_TO_ALL))

    await asyncio.gather(
        office.service.http.post(f"{link}/confirm", json=SURE),
        office.book.end(KEY, NoticeStanding.CANCELLED, word(2)),
    )

    await office.links(referral_id, "withdrawn")
    await office.compared(notice_id)
    assert "linked_referrals" not in await office.record(notice_id)


async def test_a_referral_that_is_recalled_leaves_the_record_of_the_notice(office):
    notice_id, referral_id, link = await office.pair()
    await office.post(f"{link}/confirm", SURE)

    recall = {"country": "IT", "ground": "data_wrong"}
    answer = await office.service.http.post(
        f"/v1/referrals/{referral_id}/recall", json=recall, headers={"Idempotency-Key": str(uuid4())}
    )

    assert answer.status_code < 300, answer.text
    await until(lambda: office.database["links"].find_one({"state": "withdrawn"}))

    async def is_taken_out():
        return (await office.record(notice_id))["linked_referrals"] == []

    await until(is_taken_out)


async def test_a_missing_child_is_linked_without_anything_of_it_shown(office):
    child = bearing(colour=Colour.YELLOW, warrants=(), birth="2015-03-09")
    notice_id = await office.seen(child, in_public(1))
    referral_id = await office.posted()

    [link] = await office.links(referral_id, "suggested")

    assert link["other"] == {
        "kind": "notice",
        "notice_id": notice_id,
        "colour": "yellow",
        "standing": "unconfirmed",
        "listed": True,
        "minor": True,
        "first_seen": link["other"]["first_seen"],
    }


async def test_what_is_not_listed_any_more_stays_until_it_is_purged(office):
    notice_id, referral_id, _ = await office.pair()
    for sweep in (2, 3):
        await office.book.close_sweep("red", sweep, BEGIN)
    await office.compared(notice_id)

    [link] = await office.links(referral_id, "suggested")
    await office.shelf.retention.settle(BEGIN + timedelta(days=31))
    at_once = (await office.get(f"/v1/referrals/{referral_id}/links"))["links"]

    assert link["other"]["listed"] is False
    assert {each["state"] for each in at_once} <= {"withdrawn"}
    await office.links(referral_id, "withdrawn")
    assert await office.database["match_keys"].find_one({"_id": notice_id}) is None


async def test_a_link_of_nothing_is_refused(office):
    referral_id = await office.posted()

    nothing = await office.get(f"/v1/notices/{uuid4()}/links", 404)
    neither = await office.post(f"/v1/referrals/{referral_id}/links", {"other": str(uuid4()), "staff": "d"}, 404)

    assert (nothing["code"], neither["code"]) == ("notice_unknown", "referral_unknown")
