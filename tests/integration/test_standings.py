"""What a first decision must know of its referral, looked for when the referral comes in, on a real MongoDB."""

from datetime import timedelta

from uuid6 import uuid7

from services.notify import standings as module
from services.notify.standings import Standing, Standings
from tests.support.queues import recalled


async def looked_ahead(standings, referral):
    """Look ahead, and come back when that look has been answered."""
    standings.look_ahead(referral)
    await standings.of(uuid7())  # asked in the same turn, so read together


async def test_a_look_ahead_serves_the_first_decision_once(database):
    standings, referral = Standings(database), uuid7()

    await looked_ahead(standings, referral)
    event = recalled(referral)
    await standings.note_recall(event)

    assert await standings.of_new(referral) == Standing()
    assert (await standings.of_new(referral)).recall.ground is event.ground


async def test_a_look_ahead_that_is_too_old_is_made_anew(database, monkeypatch):
    monkeypatch.setattr(module, "AHEAD", timedelta(0))
    standings, referral = Standings(database), uuid7()

    await looked_ahead(standings, referral)
    event = recalled(referral)
    await standings.note_recall(event)

    assert (await standings.of_new(referral)).recall.ground is event.ground


async def test_looks_ahead_that_nobody_comes_for_are_forgotten(database, monkeypatch):
    monkeypatch.setattr(module, "MOST_AHEAD", 2)
    standings, referrals = Standings(database), [uuid7() for _ in range(3)]

    for referral in referrals:
        await looked_ahead(standings, referral)
        await standings.note_recall(recalled(referral))

    found = [await standings.of_new(referral) for referral in referrals]
    assert [standing.recall is None for standing in found] == [False, True, True]
