"""Posts the invented referrals as a liaison would, and follows each to where it waits."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.referrals import Ending, Invented, invented_referrals

AT_ONCE = 4
PATIENCE_SECONDS = 60.0
HOLDS_THE_REFERRAL = ("lead", "triage")

Json = dict[str, Any]


@dataclass(slots=True)
class Followed:
    """One POST: what was answered, and where the referral waits."""

    invented: Invented
    posted_at: datetime
    status: int = 0
    answer: Json | None = None
    queue: str | None = None
    role: str | None = None
    queued_at: datetime | None = None
    because: str = ""
    wrong: str = ""

    @property
    def codes(self) -> list[str]:
        """With which codes it was refused: those of the faults, or that of the whole."""
        answer = self.answer or {}
        return [fault["code"] for fault in answer.get("faults", [])] or [answer.get("code", "?")]

    @property
    def milliseconds(self) -> float | None:
        """From the POST until it was put into its queue."""
        return (self.queued_at - self.posted_at).total_seconds() * 1000 if self.queued_at else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a demonstration went."""

    followed: Sequence[Followed]
    seconds: float
    example_body: Path

    @property
    def wrong(self) -> list[Followed]:
        """Those that did not end where they should."""
        return [one for one in self.followed if one.wrong]

    @property
    def all_as_expected(self) -> bool:
        """Whether every referral ended where it should."""
        return not self.wrong

    def ended(self, *endings: Ending) -> list[Followed]:
        """Those that were to end in one of these ways."""
        return [one for one in self.followed if one.invented.ending in endings]


async def run_demo(addresses: Mapping[str, str], var: Path, *, quiet: bool) -> Outcome:
    """Post every invented referral, wait until each is in its queue, and compare."""
    now = datetime.now(UTC)
    followed = [Followed(invented, now) for invented in invented_referrals(now.date())]
    run = uuid4().hex[:8]
    began = time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    console = Console()
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        async with httpx.AsyncClient(base_url=addresses["referrals"], timeout=30) as liaison:
            await _post_all(liaison, followed, run, progress)
            await _follow_all(liaison, [one for one in followed if one.status == 201], progress)
    for one in followed:
        one.wrong = _what_is_wrong(one, followed)
    return Outcome(followed, time.monotonic() - began, _example(followed, var))


async def _post_all(liaison: httpx.AsyncClient, followed: Sequence[Followed], run: str, progress: Progress) -> None:
    """Post the first ones a few at a time, then those that repeat them."""
    task = progress.add_task("posting referrals", total=len(followed), rate="")
    began = time.monotonic()
    places = asyncio.Semaphore(AT_ONCE)

    async def post(one: Followed) -> None:
        async with places:
            one.posted_at = datetime.now(UTC)
            response = await liaison.post(
                "/v1/referrals",
                content=json.dumps(one.invented.body, ensure_ascii=False).encode(),
                headers={
                    "Content-Type": "application/json",
                    "Idempotency-Key": f'"{run}-{one.invented.idempotency_key}"',
                },
            )
        one.status, one.answer = response.status_code, response.json()
        rate = f"{(progress.tasks[task].completed + 1) / (time.monotonic() - began):.0f}/s, next: queues"
        progress.update(task, advance=1, rate=rate)

    await asyncio.gather(*(post(one) for one in followed if one.invented.repeats is None))
    await asyncio.gather(*(post(one) for one in followed if one.invented.repeats is not None))


async def _follow_all(liaison: httpx.AsyncClient, accepted: Sequence[Followed], progress: Progress) -> None:
    task = progress.add_task("waiting in queues", total=len(accepted), rate="")
    deadline = time.monotonic() + PATIENCE_SECONDS
    left = list(accepted)
    while left and time.monotonic() < deadline:
        for one in list(left):
            if await _is_in_queue(liaison, one):
                left.remove(one)
                progress.advance(task)
        if left:
            await asyncio.sleep(0.1)


async def _is_in_queue(liaison: httpx.AsyncClient, one: Followed) -> bool:
    assert one.answer is not None
    response = await liaison.get(one.answer["links"]["timeline"])
    entries = response.raise_for_status().json()["timeline"]
    for entry in entries:
        if entry["type"] in ("routed", "sent-to-triage"):
            one.because = entry["because"]
        if entry["type"] == "queued" and entry["role"] in HOLDS_THE_REFERRAL:
            one.queue, one.role = entry["office"], entry["role"]
            one.queued_at = datetime.fromisoformat(entry["at"])
    return one.queue is not None and bool(one.because)


def _what_is_wrong(one: Followed, followed: Sequence[Followed]) -> str:
    """Compare one referral with how it must end; an empty text is good."""
    invented = one.invented
    match invented.ending:
        case Ending.REFUSED:
            missing = set(invented.codes) - set(one.codes)
            return f"not refused with {sorted(missing)}" if one.status != 422 or missing else ""
        case Ending.KEY_REUSED:
            return "" if (one.status, one.codes) == (422, ["idempotency_key_reused"]) else "its key was taken again"
        case Ending.SAME_ANSWER:
            assert invented.repeats is not None
            same = one.answer == followed[invented.repeats].answer
            return "" if one.status == 201 and same else "not answered as the first time"
    if one.status != 201:
        return f"refused with {one.codes}"
    wanted = (invented.queue, "triage" if invented.triage else "lead")
    return "" if (one.queue, one.role) == wanted else f"is with {one.queue} as {one.role}, should be with {wanted}"


def _example(followed: Sequence[Followed], var: Path) -> Path:
    """Keep one sound body, for whoever wants to post it again by hand."""
    body = next(one.invented.body for one in followed if one.invented.ending is Ending.ACCEPTED)
    path = var / "demo" / "referral.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False), "utf-8")
    return path
