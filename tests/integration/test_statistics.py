"""Statistics counted by a real MongoDB, held to the same counted naively."""

import csv
import json
import random
from collections import Counter, defaultdict
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from math import ceil

import httpx
import pytest
from uuid6 import uuid7

from runtime.http import make_app
from schemas.vocabulary.facts import Category
from schemas.vocabulary.queues import RefusalGround
from schemas.vocabulary.requests import State
from services.referrals.statistics.__main__ import main
from services.referrals.statistics.api import statistics_routes
from services.referrals.statistics.counting import count, pipeline, prepare
from services.referrals.statistics.pages import as_json
from services.referrals.statistics.report import Dimension, Step
from services.referrals.statistics.settings import ReportSettings

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = date(2026, 2, 1), date(2026, 6, 30)
OFFICES = ["SAC-BOS", "SAC-NYC", "SAC-SAT"]
CATEGORIES = [Category.BULK_CASH, Category.TOBACCO, Category.UNCLASSIFIED]


class Record:
    """A referral of which things are told, some of them out of order."""

    def __init__(self, dice, received_at):
        self._dice = dice
        self._at = received_at
        self.sequence = 0
        self.document = {
            "_id": str(uuid7()),
            "received_at": received_at,
            "state": State.RECEIVED.value,
            "summary": {
                "country": dice.choice(["IT", "RO", "JP"]),
                "channel": dice.choice(["attache", "ncb"]),
                "urgency": dice.choice(["U0", "U1", "U2", "U3"]),
                "categories": dice.choice([[], ["tobacco"]]),
            },
            "content": b"sealed",
            "timeline": [{"type": "received", "at": received_at, "sequence": 1}],
        }

    def tells(self, type_, state=None, **more):
        self._at += timedelta(milliseconds=self._dice.randrange(-1_000, 10**8))
        self.sequence += 1
        entry = {"type": type_, "at": self._at, "sequence": self.sequence, **more}
        timeline = self.document["timeline"]
        timeline.insert(self._dice.randint(0, len(timeline)), entry)
        self.document["state"] = state.value if state is not None else self.document["state"]


def invented(dice):
    """A referral with a life of its own, as the handlers write it down."""
    record = Record(dice, START + timedelta(seconds=dice.randrange(365 * 86_400)))
    for _ in range(dice.randint(0, 3)):
        place(dice, record)
    if record.document["state"] == "queued":
        work_on(dice, record)
    if dice.random() < 0.1:
        record.tells("recalled", State.WITHDRAWN)
    return record.document


def place(dice, record):
    category = {"category": dice.choice(CATEGORIES).value}
    what = dice.choice(["routed", "rerouted", "sent-to-triage", "sent-back"])
    if what == "sent-back":
        record.tells(what, State.SENT_BACK, desk="EUR", ground=dice.choice([*RefusalGround]).value)
    elif what == "sent-to-triage":
        record.tells(what, State.TRIAGE, desk="EUR", grounds=["article_3"], **category)
    else:
        office = dice.choice(OFFICES)
        record.tells(what, State.ROUTED, office=office, desk="EUR", **category)
        record.tells("queued", State.QUEUED, office=office, role="lead")
        record.tells("queued", office="LEP", role="copy")


def work_on(dice, record):
    lead = {"office": dice.choice(OFFICES), "role": "lead"}
    record.tells("claimed", State.CLAIMED, **lead)
    record.tells("accepted", State.ACCEPTED, **lead)
    if dice.random() < 0.4:
        record.tells(
            dice.choice(["paused", "delay-told"]), ground=dice.choice(["judicial_leave", "translation"]), **lead
        )
    if dice.random() < 0.3:
        numbers = dice.choice([[], [1]])
        record.tells("declined", None, ground="not_held", offence_numbers=numbers, duplicate_of=None, **lead)
    for kind in dice.choice([[], ["partial"], ["partial", "final"], ["negative"]]):
        record.tells("answered", None if kind == "partial" else State.ANSWERED, answer_kind=kind, **lead)
    if dice.random() < 0.3:
        record.tells("answered", answer_kind="final", office="SAC-NYC", role="supporting")
    if dice.random() < 0.3:
        record.tells("closed", State.CLOSED, code="information_given", closed_because="done", **lead)


def naive(documents, by):
    """Count the same by reading everything."""
    rows = defaultdict(Counter)
    took = defaultdict(list)
    for document in documents:
        if not FIRST <= document["received_at"].date() <= LAST:
            continue
        facts = facts_of(document)
        key = tuple(facts[dimension.value] for dimension in by)
        rows[key]["requests"] += 1
        rows[key][facts["outcome"]] += 1
        for name in ("urgent", "judicial_leave", "partly_answered", "partly_refused"):
            rows[key][name] += facts[name]
        rows[key][f"on {facts['ground']}"] += 1
        for step, moment in facts["moments"].items():
            if moment is not None:
                seconds = max(0, int((moment - document["received_at"]) / timedelta(seconds=1)))
                took[key, step].append(three_digits(seconds))
    return rows, took


def three_digits(seconds):
    unit = 10 ** max(0, len(str(seconds)) - 3)
    return seconds // unit * unit


def facts_of(document):
    entries = sorted(document["timeline"], key=lambda entry: entry["sequence"])
    decisions = [e for e in entries if e["type"] in ("routed", "rerouted", "sent-to-triage")]
    backs = [e for e in entries if e["type"] == "sent-back"]
    placed = max(decisions + backs, key=lambda e: e["sequence"], default={})
    mine = [e for e in entries if e.get("role") == "lead"]
    full = [e for e in mine if e["type"] == "answered" and e["answer_kind"] != "partial"]
    state, outcome = document["state"], "open"
    if state == "withdrawn":
        outcome = "recalled"
    elif state == "sent_back":
        outcome = "refused"
    elif state in ("answered", "closed"):
        outcome = "answered" if full else "closed"
    leave = [e for e in entries if e["type"] in ("paused", "delay-told", "declined", "sent-back")]
    partial = any(e["type"] == "answered" and e["answer_kind"] == "partial" for e in mine)

    def earliest(found):
        return min((e["at"] for e in found), default=None)

    return {
        **document["summary"],
        "category": decisions[-1]["category"] if decisions else (document["summary"]["categories"] or ["none"])[0],
        "office": placed.get("office") or placed.get("desk") or "none",
        "outcome": outcome,
        "ground": backs[-1]["ground"] if outcome == "refused" else "none",
        "urgent": document["summary"]["urgency"] in ("U0", "U1"),
        "judicial_leave": any(e["ground"] in ("judicial_leave", "judicial_leave_refused") for e in leave),
        "partly_answered": partial and not full,
        "partly_refused": any(e["type"] == "declined" and e["offence_numbers"] for e in entries),
        "moments": {
            "decided": earliest(decisions),
            "assigned": earliest(e for e in mine if e["type"] == "queued"),
            "claimed": earliest(e for e in mine if e["type"] == "claimed"),
            "accepted": earliest(e for e in mine if e["type"] == "accepted"),
            "answered": earliest(full),
            "refused": backs[-1]["at"] if outcome == "refused" else None,
        },
    }


@pytest.fixture(scope="module")
def documents():
    dice = random.Random(20261124)
    return [invented(dice) for _ in range(3_000)]


@asynccontextmanager
async def asked(database):
    app = make_app("statistics", "1", max_body_bytes=1_000, ready=dict)
    app.include_router(statistics_routes(database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://referrals") as http:
        yield http


@pytest.mark.parametrize(
    "by",
    [
        [],
        [Dimension.COUNTRY],
        [Dimension.CATEGORY, Dimension.OFFICE],
        [Dimension.COUNTRY, Dimension.URGENCY, Dimension.OUTCOME],
        [Dimension.GROUND, Dimension.CHANNEL],
    ],
    ids=lambda by: "+".join(by) or "all",
)
async def test_the_database_counts_what_reading_everything_would(database, documents, by):
    await database["referrals"].insert_many(documents)

    shown = as_json(await count(database, FIRST, LAST, by))
    rows, took = naive(documents, by)

    assert {tuple(row[d.value] for d in by) for row in shown["rows"]} == rows.keys()
    for row in shown["rows"]:
        key = tuple(row[d.value] for d in by)
        counted = rows[key]
        for name in ("requests", "urgent", "answered", "refused", "recalled", "closed", "open"):
            assert row[name] == counted[name]
        for name in ("judicial_leave", "partly_answered", "partly_refused"):
            assert row[name] == counted[name]
        assert row["refused_on"] == {
            name.removeprefix("on "): n for name, n in counted.items() if name.startswith("on ") and name != "on none"
        }
        for step in Step:
            seconds = sorted(took[key, step.value])
            timed = row["elapsed_seconds"][step.value]
            wanted = [seconds[ceil(len(seconds) * p / 100) - 1] if seconds else None for p in (50, 90)]
            assert [timed["count"], timed["median"], timed["p90"]] == [len(seconds), *wanted]
    assert shown["total"]["requests"] == sum(counted["requests"] for counted in rows.values())


async def test_a_period_is_found_by_its_index(database, documents):
    await prepare(database)
    await database["referrals"].insert_many(documents)

    command = {"aggregate": "referrals", "pipeline": pipeline(date(2026, 3, 1), date(2026, 3, 2), []), "cursor": {}}
    plan = await database.command("explain", command, verbosity="executionStats")

    assert "by_received" in json.dumps(plan, default=str)
    wanted = sum(date(2026, 3, 1) <= document["received_at"].date() <= date(2026, 3, 2) for document in documents)
    examined = plan["stages"][0]["$cursor"]["executionStats"]["totalDocsExamined"]
    assert examined == wanted > 0


async def test_the_interface_gives_json_and_csv(database, documents):
    await database["referrals"].insert_many(documents)
    query = {"from": "2026-02-01", "to": "2026-06-30", "by": "country,category"}

    async with asked(database) as http:
        shown = (await http.get("/v1/statistics", params=query)).json()
        answer = await http.get("/v1/statistics", params=query, headers={"Accept": "text/csv"})

    lines = list(csv.DictReader(StringIO(answer.text, newline="")))
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert [(line["country"], line["category"], int(line["requests"])) for line in lines[:-1]] == [
        (row["country"], row["category"], row["requests"]) for row in shown["rows"]
    ]
    assert int(lines[-1]["requests"]) == shown["total"]["requests"] > 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"from": "2026-02-01"}, "invalid_request"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "period_impossible"),
        ({"from": "2026-02-01", "to": "9999-12-31"}, "period_impossible"),
        ({"from": "2026-02-01", "to": "2026-03-01", "by": "country,name"}, "dimension_unknown"),
        ({"from": "2026-02-01", "to": "2026-03-01", "by": "country,country"}, "dimension_unknown"),
        ({"from": "2026-02-01", "to": "2026-03-01", "fro": "x"}, "unknown_parameter"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(database, query, code):
    async with asked(database) as http:
        answer = await http.get("/v1/statistics", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(("form", "read"), [("--json", json.loads), ("--csv", str), (None, str)])
async def test_the_yearly_report_is_a_command(database, documents, mongo_settings, form, read):
    await database["referrals"].insert_many(documents)
    settings = ReportSettings(database="test", mongo=mongo_settings)

    written = await main(["--year", "2026", "--by", "country", *([form] if form else [])], lambda: settings)

    assert str(len(documents)) in str(read(written))
