"""Lets the stories happen, all at the same time, and compares each with how it must end."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from deploy.demo.doors import Doors, Unexpected, said, wait_for
from deploy.demo.matter import Matter
from deploy.demo.outcome import Followed, Worked
from deploy.demo.progress import Bar
from deploy.demo.voices import LANDS


async def work_all(doors: Doors, followed: Sequence[Followed], bar: Bar) -> list[Worked]:
    """Let every story happen whose referral waits where it should."""
    worked = [Worked(one, one.story) for one in followed if one.story is not None]

    async def work(one: Worked) -> None:
        try:
            if one.followed.wrong:
                raise Unexpected("not begun: its referral does not wait where it should")
            await _happen(doors, one)
        except (Unexpected, httpx.HTTPError) as error:
            one.wrong = str(error) or type(error).__name__
        bar.advance()

    await asyncio.gather(*(work(one) for one in worked))
    return worked


async def _happen(doors: Doors, one: Worked) -> None:
    land = next(land for land in LANDS if land.code == one.story.land)
    matter = Matter(doors, one.followed.referral_id, land.code, land.desk)
    try:
        await one.story.acts(matter)
        await matter.stands(one.story.state)
        await _clock(matter, one)
    finally:
        one.who = matter.offices
        one.state = one.state or (await matter.timeline())["state"]


async def _clock(matter: Matter, one: Worked) -> None:
    """Wait until the clock says what it must say."""

    async def look() -> bool | None:
        clock = await said(await matter.doors.notify.get(f"/v1/clocks/{matter.referral_id}"))
        one.clock = _said_by(clock)
        return one.clock == one.story.clock or None

    await wait_for(f"the clock to say: {one.story.clock}", look)


def _said_by(clock: dict[str, Any]) -> str:
    if clock["ended"] is not None:
        return str(clock["ended"]["because"])
    if clock["running"]:
        return "runs"
    now = datetime.now(UTC)
    still = [one["ground"] for one in clock["pauses"] if not one["until"] or datetime.fromisoformat(one["until"]) > now]
    return f"stands still: {', '.join(still)}"
