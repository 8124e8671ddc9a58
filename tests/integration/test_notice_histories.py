"""Random histories of a notice on a real MongoDB, by two processes at once: they come to what the pure life says."""

import asyncio
import random

import pytest

from schemas.notices import Colour, NoticeStanding
from services.referrals.notices.life import has_ended
from services.referrals.notices.sightings import Outcome
from services.referrals.vault import Erased, Frozen
from tests.support.notices import BEGIN, SWEEP, Shelf, by_bureau, in_public, invented, word

SEEDS = range(25)
NOTICES = 60


@pytest.fixture
async def shelves(database):
    return [await Shelf(database).prepare() for _ in range(2)]


def history(chance):
    """Make what is said of a notice: messages at different times, and sometimes its end."""
    hours = chance.sample(range(1, 60), chance.randint(1, 8))
    said = [(chance.choice(["notice", "notice", "suspend", "reinstate"]), hour) for hour in sorted(hours)]
    return [*said, *([("end", chance.randint(1, 60))] if chance.random() < 0.4 else [])]


async def say(shelf, entity_id, what, hour):
    """Say one thing of a notice; what it says then is told by its hour."""
    key = (Colour.RED, entity_id)
    if what == "notice":
        await shelf.book.observe(invented(entity_id, birth=str(1950 + hour)), by_bureau(hour, f"m{hour}"))
    elif what == "end":
        await shelf.book.end(key, NoticeStanding.WITHDRAWN, word(hour))
    else:
        await getattr(shelf.book, what)(key, word(hour))


def expected(said):
    """Say where a notice stands after all that was said, in the order of its times."""
    if any(what == "end" for what, _ in said):
        return "withdrawn", None
    words = [what for what, _ in said if what != "notice"]
    births = [str(1950 + hour) for what, hour in said if what == "notice"]
    if words and words[-1] == "suspend":
        return "suspended", None
    return "in_force", births[-1] if births else None


async def stands(shelf, notice_id):
    """Say where a notice stands, and what can be read of it."""
    record = await shelf.book.record(notice_id)
    try:
        birth = (await shelf.book.read(notice_id)).birth
    except (Frozen, Erased):
        birth = None
    return record["standing"], birth


async def test_messages_muddled_and_doubled_between_two_processes_come_to_the_same(shelves):
    histories = {}
    for seed in SEEDS:
        histories[f"2099/{seed}"] = history(random.Random(seed))

    async def muddle(entity_id, said, seed):
        chance = random.Random(seed)
        muddled = [*said, *chance.sample(said, len(said) // 2)]
        chance.shuffle(muddled)
        await asyncio.gather(*(say(chance.choice(shelves), entity_id, *each) for each in muddled))

    await asyncio.gather(*(muddle(entity_id, said, seed) for seed, (entity_id, said) in enumerate(histories.items())))
    # All of it once more, from the beginning: a topic that is read again.
    for entity_id, said in histories.items():
        notice_id = shelves[0].book.notice_id(Colour.RED, entity_id)
        before = await shelves[0].words(notice_id)
        for each in said:
            await say(shelves[0], entity_id, *each)
        assert await stands(shelves[1], notice_id) == expected(said), said
        assert await shelves[1].words(notice_id) == before
        assert before.count("Observed") <= 1
        assert before.count("Ended") == (expected(said)[0] == "withdrawn")


async def test_a_sweep_that_is_closed_by_two_and_cut_short_tells_each_absence_once(shelves):
    one, other = shelves
    ids = [(await one.book.observe(invented(f"2099/{n}"), in_public(1))).notice_id for n in range(NOTICES)]
    await one.book.close_sweep("red", 2, BEGIN)

    for _ in range(6):  # ends anywhere, also between two writes
        closing = asyncio.create_task(one.book.close_sweep("red", 3, BEGIN + SWEEP))
        await asyncio.wait([closing], timeout=0.02)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
    back = other.book.observe(invented("2099/0"), in_public(4))
    closed, *_ = await asyncio.gather(
        *(each.book.close_sweep("red", 3, BEGIN + SWEEP) for each in (one, other, one)), back
    )
    again = await other.book.close_sweep("red", 3, BEGIN + SWEEP)

    words = [await one.words(notice_id) for notice_id in ids]
    assert words[1:] == [["Observed", "NotListed"]] * (NOTICES - 1)
    assert words[0] in (["Observed"], ["Observed", "NotListed", "Relisted"])
    assert again.not_listed in (NOTICES - 1, NOTICES)
    assert closed.absent == 0


async def test_purges_by_two_processes_tell_of_each_once(shelves):
    one, other = shelves
    ids = [(await one.book.observe(invented(f"2099/{n}"), by_bureau(1))).notice_id for n in range(20)]
    for number in range(20):
        await one.book.end((Colour.RED, f"2099/{number}"), NoticeStanding.DELETED, word(2))
    due = max([(await one.book.record(notice_id))["purge_due"] for notice_id in ids])

    purged = await asyncio.gather(*(each.retention.settle(due) for each in (one, other, one)))

    assert sum(purged) == 20
    assert [await one.words(notice_id) for notice_id in ids] == [["Observed", "Ended", "Purged"]] * 20


async def test_sightings_of_an_ended_notice_by_both_ways_are_all_refused(shelves):
    key = (Colour.RED, "2099/1")
    notice_id = shelves[0].book.notice_id(*key)
    ending = shelves[0].book.end(key, NoticeStanding.CANCELLED, word(5))

    seen = await asyncio.gather(
        ending,
        *(each.book.observe(invented("2099/1"), in_public(n)) for n, each in enumerate(shelves * 4, 1)),
        *(
            each.book.observe(invented("2099/1", birth=str(1950 + n)), by_bureau(n))
            for n, each in enumerate(shelves * 4)
        ),
    )

    record = await shelves[0].book.record(notice_id)
    words = await shelves[0].words(notice_id)
    assert has_ended(record)
    assert (words[-1], words.count("Ended")) == ("Ended", 1)
    assert sum(each.outcome is Outcome.ENDED for each in seen) == record["seen_after"]
