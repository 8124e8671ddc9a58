"""Rulesets over HTTP on a real MongoDB: what is in force is what two people saw, and nothing changes it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from runtime.mongo import open_database
from services.routing.activations import ActivationStore
from services.routing.app import open_service
from services.routing.ruleset_desk import RulesetDesk
from services.routing.rulesets import RulesetStore
from services.routing.settings import Settings
from services.routing.tables import shipped
from tests.golden.corpus import NOW, read_corpus
from tests.support.past_decisions import past_decisions, referral_number
from tests.support.routing_desk import RoutingDesk, open_routing_desk
from tests.support.waiting import until

ITALY_TO_MEA = {"file": "countries.tsv", "kind": "change", "row": {"country": "IT"}, "to": {"desk": "MEA"}}
ITALY_NOWHERE = {**ITALY_TO_MEA, "to": {"desk": "ATLANTIS"}}
SHIPPED = "2026-11-01"


@pytest.fixture
async def desk(kafka_settings, mongo_settings) -> AsyncIterator[RoutingDesk]:
    async with open_routing_desk(kafka_settings, mongo_settings) as opened:
        yield opened


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def test_the_shipped_rules_are_in_force_at_the_first_start(desk):
    found = (await desk.http.get("/v1/rulesets")).json()["rulesets"]

    assert await desk.in_force() == SHIPPED
    assert [(one["version"], one["state"]) for one in found] == [(SHIPPED, "frozen")]


async def test_many_processes_that_start_at_once_seed_the_rules_once(kafka_settings, mongo_settings):
    settings = Settings(http_port=0, kafka=kafka_settings, mongo=mongo_settings)

    async def start():
        async with open_service(settings):
            pass

    await asyncio.gather(*(start() for _ in range(4)))

    async with open_routing_desk(kafka_settings, mongo_settings) as desk:
        activations = await desk.pages("/v1/rulesets/activations", "activations")
        assert [(one["number"], one["version"], one["asked_by"]) for one in activations] == [(1, SHIPPED, "system")]


async def test_shipped_tables_that_changed_under_their_name_are_told_and_not_used(desk, mongo_settings, monkeypatch):
    texts = {**shipped(), "countries.tsv": shipped()["countries.tsv"].replace("IT\tEUR", "IT\tMEA")}
    monkeypatch.setattr("services.routing.ruleset_desk.shipped", lambda: texts)
    before = (await desk.http.get("/v1/rulesets/in-force")).json()

    async with open_database(mongo_settings, "routing") as database:
        with capture_logs() as logged:
            await RulesetDesk(RulesetStore(database), ActivationStore(database)).prepare()

    told = [entry["version"] for entry in logged if entry["event"].startswith("shipped tables are not")]
    assert told == [SHIPPED]
    assert (await desk.http.get("/v1/rulesets/in-force")).json() == before


async def test_a_draft_shares_the_tables_that_it_does_not_change(desk, mongo_settings):
    drafted = (await desk.draft("italy", ITALY_TO_MEA)).json()

    base = {t["file"]: t["digest"] for t in (await desk.http.get(f"/v1/rulesets/{SHIPPED}")).json()["tables"]}
    assert [t["file"] for t in drafted["tables"] if base[t["file"]] != t["digest"]] == ["countries.tsv"]
    async with open_database(mongo_settings, "routing") as database:
        assert await database["ruleset_texts"].count_documents({}) == len(base) + 1


async def test_a_draft_says_in_which_rows_it_differs(desk):
    await desk.draft("italy", ITALY_TO_MEA)

    diff = (await desk.http.get("/v1/rulesets/italy/diff")).json()

    (change,) = diff["changes"]
    assert (diff["against"], change["file"], change["kind"], change["key"]) == (
        SHIPPED,
        "countries.tsv",
        "changed",
        "IT",
    )
    assert change["cells"] == [{"column": "desk", "before": "EUR", "after": "MEA"}]


async def test_a_table_can_be_read_replaced_and_read_back(desk):
    await desk.draft("italy")
    read = await desk.http.get("/v1/rulesets/italy/tables/countries.tsv")
    text = read.text.replace("IT\tEUR", "IT\tMEA")

    put = await desk.http.put(
        "/v1/rulesets/italy/tables/countries.tsv",
        json={"staff": "anna", "text": text},
        headers={"If-Match": read.headers["ETag"]},
    )

    assert read.text == shipped()["countries.tsv"]
    assert (put.status_code, put.json()["revision"]) == (200, 2)
    assert (await desk.http.get("/v1/rulesets/italy/tables/countries.tsv")).text == text


async def test_of_two_who_edit_the_same_draft_at_once_one_must_read_again(desk):
    etag = (await desk.draft("italy")).headers["ETag"]

    def edit(row):
        body = {"staff": "anna", "rows": [row]}
        return desk.http.post("/v1/rulesets/italy/rows", json=body, headers={"If-Match": etag})

    other = {**ITALY_TO_MEA, "row": {"country": "FR"}}
    answers = await asyncio.gather(edit(ITALY_TO_MEA), edit(other))

    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_an_edit_without_the_etag_of_what_was_read_is_refused(desk):
    await desk.draft("italy")

    answer = await desk.http.post("/v1/rulesets/italy/rows", json={"staff": "anna", "rows": [ITALY_TO_MEA]})

    assert code(answer) == (428, "if_match_missing")


async def test_row_edits_that_cannot_be_made_are_all_named_and_none_is_made(desk):
    no_row = {**ITALY_TO_MEA, "row": {"country": "QQ"}}
    no_table = {**ITALY_TO_MEA, "file": "planets.tsv"}

    answer = await desk.draft("italy", no_row, ITALY_TO_MEA, no_table)

    told = [(fault["pointer"], fault["code"]) for fault in answer.json()["faults"]]
    assert told == [("/rows/0", "row_unknown"), ("/rows/2", "table_unknown")]
    assert (await desk.http.get("/v1/rulesets/italy")).status_code == 404


async def test_a_faulty_draft_is_told_all_its_faults_and_cannot_be_asked_for(desk):
    france = {**ITALY_NOWHERE, "row": {"country": "FR"}}
    await desk.draft("italy", ITALY_NOWHERE, france)

    checked = (await desk.http.post("/v1/rulesets/italy/validate")).json()
    asked = await desk.ask("italy")

    assert (checked["valid"], len(checked["faults"]) >= 2) == (False, True)
    assert all(fault["mend"] and fault["file"] for fault in checked["faults"])
    assert code(asked) == (422, "ruleset_faulty")
    assert len(asked.json()["faults"]) == len(checked["faults"])
    assert await desk.in_force() == SHIPPED


async def test_a_ruleset_comes_into_force_when_a_second_person_confirms(desk):
    await desk.draft("italy", ITALY_TO_MEA)
    asked = await desk.ask("italy")
    number = asked.json()["number"]

    alone = await desk.confirm("italy", number, staff="Anna")
    before = await desk.in_force()
    confirmed = await desk.confirm("italy", number)
    again = await desk.confirm("italy", number)

    assert (asked.status_code, code(alone), before) == (202, (409, "second_person_needed"), SHIPPED)
    assert (confirmed.status_code, confirmed.json()) == (200, again.json())
    assert (confirmed.json()["asked_by"], confirmed.json()["confirmed_by"]) == ("anna", "bruno")
    assert await desk.in_force() == "italy"


async def test_of_many_who_confirm_at_once_one_does(desk):
    await desk.draft("italy", ITALY_TO_MEA)
    number = (await desk.ask("italy")).json()["number"]

    answers = await asyncio.gather(*(desk.confirm("italy", number, staff=f"officer-{n}") for n in range(6)))

    assert sorted(code(answer) for answer in answers) == [(200, ""), *[(409, "activation_settled")] * 5]


async def test_a_draft_that_was_edited_after_it_was_asked_for_is_not_confirmed(desk):
    etag = (await desk.draft("italy", ITALY_TO_MEA)).headers["ETag"]
    number = (await desk.ask("italy")).json()["number"]
    body = {"staff": "anna", "rows": [{**ITALY_TO_MEA, "row": {"country": "FR"}}]}
    await desk.http.post("/v1/rulesets/italy/rows", json=body, headers={"If-Match": etag})

    refused = await desk.confirm("italy", number)
    await desk.http.post("/v1/rulesets/italy/withdraw", json={"staff": "bruno", "number": number})
    await desk.put_in_force("italy")

    assert code(refused) == (409, "draft_changed")
    assert await desk.in_force() == "italy"


async def test_an_edit_and_a_confirmation_at_once_never_put_other_tables_in_force(desk):
    for attempt in range(5):
        name = f"italy-{attempt}"
        etag = (await desk.draft(name, {**ITALY_TO_MEA, "to": {"desk": "MEA", "source": f"own {attempt}"}})).headers[
            "ETag"
        ]
        asked = (await desk.ask(name)).json()
        body = {"staff": "anna", "rows": [{**ITALY_TO_MEA, "row": {"country": "FR"}}]}

        await asyncio.gather(
            desk.http.post(f"/v1/rulesets/{name}/rows", json=body, headers={"If-Match": etag}),
            desk.confirm(name, asked["number"]),
        )

        in_force = (await desk.http.get("/v1/rulesets/in-force")).json()
        if in_force["version"] == name:
            assert in_force["digest"] == asked["digest"]


async def test_nothing_changes_a_ruleset_that_was_in_force(desk, mongo_settings):
    drafted = await desk.draft("italy", ITALY_TO_MEA)
    await desk.put_in_force("italy")
    before = (await desk.http.get("/v1/rulesets/italy")).json()
    tag = {"If-Match": f'"{before["revision"]}"'}
    body = {"staff": "anna", "rows": [{**ITALY_TO_MEA, "to": {"desk": "EUR"}}]}

    answers = [
        await desk.http.post("/v1/rulesets/italy/rows", json=body, headers=tag),
        await desk.http.put("/v1/rulesets/italy/tables/areas.tsv", json={"staff": "anna", "text": ""}, headers=tag),
        await desk.http.delete("/v1/rulesets/italy", headers=tag),
        await desk.draft("italy", {**ITALY_TO_MEA, "to": {"desk": "ASIA"}}),
    ]

    assert [code(answer) for answer in answers] == [*[(409, "ruleset_frozen")] * 3, (409, "version_taken")]
    assert (await desk.http.get("/v1/rulesets/italy")).json() == before
    assert before["digest"] == drafted.json()["digest"]


async def test_a_ruleset_to_come_is_in_force_from_its_moment_on(desk):
    await desk.draft("italy", ITALY_TO_MEA)
    soon = datetime.now(UTC) + timedelta(seconds=2)
    number = (await desk.ask("italy", effective_from=soon.isoformat())).json()["number"]
    await desk.confirm("italy", number)

    held_before = await desk.in_force()
    then = (await desk.http.get("/v1/rulesets/in-force", params={"at": (soon + timedelta(days=1)).isoformat()})).json()
    await until(lambda: desk.rules.on(datetime.now(UTC).date()).version == "italy")

    assert (held_before, then["version"]) == (SHIPPED, "italy")
    assert datetime.now(UTC) >= soon


async def test_a_ruleset_cannot_come_into_force_in_the_past(desk):
    await desk.draft("italy", ITALY_TO_MEA)

    asked = await desk.ask("italy", effective_from="2026-01-01T00:00:00Z")

    assert code(asked) == (422, "effective_in_past")


async def test_a_confirmed_ruleset_is_used_by_every_process(desk, kafka_settings, mongo_settings):
    today = datetime.now(UTC).date()
    async with open_routing_desk(kafka_settings, mongo_settings) as other:
        await desk.draft("italy", ITALY_TO_MEA)
        await desk.put_in_force("italy")

        await until(lambda: other.rules.on(today).version == "italy")

        assert other.rules.on(today).places.desks["IT"] == "MEA"


async def test_two_people_can_go_back_to_what_was_in_force_before(desk):
    await desk.draft("italy", ITALY_TO_MEA)
    await desk.put_in_force("italy")

    draft_only = await desk.draft("france")
    never = await desk.ask("france", verb="roll-back")
    asked = await desk.ask(SHIPPED, verb="roll-back")
    alone = await desk.confirm(SHIPPED, asked.json()["number"], staff="anna")
    await desk.confirm(SHIPPED, asked.json()["number"])

    assert draft_only.status_code == 201
    assert (code(never), code(alone)) == ((409, "never_in_force"), (409, "second_person_needed"))
    assert asked.json()["rolls_back"] == 2
    assert await desk.in_force() == SHIPPED


async def test_a_draft_that_somebody_asked_for_is_deleted_only_after_it_was_withdrawn(desk):
    etag = (await desk.draft("italy", ITALY_TO_MEA)).headers["ETag"]
    number = (await desk.ask("italy")).json()["number"]

    kept = await desk.http.delete("/v1/rulesets/italy", headers={"If-Match": etag})
    await desk.http.post("/v1/rulesets/italy/withdraw", json={"staff": "anna", "number": number})
    gone = await desk.http.delete("/v1/rulesets/italy", headers={"If-Match": etag})

    assert (code(kept), gone.status_code) == ((409, "activation_open"), 204)
    assert (await desk.http.get("/v1/rulesets/italy")).status_code == 404
    assert code(await desk.confirm("italy", number)) == (409, "activation_settled") or await desk.in_force() == SHIPPED


async def test_rulesets_are_listed_in_pages_newest_first(desk):
    for number in range(5):
        await desk.draft(f"draft-{number}")

    found = await desk.pages("/v1/rulesets", "rulesets", limit=2)

    assert [one["version"] for one in found] == [f"draft-{number}" for number in (4, 3, 2, 1, 0)] + [SHIPPED]


async def test_a_simulation_decides_as_the_draft_would_and_leaves_no_trace(desk, mongo_settings):
    await desk.draft("italy", ITALY_TO_MEA)
    facts = [
        {name: value for name, value in case["facts"].items() if name not in ("referral_id", "received_at")}
        for case in read_corpus()
        if not case["facts"].get("earlier")
    ]
    async with open_database(mongo_settings, "routing") as database:
        before = {name: await database[name].count_documents({}) for name in await database.list_collection_names()}

        now_body = {"referrals": facts, "at": NOW.isoformat()}
        as_now = (await desk.http.post("/v1/simulate", json=now_body)).json()
        as_drafted = (await desk.http.post("/v1/simulate", json=now_body | {"ruleset": "italy"})).json()

        after = {name: await database[name].count_documents({}) for name in await database.list_collection_names()}
    wanted = [case["decision"] for case in read_corpus() if not case["facts"].get("earlier")]
    assert (as_now["ruleset"], as_drafted["ruleset"]) == (SHIPPED, "italy")
    assert [one["because"] for one in as_now["decisions"]] == [one["because"] for one in wanted]
    assert {
        one["desk"] for one, f in zip(as_drafted["decisions"], facts, strict=True) if f["requester_country"] == "IT"
    } >= {"MEA"}
    assert before == after


async def test_a_simulation_of_stored_decisions_uses_their_facts_and_owners(desk, mongo_settings):
    today = datetime.now(UTC).date()
    async with open_database(mongo_settings, "routing") as database:
        await database["decisions"].insert_many(past_decisions(100, desk.rules.on(today)))

        ids = [referral_number(number) for number in range(100)]
        answer = await desk.http.post("/v1/simulate", json={"referral_ids": ids, "at": NOW.isoformat()})

        stored = {row["_id"]: row async for row in database["decisions"].find({"decided_at": NOW})}
    decided = {one["referral_id"]: one for one in answer.json()["decisions"]}
    assert {key: decided[key]["because"] for key in stored} == {key: row["because"] for key, row in stored.items()}


async def test_facts_that_cannot_be_read_are_all_named_and_never_repeated(desk):
    plain = {"requester_country": "IT", "channel": "attache", "request_type": "joint_operation", "urgency": "U2"}
    good = {**plain, "request_type": "investigative_assistance", "offences": [], "marks": {"tlp": "GREEN"}}
    wrong = {**good, "urgency": "Rossi", "Mario Rossi": 1}

    answer = await desk.http.post(
        "/v1/simulate", json={"referrals": [good, wrong, "Rossi", {**good, "marks": {"x": 1}}]}
    )

    told = {(fault["pointer"], fault["code"]) for fault in answer.json()["faults"]}
    assert answer.status_code == 422
    assert told == {
        ("/referrals/1/urgency", "unknown_value"),
        ("/referrals/1", "unknown_field"),
        ("/referrals/2", "wrong_type"),
        ("/referrals/3/marks/tlp", "missing"),
        ("/referrals/3/marks", "unknown_field"),
    }
    assert "Rossi" not in answer.text


async def test_others_are_answered_while_a_thousand_referrals_are_simulated(desk):
    facts = next(case["facts"] for case in read_corpus())
    del facts["referral_id"]

    big = asyncio.create_task(desk.http.post("/v1/simulate", json={"referrals": [facts] * 1_000}))
    answered = 0
    while not big.done():
        assert (await desk.http.get("/health/live")).status_code == 200
        answered += 1
        await asyncio.sleep(0)  # the client and the service share this loop, and asking so waits for nothing

    assert len((await big).json()["decisions"]) == 1_000
    assert answered > 10
