"""The triage desk over HTTP on a real MongoDB: every act, told once, by whoever was first."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import httpx
import pytest
from uuid6 import uuid7

from runtime.events import Destination, Message, Publisher
from runtime.http import make_app
from runtime.store import Store, Work
from schemas.events import ReferralReceived
from schemas.topics import published_by
from services.routing.activations import ActivationStore
from services.routing.api import routes
from services.routing.call_back import CallBacks
from services.routing.desk_api import routes as desk_routes
from services.routing.handlers import route_referral
from services.routing.placing import TriageDesk
from services.routing.ruleset_desk import RulesetDesk
from services.routing.rulesets import RulesetStore
from services.routing.store import DECISIONS, DecisionStore
from services.routing.tables import load_ruleset, shipped
from tests.support.office import NobodyListens
from tests.support.waiting import until

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULESET = load_ruleset(NOW.date())
OPEN = {"tlp": "GREEN", "handling": ["H0"]}
LAREDO = {"kind": "destination_address", "place": {"zip": "78040"}}
WEAK = {"kind": "phone", "place": {"state": "MA"}}
PUBLISHER = Publisher(
    "/dragoman/routing",
    {event: [Destination(*place) for place in places] for event, places in published_by("routing").items()},
)


class Desk:
    """The application with its store, a clock that the test sets, and a hand that routes referrals."""

    def __init__(self, database, client, decisions, triage, clock, rulesets):
        self.database = database
        self.client = client
        self.decisions = decisions
        self.triage = triage
        self.clock = clock
        self.rulesets = rulesets

    async def routed(self, ruleset=RULESET, **changes) -> str:
        """Have a referral decided; unless the test says otherwise it comes to a person at desk EUR."""
        plain = {
            "referral_id": uuid7(),
            "received_at": NOW,
            "requester_country": "IT",
            "channel": "attache",
            "request_type": "investigative_assistance",
            "urgency": "U2",
            "offences": [{"category": "money-laundering"}, {"section": "31 USC 5332"}],
            "nexus": [WEAK, {"kind": "phone", "place": {"zip": "78040"}}],
            "marks": OPEN,
        }
        event = ReferralReceived.model_validate(plain | changes)
        work = Work(message=a_message(event), now=self.clock.now)
        await route_referral(event, work, rules_on=lambda day: ruleset, decisions=self.decisions)
        store = Store(self.database, PUBLISHER, NobodyListens())
        await store.write(store.prepared(work))
        return str(event.referral_id)

    async def act(self, referral_id, act, *, match=None, **body):
        """Ask for an act, on the latest state unless the test names one."""
        if match is None:
            match = (await self.case(referral_id)).headers["ETag"]
        answer = await self.client.post(f"/v1/triage/{referral_id}/{act}", json=body, headers={"If-Match": match})
        assert answer.status_code != 500
        return answer

    async def case(self, referral_id):
        return await self.client.get(f"/v1/triage/{referral_id}")

    async def document(self, referral_id):
        return await self.database[DECISIONS].find_one({"_id": referral_id})

    async def told(self, referral_id):
        """List what waits to be told of a referral: sequence, short name and body of each event."""
        document = await self.document(referral_id)
        return [
            (entry["sequence"], entry["type"].split(".")[2], json.loads(entry["body"])) for entry in document["outbox"]
        ]


def a_message(event) -> Message:
    body = event.model_dump_json().encode()
    name, subject = event.type, str(event.referral_id)
    return Message("referral.events", 0, 0, None, body, (), str(uuid4()), name, subject, 1, NOW, None)


@pytest.fixture
async def desk(database) -> AsyncIterator[Desk]:
    clock = SimpleNamespace(now=NOW)
    decisions = DecisionStore(Store(database, PUBLISHER, NobodyListens()))
    await decisions.prepare()
    triage = TriageDesk(decisions, lambda day: RULESET, lambda: clock.now)
    app = make_app("routing", "1", max_body_bytes=100_000, ready=dict)
    app.include_router(routes(decisions))
    rulesets = RulesetDesk(RulesetStore(database), ActivationStore(database))
    app.include_router(desk_routes(triage, decisions, rulesets.draft_with_row))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://routing") as client:
        yield Desk(database, client, decisions, triage, clock, rulesets)


def codes(answer) -> list[str]:
    return [fault["code"] for fault in answer.json()["faults"]]


async def test_an_assignment_is_one_event_and_leaves_the_decision_as_it_was(desk):
    referral = await desk.routed()
    before = await desk.document(referral)

    answer = await desk.act(
        referral, "assign", staff="ana-1", office="SAC-SAT", ground="nexus_confirmed", supporting=["SAC-BOS"]
    )

    after = await desk.document(referral)
    [_, (sequence, name, event)] = await desk.told(referral)
    assert answer.status_code == 200
    assert (sequence, name, after["version"]) == (2, "rerouted", 2)
    assert (event["office"], event["supporting"], event["previous"], event["leaves"]) == (
        "SAC-SAT",
        ["SAC-BOS"],
        "EUR",
        ["EUR"],
    )
    assert (event["placed_by"], event["released_by"], event["ground"]) == ("ana-1", None, "nexus_confirmed")
    assert (after["standing"], after["holder"], after["desk_now"]) == ("placed", "SAC-SAT", "EUR")
    kept = (
        "outcome",
        "office",
        "proposed",
        "grounds",
        "because",
        "facts",
        "candidates",
        "decided_at",
        "owners",
        "rule",
    )
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert answer.json()["placement"]["number"] == after["placements"][0]["number"] == 2


async def test_every_act_has_its_own_event_in_order(desk):
    referral = await desk.routed()

    await desk.act(referral, "move", staff="ana-1", desk="ASIA")
    await desk.act(referral, "assign", staff="bo-2", office="SAC-BOS", ground="nexus_confirmed")
    await desk.act(referral, "move", staff="bo-2", desk="EUR", ground="wrong_office")
    parts = [
        {"office": "SAC-SAT", "offence_numbers": [0, 1]},
        {"office": "SAC-BOS", "nexus_numbers": [0, 1]},
    ]
    await desk.act(referral, "split", staff="cy-3", parts=parts, lead="SAC-SAT")
    await desk.act(referral, "reroute", staff="cy-3")
    returned = await desk.act(referral, "send-back", staff="cy-3", ground="no_us_nexus")

    told = await desk.told(referral)
    document = await desk.document(referral)
    assert [(sequence, name) for sequence, name, _ in told] == [
        (1, "sent-to-triage"),
        *((number, "rerouted") for number in range(2, 7)),
        (7, "sent-back"),
    ]
    assert [event.get("office") for _, _, event in told[1:6]] == [None, "SAC-BOS", None, "SAC-SAT", None]
    assert [event["previous"] for _, _, event in told[1:]] == ["EUR", "ASIA", "SAC-BOS", "EUR", "SAC-SAT", "EUR"]
    assert [placement["number"] for placement in document["placements"]] == [2, 3, 4, 5, 6, 7]
    assert [placement["cause"] for placement in document["placements"]] == [
        "moved",
        "assigned",
        "moved",
        "split",
        "decided_again",
        "sent_back",
    ]
    assert (returned.json()["standing"], returned.json()["holder"]) == ("sent_back", None)
    assert "waits_at" not in document


async def test_an_act_says_on_which_state_it_rests(desk):
    referral = await desk.routed()
    body = {"staff": "ana-1", "desk": "ASIA"}

    missing = await desk.client.post(f"/v1/triage/{referral}/move", json=body)
    malformed = await desk.act(referral, "move", match="*", **body)
    stale = await desk.act(referral, "move", match='"7"', **body)

    assert (missing.status_code, malformed.status_code, stale.status_code) == (428, 400, 412)
    assert len(await desk.told(referral)) == 1


async def test_the_same_act_sent_again_is_answered_the_same_and_done_once(desk):
    desk.clock.now = NOW.replace(microsecond=123_456)
    referral = await desk.routed(flags=["article_3"])
    asking = {"staff": "ana-1", "office": "SAC-SAT", "ground": "flag_reviewed", "match": '"1"'}

    first = await desk.act(referral, "assign", **asking)
    again = await desk.act(referral, "assign", **asking)
    confirmed = await desk.act(referral, "confirm", staff="bo-2", match='"2"')
    confirmed_again = await desk.act(referral, "confirm", staff="bo-2", match='"2"')
    late = await desk.act(referral, "assign", **asking)

    assert [answer.status_code for answer in (first, again, confirmed, confirmed_again, late)] == [
        202,
        202,
        200,
        200,
        202,
    ]
    assert first.json() == again.json() == late.json()
    assert confirmed.json() == confirmed_again.json()
    assert [sequence for sequence, _, _ in await desk.told(referral)] == [1, 2]


async def test_of_two_officers_at_once_one_places_it_and_the_other_reads_again(desk):
    referral = await desk.routed()

    answers = await asyncio.gather(
        *(
            desk.act(referral, "assign", match='"1"', staff=f"officer-{n}", office=office, ground="nexus_confirmed")
            for n, office in enumerate(("SAC-SAT", "SAC-BOS", "SAC-NYC", "SAC-LAX"))
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    [won] = [answer for answer in answers if answer.status_code == 200]
    [_, (_, _, event)] = await desk.told(referral)
    assert event["office"] == won.json()["placement"]["office"]


async def test_one_officer_sending_the_same_at_once_gets_one_answer(desk):
    referral = await desk.routed()
    asking = {"staff": "ana-1", "office": "SAC-SAT", "ground": "nexus_confirmed", "match": '"1"'}

    answers = await asyncio.gather(*(desk.act(referral, "assign", **asking) for _ in range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(await desk.told(referral)) == 2


async def test_a_flagged_referral_is_told_to_nobody_until_a_second_person_confirms(desk):
    referral = await desk.routed(flags=["repression"])
    asked = await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed", copies=["C3"])
    told_while_waiting = await desk.told(referral)

    by_self = await desk.act(referral, "confirm", staff="Ana-1")
    other_act = await desk.act(referral, "move", staff="bo-2", desk="ASIA")
    by_two = await desk.act(referral, "confirm", staff="bo-2")

    assert asked.status_code == 202
    assert asked.json()["release"]["placement"]["office"] == "SAC-SAT"
    assert len(told_while_waiting) == 1
    assert (by_self.status_code, codes(by_self)) == (409, ["same_person"])
    assert (other_act.status_code, codes(other_act)) == (409, ["second_person_awaited"])
    [_, (sequence, _, event)] = await desk.told(referral)
    assert (by_two.status_code, sequence) == (200, 2)
    assert (event["office"], event["copies"], event["placed_by"], event["released_by"]) == (
        "SAC-SAT",
        ["C3"],
        "ana-1",
        "bo-2",
    )


@pytest.mark.parametrize(("act", "staff"), [("refuse", "bo-2"), ("withdraw", "ana-1")])
async def test_an_act_that_is_refused_or_withdrawn_never_took_effect(desk, act, staff):
    referral = await desk.routed(flags=["repression"])
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed")

    dropped = await desk.act(referral, act, staff=staff)
    again = await desk.act(referral, "assign", staff="ana-1", office="SAC-BOS", ground="flag_reviewed")

    assert (dropped.status_code, dropped.json()["release"]) == (200, None)
    assert again.status_code == 202
    assert len(await desk.told(referral)) == 1


async def test_two_who_confirm_at_once_release_it_once(desk):
    referral = await desk.routed(flags=["repression"])
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed")

    answers = await asyncio.gather(
        *(desk.act(referral, "confirm", match='"2"', staff=staff) for staff in ("bo-2", "cy-3", "di-4"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    assert len(await desk.told(referral)) == 2


async def test_a_release_for_life_goes_to_the_lead_and_the_rest_follows_the_second_person(desk):
    referral = await desk.routed(flags=["minor_subject"], urgency="U0")
    asked = await desk.act(
        referral,
        "assign",
        staff="ana-1",
        office="SAC-SAT",
        ground="protection_of_life",
        supporting=["SAC-BOS"],
        copies=["C3"],
    )
    listed = (await desk.client.get("/v1/triage", params={"desk": "EUR"})).json()["referrals"]

    confirmed = await desk.act(referral, "confirm", staff="bo-2")

    [_, (_, _, first), (_, _, second)] = await desk.told(referral)
    assert (asked.status_code, confirmed.status_code) == (200, 200)
    assert [(row["referral_id"], row["awaits"], row["confirm_by"]) for row in listed] == [
        (referral, "confirmation", "2026-11-21T12:00:00Z")
    ]
    assert (first["supporting"], first["copies"], first["released_by"]) == ([], [], None)
    assert (second["supporting"], second["copies"], second["released_by"]) == (["SAC-BOS"], ["C3"], "bo-2")
    assert (second["previous"], second["leaves"]) == ("SAC-SAT", [])
    assert "confirm_by" not in await desk.document(referral)


async def test_a_release_for_life_nobody_confirms_is_called_back_once_by_any_number_of_processes(desk):
    overdue = [await desk.routed(flags=["minor_subject"], urgency="U0") for _ in range(5)]
    later = await desk.routed(flags=["minor_subject"], urgency="U0")
    for_life = {"staff": "ana-1", "office": "SAC-SAT", "ground": "protection_of_life"}
    for referral in overdue:
        await desk.act(referral, "assign", **for_life)
    desk.clock.now += timedelta(hours=1)
    await desk.act(later, "assign", **for_life)
    desk.clock.now = NOW + timedelta(hours=24)

    called_back = await asyncio.gather(*(CallBacks(desk.triage).look() for _ in range(3)))
    nothing_left = await CallBacks(desk.triage).look()

    assert (sum(called_back), nothing_left) == (5, 0)
    for referral in overdue:
        [_, _, (sequence, _, event)] = await desk.told(referral)
        assert (sequence, event["cause"], event["office"], event["desk"]) == (3, "called_back", None, "EUR")
        assert (event["previous"], event["leaves"], event["placed_by"]) == ("SAC-SAT", ["SAC-SAT"], "@clock")
    assert len(await desk.told(later)) == 2


async def test_the_loop_calls_back_what_is_overdue_and_stops_when_asked(desk):
    referral = await desk.routed(flags=["minor_subject"], urgency="U0")
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="protection_of_life")
    desk.clock.now += timedelta(days=2)
    loop = CallBacks(desk.triage, look_every=timedelta(milliseconds=10))

    async def is_back():
        return (await desk.document(referral))["standing"] == "triage"

    running = asyncio.create_task(loop.run())
    await until(is_back)
    await loop.stop()
    async with asyncio.timeout(20):
        await running

    assert (await desk.document(referral))["holder"] == "EUR"


async def test_the_duty_officer_is_paged_until_somebody_has_seen_it(desk):
    for_life = await desk.routed(flags=["article_3"], urgency="U0")
    await desk.routed(urgency="U0")
    await desk.routed(flags=["article_3"], urgency="U1")

    before = (await desk.client.get("/v1/triage", params={"desk": "EUR"})).json()["referrals"]
    seen = await desk.act(for_life, "acknowledge", staff="ana-1")
    after = (await desk.client.get("/v1/triage", params={"desk": "EUR"})).json()["referrals"]

    assert [row["referral_id"] for row in before if row["page"]] == [for_life]
    assert seen.status_code == 200
    assert not any(row["page"] for row in after)
    assert len(await desk.told(for_life)) == 1


async def test_without_consent_only_the_lead_gets_it_and_consent_is_exact(desk):
    referral = await desk.routed(nexus=[LAREDO], marks={"tlp": "AMBER", "handling": ["H2"]})
    case = (await desk.case(referral)).json()
    assign = {"staff": "ana-1", "office": "SAC-SAT"}

    silent = await desk.act(referral, "assign", **assign, ground="nexus_confirmed", copies=["C3"])
    to_lead = await desk.act(referral, "assign", **assign, ground="nexus_confirmed", acknowledges=["consent_missing"])
    consent = {"recipients": ["SAC-SAT", "C3"], "until": "2026-12-01T00:00:00Z"}
    back = await desk.act(referral, "move", staff="ana-1", desk="EUR", ground="wrong_office")
    with_copy = await desk.act(referral, "assign", **assign, ground="consent_given", copies=["C3"], consent=consent)

    assert case["to_acknowledge"] == ["consent_missing"]
    assert (silent.status_code, codes(silent)) == (422, ["not_acknowledged", "recipient_not_allowed"])
    assert [answer.status_code for answer in (to_lead, back, with_copy)] == [200, 200, 200]
    told = await desk.told(referral)
    assert told[1][2]["copies"] == []
    assert told[3][2]["copies"] == ["C3"]
    assert told[3][2]["marks"]["consent"]["recipients"] == ["SAC-SAT", "C3"]


async def test_what_is_refused_leaves_no_trace(desk):
    referral = await desk.routed()
    before = await desk.document(referral)

    answers = [
        await desk.act(referral, "assign", staff="ana-1", office="Ivana Horvat", ground="nexus_confirmed"),
        await desk.act(referral, "move", staff="ana-1", desk="SAC-BOS"),
        await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="nexus_confirmed", note="hurry"),
        await desk.act(referral, "assign", staff="ana 1", office="SAC-SAT", ground="nexus_confirmed"),
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert codes(answers[0]) == ["unknown_office"]
    assert "Ivana" not in answers[0].text
    assert await desk.document(referral) == before


async def test_a_merged_referral_goes_to_whoever_holds_the_other_one(desk):
    placed, joining = await desk.routed(nexus=[LAREDO]), await desk.routed()

    answer = await desk.act(joining, "merge", staff="ana-1", into=placed)

    [_, (_, _, event)] = await desk.told(joining)
    assert answer.status_code == 200
    assert (event["office"], event["joins"], event["cause"]) == ("SAC-SAT", [placed], "merged")
    assert len(await desk.told(placed)) == 1


async def test_merges_form_no_chain_and_no_circle(desk):
    head, member, third = await desk.routed(), await desk.routed(), await desk.routed()
    await desk.act(member, "merge", staff="ana-1", into=head)

    into_member = await desk.act(third, "merge", staff="ana-1", into=member)
    head_elsewhere = await desk.act(head, "merge", staff="ana-1", into=third)
    into_itself = await desk.act(head, "merge", staff="ana-1", into=head)
    into_nothing = await desk.act(head, "merge", staff="ana-1", into=str(uuid4()))

    assert (into_member.status_code, codes(into_member)) == (409, ["target_merged"])
    assert (head_elsewhere.status_code, codes(head_elsewhere)) == (409, ["has_joined"])
    assert (into_itself.status_code, codes(into_itself)) == (422, ["into_itself"])
    assert (into_nothing.status_code, codes(into_nothing)) == (422, ["target_unknown"])


async def test_two_referrals_merged_into_each_other_at_once_are_never_both_merged(desk):
    for _ in range(10):
        one, other = await desk.routed(), await desk.routed()

        await asyncio.gather(
            desk.act(one, "merge", match='"1"', staff="ana-1", into=other),
            desk.act(other, "merge", match='"1"', staff="bo-2", into=one),
        )

        merged = ["merged_into" in await desk.document(each) for each in (one, other)]
        assert sum(merged) <= 1


async def test_a_merged_referral_that_is_placed_elsewhere_may_be_merged_with_again(desk):
    head, member, third = await desk.routed(), await desk.routed(), await desk.routed()
    await desk.act(member, "merge", staff="ana-1", into=head)
    await desk.act(member, "assign", staff="ana-1", office="SAC-BOS", ground="nexus_confirmed")

    answer = await desk.act(head, "merge", staff="ana-1", into=third)

    assert answer.status_code == 200


async def test_a_reroute_decides_by_the_stored_facts_and_the_rules_in_force(desk):
    owner = await desk.routed()
    follower = await desk.routed(earlier=[owner])
    held = await desk.document(follower)
    await desk.act(owner, "assign", staff="ana-1", office="SAC-BOS", ground="nexus_confirmed")

    answer = await desk.act(follower, "reroute", staff="ana-1", ground="facts_changed")

    placement = answer.json()["placement"]
    assert held["grounds"] == ["earlier_owner_unknown"]
    assert (placement["office"], placement["rule"], placement["cause"]) == ("SAC-BOS", "R-FOLLOW-UP", "decided_again")
    assert (await desk.document(follower))["grounds"] == ["earlier_owner_unknown"]


async def test_a_flagged_referral_decided_again_stays_with_a_person(desk):
    referral = await desk.routed(nexus=[LAREDO], flags=["article_3"])

    answer = await desk.act(referral, "reroute", staff="ana-1")

    assert (answer.json()["standing"], answer.json()["placement"]["proposed"]) == ("triage", "SAC-SAT")


async def test_a_follow_up_goes_to_whoever_holds_the_earlier_one_now(desk):
    earlier = await desk.routed(nexus=[LAREDO])
    await desk.act(earlier, "assign", staff="ana-1", office="SAC-NYC", ground="wrong_office")

    follower = await desk.document(await desk.routed(earlier=[earlier]))

    assert (follower["office"], follower["owners"]) == ("SAC-NYC", ["SAC-NYC"])


async def test_an_officer_reads_why_it_is_here_and_what_speaks_for_each_way_on(desk):
    referral = await desk.routed(
        nexus=[WEAK, {"kind": "phone", "place": {"zip": "78040"}}, {"kind": "ip_server", "place": {"country": "JP"}}]
    )

    answer = await desk.case(referral)

    case = answer.json()
    assert answer.headers["ETag"] == '"1"'
    assert [each["ground"] for each in case["explained"]] == case["grounds"] == ["below_floor"]
    assert all(each["meaning"] and each["to_do"] for each in case["explained"])
    offices = case["suggestions"]["offices"]
    assert [(each["office"], each["why"]) for each in offices] == [("SAC-BOS", "proposed"), ("SAC-SAT", "nexus")]
    assert "phone" in offices[1]["explained"]
    assert [each["category"] for each in case["suggestions"]["categories"]][:1] == ["money-laundering"]
    assert [each["desk"] for each in case["suggestions"]["desks"]] == ["ASIA"]


async def test_the_list_shows_life_first_then_the_longest_waiting_and_pages_without_gaps(desk):
    referrals = []
    for minutes, urgency in enumerate(["U2", "U3", "U0", "U2", "U1", "U2"]):
        desk.clock.now = NOW + timedelta(minutes=minutes)
        referrals.append(await desk.routed(urgency=urgency))
    await desk.routed(nexus=[LAREDO])
    await desk.routed(requester_country="JP")

    listed, cursor = [], None
    while True:
        params = {"desk": "EUR", "limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await desk.client.get("/v1/triage", params=params)).json()
        listed += [row["referral_id"] for row in page["referrals"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert listed == [referrals[place] for place in (2, 4, 0, 3, 5, 1)]


async def test_the_list_narrows_by_ground_urgency_and_category(desk):
    flagged = await desk.routed(flags=["article_3"])
    soon = await desk.routed(urgency="U1")
    cash = await desk.routed(offences=[{"category": "bulk-cash"}], nexus=[WEAK])

    found = [
        [row["referral_id"] for row in (await desk.client.get("/v1/triage", params=params)).json()["referrals"]]
        for params in (
            {"desk": "EUR", "ground": "article_3"},
            {"desk": "EUR", "urgency": "U1"},
            {"desk": "EUR", "category": "bulk-cash"},
            {"desk": "MEA"},
        )
    ]
    unknown = await desk.client.get("/v1/triage", params={"desk": "SAC-BOS"})

    assert found == [[flagged], [soon], [cash], []]
    assert unknown.status_code == 404


@pytest.mark.parametrize("narrowed", [{}, {"now.grounds": "below_floor"}, {"now.category": "money-laundering"}])
async def test_the_list_is_read_from_an_index_in_its_order(desk, narrowed):
    for _ in range(3):
        await desk.routed()
    order = [("now.urgency", 1), ("now.since", 1), ("_id", 1)]

    found = desk.database[DECISIONS].find({"waits_at": "EUR", **narrowed}).sort(order).limit(2)
    plan = json.dumps((await found.explain())["queryPlanner"]["winningPlan"])

    assert "IXSCAN" in plan
    assert '"SORT"' not in plan
    assert "COLLSCAN" not in plan


async def test_a_decision_shows_what_was_decided_and_what_became_of_it(desk):
    referral = await desk.routed()
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="nexus_confirmed")

    answer = await desk.client.get(f"/v1/decisions/{referral}")

    decision = answer.json()
    assert (decision["outcome"], decision["proposed"], decision["holder"]) == ("triage", "SAC-BOS", "SAC-SAT")
    assert [placement["office"] for placement in decision["placements"]] == ["SAC-SAT"]
    assert [act["act"] for act in decision["acts"]] == ["assign"]
    assert "digest" not in answer.text


async def test_an_assignment_becomes_a_row_of_rules(desk):
    referral = await desk.routed()
    await desk.act(
        referral, "assign", staff="ana-1", office="SAC-SAT", ground="nexus_confirmed", supporting=["SAC-BOS", "SAC-NYC"]
    )
    address = f"/v1/triage/{referral}/draft-rule"

    drafted = await desk.client.post(address, json={"staff": "ana-1"})
    chosen = await desk.client.post(address, json={"staff": "ana-1", "keep": ["category", "requester"]})
    empty = await desk.client.post(address, json={"staff": "ana-1", "keep": []})
    unknown = await desk.client.post(address, json={"staff": "ana-1", "placement": 9})

    row = drafted.json()["row"]
    assert (row["nexus"], row["place"], row["category"]) == ("below-floor", "MA", "money-laundering")
    assert (row["lead"], row["supporting"], row["valid_from"]) == ("SAC-SAT", "SAC-BOS|SAC-NYC", "2026-11-20")
    assert list(row) == drafted.json()["columns"]
    assert {name: chosen.json()["row"][name] for name in ("nexus", "place", "category", "requester")} == {
        "nexus": "",
        "place": "",
        "category": "money-laundering",
        "requester": "IT",
    }
    assert (empty.status_code, codes(empty)) == (422, ["no_condition"])
    assert (unknown.status_code, codes(unknown)) == (422, ["placement_unknown"])


async def test_a_drafted_rule_is_kept_as_a_draft_of_the_rules_in_force(desk):
    await desk.rulesets.prepare()
    referral = await desk.routed()
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="nexus_confirmed")

    body = {"staff": "ana-1", "version": "2026-12-01"}
    answer = await desk.client.post(f"/v1/triage/{referral}/draft-rule", json=body)

    draft, faults = await desk.rulesets.validate("2026-12-01")
    assert answer.json()["draft"]["based_on"] == RULESET.version
    assert (draft["created_by"], faults) == ("ana-1", ())
    texts = await desk.rulesets.rulesets.texts_of(draft["tables"])
    assert texts["rules.tsv"].startswith(shipped()["rules.tsv"])
    assert f"\n{answer.json()['row']['rule']}\t" in texts["rules.tsv"]


async def test_a_flag_that_a_rule_gives_needs_two_people_as_well(desk):
    row = "R-700\t700\t\t\t\t\tIT\t\t\t\t\t\t\t\tarticle_3\t2025-01-01\t\town: a test\n"
    flagging = load_ruleset(NOW.date(), {**shipped(), "rules.tsv": shipped()["rules.tsv"] + row})
    referral = await desk.routed(flagging)

    alone = await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed")

    assert (alone.status_code, [name for _, name, _ in await desk.told(referral)]) == (202, ["sent-to-triage"])


async def test_nothing_is_known_of_a_referral_nobody_decided(desk):
    referral = UUID(int=5)

    answers = [
        await desk.case(referral),
        await desk.client.get(f"/v1/decisions/{referral}"),
        await desk.act(referral, "move", match='"1"', staff="ana-1", desk="ASIA"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
