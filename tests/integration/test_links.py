"""Links between referrals of one matter, on a real Kafka and MongoDB: found, explained, decided by a person."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from uuid6 import uuid7

from schemas.events import ReferralErased, ReferralRecalled, ReferralSupplemented
from schemas.marks import Marks
from tests.support.referrals_service import running_referrals
from tests.support.waiting import until
from tests.unit.referrals.referral_bodies import SECRET, drop, put, sound

PERSON = "/subjects/0"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MARKS = Marks(tlp="AMBER", handling=("H0",))
SURE = {"staff": "desk-1", "ground": "same_subject"}
NOT_SO = {"staff": "desk-2", "ground": "another_person"}


@pytest.fixture
async def referrals(kafka, kafka_settings, mongo_settings):
    async with running_referrals(kafka, kafka_settings, mongo_settings) as running:
        yield running


def body(reference, *changes, passport="YA0000007"):
    """A request of its own, about whoever bears a passport."""
    return sound(
        drop("/earlier"),
        put("/requester/reference", reference),
        put(f"{PERSON}/birth", "-"),
        put(f"{PERSON}/identifiers", [{"kind": "passport", "value": passport, "country": "IT"}]),
        *changes,
    )


def by_ncb(reference, *changes, **more):
    """The same from another country, by its bureau."""
    return body(reference, put("/requester/country", "RO"), put("/requester/channel", "ncb"), *changes, **more)


async def posted(referrals, request):
    """Post a request, and wait until it has been compared."""
    referral_id = (await referrals.liaison.accepted(request))["referral_id"]
    await until(lambda: referrals.database["match_keys"].find_one({"_id": referral_id}))
    return referral_id


async def linked(referrals, referral_id, *states):
    """Wait until a referral has links in exactly these states, and give them."""

    async def are_so():
        links = (await referrals.get(f"/v1/referrals/{referral_id}/links"))["links"]
        return (links,) if sorted(link["state"] for link in links) == sorted(states) else None

    [links] = await until(are_so)
    return links


async def pair(referrals):
    """Two referrals of one matter, and the link that is suggested between them."""
    one, other = await posted(referrals, body("IT-2026-001")), await posted(referrals, by_ncb("RO-2026-002"))
    [link] = await linked(referrals, one, "suggested")
    return one, other, f"/v1/referrals/{one}/links/{link['link_id']}"


async def test_the_same_passport_by_two_channels_is_suggested_with_its_reason_and_no_value(referrals):
    one = await posted(referrals, body("IT-2026-001"))
    other = await posted(referrals, by_ncb("RO-2026-002"))
    alone = await posted(referrals, by_ncb("RO-2026-003", passport="ZZ1111111"))

    [link] = await linked(referrals, other, "suggested")
    stored = [row async for row in referrals.database["match_keys"].find()]

    assert link["grounds"] == [{"reason": "same_identifier", "kind": "passport"}]
    assert (link["score"], link["other"]["referral_id"], link["other"]["country"]) == (95, one, "IT")
    assert (await linked(referrals, one, "suggested"))[0]["link_id"] == link["link_id"]
    assert await linked(referrals, alone) == []
    assert all(secret not in str([*stored, link]) for secret in (SECRET, "YA0000007", "Тест"))


async def test_two_that_come_at_once_find_each_other(referrals):
    requests = [body(f"IT-2026-{n:03}") for n in range(8)]

    ids = await asyncio.gather(*(posted(referrals, request) for request in requests))

    async def all_hang_together():
        met, reached = {ids[0]}, {ids[0]}
        while reached:
            links = [link async for link in referrals.database["links"].find({"referrals": {"$in": [*reached]}})]
            reached = {member for link in links for member in link["referrals"]} - met
            met |= reached
        return met == {*ids}

    await until(all_hang_together)


async def test_a_confirmed_link_makes_a_matter_under_the_restrictions_of_both(referrals):
    one = await posted(referrals, body("IT-2026-001", put("/marks", {"tlp": "TLP:GREEN", "handling": ["H1"]})))
    marks = {"tlp": "TLP:AMBER", "handling": ["H2"], "interpol": {"denied_members": ["IT"]}, "expires": "2027-03-01"}
    other = await posted(referrals, by_ncb("RO-2026-002", put("/marks", marks)))
    [link] = await linked(referrals, one, "suggested")

    confirmed = await referrals.post(f"/v1/referrals/{one}/links/{link['link_id']}/confirm", SURE)
    matter = await referrals.get(f"/v1/referrals/{other}/matter")

    assert (confirmed["state"], confirmed["history"][-1]["staff"]) == ("confirmed", "desk-1")
    assert [member["referral_id"] for member in matter["referrals"]] == [one, other]
    assert (matter["marks"]["tlp"], matter["marks"]["handling"]) == ("AMBER", ["H1", "H2"])
    assert matter["marks"]["expires"] == "2027-03-01"
    assert matter["originators"] == [{"country": "IT", "channel": "attache"}, {"country": "RO", "channel": "ncb"}]
    assert (matter["denied_originators"], matter["consent_needed_from"]) == (["IT"], [other])


async def test_what_was_recalled_leaves_a_matter_before_its_links_are_withdrawn(referrals):
    one, other, link = await pair(referrals)
    await referrals.post(f"{link}/confirm", SURE)

    await referrals.database["referrals"].update_one({"_id": one}, {"$set": {"recall": {"ground": "data_wrong"}}})
    matter = await referrals.get(f"/v1/referrals/{other}/matter")

    assert [member["referral_id"] for member in matter["referrals"]] == [other]
    assert (matter["links"], matter["originators"]) == ([], [{"country": "RO", "channel": "ncb"}])


async def test_a_matter_without_links_is_the_referral_alone(referrals):
    one, other, _ = await pair(referrals)

    matter = await referrals.get(f"/v1/referrals/{one}/matter")

    assert [member["referral_id"] for member in matter["referrals"]] == [one]
    assert other not in str(matter)


async def test_a_link_can_be_taken_back_and_made_again_and_every_step_stays(referrals):
    _, _, link = await pair(referrals)

    for act, word in (("confirm", SURE), ("unlink", NOT_SO), ("unlink", NOT_SO), ("confirm", SURE)):
        after = await referrals.post(f"{link}/{act}", word)
    refused = await referrals.post(f"{link}/reject", NOT_SO, 409)

    assert [step["act"] for step in after["history"]] == ["suggest", "confirm", "unlink", "confirm"]
    assert [step["ground"] for step in after["history"]] == [None, "same_subject", "another_person", "same_subject"]
    assert refused["code"] == "link_is_not_so"


async def test_what_was_rejected_comes_back_only_with_something_new(referrals):
    one, _, link = await pair(referrals)
    await referrals.post(f"{link}/reject", NOT_SO)
    third = await posted(referrals, body("IT-2026-004"))
    again = ReferralSupplemented(
        referral_id=one, number=2, kind="supplement", supplemented_at=NOW, urgency="U2", marks=MARKS
    )

    await referrals.says("referrals", again, 2)
    await referrals.says("referrals", again.model_copy(update={"referral_id": UUID(third)}), 2)
    await until(lambda: referrals.database["match_keys"].find_one({"_id": third, "marks.handling": ["H0"]}))
    unchanged = await linked(referrals, one, "rejected", "suggested")
    await referrals.database["links"].update_one({"state": "rejected"}, {"$set": {"facts": []}})
    await referrals.says("referrals", again.model_copy(update={"number": 3}), 3)

    assert {link["state"] for link in unchanged} == {"rejected", "suggested"}
    back = await linked(referrals, one, "suggested", "suggested")
    assert ["suggest", "reject", "suggest_again"] in [[step["act"] for step in link["history"]] for link in back]


async def test_a_person_may_link_what_nothing_tells_of(referrals):
    one = await posted(referrals, body("IT-2026-001"))
    other = await posted(referrals, by_ncb("RO-2026-002", passport="ZZ1111111"))
    wanted = {"other": other, "staff": "desk-1", "ground": "same_request"}

    made = await referrals.post(f"/v1/referrals/{one}/links", wanted, 201)
    same = await referrals.post(f"/v1/referrals/{one}/links", wanted, 201)

    assert (made["state"], made["grounds"], made["history"][0]["act"]) == ("confirmed", [], "link")
    assert same == made


async def test_what_a_requester_states_itself_is_suggested(referrals):
    one = await posted(referrals, body("IT-2026-001"))
    other = await posted(
        referrals,
        by_ncb("RO-2026-002", put("/earlier", [{"referral_id": one, "kind": "same_matter"}]), passport="ZZ1111111"),
    )

    [link] = await linked(referrals, other, "suggested")

    assert link["grounds"] == [{"reason": "stated_by_requester"}]


@pytest.mark.parametrize("event", [ReferralRecalled, ReferralErased])
async def test_what_is_withdrawn_is_forgotten_and_ends_its_links(referrals, event):
    one, other, link = await pair(referrals)
    await referrals.post(f"{link}/confirm", SURE)
    told = {"ground": "data_wrong", "recalled_at": NOW} if event is ReferralRecalled else {"erased_at": NOW}

    await referrals.says("referrals", event(referral_id=one, **told), 2)
    [ended] = await linked(referrals, other, "withdrawn")
    kept = await referrals.database["match_keys"].find_one({"_id": one})
    stored = await referrals.database["links"].find_one({"_id": ended["link_id"]})

    assert (kept, stored["facts"], ended["grounds"], ended["score"]) == (None, [], [], 0)
    assert [step["act"] for step in ended["history"]] == ["suggest", "confirm", "withdraw"]
    assert ended["history"][-1]["from"] == "confirmed"
    matter = await referrals.get(f"/v1/referrals/{other}/matter")
    assert [member["referral_id"] for member in matter["referrals"]] == [other]


async def test_nothing_is_linked_to_what_was_recalled(referrals):
    one, other, link = await pair(referrals)
    await referrals.database["referrals"].update_one({"_id": one}, {"$set": {"recall": {"ground": "data_wrong"}}})

    confirmed = await referrals.post(f"{link}/confirm", SURE, 410)
    by_hand = await referrals.post(f"/v1/referrals/{other}/links", {"other": one, "staff": "desk-1"}, 410)

    assert (confirmed["code"], by_hand["code"]) == ("recalled", "recalled")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"staff": "Mario Rossi"}, 422, "invalid_request"),
        ({"ground": "another_person"}, 422, "invalid_request"),
        ({"other": str(uuid7())}, 404, "referral_unknown"),
        ({"wish": 1}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_be_linked_is_refused(referrals, change, status, code):
    one = await posted(referrals, body("IT-2026-001"))

    refused = await referrals.post(f"/v1/referrals/{one}/links", {"other": one, "staff": "desk-1"} | change, status)
    itself = await referrals.post(f"/v1/referrals/{one}/links", {"other": one, "staff": "desk-1"}, 422)

    assert (refused["code"], itself["code"]) == (code, "linked_to_itself")
