"""From a notice to a lead on real systems: opened, let through the gates, changed, recalled, and never brought back."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from uuid6 import uuid7

from runtime.errors import StoreAway
from schemas.events import ItemAnswered, ItemQueued, ItemReturned, RecallAcknowledged, ReferralRouted
from schemas.marks import Marks
from schemas.notices import Colour, NoticeAuthority, NoticeStanding
from schemas.topics import REFERRAL_EVENTS
from schemas.vocabulary.recalls import RecallGround
from services.referrals.acts import said
from services.referrals.contents import Contents
from services.referrals.evidence.door import FirstReceipts
from services.referrals.evidence.signing import Signer
from services.referrals.evidence.stages import Waits
from services.referrals.exchange import make_exchange
from services.referrals.gates.desk import GateDesk
from services.referrals.gates.lapsing import Lapses
from services.referrals.intake_desk import IntakeDesk
from services.referrals.leads import open_leads, standings_in
from services.referrals.masking import MASKED
from services.referrals.model.exchange import Recall, Supplement
from services.referrals.model.referral import read_strictly
from services.referrals.notices.notice import Event, Warrant
from services.referrals.notices.sightings import Outcome, Word
from services.referrals.pieces import PieceStore
from services.referrals.readings import Readings
from services.referrals.store import ReferralStore
from tests.support.bodies import as_bytes, body_for
from tests.support.kafka import header
from tests.support.notices import KEY, MASTER_KEY, SURNAME, Shelf, by_bureau, in_public, invented
from tests.support.referrals_service import running_referrals
from tests.support.waiting import until

GATES_CHANGED = "dragoman.referral.notice-gates-changed.v1"
HOLD = timedelta(hours=72)
ALL = ["validity", "abuse_review", "supervisor_approval"]
TIED = {"nationalities": ("AL", "US")}
JSON = {"Content-Type": "application/json"}


class Leads:
    """The running service, and beside it a book that another process would write."""

    def __init__(self, service, shelf):
        self.service = service
        self.http = service.http
        self.book = shelf.book
        self.shelf = shelf
        records, pieces = ReferralStore(shelf.store, shelf.vault), PieceStore(shelf.store)
        self.requester = make_exchange(records, pieces, Readings(shelf.store)).requester
        self._number = 0

    async def referrals_of(self, notice_id):
        rows = self.service.database["referrals"].find({"notice.notice_id": str(notice_id)}).sort("_id", 1)
        return await rows.to_list(None)

    async def opened(self, notice_id, number=1):
        """Wait until a notice has so many referrals, and give the last."""

        async def is_so():
            rows = await self.referrals_of(notice_id)
            return rows[-1]["_id"] if len(rows) == number else None

        return await until(is_so)

    async def followed(self, notice_id):
        """Wait until nothing is due of a notice any more."""

        async def is_so():
            record = await self.book.record(notice_id)
            return record is not None and "follow_up_due" not in record

        await until(is_so)

    async def gates(self, referral_id):
        return (await self.http.get(f"/v1/referrals/{referral_id}/gates")).json()

    async def says(self, referral_id, gate, **body):
        body = {"office": "SAC-BOS", **body}
        return await self.http.post(f"/v1/referrals/{referral_id}/gates/{gate}", json=body)

    async def passes_all(self, referral_id):
        now = datetime.now(UTC)
        for gate, body in (
            ("validity", {"staff": "V-1", "confirmed_with": "usncb", "confirmed_at": now.isoformat()}),
            ("abuse-review", {"staff": "R-1", "outcome": "no_concern"}),
            ("approval", {"staff": "S-1", "role": "supervisor"}),
        ):
            answer = await self.says(referral_id, gate, **body)
            assert answer.status_code == 200, answer.text
        return answer.json()

    async def queued(self, referral_id, office="SAC-BOS"):
        """Tell that a referral waits in the queue of an office, and wait until that is known."""
        routed = ReferralRouted(
            referral_id=referral_id,
            requester_country="FR",
            office=office,
            desk="EUR",
            category="money-laundering",
            urgency="U2",
            marks=Marks(tlp="CLEAR", handling=("H0",)),
            ruleset="2026-11-01",
            rule="R-1",
            because="it leads",
        )
        item = {"referral_id": referral_id, "item_id": f"{referral_id}.1", "office": office, "role": "lead"}
        queued = ItemQueued(
            **item, requester_country="FR", category="money-laundering", urgency="U2", queued_at=datetime.now(UTC)
        )
        await self.service.says("routing", routed, 1)
        await self.service.says("notify", queued, 1)
        await self.entry(referral_id, "queued")
        return item

    async def entry(self, referral_id, type_):
        """Wait for an entry of the whole timeline."""

        async def is_there():
            found = await self.timeline(referral_id)
            return next((entry for entry in found if entry["type"] == type_), None)

        return await until(is_there)

    async def timeline(self, referral_id, view="all"):
        return (await self.http.get(f"/v1/referrals/{referral_id}/timeline", params={"view": view})).json()["timeline"]

    async def told(self, referral_id, type_, count=1):
        """Read what was told of a referral up to the so-many-th event of a type."""
        found = []

        def is_last(record):
            if record.key == referral_id.encode():
                found.append(record)
            return [header(one, "ce_type") for one in found].count(type_) == count

        await self.service._kafka.read_until(REFERRAL_EVENTS.name, is_last)
        return [json.loads(record.value) for record in found]


@pytest.fixture
async def leads(kafka, kafka_settings, mongo_settings):
    async with running_referrals(kafka, kafka_settings, mongo_settings) as service:
        yield Leads(service, await Shelf(service.database).prepare())


async def test_a_notice_with_a_tie_becomes_one_referral_and_one_without_stays_reference(leads):
    without = await leads.book.observe(invented("2099/10002"), in_public(1))
    tied = await leads.book.observe(invented(**TIED), in_public(1))

    referral_id = await leads.opened(tied.notice_id)
    await leads.followed(tied.notice_id)
    await leads.followed(without.notice_id)

    assert await leads.referrals_of(without.notice_id) == []
    [received, *_] = await leads.told(referral_id, "dragoman.referral.received.v1")
    assert received["notice"] == {
        "notice_id": str(tied.notice_id),
        "colour": "red",
        "source": "interpol-public",
        "action": "locate",
    }
    assert "cites_notice" in received["flags"]
    shown = await leads.service.get(f"/v1/referrals/{referral_id}")
    assert (shown["request_type"], shown["channel"], shown["country"]) == ("person_location", "ncb", "FR")
    assert shown["request"]["subjects"][0]["names"][0]["text"] == f"TESTA {SURNAME}"
    assert shown["notice"]["action"] == "locate"
    gates = await leads.gates(referral_id)
    assert (gates["open"], gates["may_act"], gates["validity"]) == (ALL, False, None)
    record = await leads.book.record(tied.notice_id)
    assert [each["referral_id"] for each in record["referrals"]] == [referral_id]


async def test_nobody_acts_before_two_people_and_the_bureau_have_spoken(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    now = datetime.now(UTC)
    valid = {"staff": "V-1", "confirmed_with": "usncb"}

    async def refused(gate, **body):
        answer = await leads.says(referral_id, gate, **body)
        return answer.status_code, answer.json()["code"]

    supervisor = {"staff": "r-1", "role": "supervisor"}
    early = await refused("approval", **supervisor)
    future = await refused("validity", **valid, confirmed_at=(now + timedelta(hours=1)).isoformat())
    old = await refused("validity", **valid, confirmed_at=(now - HOLD).isoformat())
    public = await leads.says(
        referral_id, "validity", staff="V-1", confirmed_with="public_list", confirmed_at=now.isoformat()
    )
    confirmed = await leads.says(referral_id, "validity", **valid, confirmed_at=now.isoformat())
    unreviewed = await refused("approval", **supervisor)
    groundless = await refused("abuse-review", staff="R-1", outcome="concern")
    remarks = f"{SURNAME} is no dissident"
    await leads.says(referral_id, "abuse-review", staff="R-1", outcome="no_concern", remarks=remarks)
    same = await refused("approval", **supervisor)
    officer = await refused("approval", staff="S-1", role="officer")
    approved = await leads.says(referral_id, "approval", staff="S-1", role="supervisor")
    path = f"/v1/referrals/{referral_id}/gates/abuse-review"
    reviews = await leads.http.get(path, headers={"Dragoman-Reader": "SAC-BOS/S-1"})
    stored = [row async for row in leads.service.database["pieces"].find()]

    assert [(one["staff"], one["remarks"]) for one in reviews.json()["reviews"]] == [("R-1", remarks)]
    assert SURNAME not in str(stored)
    assert early == (409, "approval_needs_validity")
    assert (future, old) == ((422, "validity_in_future"), (422, "validity_too_old"))
    assert public.json()["faults"][0]["pointer"] == "/confirmed_with"
    assert confirmed.json()["open"] == ALL[1:]
    assert unreviewed == (409, "approval_needs_review")
    assert groundless == (422, "concern_ground_missing")
    assert (same, officer) == ((409, "approval_needs_another_person"), (403, "not_a_supervisor"))
    assert (approved.json()["open"], approved.json()["may_act"]) == ([], True)
    told = await leads.told(referral_id, GATES_CHANGED, 3)
    changes = [event for event in told if event["type"] == GATES_CHANGED]
    assert [event["open"] for event in changes] == [ALL[1:], ALL[2:], []]
    assert changes[-1]["valid_until"] is not None
    assert SURNAME not in json.dumps(told)
    ours = [entry["type"] for entry in await leads.timeline(referral_id)]
    assert ours[-3:] == ["notice-validity-confirmed", "notice-reviewed", "notice-approved"]
    assert not any("notice" in entry["type"] for entry in await leads.timeline(referral_id, "liaison"))


async def test_the_custody_chain_takes_in_what_was_done_at_the_gates(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.passes_all(referral_id)

    bundle = await leads.service.get(f"/v1/referrals/{referral_id}/custody?view=all")

    events = [entry for entry in bundle["entries"] if entry["kind"] == "event"]
    assert len(events) == 4
    assert "notice-approved" in json.dumps(events[-1].get("opened", events[-1]))


async def test_a_concern_rejects_nothing_and_another_person_lifts_it(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.passes_all(referral_id)

    concern = await leads.says(referral_id, "abuse-review", staff="R-2", outcome="concern", ground="repression")
    lifted_alone = await leads.says(referral_id, "abuse-review", staff="R-2", outcome="no_concern")
    flags = (await leads.service.get(f"/v1/referrals/{referral_id}"))["flags"]
    lifted = await leads.says(referral_id, "abuse-review", staff="R-3", outcome="no_concern")

    assert concern.json()["open"] == ALL[1:]
    assert (lifted_alone.status_code, lifted_alone.json()["code"]) == (409, "concern_needs_another_person")
    assert {"repression", "cites_notice"} <= set(flags)
    assert lifted.json()["open"] == ALL[2:]


async def test_a_united_states_warrant_is_sealed_and_changes_the_action_alone(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    path = f"/v1/referrals/{referral_id}/gates/us-warrant"

    none = await leads.http.get(path)
    body = {"staff": "A-1", "warrant_id": "TEST-26-0001", "court": "Invented District Court"}
    attached = await leads.says(referral_id, "us-warrant", **body)
    again = await leads.says(referral_id, "us-warrant", **body)
    read = await leads.http.get(path, headers={"Dragoman-Reader": "SAC-BOS/A-1"})
    readings = await leads.service.get(f"/v1/referrals/{referral_id}/readings")
    ended = await leads.says(referral_id, "us-warrant/end", staff="A-1")

    assert (none.status_code, none.json()["code"]) == (404, "no_us_warrant")
    assert (attached.json()["action"], attached.json()["open"]) == ("on_us_warrant", ALL)
    assert again.json() == attached.json()
    assert (read.json()["warrant_id"], read.json()["court"]) == ("TEST-26-0001", "Invented District Court")
    assert [(row["reader"], row["what"]) for row in readings["readings"]] == [("SAC-BOS", "us-warrant")]
    assert ended.json()["action"] == "locate"
    stored = [row async for row in leads.service.database["pieces"].find()]
    stored += [row async for row in leads.service.database["referrals"].find()]
    assert "TEST-26-0001" not in str(stored)


async def test_a_word_that_has_run_out_shuts_the_gate_and_is_told(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.passes_all(referral_id)
    records = ReferralStore(leads.shelf.store, leads.shelf.vault)

    early = await Lapses(records).lapse_due(datetime.now(UTC) + HOLD - timedelta(minutes=5))
    shut = await Lapses(records).lapse_due(datetime.now(UTC) + HOLD)
    again = await Lapses(records).lapse_due(datetime.now(UTC) + HOLD)

    gates = await leads.gates(referral_id)
    assert (early, shut, again) == (0, 1, 0)
    assert gates["open"] == ["validity", "supervisor_approval"]
    last = (await leads.told(referral_id, GATES_CHANGED, 4))[-1]
    assert (last["open"], last["valid_until"]) == (["validity", "supervisor_approval"], None)


async def test_what_changes_in_a_notice_corrects_its_referral_and_reopens_the_gates(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.passes_all(referral_id)
    now = datetime.now(UTC)

    changed = invented(**TIED, birth="1981", warrants=(Warrant(issuing_country="FR", charge="Escroquerie"),))
    await leads.book.observe(changed, in_public(2))
    entry = await leads.entry(referral_id, "notice-changed")
    await leads.entry(referral_id, "supplemented")

    shown = await leads.service.get(f"/v1/referrals/{referral_id}")
    before = await leads.says(
        referral_id, "validity", staff="V-1", confirmed_with="usncb", confirmed_at=now.isoformat()
    )
    assert sorted(entry["fields"]) == ["date_of_birth", "warrants"]
    assert (shown["content_version"], shown["request"]["subjects"][0]["birth"]) == (2, "1981")
    assert shown["request"]["offences"][0]["charge"]["text"] == "Escroquerie"
    assert (await leads.gates(referral_id))["open"] == ALL
    assert (before.status_code, before.json()["code"]) == (409, "validity_before_change")
    await leads.followed(notice_id)
    assert len(await leads.referrals_of(notice_id)) == 1


async def test_what_changes_there_and_back_is_corrected_there_and_back(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    births = ["1981", "1980", "1981"]

    for sweep, birth in enumerate(births, 2):
        await leads.book.observe(invented(**TIED, birth=birth), in_public(sweep))
        await leads.followed(notice_id)

    versions = (await leads.service.get(f"/v1/referrals/{referral_id}/versions"))["versions"]
    now = await leads.service.get(f"/v1/referrals/{referral_id}")
    assert [each["kind"] for each in versions] == ["original", "correction", "correction", "correction"]
    assert now["request"]["subjects"][0]["birth"] == "1981"


async def test_what_its_requester_added_stays_when_the_notice_changes(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    added = {"offences": [{"category": "bulk-cash"}], "narrative": "Seen again in invented weeks."}
    body = as_bytes({"country": "FR", "kind": "supplement", "changes": added})
    supplement = read_strictly(Supplement, body)
    await leads.requester.supplement(referral_id, supplement, said(body, str(uuid4())), datetime.now(UTC))

    changed = invented(**TIED, birth="1981", warrants=(Warrant(issuing_country="FR", charge="Escroquerie"),))
    await leads.book.observe(changed, in_public(2))
    await leads.followed(notice_id)

    shown = await leads.service.get(f"/v1/referrals/{referral_id}")
    offences = shown["request"]["offences"]
    assert shown["content_version"] == 3
    assert [offences[0]["charge"]["text"], offences[1]["category"]] == ["Escroquerie", "bulk-cash"]
    assert "Date of birth: 1981" in shown["request"]["narrative"]
    assert shown["request"]["narrative"].endswith("Seen again in invented weeks.")


async def test_a_notice_that_is_not_listed_needs_a_new_word_and_is_not_recalled(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.passes_all(referral_id)

    for sweep in (2, 3):
        await leads.book.close_sweep("red", sweep, datetime.now(UTC))
    await leads.entry(referral_id, "notice-not-listed")

    gates = await leads.gates(referral_id)
    assert gates["open"] == ["validity", "supervisor_approval"]
    assert "recalled" not in [entry["type"] for entry in await leads.timeline(referral_id)]


async def test_the_bureaus_restrictions_bind_a_referral_that_was_public_before(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    context = {"source_ncb": "FR", "restrictions": {"tlp": "AMBER", "handling": ["H1"]}}

    await leads.book.observe(invented(**TIED), by_bureau(48, context=context))
    await leads.entry(referral_id, "supplemented")

    shown = await leads.service.get(f"/v1/referrals/{referral_id}")
    assert shown["request"]["marks"]["tlp"] == "AMBER"
    assert {"H0", "H1"} <= set(shown["request"]["marks"]["handling"])
    assert shown["notice"]["source"] == "interpol-ncb"


async def test_what_the_bureau_states_ties_a_notice_and_routes_it(leads):
    nexus = [{"kind": "person_location", "place": {"country": "US", "state": "MA", "city": "Boston"}}]
    context = {"source_ncb": "FR", "restrictions": {"tlp": "GREEN", "handling": ["H0"]}, "nexus": nexus}

    notice_id = (await leads.book.observe(invented(), by_bureau(1, context=context))).notice_id
    referral_id = await leads.opened(notice_id)

    [received, *_] = await leads.told(referral_id, "dragoman.referral.received.v1")
    assert (received["nexus"][0]["place"]["state"], received["marks"]["tlp"]) == ("MA", "GREEN")
    assert received["notice"]["source"] == "interpol-ncb"


async def test_a_notice_without_an_order_does_not_tie_its_subject_to_a_crime(leads):
    notice_id = (await leads.book.observe(invented(**TIED, warrants=()), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)

    shown = await leads.service.get(f"/v1/referrals/{referral_id}")

    answers = {one["number"]: one["answer"] for one in shown["intake"]["criteria"]}
    assert (answers[4], answers[6]) == ("unknown", "unknown")
    assert "criterion_unknown" in shown["flags"]


async def test_the_word_of_the_bureau_passes_and_shuts_the_gate_of_validity(leads):
    notice_id = (await leads.book.observe(invented(**TIED), by_bureau(1))).notice_id
    referral_id = await leads.opened(notice_id)
    records = ReferralStore(leads.shelf.store, leads.shelf.vault)
    pieces = PieceStore(leads.shelf.store)
    desk = GateDesk(records, Contents(records, pieces), pieces, standings_in(leads.book), HOLD)
    now = datetime.now(UTC).replace(microsecond=0)

    counts = [
        await desk.ncb_says(notice_id, True, now, "m-1", now),
        await desk.ncb_says(notice_id, True, now, "m-1", now),
    ]
    valid = await leads.gates(referral_id)
    stale = await desk.ncb_says(notice_id, False, now - timedelta(hours=1), "m-0", now)
    counts.append(await desk.ncb_says(notice_id, False, now + timedelta(seconds=1), "m-2", now))

    assert (counts, stale) == ([1, 0, 1], 0)
    assert valid["validity"]["confirmed_with"] == "source_ncb"
    assert (await leads.gates(referral_id))["open"] == ALL


async def test_a_whole_life_that_ends_is_recalled_erased_and_never_brought_back(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.passes_all(referral_id)
    item = await leads.queued(referral_id)
    await leads.service.get(f"/v1/referrals/{referral_id}")

    word = Word(NoticeAuthority.CCF, datetime.now(UTC), "m-9")
    await leads.book.end(KEY, NoticeStanding.DELETED, word)
    recalled = await leads.entry(referral_id, "recalled")
    read = await leads.http.get(f"/v1/referrals/{referral_id}")
    act = await leads.says(referral_id, "approval", staff="S-9", role="supervisor")
    standing = await leads.service.get(f"/v1/referrals/{referral_id}/recall")
    acknowledged = {"outcome": "erased", "acknowledged_by": "B-1", "acknowledged_at": datetime.now(UTC)}
    await leads.service.says("notify", RecallAcknowledged(**item, **acknowledged), 2)
    await leads.entry(referral_id, "erased")
    seen = [
        await leads.book.observe(invented(**TIED), in_public(1)),
        await leads.book.observe(invented(**TIED), in_public(9)),
        await leads.book.observe(invented(**TIED), by_bureau(9_000)),
    ]
    await leads.followed(notice_id)

    assert recalled["ground"] == "notice_deleted"
    assert (read.status_code, read.json()["code"]) == (410, "recalled")
    assert act.status_code == 410
    assert standing["outstanding"] == ["SAC-BOS"]
    assert [each.outcome for each in seen] == [Outcome.ENDED] * 3
    assert [row["_id"] for row in await leads.referrals_of(notice_id)] == [referral_id]
    assert (await leads.http.get(f"/v1/referrals/{referral_id}")).json()["code"] == "erased"
    assert (await leads.book.record(notice_id))["referrals"][0]["recalled_at"] is not None


async def test_a_suspended_notice_is_recalled_and_one_that_is_reinstated_is_a_new_referral(leads):
    notice_id = (await leads.book.observe(invented(**TIED), by_bureau(1))).notice_id
    first = await leads.opened(notice_id)

    await leads.book.suspend(KEY, Word(NoticeAuthority.SOURCE_NCB, datetime.now(UTC), "m-1"))
    recalled = await leads.entry(first, "recalled")
    await leads.followed(notice_id)
    meanwhile = await leads.referrals_of(notice_id)
    await leads.book.reinstate(KEY, Word(NoticeAuthority.SOURCE_NCB, datetime.now(UTC), "m-2"))
    second = await leads.opened(notice_id, 2)

    shown = await leads.service.get(f"/v1/referrals/{second}")
    assert recalled["ground"] == "notice_suspended"
    assert len(meanwhile) == 1
    assert shown["request"]["earlier"] == [{"referral_id": first, "kind": "follow_up"}]
    assert (await leads.gates(second))["open"] == ALL


@pytest.mark.parametrize("shaken", ["suspended and in force again", "denied by its owner"])
async def test_a_word_from_before_a_notice_was_shaken_opens_no_gate_of_a_later_referral(leads, shaken):
    notice_id = leads.book.notice_id(*KEY)
    before = datetime.now(UTC) - timedelta(minutes=5)
    if shaken == "denied by its owner":
        await leads.book.observe(invented(), by_bureau(1))
        await leads.book.denied(notice_id, before + timedelta(minutes=1))
        await leads.book.observe(invented(**TIED), by_bureau(2))
        referral_id = await leads.opened(notice_id)
    else:
        await leads.book.observe(invented(**TIED), by_bureau(1))
        await leads.opened(notice_id)
        await leads.book.suspend(KEY, Word(NoticeAuthority.SOURCE_NCB, before + timedelta(minutes=1), "m-1"))
        await leads.followed(notice_id)
        await leads.book.reinstate(KEY, Word(NoticeAuthority.SOURCE_NCB, before + timedelta(minutes=2), "m-2"))
        referral_id = await leads.opened(notice_id, 2)
    asked = {"staff": "B-1", "confirmed_with": "usncb"}

    old = await leads.says(referral_id, "validity", **asked, confirmed_at=before.isoformat())
    new = await leads.says(referral_id, "validity", **asked, confirmed_at=datetime.now(UTC).isoformat())

    assert (old.status_code, old.json()["code"]) == (409, "validity_before_change")
    assert new.status_code == 200


async def test_a_liaison_neither_recalls_nor_supplements_a_referral_of_a_notice(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    path = f"/v1/referrals/{referral_id}"
    added = {"country": "FR", "kind": "supplement", "changes": {"narrative": "Said by nobody who may."}}

    recall = await leads.http.post(f"{path}/recall", json={"country": "FR", "ground": "sent_in_error"})
    supplement = await leads.http.post(f"{path}/supplements", json=added, headers={"Idempotency-Key": str(uuid4())})
    await leads.book.observe(invented(**TIED, birth="1981"), in_public(2))
    await leads.followed(notice_id)
    corrected = await leads.service.get(path)
    await leads.book.end(KEY, NoticeStanding.WITHDRAWN, Word(NoticeAuthority.SOURCE_NCB, datetime.now(UTC), "m-1"))
    recalled = await leads.entry(referral_id, "recalled")

    assert [(each.status_code, each.json()["code"]) for each in (recall, supplement)] == [
        (409, "follows_its_notice")
    ] * 2
    assert (corrected["content_version"], recalled["ground"]) == (2, "notice_withdrawn")


async def test_what_its_requester_took_back_is_not_opened_again(leads):
    notice_id = (await leads.book.observe(invented(**TIED), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.followed(notice_id)

    recall = Recall(country="FR", ground=RecallGround.SENT_IN_ERROR)
    await leads.requester.recall(referral_id, recall, said(b"{}"), datetime.now(UTC))
    await leads.book.observe(invented(**TIED, birth="1981"), in_public(2))
    await leads.followed(notice_id)

    assert len(await leads.referrals_of(notice_id)) == 1


def missing_child():
    return invented(
        "2099/20001",
        colour=Colour.YELLOW,
        birth="2015-06-01",
        warrants=(),
        nationalities=("FR",),
        event=Event(date="2026-11-20", place="Springfield, Massachusetts", country="US"),
        distinguishing_marks=f"answers to {SURNAME}",
        images=("1",),
    )


async def test_a_missing_child_is_masked_but_for_its_holder_with_a_ground(leads):
    notice_id = (await leads.book.observe(missing_child(), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.queued(referral_id)
    path = f"/v1/referrals/{referral_id}"

    masked = await leads.http.get(path, headers={"Dragoman-Reader": "SAC-BOS/B-1"})
    version = await leads.http.get(f"{path}/versions/1")
    nobody = await leads.http.get(path, params={"unmask": "locating"})
    other = await leads.http.get(path, params={"unmask": "locating"}, headers={"Dragoman-Reader": "SAC-NYC/B-1"})
    holder = await leads.http.get(path, params={"unmask": "locating"}, headers={"Dragoman-Reader": "SAC-BOS/B-1"})
    readings = await leads.service.get(f"{path}/readings")
    remarks = f"Ask who {SURNAME} fled from."
    await leads.says(referral_id, "abuse-review", staff="B-2", outcome="no_concern", remarks=remarks)
    said = [
        await leads.http.get(f"{path}/gates/abuse-review", headers={"Dragoman-Reader": f"{office}/B-1"})
        for office in ("SAC-BOS", "SAC-NYC")
    ]

    assert [answer.json()["reviews"][0]["remarks"] for answer in said] == [remarks, MASKED]
    for answer in (masked, version):
        assert answer.status_code == 200
        assert all(secret not in answer.text for secret in (SURNAME, "TESTA", "2099/20001", "2015-06", "picture"))
    assert masked.json()["masked"] is True
    assert masked.json()["request"]["subjects"][0] | {"sex": ""} == {
        "type": "person",
        "role": "missing",
        "sex": "",
        "nationalities": ["FR"],
        "minor": True,
        "birth": "2015",
    }
    assert [(answer.status_code, answer.json()["code"]) for answer in (nobody, other)] == [(403, "not_the_holder")] * 2
    assert holder.json()["request"]["subjects"][0]["names"][0]["text"] == f"TESTA {SURNAME}"
    assert holder.json()["masked"] is False
    assert [(row["what"], row["parts"]) for row in readings["readings"]] == [
        ("referral", []),
        ("version", ["1"]),
        ("referral-unmasked", ["locating"]),
    ]


async def test_the_words_about_a_missing_child_are_masked_as_its_referral_is(leads):
    notice_id = (await leads.book.observe(missing_child(), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    item = await leads.queued(referral_id)
    path, words = f"/v1/referrals/{referral_id}", f"Seen with an aunt of {SURNAME}"
    said = {"office": "SAC-BOS", "staff": "B-1", "text": words}
    marks = {"tlp": "AMBER", "handling": ["H0"], "restriction_text": f"Not for a {SURNAME}"}
    question = (await leads.service.post(f"{path}/questions", said, 201))["question_id"]
    given = {**said, "kind": "partial", "marks": marks}
    answer = (await leads.service.post(f"{path}/answers", given, 201))["answer_id"]
    now = datetime.now(UTC)
    await leads.service.says("notify", ItemReturned(**item, question_id=question, returned_at=now), 2)
    await leads.service.says("notify", ItemAnswered(**item, answer_id=answer, kind="partial", answered_at=now), 3)
    await leads.entry(referral_id, "answered")
    reply = {"country": "US", "text": f"{SURNAME} has no aunt."}
    await leads.service.post(f"{path}/questions/{question}/answer", reply)
    parts = ("questions", "answers", f"answers/{answer}")

    async def read(office, **params):
        headers = {"Dragoman-Reader": f"{office}/B-1"}
        return [await leads.http.get(f"{path}/{part}", params=params, headers=headers) for part in parts]

    masked = await read("SAC-BOS")
    other = await read("SAC-NYC", unmask="locating")
    holder = await read("SAC-BOS", unmask="locating")
    readings = (await leads.service.get(f"{path}/readings"))["readings"]

    assert [(each.status_code, SURNAME in each.text, MASKED in each.text) for each in masked] == [
        (200, False, True)
    ] * 3
    assert [each.json()["code"] for each in other] == ["not_the_holder"] * 3
    [asked], [given] = holder[0].json()["questions"], holder[1].json()["answers"]
    assert (asked["text"], asked["answer"]["text"], given["text"]) == (words, reply["text"], words)
    assert (given["restriction_text"], holder[2].json()) == (marks["restriction_text"], given)
    assert [(row["what"], row["parts"]) for row in readings] == [
        ("questions", [question]),
        ("answers", [answer]),
        ("answers", [answer]),
        ("questions-unmasked", [question, "locating"]),
        ("answers-unmasked", [answer, "locating"]),
        ("answers-unmasked", [answer, "locating"]),
    ]


async def test_a_referral_that_rests_on_no_notice_has_no_gates(leads):
    answer = await leads.http.post(
        "/v1/referrals", content=as_bytes(body_for("SAC-BOS")), headers={**JSON, "Idempotency-Key": str(uuid4())}
    )
    referral_id = answer.json()["referral_id"]

    answer = await leads.http.get(f"/v1/referrals/{referral_id}/gates")

    assert (answer.status_code, answer.json()["code"]) == (404, "rests_on_no_notice")


async def test_no_liaison_can_post_under_the_key_of_a_notice(leads):
    answer = await leads.http.post(
        "/v1/referrals",
        content=as_bytes(body_for("SAC-BOS")),
        headers={**JSON, "Idempotency-Key": f"notice {uuid7()} 0"},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed")


class DiesAt:
    """A book whose process ends at a moment, as one that is killed there would leave it."""

    def __init__(self, book, method):
        self._book, self._method = book, method

    def __getattr__(self, name):
        if name != self._method:
            return getattr(self._book, name)

        async def dies(*_):
            raise StoreAway("killed here")

        return dies


@pytest.fixture
async def parts(database):
    """Follow-ups as several processes have them, on one database, without any loop."""
    shelf = await Shelf(database).prepare()
    records = ReferralStore(shelf.store, shelf.vault)
    pieces, readings = PieceStore(shelf.store), Readings(shelf.store)
    for stored in (records, pieces, readings):
        await stored.prepare()
    exchange = make_exchange(records, pieces, readings)
    signer, waits = Signer(MASTER_KEY), Waits(HOLD, HOLD)

    def process(book):
        intake = IntakeDesk(records, shelf.vault, FirstReceipts(signer, waits))
        return open_leads(book, intake, exchange, 72).follow_ups

    return shelf, records, process


async def test_whatever_dies_when_there_is_one_referral_and_one_correction(parts):
    shelf, records, process = parts
    notice_id = (await shelf.book.observe(invented(**TIED), in_public(1))).notice_id

    for method in ("context", "followed_up"):
        with pytest.raises(StoreAway):
            await process(DiesAt(shelf.book, method)).settle(notice_id)
    await process(shelf.book).settle(notice_id)
    await shelf.book.observe(invented(**TIED, birth="1981"), in_public(2))
    for method in ("context", "followed_up", "followed_up"):
        with pytest.raises(StoreAway):
            await process(DiesAt(shelf.book, method)).settle(notice_id)
    await process(shelf.book).settle(notice_id)

    [referral] = await records.resting_on(str(notice_id))
    types = [entry["type"] for entry in referral["timeline"]]
    assert types == ["received", "notice-changed", "supplemented"]
    record = await shelf.book.record(notice_id)
    assert "follow_up_due" not in record
    assert [each["referral_id"] for each in record["referrals"]] == [referral["_id"]]


async def test_many_processes_at_once_open_one_referral(parts):
    shelf, records, process = parts
    notice_id = (await shelf.book.observe(invented(**TIED), in_public(1))).notice_id

    await asyncio.gather(*(process(shelf.book).settle(notice_id) for _ in range(8)))

    assert len(await records.resting_on(str(notice_id))) == 1


async def test_a_suspension_that_comes_while_a_referral_is_opened_recalls_it(parts):
    shelf, records, process = parts
    notice_id = (await shelf.book.observe(invented(**TIED), by_bureau(1))).notice_id
    word = Word(NoticeAuthority.SOURCE_NCB, datetime.now(UTC), "m-1")

    class SuspendsMeanwhile:
        """A book in which the notice is suspended just after it was opened."""

        def __getattr__(self, name):
            return getattr(shelf.book, name)

        async def context(self, notice_id):
            said = await shelf.book.context(notice_id)
            await shelf.book.suspend(KEY, word)
            return said

    await process(SuspendsMeanwhile()).settle(notice_id)

    [referral] = await records.resting_on(str(notice_id))
    assert referral["recall"]["ground"] == "notice_suspended"
