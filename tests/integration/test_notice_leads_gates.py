"""The gates of a lead on real systems: who opens them, by whose word, and what shuts them again."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from schemas.notices import NoticeAuthority
from services.referrals.contents import Contents
from services.referrals.gates.desk import GateDesk
from services.referrals.gates.lapsing import Lapses
from services.referrals.leads import standings_in
from services.referrals.notices.sightings import Word
from services.referrals.pieces import PieceStore
from services.referrals.store import ReferralStore
from tests.support.bodies import as_bytes, body_for
from tests.support.leads import ALL, GATES_CHANGED, HOLD, JSON, TIED
from tests.support.notices import KEY, SURNAME, by_bureau, in_public, invented


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


async def test_a_referral_that_rests_on_no_notice_has_no_gates(leads):
    answer = await leads.http.post(
        "/v1/referrals", content=as_bytes(body_for("SAC-BOS")), headers={**JSON, "Idempotency-Key": str(uuid4())}
    )
    referral_id = answer.json()["referral_id"]

    answer = await leads.http.get(f"/v1/referrals/{referral_id}/gates")

    assert (answer.status_code, answer.json()["code"]) == (404, "rests_on_no_notice")
