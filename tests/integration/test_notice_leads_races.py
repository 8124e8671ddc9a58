"""Several processes that follow one notice, or that die on the way: one referral, one correction."""

import asyncio
from datetime import UTC, datetime

import pytest

from runtime.errors import StoreAway
from schemas.notices import NoticeAuthority
from services.referrals.evidence.door import FirstReceipts
from services.referrals.evidence.signing import Signer
from services.referrals.evidence.stages import Waits
from services.referrals.exchange import make_exchange
from services.referrals.intake_desk import IntakeDesk
from services.referrals.leads import open_leads
from services.referrals.notices.sightings import Word
from services.referrals.pieces import PieceStore
from services.referrals.readings import Readings
from services.referrals.store import ReferralStore
from tests.support.leads import HOLD, TIED
from tests.support.notices import KEY, MASTER_KEY, Shelf, by_bureau, in_public, invented


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
