"""The book of notices on a real MongoDB: what is seen, what is told of it, and how it ends for good."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest

from schemas.events.notice import NoticeChanged, NoticeObserved
from schemas.notices import Colour, NoticeAuthority, NoticeSource, NoticeStanding
from services.referrals.notices.sightings import Outcome
from services.referrals.vault import Erased, Frozen
from tests.support.notices import BEGIN, ENTITY, KEY, SURNAME, Shelf, by_bureau, in_public, invented, word

DAY = timedelta(days=1)


@pytest.fixture
async def shelf(database):
    return await Shelf(database).prepare()


@pytest.fixture
def notice_id(shelf):
    return shelf.book.notice_id(*KEY)


async def test_a_new_notice_is_told_once_and_the_same_again_is_not(shelf, notice_id):
    first = await shelf.book.observe(invented(), in_public(1))
    again = await shelf.book.observe(invented(nationalities=("AL", "XK")), in_public(2))

    [event] = await shelf.told(notice_id)
    record = await shelf.book.record(notice_id)
    assert (first.outcome, again.outcome, first.notice_id) == (Outcome.NEW, Outcome.SAME, notice_id)
    assert isinstance(event, NoticeObserved)
    assert (event.source, event.colour) == (NoticeSource.PUBLIC, Colour.RED)
    assert (record["standing"], record["listed"], record["seen_sweep"]) == ("unconfirmed", True, 2)


async def test_a_number_with_zeros_before_it_is_the_same_notice(shelf, notice_id):
    colour, (year, number) = KEY[0], ENTITY.split("/")
    written_otherwise = f"{year}/000{number}"
    await shelf.book.observe(invented(), in_public(1))

    await shelf.book.end((colour, written_otherwise), NoticeStanding.WITHDRAWN, word(2))

    assert shelf.book.notice_id(colour, written_otherwise) == notice_id
    assert (await shelf.book.record(notice_id))["standing"] == "withdrawn"
    assert (await shelf.book.observe(invented(written_otherwise), in_public(3))).outcome is Outcome.ENDED


async def test_nothing_of_the_person_is_stored_in_the_open(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    await shelf.book.observe(invented(birth="1981"), by_bureau(1, context={"nexus": [SURNAME]}))
    await shelf.book.end(KEY, NoticeStanding.WITHDRAWN, word(2))

    stored = [row async for row in shelf.database["notices"].find()]
    assert all(secret not in str(stored) for secret in (SURNAME, ENTITY, "TESTA", "Blanchiment", "1981"))


async def test_a_change_names_the_fields_that_differ(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))

    changed = await shelf.book.observe(invented(birth="1980-03", warrants=()), in_public(2))

    [_, event] = await shelf.told(notice_id)
    assert (changed.outcome, changed.fields) == (Outcome.CHANGED, ("date_of_birth", "warrants"))
    assert isinstance(event, NoticeChanged)
    assert event.fields == changed.fields
    assert (await shelf.book.read(notice_id)).birth == "1980-03"


async def test_other_pictures_are_told_apart_and_the_first_list_of_them_is_no_change(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    first = await shelf.book.observe_images(notice_id, ("6", "5"), in_public(1, late=1))
    same = await shelf.book.observe_images(notice_id, ("5", "6"), in_public(2))
    other = await shelf.book.observe_images(notice_id, ("5", "7"), in_public(3))
    unread = await shelf.book.observe(invented(birth="1981"), in_public(4))

    assert [each.outcome for each in (first, same, other, unread)] == ["same", "same", "image_changed", "changed"]
    assert await shelf.words(notice_id) == ["Observed", "ImageChanged", "Changed"]
    assert (await shelf.book.read(notice_id)).images == ("5", "7")


async def test_what_is_absent_from_two_complete_sweeps_is_not_listed_and_may_come_back_changed(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    closed = [await shelf.book.close_sweep("red", sweep, BEGIN + DAY) for sweep in (2, 2, 3, 3)]
    back = await shelf.book.observe(invented(birth="1981"), in_public(4))

    assert [(each.absent, each.not_listed) for each in closed] == [(1, 0), (1, 0), (0, 1), (0, 1)]
    assert (back.outcome, back.fields) == (Outcome.RELISTED, ("date_of_birth",))
    assert await shelf.words(notice_id) == ["Observed", "NotListed", "Relisted", "Changed"]


async def test_one_absence_between_sightings_is_nothing(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    await shelf.book.close_sweep("red", 2, BEGIN)
    await shelf.book.still_listed([notice_id], in_public(3))
    await shelf.book.close_sweep("red", 3, BEGIN)
    await shelf.book.close_sweep("red", 4, BEGIN)

    assert await shelf.words(notice_id) == ["Observed"]


async def test_a_sweep_closes_one_list_only(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))

    for sweep in (2, 3, 4):
        await shelf.book.close_sweep("yellow", sweep, BEGIN)

    assert await shelf.words(notice_id) == ["Observed"]


async def test_what_the_bureau_sends_counts_before_the_public_extract(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    by_message = await shelf.book.observe(invented(birth="1980-03-09"), by_bureau(1, context={"nexus": ["US"]}))
    in_list = await shelf.book.observe(invented(sex="M"), in_public(2))

    assert (by_message.outcome, in_list.outcome) == (Outcome.NEW, Outcome.CHANGED)
    assert (await shelf.book.read(notice_id)).birth == "1980-03-09"
    assert await shelf.book.context(notice_id) == {"nexus": ["US"]}
    assert await shelf.words(notice_id) == ["Observed", "Observed", "Changed"]
    assert (await shelf.book.record(notice_id))["standing"] == "in_force"


async def test_what_a_message_says_beside_its_notice_is_a_change_of_its_own(shelf, notice_id):
    await shelf.book.observe(invented(), by_bureau(1, context={"nexus": [], "restrictions": {"tlp": "AMBER"}}))

    changed = await shelf.book.observe(invented(), by_bureau(2, context={"nexus": [], "restrictions": {"tlp": "RED"}}))

    assert changed.fields == ("restrictions",)
    assert await shelf.book.context(notice_id) == {"nexus": [], "restrictions": {"tlp": "RED"}}


async def test_an_older_message_changes_nothing(shelf, notice_id):
    await shelf.book.observe(invented(birth="1981"), by_bureau(5))

    older = await shelf.book.observe(invented(), by_bureau(4))

    assert older.outcome is Outcome.SAME
    assert (await shelf.book.read(notice_id)).birth == "1981"


async def test_a_suspended_notice_cannot_be_read_until_it_is_in_force_again(shelf, notice_id):
    await shelf.book.observe(invented(), by_bureau(1))
    await shelf.book.suspend(KEY, word(3))
    with pytest.raises(Frozen):
        await shelf.book.read(notice_id)
    update = await shelf.book.observe(invented(birth="1982"), by_bureau(2))
    with pytest.raises(Frozen):
        await shelf.book.read(notice_id)

    await shelf.book.reinstate(KEY, word(4))

    assert update.outcome is Outcome.CHANGED
    assert (await shelf.book.read(notice_id)).birth == "1982"
    assert await shelf.words(notice_id) == ["Observed", "Suspended", "Reinstated"]


async def test_words_have_their_effect_in_the_order_in_which_they_were_said(shelf, notice_id):
    await shelf.book.observe(invented(), by_bureau(1))

    late = [
        (await shelf.book.reinstate(KEY, word(7))).outcome,
        (await shelf.book.suspend(KEY, word(5))).outcome,
        (await shelf.book.suspend(KEY, word(9))).outcome,
        (await shelf.book.suspend(KEY, word(8))).outcome,
    ]

    assert late == ["same", "same", "changed", "same"]
    assert await shelf.words(notice_id) == ["Observed", "Suspended"]


@pytest.mark.parametrize("standing", [NoticeStanding.WITHDRAWN, NoticeStanding.CANCELLED, NoticeStanding.DELETED])
async def test_what_has_ended_is_purged_and_never_comes_back(shelf, notice_id, standing):
    await shelf.book.observe(invented(), in_public(1))
    await shelf.book.observe(invented(), by_bureau(1))
    await shelf.book.end(KEY, standing, word(2, NoticeAuthority.CCF))
    with pytest.raises(Frozen):
        await shelf.book.read(notice_id)
    assert await shelf.retention.settle(await _soon(shelf, notice_id)) == 1
    with pytest.raises(Erased):
        await shelf.book.read(notice_id)

    after = [
        await shelf.book.observe(invented(), in_public(2)),
        await shelf.book.observe(invented(), by_bureau(1)),
        await shelf.book.observe(invented(birth="1990"), by_bureau(50)),
        await shelf.book.suspend(KEY, word(60)),
        await shelf.book.reinstate(KEY, word(61)),
        await shelf.book.end(KEY, NoticeStanding.DELETED, word(62)),
    ]
    await shelf.book.still_listed([notice_id], in_public(3))

    record = await shelf.book.record(notice_id)
    stone = record["tombstone"]
    assert {each.outcome for each in after} == {Outcome.ENDED}
    assert record["seen_after"] == 6
    assert await shelf.words(notice_id) == ["Observed", "Observed", "Ended", "Purged"]
    assert (stone["standing"], stone["authority"], record["sources"]) == (standing.value, "ccf", {})
    assert stone["purged_at"] is not None
    assert len(stone["content_hash"]) == 32
    assert await shelf.database["keys"].count_documents({"erased_at": {"$exists": True}}) == 2


async def test_a_withdrawal_before_its_notice_leaves_a_tombstone(shelf, notice_id):
    await shelf.book.end(KEY, NoticeStanding.WITHDRAWN, word(2))

    late = await shelf.book.observe(invented(), by_bureau(1))

    assert late.outcome is Outcome.ENDED
    assert await shelf.words(notice_id) == ["Ended"]


async def test_a_suspension_before_its_notice_keeps_it_shut(shelf, notice_id):
    await shelf.book.suspend(KEY, word(2))
    in_list = await shelf.book.observe(invented(), in_public(1))
    late = await shelf.book.observe(invented(), by_bureau(1))
    with pytest.raises(Frozen):
        await shelf.book.read(notice_id)
    await shelf.book.reinstate(KEY, word(3))

    assert (in_list.outcome, late.outcome) == (Outcome.SAME, Outcome.NEW)
    assert (await shelf.book.read(notice_id)) == invented()


async def test_a_suspension_that_nobody_lifts_ends_in_a_tombstone(shelf, notice_id):
    await shelf.book.observe(invented(), by_bureau(1))
    await shelf.book.suspend(KEY, word(2))
    until = (await shelf.book.record(notice_id))["suspended_until"]

    await shelf.retention.settle(until - timedelta(seconds=1))
    before = await shelf.words(notice_id)
    await shelf.retention.settle(until + timedelta(seconds=1))
    late = await shelf.book.reinstate(KEY, word(3))

    assert until == BEGIN + timedelta(hours=2, days=183)
    assert before == ["Observed", "Suspended"]
    assert await shelf.words(notice_id) == ["Observed", "Suspended", "Purged"]
    assert late.outcome is Outcome.ENDED


async def test_the_purge_waits_for_the_recall_of_referrals_but_not_for_ever(shelf, notice_id):
    referral = {"referral_id": "0193", "content_hash": b"", "opened_at": BEGIN, "recalled_at": None}
    await shelf.book.observe(invented(), by_bureau(1))
    await shelf.book.followed_up(await shelf.book.record(notice_id), {"referrals": [referral]})
    await shelf.book.end(KEY, NoticeStanding.CANCELLED, word(2))
    at = await _soon(shelf, notice_id)

    waited = await shelf.retention.settle(at)
    record = await shelf.book.record(notice_id)
    await shelf.book.followed_up(record, {"referrals": [referral | {"recalled_at": at}]})
    purged = await shelf.retention.settle(at + timedelta(seconds=3))

    assert (waited, purged) == (0, 1)


async def test_a_purge_that_has_waited_too_long_is_done(shelf, notice_id):
    referral = {"referral_id": "0193", "content_hash": b"", "opened_at": BEGIN, "recalled_at": None}
    await shelf.book.observe(invented(), by_bureau(1))
    await shelf.book.followed_up(await shelf.book.record(notice_id), {"referrals": [referral]})
    await shelf.book.end(KEY, NoticeStanding.CANCELLED, word(2))

    assert await shelf.retention.settle(await _soon(shelf, notice_id) + timedelta(minutes=11)) == 1


async def test_a_public_snapshot_is_purged_thirty_days_after_it_was_last_listed(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    await shelf.book.close_sweep("red", 2, BEGIN)
    await shelf.book.close_sweep("red", 3, BEGIN + DAY)

    too_soon = await shelf.retention.settle(BEGIN + 30 * DAY)
    purged = await shelf.retention.settle(BEGIN + 31 * DAY)
    with pytest.raises(Erased):
        await shelf.book.read(notice_id)
    back = await shelf.book.observe(invented(), in_public(80))

    assert (too_soon, purged, back.outcome) == (0, 1, Outcome.RELISTED)
    assert await shelf.words(notice_id) == ["Observed", "NotListed", "Purged", "Relisted"]
    assert await shelf.book.read(notice_id) == invented()


async def test_a_snapshot_that_a_live_referral_rests_on_is_kept(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    for sweep in (2, 3):
        await shelf.book.close_sweep("red", sweep, BEGIN)
    referral = {"referral_id": "0193", "content_hash": b"", "opened_at": BEGIN, "recalled_at": None}
    await shelf.book.followed_up(await shelf.book.record(notice_id), {"referrals": [referral]})

    assert await shelf.retention.settle(BEGIN + 40 * DAY) == 0
    assert await shelf.book.read(notice_id) == invented()

    await shelf.database["referrals"].insert_one({"_id": "0193", "state": "accepted"})
    assert await shelf.retention.settle(BEGIN + 42 * DAY) == 0

    await shelf.database["referrals"].update_one({"_id": "0193"}, {"$set": {"state": "closed"}})
    assert await shelf.retention.settle(BEGIN + 44 * DAY) == 1
    with pytest.raises(Erased):
        await shelf.book.read(notice_id)


async def test_what_the_bureau_has_sent_is_not_purged_because_the_public_list_lost_it(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    for sweep in (2, 3):
        await shelf.book.close_sweep("red", sweep, BEGIN)
    await shelf.book.observe(invented(), by_bureau(90))

    assert await shelf.retention.settle(BEGIN + 90 * DAY) == 0


async def test_a_copy_is_locked_at_its_review_and_opens_when_its_owner_sends_it_anew(shelf, notice_id):
    await shelf.book.observe(invented(), by_bureau(1))
    await shelf.retention.settle(BEGIN + 1827 * DAY)
    with pytest.raises(Frozen):
        await shelf.book.read(notice_id)

    replayed = await shelf.book.observe(invented(), by_bureau(1))
    still = await shelf.book.record(notice_id)
    await shelf.book.observe(invented(), by_bureau(24 * 1830))

    record = await shelf.book.record(notice_id)
    assert await shelf.book.read(notice_id) == invented()
    assert (replayed.outcome, "locked_at" in still, "locked_at" in record) == (Outcome.SAME, True, False)
    assert record["review_due"] == BEGIN + (1830 + 1826) * DAY
    assert [entry["what"] for entry in record["history"]] == ["observed", "locked", "renewed"]


async def test_what_was_set_aside_about_a_notice_is_purged_with_it(shelf, notice_id):
    await shelf.book.observe(invented(), by_bureau(1))
    faults = [SimpleNamespace(code="wrong_type", pointer="/name")]
    of_this = await shelf.quarantine.put("ncb", faults, b"this", BEGIN, about=notice_id)
    other = await shelf.quarantine.put("ncb", faults, b"other", BEGIN)

    await shelf.book.end(KEY, NoticeStanding.WITHDRAWN, word(2))
    await shelf.retention.settle(await _soon(shelf, notice_id))

    assert (await shelf.quarantine.read(of_this), await shelf.quarantine.read(other)) == (None, b"other")


async def test_the_match_keys_of_what_has_ended_are_deleted(shelf, notice_id):
    await shelf.book.observe(invented(), by_bureau(1))
    await shelf.database["match_keys"].insert_one({"_id": str(notice_id), "keys": []})

    await shelf.book.end(KEY, NoticeStanding.WITHDRAWN, word(2))

    assert await shelf.database["match_keys"].find_one() is None


async def test_follow_ups_are_due_after_news_and_settled_by_whoever_read_them_last(shelf, notice_id):
    await shelf.book.observe(invented(), in_public(1))
    [old] = await shelf.book.follow_ups_due(5)
    await shelf.book.observe(invented(birth="1981"), in_public(2))
    [new] = await shelf.book.follow_ups_due(5)

    assert not await shelf.book.followed_up(old, {})
    assert await shelf.book.followed_up(new, {"followed": 2})
    assert await shelf.book.follow_ups_due(5) == []
    assert await shelf.words(notice_id) == ["Observed", "Changed"]


async def test_many_observers_at_once_tell_everything_once(shelf, database, notice_id):
    other = await Shelf(database).prepare()
    shelves = [shelf, other] * 6

    first = await asyncio.gather(*(each.book.observe(invented(), in_public(1)) for each in shelves))
    second = await asyncio.gather(
        *(each.book.observe(invented(birth="1981"), in_public(2)) for each in shelves),
        *(each.book.observe(invented(sex="F"), by_bureau(1)) for each in shelves),
        *(each.book.close_sweep("red", 1, BEGIN) for each in shelves[:4]),
    )

    outcomes = [each.outcome for each in first] + [each.outcome for each in second[:24]]
    assert (outcomes.count(Outcome.NEW), outcomes.count(Outcome.CHANGED)) == (2, 1)
    assert sorted(await shelf.words(notice_id)) == ["Changed", "Observed", "Observed"]


async def test_whoever_ends_a_notice_while_others_see_it_wins(shelf, database, notice_id):
    other = await Shelf(database).prepare()
    await shelf.book.observe(invented(), by_bureau(1))

    await asyncio.gather(
        *(other.book.observe(invented(birth=str(1980 + n)), by_bureau(2 + n)) for n in range(8)),
        shelf.book.end(KEY, NoticeStanding.WITHDRAWN, word(3)),
        other.book.end(KEY, NoticeStanding.CANCELLED, word(3)),
    )

    words = await shelf.words(notice_id)
    with pytest.raises(Frozen):
        await shelf.book.read(notice_id)
    assert (words.count("Ended"), words[-1]) == (1, "Ended")


async def _soon(shelf, notice_id):
    """The first moment at which something is to be purged."""
    return (await shelf.book.record(notice_id))["purge_due"]
