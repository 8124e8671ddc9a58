"""From a notice to a lead on real systems: opened, changed, recalled, and never brought back."""

from datetime import UTC, datetime
from uuid import uuid4

from uuid6 import uuid7

from schemas.events import RecallAcknowledged
from schemas.notices import NoticeAuthority, NoticeStanding
from schemas.vocabulary.recalls import RecallGround
from services.referrals.acts import said
from services.referrals.model.exchange import Recall, Supplement
from services.referrals.model.referral import read_strictly
from services.referrals.notices.notice import Warrant
from services.referrals.notices.sightings import Outcome, Word
from tests.support.bodies import as_bytes, body_for
from tests.support.leads import ALL, JSON, TIED
from tests.support.notices import KEY, SURNAME, by_bureau, in_public, invented


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


async def test_no_liaison_can_post_under_the_key_of_a_notice(leads):
    answer = await leads.http.post(
        "/v1/referrals",
        content=as_bytes(body_for("SAC-BOS")),
        headers={**JSON, "Idempotency-Key": f"notice {uuid7()} 0"},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed")
