import asyncio
import json
from uuid import uuid4

import httpx
from pymongo import MongoClient

from tests.support.bodies import as_bytes, body_for, sound_bodies
from tests.support.liaison import Liaison
from tests.support.officer import Officer
from tests.support.whole_stack import whole_stack

PATIENCE_SECONDS = 60.0


def types_of(told):
    return [entry["type"] for entry in told["timeline"]]


async def test_a_posted_referral_is_decided_queued_leased_claimed_and_accepted(liaison, routing, notify):
    boston = Officer(notify, "SAC-BOS")

    receipt = await liaison.accepted(body_for("SAC-BOS"))
    queued = await liaison.until(receipt["referral_id"], "routed", "queued")
    decision = (await routing.get(f"/v1/decisions/{receipt['referral_id']}")).json()
    [item] = [one for one in await boston.queue() if one["referral_id"] == receipt["referral_id"]]
    token = await boston.lease_of(item["item_id"])
    claimed = await boston.claim(item["item_id"], token)
    accepted = await boston.accept(item["item_id"], token)
    told = await liaison.until(receipt["referral_id"], "claimed", "accepted")

    assert receipt["state"] == "received"
    assert types_of(queued)[0] == "received"
    assert decision["office"] == "SAC-BOS"
    assert decision["because"]
    assert decision["candidates"]
    assert item["role"] == "lead"
    assert (claimed.status_code, claimed.json()["state"]) == (200, "claimed")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert told["state"] == "accepted"
    way = types_of(told)
    assert way.index("received") < way.index("routed") < way.index("claimed") < way.index("accepted")


async def test_what_no_rule_can_place_waits_in_triage_at_the_desk_of_the_requester(liaison, notify):
    body = body_for("SAC-BOS")
    body["requester"]["country"] = "IT"
    body["nexus"] = [{"kind": "none"}]

    receipt = await liaison.accepted(body)
    told = await liaison.until(receipt["referral_id"], "sent-to-triage", "queued")
    items = await Officer(notify, "EUR").queue(role="triage")

    assert told["state"] == "triage"
    assert receipt["referral_id"] in {item["referral_id"] for item in items}


async def test_who_holds_an_ended_lease_cannot_claim_and_who_leased_next_can(liaison, notify):
    slow, quick = Officer(notify, "SAC-CHI", "slow"), Officer(notify, "SAC-CHI", "quick")
    receipt = await liaison.accepted(body_for("SAC-CHI"))
    await liaison.until(receipt["referral_id"], "queued")
    item_id = f"{receipt['referral_id']}.SAC-CHI"

    ended = await slow.lease_of(item_id, seconds=1)
    taken = await quick.lease_of(item_id)  # which works only once the first lease has ended
    late = await slow.claim(item_id, ended)
    in_time = await quick.claim(item_id, taken)
    afterwards = await slow.accept(item_id, ended)

    assert late.status_code == 409
    assert late.headers["content-type"] == "application/problem+json"
    assert in_time.status_code == 200
    assert afterwards.status_code == 409


async def test_another_officers_token_opens_nothing(liaison, notify):
    holder, other = Officer(notify, "SAC-DEN", "holder"), Officer(notify, "SAC-DEN", "other")
    receipt = await liaison.accepted(body_for("SAC-DEN"))
    await liaison.until(receipt["referral_id"], "queued")
    item_id = f"{receipt['referral_id']}.SAC-DEN"
    token = await holder.lease_of(item_id)

    with_a_guess = await other.claim(item_id, str(uuid4()))
    with_the_holders = await other.claim(item_id, token)
    from_another_office = await Officer(notify, "SAC-BOS", "holder").claim(item_id, token)
    by_the_holder = await holder.claim(item_id, token)
    after_the_holder = await other.claim(item_id, token)
    accepted_with_a_guess = await other.accept(item_id, str(uuid4()))

    assert [with_a_guess.status_code, with_the_holders.status_code, from_another_office.status_code] == [409, 409, 404]
    assert by_the_holder.status_code == 200
    assert after_the_holder.status_code == accepted_with_a_guess.status_code == 409


async def test_a_lease_whose_answer_was_lost_is_given_again_under_the_clients_own_token(liaison, notify):
    receipt = await liaison.accepted(body_for("SAC-PHX"))
    await liaison.until(receipt["referral_id"], "queued")
    wanted = {"officer": "badge-1", "most": 1, "lease_token": str(uuid4())}
    address = "/v1/offices/SAC-PHX/queue/lease"

    first, again = [(await notify.post(address, json=wanted)).json() for _ in range(2)]
    from_another = (await notify.post(address, json=wanted | {"officer": "badge-2"})).json()

    assert first["items"]
    assert first == again
    assert not {item["item_id"] for item in from_another["items"]} & {item["item_id"] for item in first["items"]}


async def test_the_same_step_sent_twice_is_answered_the_same(liaison, notify):
    officer = Officer(notify, "SAC-ELP")
    receipt = await liaison.accepted(body_for("SAC-ELP"))
    await liaison.until(receipt["referral_id"], "queued")
    item_id = f"{receipt['referral_id']}.SAC-ELP"
    token = await officer.lease_of(item_id)

    claims = [await officer.claim(item_id, token) for _ in range(2)]
    accepts = [await officer.accept(item_id, token) for _ in range(2)]
    told = await liaison.until(receipt["referral_id"], "accepted")

    assert [answer.status_code for answer in claims + accepts] == [200] * 4
    assert types_of(told).count("claimed") == types_of(told).count("accepted") == 1


async def test_two_officers_leasing_at_once_never_get_the_same_item(liaison, notify):
    officers = [Officer(notify, "SAC-HNL", f"officer-{number}") for number in range(8)]
    receipts = [await liaison.accepted(body_for("SAC-HNL")) for _ in range(16)]
    for receipt in receipts:
        await liaison.until(receipt["referral_id"], "queued")

    leased = await asyncio.gather(*(officer.lease(most=4) for officer in officers))

    held = [item["item_id"] for lease in leased for item in lease["items"]]
    assert len(held) == len(set(held))
    assert held


async def test_a_copy_is_shown_and_never_leased(liaison, notify):
    body = next(one for one in sound_bodies() if any(o.get("category") == "human-trafficking" for o in one["offences"]))
    receipt = await liaison.accepted(body)
    told = await liaison.until(receipt["referral_id"], "routed", "queued")
    [routed] = [entry for entry in told["timeline"] if entry["type"] == "routed"]
    programme = routed["copies"][0]
    copy_id = f"{receipt['referral_id']}.{programme}"
    officer = Officer(notify, programme)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while copy_id not in {item["item_id"] for item in await officer.queue(role="copy")}:  # noqa: ASYNC110 - it tells no event
            await asyncio.sleep(0.05)

    leased = await officer.lease(most=100)

    assert copy_id not in {item["item_id"] for item in leased["items"]}


async def test_the_same_key_and_body_give_the_same_answer_to_the_letter(liaison):
    body, key = as_bytes(body_for("SAC-BOS")), str(uuid4())

    first = await liaison.post(body, key)
    await liaison.until(first.json()["referral_id"], "queued")
    again = await liaison.post(body, key)
    quoted = await liaison.post(body, f'"{key}"')

    assert first.status_code == again.status_code == quoted.status_code == 201
    assert first.content == again.content == quoted.content
    assert first.headers["location"] == again.headers["location"]


async def test_the_same_key_with_another_body_is_refused_and_changes_nothing(liaison):
    body, other, key = body_for("SAC-BOS"), body_for("SAC-CHI"), str(uuid4())
    first = await liaison.post(as_bytes(body), key)

    refused = await liaison.post(as_bytes(other), key)
    record = await liaison.http.get(first.headers["location"])

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "idempotency_key_reused"
    assert record.json()["request"] == body


async def test_fifty_at_once_under_one_key_are_one_referral(stack, liaison):
    body, key = as_bytes(body_for("SAC-BOS")), str(uuid4())

    answers = await asyncio.gather(*(liaison.post_once(body, key) for _ in range(50)))
    settled = await liaison.post(body, key)

    stored = {answer.json()["referral_id"] for answer in answers if answer.status_code == 201}
    assert stored == {settled.json()["referral_id"]}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 409)
    with MongoClient(stack.addresses["mongo"]) as mongo:
        assert mongo.referrals.referrals.count_documents({"idempotency.key": key}) == 1


async def test_a_record_that_has_not_changed_is_not_sent_again(liaison):
    receipt = await liaison.accepted(body_for("SAC-BOS"))
    address = receipt["links"]["self"]
    await liaison.until(receipt["referral_id"], "routed", "queued")

    fresh = await liaison.http.get(address)
    same = await liaison.http.get(address, headers={"If-None-Match": fresh.headers["etag"]})
    weak = await liaison.http.get(address, headers={"If-None-Match": f'"0", W/{fresh.headers["etag"]}'})
    stale = await liaison.http.get(address, headers={"If-None-Match": '"1"'})

    assert fresh.status_code == stale.status_code == 200
    assert (same.status_code, same.content) == (weak.status_code, weak.content) == (304, b"")
    assert same.headers["etag"] == fresh.headers["etag"]


async def test_what_is_read_back_is_what_was_posted_to_the_letter_in_every_script(liaison):
    bodies = [body for body, _ in zip(sound_bodies(seed=7), range(25), strict=False)]

    receipts = [await liaison.accepted(body) for body in bodies]
    records = [(await liaison.http.get(receipt["links"]["self"])).json() for receipt in receipts]

    assert [record["request"] for record in records] == bodies
    assert len({body["language"] for body in bodies}) > 3


async def test_pages_of_the_list_show_every_referral_once_also_while_more_come_in(liaison):
    bodies = sound_bodies(seed=3)
    posted = {(await liaison.accepted(next(bodies)))["referral_id"] for _ in range(20)}

    seen, address = [], "/v1/referrals?limit=7"
    while address is not None:
        page = await liaison.http.get(address)
        seen += [one["referral_id"] for one in page.json()["referrals"]]
        await liaison.accepted(next(bodies))
        address = page.links["next"]["url"] if "next" in page.links else None

    assert len(seen) == len(set(seen))
    assert posted <= set(seen)
    assert seen == sorted(seen, reverse=True)


async def test_pages_of_a_queue_show_every_item_once_in_order_of_urgency(liaison, notify):
    body = body_for("SAC-STP")
    for level in ("U3", "U2", "U0", "U1") * 3:
        ground = {"ground": "life_or_integrity"} if level in ("U0", "U1") else {}
        body["urgency"] = {"level": level, **ground}
        receipt = await liaison.accepted(body)
        await liaison.until(receipt["referral_id"], "queued")

    items, cursor = [], {}
    while cursor is not None:
        page = (await notify.get("/v1/offices/SAC-STP/queue", params={"limit": 5, **cursor})).json()
        items += page["items"]
        cursor = {"cursor": page["next"]} if page["next"] else None

    ids = [item["item_id"] for item in items]
    assert len(ids) == len(set(ids)) >= 12
    order = [(item["urgency"], item["queued_at"], item["item_id"]) for item in items]
    assert order == sorted(order)


async def test_a_forged_cursor_or_one_of_another_list_is_refused(liaison, notify):
    page = (await liaison.http.get("/v1/referrals?limit=1")).json()["next"]

    answers = [
        await liaison.http.get("/v1/referrals", params={"cursor": "bm90IG91cnM"}),
        await liaison.http.get("/v1/referrals", params={"cursor": page[:-2] + "xx"}),
        await liaison.http.get("/v1/referrals", params={"cursor": page, "country": "IT"}),
        await liaison.http.get("/v1/referrals", params={"cursor": "\u00e9\u0000"}),
        await notify.get("/v1/offices/SAC-BOS/queue", params={"cursor": page}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 5
    assert {answer.json()["code"] for answer in answers} == {"cursor_unknown"}


async def test_a_stream_cut_off_by_a_kill_goes_on_after_its_last_event_without_a_gap(stack, liaison, notify):
    officer = Officer(notify, "SAC-SEA")
    async with officer.stream() as events:
        here = await anext(events)
    before = [await liaison.accepted(body_for("SAC-SEA")) for _ in range(3)]
    for receipt in before:
        await liaison.until(receipt["referral_id"], "queued")
    first, last = await facts_until(officer, len(before), after=here.id)

    killing = asyncio.create_task(stack.kill("notify"))
    during = [await liaison.accepted(body_for("SAC-SEA")) for _ in range(3)]
    await killing
    rest, _ = await facts_until(officer, len(during), after=last)

    assert {fact["referral_id"] for fact in first} == {receipt["referral_id"] for receipt in before}
    assert {fact["referral_id"] for fact in rest} == {receipt["referral_id"] for receipt in during}


async def facts_until(officer, count, after):
    """Follow a stream until it has told so many facts; give them and the last id."""
    facts = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async with officer.stream(after) as events:
            async for event in events:
                after = event.id or after
                if event.event not in ("position", "missed"):
                    facts.append(json.loads(event.data))
                if len(facts) == count:
                    break
    return facts, after


async def test_a_stream_says_at_once_where_it_stands_and_resumes_from_there(liaison, notify):
    officer = Officer(notify, "SAC-SJU")
    async with officer.stream() as events:
        here = await anext(events)
    receipt = await liaison.accepted(body_for("SAC-SJU"))

    [fact], _ = await facts_until(officer, 1, after=here.id)

    assert here.event == "position"
    assert fact["referral_id"] == receipt["referral_id"]


async def test_a_last_event_id_that_is_not_ours_is_refused(notify):
    answer = await notify.get("/v1/offices/SAC-BOS/stream", headers={"Last-Event-ID": "yesterday"})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_end_and_a_start_of_everything_keep_the_data_and_go_on(tmp_path):
    parts = ("mongo", "kafka", "referrals", "routing", "notify")
    key, body = str(uuid4()), as_bytes(body_for("SAC-BOS"))
    with whole_stack(tmp_path, parts) as stack:
        async with httpx.AsyncClient(base_url=stack.addresses["referrals"]) as http:
            first = await Liaison(http).post(body, key)
            before = await Liaison(http).until(first.json()["referral_id"], "routed", "queued")

    with whole_stack(tmp_path, parts) as stack:
        async with httpx.AsyncClient(base_url=stack.addresses["referrals"]) as http:
            liaison = Liaison(http)
            again = await liaison.post(body, key)
            kept = await liaison.timeline(first.json()["referral_id"])
            record = await http.get(first.json()["links"]["self"])
            fresh = await liaison.accepted(body_for("SAC-CHI"))
            await liaison.until(fresh["referral_id"], "routed", "queued")

    assert again.content == first.content
    # A copy's entry may have been on its way when everything ended; what was there is there.
    assert [entry for entry in kept["timeline"] if entry in before["timeline"]] == before["timeline"]
    assert kept["state"] == before["state"]
    assert record.json()["request"] == json.loads(body)
