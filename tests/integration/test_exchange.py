"""The exchange about a referral over HTTP and real topics: nothing is released that its office could not say."""

import asyncio
import json
import re
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import BaseModel
from uuid6 import uuid7

from runtime.events import Destination, Publisher, headers_of
from runtime.mongo import open_database
from schemas.events import (
    DeadlineMissed,
    ItemAccepted,
    ItemAnswered,
    ItemClaimed,
    ItemQueued,
    ItemResumed,
    ItemReturned,
    RecallAcknowledged,
    ReferralRouted,
)
from schemas.marks import Marks
from schemas.topics import REFERRAL_EVENTS, TOPICS, published_by
from services.referrals.app import open_service
from services.referrals.settings import Settings
from services.referrals.shown import (
    AnswerShown,
    AnswersShown,
    QuestionsShown,
    ReadingsShown,
    RecallShown,
    RecordShown,
    TimelineShown,
    VersionShown,
    VersionsShown,
)
from tests.support.bodies import as_bytes, body_for
from tests.support.kafka import header
from tests.support.waiting import until

OTHERS = Publisher(
    "/tests",
    {
        event: [Destination(*place) for place in places if place[0] != "office.feed"]
        for service in ("routing", "notify")
        for event, places in published_by(service).items()
    },
)
MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
MARKS = {"tlp": "AMBER", "handling": ["H0"]}
DEPOSITED = "dragoman.referral.content-deposited.v1"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

SHOWN = {
    "": RecordShown,
    "/timeline": TimelineShown,
    "/questions": QuestionsShown,
    "/answers": AnswersShown,
    "/answers/{}": AnswerShown,
    "/versions": VersionsShown,
    "/versions/{}": VersionShown,
    "/recall": RecallShown,
    "/readings": ReadingsShown,
}


class Referrals:
    """The running service, seen from a liaison, from an office, and from the other services."""

    def __init__(self, http, database, kafka):
        self.http = http
        self.database = database
        self.kafka = kafka
        self._numbers = Counter()

    async def posted(self):
        """Post a referral and give its id and its country."""
        body = body_for("SAC-BOS")
        body["requester"]["reference"] = f"TEST-{uuid4()}"
        answer = await self.http.post(
            "/v1/referrals",
            content=as_bytes(body),
            headers={"Content-Type": "application/json", "Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["referral_id"], body

    async def get(self, referral_id, path="", reader=None, **query):
        """Read something of a referral; what is shown is as the interface describes it."""
        headers = {"Dragoman-Reader": reader} if reader else {}
        answer = await self.http.get(f"/v1/referrals/{referral_id}{path}", headers=headers, params=query)
        if answer.status_code == 200:
            SHOWN[re.sub("/[^/]*[0-9][^/]*", "/{}", path)].model_validate_json(answer.content)
        return answer

    async def post(self, referral_id, path, body, key=None):
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return await self.http.post(f"/v1/referrals/{referral_id}{path}", content=json.dumps(body), headers=headers)

    async def hears(self, *events: BaseModel):
        """Publish what other services tell, each aggregate's under its own numbers."""
        for event in events:
            about = getattr(event, "item_id", str(event.referral_id))
            self._numbers[about] += 1
            [entry] = OTHERS.entries([event], self._numbers[about], datetime.now(UTC))
            topic, key = entry["to"][0]
            await self.kafka.put(topic, key.encode(), entry["body"], headers_of(entry, key))

    async def state(self, referral_id, state, entries):
        """Wait until a referral stands somewhere with so many entries, and give its timeline."""

        async def is_so():
            told = (await self.get(referral_id, "/timeline", view="all")).json()
            return told if (told["state"], len(told["timeline"])) == (state, entries) else None

        return await until(is_so)

    async def told(self, referral_id, type_):
        """Read what this service has told of a referral, up to and with a type of event."""
        topic = REFERRAL_EVENTS.name

        def is_last(record):
            return record.key == referral_id.encode() and header(record, "ce_type") == type_

        records = await self.kafka.read_until(topic, is_last)
        return [json.loads(record.value) for record in records if record.key == referral_id.encode()]


@asynccontextmanager
async def running(kafka_settings, mongo_settings):
    """Run the service's loops, and give its HTTP side."""
    settings = Settings(kafka=kafka_settings, mongo=mongo_settings, master_key=MASTER_KEY, signing_key=MASTER_KEY)
    async with open_service(settings) as service:
        loops = [asyncio.create_task(loop.run()) for loop in service.loops]
        transport = httpx.ASGITransport(service.app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://referrals") as http:
                yield http
        finally:
            for loop in service.loops:
                await loop.stop()
            await asyncio.gather(*loops)


@pytest.fixture
async def referrals(kafka, kafka_settings, mongo_settings):
    await kafka.make(*(topic.name for topic in TOPICS))
    async with open_database(mongo_settings, "referrals") as database:
        async with running(kafka_settings, mongo_settings) as http:
            yield Referrals(http, database, kafka)
        await database.client.drop_database(database.name)


def routed(referral_id):
    return ReferralRouted(
        referral_id=referral_id,
        requester_country="IT",
        office="SAC-BOS",
        copies=("CPAA",),
        desk="EUR",
        category="bulk-cash",
        urgency="U2",
        marks=Marks(tlp="AMBER", handling=("H0",)),
        ruleset="2026-11-01",
        rule="R-NEXUS-03",
        because="SAC-BOS leads",
    )


def item(event, referral_id, office="SAC-BOS", role="lead", **more):
    about = {"referral_id": referral_id, "item_id": f"{referral_id}.{office}.1", "office": office, "role": role}
    return event(**about, **more)


def queued(referral_id, office="SAC-BOS", role="lead"):
    asked = {"requester_country": "IT", "category": "bulk-cash", "urgency": "U2", "queued_at": NOW}
    return item(ItemQueued, referral_id, office, role, **asked)


def claimed(referral_id):
    return item(ItemClaimed, referral_id, claimed_at=NOW)


def accepted(referral_id):
    return item(ItemAccepted, referral_id, accepted_at=NOW)


def returned(referral_id, question_id, office="SAC-BOS", role="lead"):
    return item(ItemReturned, referral_id, office, role, question_id=question_id, returned_at=NOW)


def answered(referral_id, answer_id, kind="final"):
    return item(ItemAnswered, referral_id, answer_id=answer_id, kind=kind, answered_at=NOW)


def acknowledged(referral_id, outcome, office="SAC-BOS", role="lead", ground=None):
    said = {"outcome": outcome, "ground": ground, "acknowledged_by": "B-1", "acknowledged_at": NOW}
    return item(RecallAcknowledged, referral_id, office, role, **said)


def question(office="SAC-BOS", text="Which container?"):
    return {"office": office, "staff": "B-1", "text": text}


def answer(text="Found at the port.", **more):
    return {"office": "SAC-BOS", "staff": "B-1", "kind": "final", "text": text, "marks": MARKS} | more


def recall_of(body, ground="case_closed"):
    return {"country": body["requester"]["country"], "ground": ground, "reference": "TEST-RECALL"}


async def worked_on(referrals):
    """Post a referral that an office then accepts."""
    referral_id, body = await referrals.posted()
    await referrals.hears(
        routed(referral_id), queued(referral_id), queued(referral_id, "CPAA", "copy"), claimed(referral_id)
    )
    await referrals.hears(accepted(referral_id))
    await referrals.state(referral_id, "accepted", 6)
    return referral_id, body


async def test_a_question_goes_back_is_answered_once_and_the_office_goes_on(referrals):
    referral_id, body = await worked_on(referrals)
    country = body["requester"]["country"]

    held = await referrals.post(referral_id, "/questions", question())
    before = await referrals.get(referral_id, "/questions")
    question_id = held.json()["question_id"]
    await referrals.hears(returned(referral_id, question_id))
    await referrals.state(referral_id, "returned", 7)
    asked = (await referrals.get(referral_id, "/questions")).json()["questions"]
    reply = {"country": country, "text": "The third one."}
    first = await referrals.post(referral_id, f"/questions/{question_id}/answer", reply)
    again = await referrals.post(referral_id, f"/questions/{question_id}/answer", reply)
    other = await referrals.post(referral_id, f"/questions/{question_id}/answer", reply | {"text": "The second."})
    await referrals.hears(
        item(ItemResumed, referral_id, ground="question_back", question_id=question_id, resumed_at=NOW)
    )
    await referrals.state(referral_id, "accepted", 9)
    after = (await referrals.get(referral_id, "/questions")).json()["questions"]

    assert (held.status_code, held.json()["state"]) == (201, "held")
    assert before.json()["questions"] == []
    assert [(one["state"], one["text"], one["answer"]) for one in asked] == [("asked", "Which container?", None)]
    assert (first.status_code, first.json()) == (200, again.json())
    assert (other.status_code, other.json()["code"]) == (409, "question_answered")
    assert [(one["state"], one["answer"]["text"]) for one in after] == [("answered", "The third one.")]
    readings = (await referrals.get(referral_id, "/readings")).json()["readings"]
    assert [(row["what"], row["parts"]) for row in readings] == [("questions", [question_id])] * 2
    told = await referrals.told(referral_id, "dragoman.referral.question-answered.v1")
    assert [event["type"] for event in told].count("dragoman.referral.question-answered.v1") == 1
    assert told[-1]["question_id"] == question_id
    [deposit] = [event for event in told if event["type"] == DEPOSITED]
    assert (deposit["piece_id"], deposit["kind"], deposit["office"]) == (question_id, "question", "SAC-BOS")
    assert "third" not in json.dumps(told)
    assert "container" not in json.dumps(told)


async def test_deposits_made_at_once_are_each_told_once_and_are_no_word_in_the_timeline(referrals):
    referral_id, body = await worked_on(referrals)
    before = await referrals.get(referral_id, "/timeline", view="all")
    kinds = ["partial", "final", "negative", "partial"]

    held = await asyncio.gather(*(referrals.post(referral_id, "/answers", answer(kind=kind)) for kind in kinds))
    after = await referrals.get(referral_id, "/timeline", view="all")
    await referrals.post(referral_id, "/recall", recall_of(body))
    told = await referrals.told(referral_id, "dragoman.referral.recalled.v1")

    assert [piece.status_code for piece in held] == [201] * 4
    assert after.json()["timeline"] == before.json()["timeline"]
    deposits = [(event["piece_id"], event["answer_kind"]) for event in told if event["type"] == DEPOSITED]
    assert sorted(deposits) == sorted(
        (piece.json()["answer_id"], kind) for piece, kind in zip(held, kinds, strict=True)
    )
    assert "port" not in json.dumps([event for event in told if event["type"] == DEPOSITED])


async def test_a_question_that_another_office_returns_with_is_not_released(referrals):
    referral_id, body = await worked_on(referrals)
    question_id = (await referrals.post(referral_id, "/questions", question("SAC-NYC"))).json()["question_id"]

    await referrals.hears(returned(referral_id, question_id))
    await referrals.state(referral_id, "accepted", 7)
    shown = (await referrals.get(referral_id, "/questions")).json()["questions"]
    told = (await referrals.get(referral_id, "/timeline")).json()["timeline"]
    reply = {"country": body["requester"]["country"], "text": "The third one."}
    replied = await referrals.post(referral_id, f"/questions/{question_id}/answer", reply)

    assert shown == []
    assert "returned" not in [entry["type"] for entry in told]
    assert (replied.status_code, replied.json()["code"]) == (404, "question_unknown")


async def test_an_answer_is_read_only_after_its_office_took_the_step_and_under_the_stricter_marks(referrals):
    referral_id, _ = await worked_on(referrals)
    stricter = {"tlp": "RED", "handling": ["H1"]}

    held = await referrals.post(referral_id, "/answers", answer(marks=stricter))
    answer_id = held.json()["answer_id"]
    before = await referrals.get(referral_id, f"/answers/{answer_id}")
    await referrals.hears(answered(referral_id, answer_id))
    await referrals.state(referral_id, "answered", 7)
    after = await referrals.get(referral_id, f"/answers/{answer_id}")
    listed = await referrals.get(referral_id, "/answers")

    assert (before.status_code, before.json()["code"]) == (404, "answer_unknown")
    assert (after.json()["text"], after.json()["kind"]) == ("Found at the port.", "final")
    assert after.json()["marks"]["tlp"] == "RED"
    assert "H1" in after.json()["marks"]["handling"]
    assert listed.json()["answers"] == [after.json()]
    assert after.headers["cache-control"] == "no-store"


async def test_a_step_without_its_answer_does_not_make_the_referral_answered(referrals):
    referral_id, _ = await worked_on(referrals)
    held = await referrals.post(referral_id, "/answers", answer(kind="partial"))

    await referrals.hears(
        answered(referral_id, held.json()["answer_id"], "final"), answered(referral_id, str(uuid7()), "negative")
    )
    await referrals.state(referral_id, "accepted", 8)
    told = (await referrals.get(referral_id, "/timeline")).json()["timeline"]

    assert (await referrals.get(referral_id, "/answers")).json()["answers"] == []
    assert "answered" not in [entry["type"] for entry in told]


async def test_a_deadline_that_its_office_missed_is_proved_once_unless_it_has_been_met(referrals):
    late, _ = await referrals.posted()
    met, _ = await worked_on(referrals)
    missed = {"office": "SAC-BOS", "step": "acknowledge", "urgency": "U2", "due_at": NOW, "missed_at": NOW}

    await referrals.hears(routed(late), queued(late))
    for level in ("supervisor", "desk"):
        await referrals.hears(DeadlineMissed(referral_id=late, level=level, **missed))
        await referrals.hears(DeadlineMissed(referral_id=met, level=level, **missed))
    await referrals.state(late, "queued", 5)
    await referrals.state(met, "accepted", 8)
    of_late = (await referrals.http.get(f"/v1/referrals/{late}/receipts")).json()["receipts"]
    of_met = (await referrals.http.get(f"/v1/referrals/{met}/receipts")).json()["receipts"]
    seen = (await referrals.get(late, "/timeline")).json()["timeline"]

    silent = [(one["actor"], one["code"]) for one in of_late if one["stage"] == "NON_RETRIEVAL"]
    assert silent == [("SAC-BOS", "E300")]
    assert "NON_RETRIEVAL" not in {one["stage"] for one in of_met}
    told = [entry for entry in seen if entry["type"] == "deadline-missed"]
    assert [set(entry) & {"level"} for entry in told] == [set()]


async def test_an_answer_that_may_not_leave_is_refused_and_not_stored(referrals):
    referral_id, _ = await referrals.posted()

    refused = await referrals.post(
        referral_id, "/answers", answer(office="SAC-ROM", marks=MARKS | {"us": {"ldc": ["NOFORN"]}})
    )

    assert refused.status_code == 422
    assert [fault["code"] for fault in refused.json()["faults"]] == ["mark_forbids_requester", "unknown_office"]
    assert await referrals.database["pieces"].count_documents({}) == 0


async def test_supplements_make_versions_and_overwrite_nothing(referrals):
    referral_id, body = await referrals.posted()
    country = body["requester"]["country"]
    more = {"country": country, "kind": "supplement", "changes": {"narrative": "A later line."}}
    urgent = {"urgency": {"level": "U0", "ground": "life_or_integrity"}, "link": "As corrected."}

    first, again = [await referrals.post(referral_id, "/supplements", more, "key-1") for _ in range(2)]
    reused = await referrals.post(referral_id, "/supplements", more | {"kind": "correction"}, "key-1")
    second = await referrals.post(
        referral_id, "/supplements", {"country": country, "kind": "correction", "changes": urgent}, "key-2"
    )
    versions = (await referrals.get(referral_id, "/versions")).json()["versions"]
    contents = [(await referrals.get(referral_id, f"/versions/{number}")).json()["request"] for number in (1, 2, 3)]
    whole = (await referrals.get(referral_id)).json()
    unknown = await referrals.get(referral_id, "/versions/4")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "version_unknown")
    assert (first.status_code, first.json()) == (201, again.json())
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    assert second.json()["number"] == 3
    assert [(one["number"], one["kind"]) for one in versions] == [
        (1, "original"),
        (2, "supplement"),
        (3, "correction"),
    ]
    assert contents[0] == body
    assert contents[1]["narrative"] == f"{body['narrative']}\n\nA later line."
    assert contents[2] == contents[1] | urgent
    assert (whole["request"], whole["content_version"], whole["urgency"]) == (contents[2], 3, "U0")
    told = await referrals.told(referral_id, "dragoman.referral.supplemented.v1")
    assert told[-1]["number"] == 2
    assert "later line" not in json.dumps(told)


async def test_supplements_at_the_same_moment_become_one_version_each(referrals):
    referral_id, body = await referrals.posted()
    more = {"country": body["requester"]["country"], "kind": "supplement"}

    answers = await asyncio.gather(
        *(
            referrals.post(referral_id, "/supplements", more | {"changes": {"narrative": f"Line {n}."}}, f"key-{n}")
            for n in range(4)
        )
    )
    last = (await referrals.get(referral_id)).json()["request"]["narrative"]

    assert sorted(one.json()["number"] for one in answers) == [2, 3, 4, 5]
    assert all(f"Line {n}." in last for n in range(4))


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/supplements", {"kind": "supplement", "changes": {"link": "x"}}),
        ("/recall", {"ground": "case_closed"}),
        (f"/questions/{UUID(int=7)}/answer", {"text": "x"}),
    ],
)
async def test_only_the_requester_does_what_is_the_requesters(referrals, path, said):
    referral_id, _ = await referrals.posted()

    refused = await referrals.post(referral_id, path, {"country": "AQ", **said}, "key")

    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_requester")


async def test_a_recall_freezes_at_once_asks_every_holder_and_ends_in_erasure(referrals):
    referral_id, body = await worked_on(referrals)
    answer_id = (await referrals.post(referral_id, "/answers", answer())).json()["answer_id"]

    recalled = await referrals.post(referral_id, "/recall", recall_of(body))
    again = await referrals.post(referral_id, "/recall", recall_of(body, "sent_in_error"))
    frozen = [await referrals.get(referral_id, path) for path in ("", "/questions", "/answers", "/versions/1")]
    late = [
        await referrals.post(referral_id, "/questions", question()),
        await referrals.post(referral_id, "/answers", answer()),
        await referrals.post(
            referral_id,
            "/supplements",
            {"country": body["requester"]["country"], "kind": "supplement", "changes": {"link": "x"}},
            "key",
        ),
    ]
    await referrals.hears(answered(referral_id, answer_id), acknowledged(referral_id, "erased"))
    await referrals.state(referral_id, "withdrawn", 9)
    half = (await referrals.get(referral_id, "/recall")).json()
    await referrals.hears(acknowledged(referral_id, "erased", "CPAA", "copy"))
    told = await referrals.told(referral_id, "dragoman.referral.erased.v1")
    whole = (await referrals.get(referral_id, "/recall")).json()
    gone = await referrals.get(referral_id)

    assert (recalled.status_code, recalled.json()) == (200, again.json())
    assert recalled.json()["outstanding"] == ["SAC-BOS", "CPAA"]
    assert {(one.status_code, one.json()["code"]) for one in (*frozen, *late)} == {(410, "recalled")}
    assert half["outstanding"] == ["CPAA"]
    assert [(one["office"], one["outcome"]) for one in half["holders"]] == [("SAC-BOS", "erased"), ("CPAA", None)]
    assert [event["type"] for event in told].count("dragoman.referral.recalled.v1") == 1
    assert (whole["outstanding"], whole["erased_at"] is not None) == ([], True)
    assert (gone.status_code, gone.json()["code"]) == (410, "erased")
    record = await referrals.database["referrals"].find_one({"_id": referral_id})
    key = await referrals.database["keys"].find_one({"_id": record["key_id"]})
    assert set(key) == {"_id", "made_at", "frozen_at", "erased_at"}


async def test_what_a_holder_keeps_keeps_the_key_and_stays_frozen(referrals):
    referral_id, body = await worked_on(referrals)
    await referrals.post(referral_id, "/recall", recall_of(body))

    await referrals.hears(
        acknowledged(referral_id, "kept", ground="legal_hold"),
        acknowledged(referral_id, "erased", "CPAA", "copy"),
    )
    await referrals.state(referral_id, "withdrawn", 9)
    looked_at = {"_id": referral_id, "erasure_due": {"$exists": False}}
    await until(lambda: referrals.database["referrals"].find_one(looked_at))
    standing = (await referrals.get(referral_id, "/recall")).json()
    content = await referrals.get(referral_id)

    assert (standing["outstanding"], standing["erased_at"]) == ([], None)
    assert [(one["outcome"], one["ground"]) for one in standing["holders"]] == [
        ("kept", "legal_hold"),
        ("erased", None),
    ]
    assert (content.status_code, content.json()["code"]) == (410, "recalled")


async def test_a_referral_recalled_before_anybody_had_it_is_erased_and_never_comes_to_life(referrals):
    referral_id, body = await referrals.posted()

    await referrals.post(referral_id, "/recall", recall_of(body))
    told = await referrals.told(referral_id, "dragoman.referral.erased.v1")
    await referrals.hears(routed(referral_id), queued(referral_id), claimed(referral_id))
    timeline = await referrals.state(referral_id, "withdrawn", 6)

    assert [event["type"].split(".")[2] for event in told] == ["received", "recalled", "erased"]
    assert {entry["type"] for entry in timeline["timeline"]} >= {"recalled", "erased", "claimed"}


async def test_a_recalled_referral_that_somebody_has_read_waits_for_its_holder(referrals):
    referral_id, body = await referrals.posted()
    await referrals.get(referral_id, reader="SAC-BOS/B-1")

    await referrals.post(referral_id, "/recall", recall_of(body))
    looked_at = {"_id": referral_id, "erasure_due": {"$exists": False}}
    record = await until(lambda: referrals.database["referrals"].find_one(looked_at))
    await referrals.hears(queued(referral_id), acknowledged(referral_id, "erased"))
    await referrals.told(referral_id, "dragoman.referral.erased.v1")

    assert "erased_at" not in record


async def test_every_reading_of_content_is_recorded_with_its_reader_and_version(referrals):
    referral_id, body = await referrals.posted()
    more = {"country": body["requester"]["country"], "kind": "supplement", "changes": {"link": "More."}}

    await referrals.get(referral_id, reader="SAC-BOS/B-2207")
    await referrals.get(referral_id, "/timeline", reader="SAC-BOS/B-2207")
    await referrals.post(referral_id, "/supplements", more, "key")
    await referrals.get(referral_id)
    await referrals.get(referral_id, "/versions/1", reader="IT/liaison-1")
    malformed = await referrals.get(referral_id, reader="Officer Test")
    first = (await referrals.get(referral_id, "/readings", limit=2, view="all")).json()
    second = (await referrals.get(referral_id, "/readings", limit=2, cursor=first["next"], view="all")).json()
    liaison = (await referrals.get(referral_id, "/readings")).json()

    assert (malformed.status_code, malformed.json()["code"]) == (400, "reader_malformed")
    seen = [(row["reader"], row["what"], row["version"]) for row in first["readings"] + second["readings"]]
    assert seen == [("SAC-BOS/B-2207", "referral", 1), ("not said", "referral", 2), ("IT/liaison-1", "version", 2)]
    assert second["next"] is None
    assert [row["reader"] for row in liaison["readings"]] == ["SAC-BOS", "not said", "IT"]


async def test_what_is_stored_beside_the_sealed_content_tells_nothing_of_it(referrals):
    referral_id, body = await worked_on(referrals)
    secret = "Zzyzx-Canary"

    await referrals.post(referral_id, "/questions", question(text=secret))
    await referrals.post(referral_id, "/answers", answer(secret))
    more = {"country": body["requester"]["country"], "kind": "supplement", "changes": {"narrative": secret}}
    await referrals.post(referral_id, "/supplements", more, "key")
    await referrals.post(referral_id, "/recall", recall_of(body) | {"reference": secret})

    for name in ("pieces", "referrals", "readings", "keys"):
        stored = [document async for document in referrals.database[name].find()]
        assert secret not in repr(stored)
    assert await referrals.database["pieces"].count_documents({"referral_id": referral_id}) == 4
