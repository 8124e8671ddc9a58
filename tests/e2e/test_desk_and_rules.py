"""An area desk at work on the whole stack: places what no rule could, makes a rule of it, and puts it in force."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.bodies import body_for
from tests.support.liaison import Liaison
from tests.support.officer import Officer
from tests.support.waiting import until

CHARGE = "Conveying undocumented persons across the frontier in a concealed compartment of a lorry"


def unplaced(country: str = "IT", **changes: Any) -> dict[str, Any]:
    """Give a referral that no nexus leads anywhere."""
    body = body_for("SAC-BOS")
    body["requester"] |= {"country": country, "reference": f"TEST-{uuid4()}"}
    return {**body, "nexus": [{"kind": "none"}], **changes}


async def act(routing: httpx.AsyncClient, referral: str, name: str, **body: Any) -> httpx.Response:
    """Act on a referral as it stands now."""
    etag = (await routing.get(f"/v1/triage/{referral}")).headers["ETag"]
    answer = await routing.post(f"/v1/triage/{referral}/{name}", json=body, headers={"If-Match": etag})
    assert answer.status_code in (200, 202), answer.text
    return answer


async def in_triage(liaison: Liaison, body: dict[str, Any]) -> str:
    """Post a referral that a person must place, and wait until it is at its desk."""
    referral = (await liaison.accepted(body))["referral_id"]
    await liaison.until(referral, "sent-to-triage", "queued")
    return referral


async def stands(liaison: Liaison, referral: str, state: str) -> bool:
    return (await liaison.timeline(referral))["state"] == state


async def items_of(notify: httpx.AsyncClient, office: str, referral: str) -> list[dict[str, Any]]:
    return [item for item in await Officer(notify, office).queue() if item["referral_id"] == referral]


async def test_a_charge_alone_is_read_and_leads(liaison, routing, notify):
    body = {**body_for("SAC-BOS"), "offences": [{"charge": {"text": CHARGE, "language": "en"}}]}

    referral = (await liaison.accepted(body))["referral_id"]

    await liaison.until(referral, "routed", "queued")
    decision = (await routing.get(f"/v1/decisions/{referral}")).json()
    assert (decision["category"], decision["category_by"]) == ("human-smuggling", "read")
    assert "read from the charge: " in decision["because"]
    assert [item["category"] for item in await items_of(notify, "SAC-BOS", referral)] == ["human-smuggling"]


async def test_what_a_desk_assigns_leaves_its_queue_for_that_of_the_office(liaison, routing, notify):
    referral = await in_triage(liaison, unplaced())
    listed = (await routing.get("/v1/triage", params={"desk": "EUR", "limit": 200})).json()

    await act(routing, referral, "assign", staff="desk-1", office="SAC-SAT", ground="nexus_confirmed")

    await liaison.until(referral, "rerouted", "closed")
    await until(lambda: stands(liaison, referral, "queued"))
    assert referral in [row["referral_id"] for row in listed["referrals"]]
    assert [item["role"] for item in await items_of(notify, "SAC-SAT", referral)] == ["lead"]
    assert await items_of(notify, "EUR", referral) == []


async def test_what_a_desk_sends_back_is_in_no_queue(liaison, routing, notify):
    referral = await in_triage(liaison, unplaced())

    await act(routing, referral, "send-back", staff="desk-1", ground="no_us_nexus")

    await liaison.until(referral, "sent-back", "closed")
    await until(lambda: stands(liaison, referral, "sent_back"))
    assert await items_of(notify, "EUR", referral) == []


async def test_a_flagged_referral_goes_out_by_two_people_only(liaison, routing, notify):
    referral = await in_triage(liaison, unplaced(offences=[{"charge": {"text": "Blasphemy", "language": "en"}}]))

    await act(routing, referral, "assign", staff="a-1", office="SAC-SAT", ground="flag_reviewed", category="gangs")
    etag = (await routing.get(f"/v1/triage/{referral}")).headers["ETag"]
    again = await routing.post(f"/v1/triage/{referral}/confirm", json={"staff": "a-1"}, headers={"If-Match": etag})
    before = await items_of(notify, "SAC-SAT", referral)
    await act(routing, referral, "confirm", staff="b-2")

    assert (again.status_code, again.json()["code"], before) == (409, "same_person", [])
    await liaison.until(referral, "rerouted", "closed")
    assert [item["role"] for item in await items_of(notify, "SAC-SAT", referral)] == ["lead"]


@pytest.fixture
async def shipped_again(routing):
    """Put the rules back in force that were so before the test, by two people as ever."""
    before = (await routing.get("/v1/rulesets/in-force")).json()["version"]
    yield before
    await activate(routing, before, roll_back=True)


async def activate(routing: httpx.AsyncClient, version: str, *, roll_back: bool = False) -> None:
    """Put a ruleset in force by two people, and wait until decisions are made by it."""
    asked = await routing.post(
        f"/v1/rulesets/{version}/{'roll-back' if roll_back else 'activate'}",
        json={"staff": "a-1", "because": "tried on the whole stack"},
    )
    assert asked.status_code in (200, 201, 202), asked.text
    confirmed = await routing.post(
        f"/v1/rulesets/{version}/confirm", json={"staff": "b-2", "number": asked.json()["number"]}
    )
    assert confirmed.status_code == 200, confirmed.text

    async def decides_by_it() -> bool:
        parts = (await routing.get("/health/ready")).json()["parts"]
        return parts["rules"]["ruleset"] == version

    await until(decides_by_it)


async def test_an_assignment_becomes_a_rule_that_decides_the_next_one(liaison, routing, notify, shipped_again):
    version = f"desk-{uuid4().hex[:8]}"
    referral = await in_triage(liaison, unplaced("PT"))
    await act(routing, referral, "assign", staff="desk-1", office="SAC-SAT", ground="nexus_confirmed")
    drafted = await routing.post(
        f"/v1/triage/{referral}/draft-rule",
        json={"staff": "desk-1", "version": version, "keep": ["requester", "category", "nexus"]},
    )
    rehearsed = await routing.post("/v1/simulate", json={"referral_ids": [referral], "ruleset": version})

    await activate(routing, version)
    following = (await liaison.accepted(unplaced("PT")))["referral_id"]

    await liaison.until(following, "routed", "queued")
    rule = drafted.json()["row"]["rule"]
    decision = (await routing.get(f"/v1/decisions/{following}")).json()
    assert rehearsed.json()["decisions"][0]["office"] == "SAC-SAT"
    assert (decision["office"], decision["rule"], decision["ruleset"]) == ("SAC-SAT", rule, version)
