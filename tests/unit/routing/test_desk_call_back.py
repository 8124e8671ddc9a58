import asyncio
from datetime import timedelta

import pytest

from runtime.errors import StoreAway
from services.routing.call_back import CallBacks


class Overdue:
    """A desk with referrals overdue, which fails first as often as the test says."""

    def __init__(self, referrals=(), *, away=0, changed=()):
        self.referrals = list(referrals)
        self.away = away
        self.changed = changed
        self.looks = 0
        self.looked = asyncio.Event()

    async def overdue(self):
        self.looks += 1
        if self.away:
            self.away -= 1
            raise StoreAway("away")
        if not self.referrals:
            self.looked.set()
        return list(self.referrals)

    async def call_back(self, referral_id):
        if referral_id in self.changed:
            return False
        self.referrals.remove(referral_id)
        return True


async def test_a_look_calls_back_until_nothing_is_left():
    desk = Overdue(["a", "b", "c"])

    called_back = await CallBacks(desk).look()

    assert (called_back, desk.referrals) == (3, [])


async def test_a_look_ends_although_somebody_else_keeps_changing_one():
    desk = Overdue(["a", "b"], changed=("b",))

    called_back = await CallBacks(desk).look()

    assert (called_back, desk.referrals) == (1, ["b"])


async def test_the_loop_goes_on_after_the_database_was_away():
    desk = Overdue(["a"], away=2)
    loop = CallBacks(desk, look_every=timedelta(milliseconds=1))

    running = asyncio.create_task(loop.run())
    async with asyncio.timeout(20):
        await desk.looked.wait()
        await loop.stop()
        await running

    assert desk.referrals == []


async def test_an_error_that_nobody_named_ends_the_loop_and_the_process_with_it():
    class Broken(Overdue):
        async def overdue(self):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await CallBacks(Broken()).run()
