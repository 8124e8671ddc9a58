"""What the commands of the feed show in a terminal."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TextIO

from services.referrals.feed.query import ListName
from services.referrals.feed.status_page import age, share
from services.referrals.feed.sweeping import Progress, Sweeping, Swept

WIDTH = 24
LINE_EVERY_S = 10.0
DRAWN_EVERY_S = 0.2


@asynccontextmanager
async def drawn(sweeping: Sweeping, following: Sequence[ListName], out: TextIO = sys.stderr) -> AsyncIterator[None]:
    """Show how far a sweep is, with a bar where there is a terminal, else with a line now and then."""
    drawing = asyncio.create_task(_draw(sweeping, following, out))
    try:
        yield
    finally:
        drawing.cancel()
        await asyncio.wait([drawing])
        if out.isatty():
            out.write("\r\x1b[K")


async def _draw(sweeping: Sweeping, following: Sequence[ListName], out: TextIO) -> None:
    began, drawn_at = time.monotonic(), 0.0
    while True:
        await asyncio.sleep(DRAWN_EVERY_S)
        progress, now = sweeping.progress, time.monotonic()
        if progress is None:
            continue
        line = progress_line(progress, now - began, following)
        if out.isatty():
            out.write(f"\r\x1b[K{line}")
            out.flush()
        elif now - drawn_at >= LINE_EVERY_S:
            drawn_at = now
            print(line, file=out, flush=True)


def progress_line(progress: Progress, seconds: float, following: Sequence[ListName]) -> str:
    """Write how far a sweep is: a bar, the rate, and what comes next."""
    share_done = min(progress.done / progress.of, 1.0) if progress.of else 0.0
    bar = ("#" * int(share_done * WIDTH)).ljust(WIDTH, ".")
    rate = progress.asked() / seconds if seconds > 0 else 0.0
    then = ", ".join(list_name.value for list_name in following) or "nothing"
    counted = f"{progress.done} of {progress.of}"
    return f"{progress.list_name.value}: {progress.phase.value} [{bar}] {counted}, {rate:.1f} requests/s; then {then}"


def swept_line(swept: Swept) -> str:
    """Write how a sweep came out."""
    figures = swept.figures
    counts: Mapping[str, int] = figures.get("counts") or {}
    told = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number)
    requests = sum((figures.get("requests") or {}).values())
    reason = f" ({swept.reason})" if swept.reason else ""
    whole = f"{swept.list_name.value}: {swept.state.value}{reason}"
    if figures.get("total") is not None and figures.get("distinct") is not None:
        whole += f", {figures['distinct']} of {figures['total']} ({share(figures['coverage'])})"
    return f"{whole}, {requests} requests{'; ' + told if told else ''}"


def status_text(status: Mapping[str, Any]) -> str:
    """Write how the feed stands."""
    circuit = status["circuit"]
    until = f" until {circuit['until']:%Y-%m-%d %H:%M:%S} UTC" if circuit["until"] is not None else ""
    lines = [f"circuit: {circuit['state']}{until}, opened {circuit['times_opened']} times"]
    for each in status["lists"]:
        complete, last = each["last_complete"], each["last"]
        if complete is None:
            lines.append(f"{each['list']}: never read completely")
        else:
            lines.append(
                f"{each['list']}: complete {age(complete['age_s'])} ago, {complete['distinct']} of"
                f" {complete['total']} ({share(complete['coverage'])})"
            )
        if last is not None and last["state"] != "complete":
            reason = f" ({last['reason']})" if last["reason"] else ""
            lines.append(f"  now: sweep {last['sweep']} {last['state']}{reason}, {len(last['alarms'])} alarms")
    return "\n".join(lines if status["lists"] else [*lines, "no list has been read yet"])
