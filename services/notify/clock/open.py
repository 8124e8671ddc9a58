"""Puts the clock together, as a part of the notify service."""

from dataclasses import dataclass

from fastapi import APIRouter

from runtime.consumer import Consumer
from runtime.pace import Linger
from runtime.stand import Stand
from services.notify.clock.api import clock_routes
from services.notify.clock.handlers import tell_clock
from services.notify.clock.hearing import Hearing
from services.notify.clock.loop import ClockLoop, this_moment
from services.notify.clock.office_hours import load_office_hours
from services.notify.clock.store import ClockStore
from services.notify.clock.told import OTHERS, TELLERS, TOPICS

COMPANY = 0.5
"""Seconds that facts wait for others: what is counted in minutes at least can share its writes, and that a referral
came in and where it was routed to are nearly always one write of its clock."""

MOST = 1_000
"""Facts in one batch: under load so many come while they wait."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What the service runs and serves of the clock."""

    consumer: Consumer
    loop: ClockLoop
    routes: APIRouter


async def open_clock(stand: Stand) -> Clock:
    """Make the clock on the service's own stand, in a consumer group for itself."""
    clocks = ClockStore(stand.store)
    await clocks.prepare()
    calendars = load_office_hours()
    consumer = stand.consumer(
        topics=[topic.name for topic in TOPICS],
        handlers=dict.fromkeys(TELLERS, tell_clock),
        ignores=OTHERS,
        gather=Linger(COMPANY / 2),
        most=MOST,
        patience=COMPANY,
        purpose="clock",
    )
    loop = ClockLoop(clocks, calendars, hears_all=Hearing(consumer))
    return Clock(consumer, loop, clock_routes(clocks, calendars, this_moment))
