"""Posts the invented referrals as a liaison would, and follows each to where it waits."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx

from deploy.demo.outcome import Followed
from deploy.demo.progress import Bar
from deploy.demo.referrals import Ending

AT_ONCE = 4
PATIENCE_SECONDS = 60.0
HOLDS_THE_REFERRAL = ("lead", "triage")


async def post_all(liaison: httpx.AsyncClient, followed: Sequence[Followed], run: str, bar: Bar) -> None:
    """Post the first ones a few at a time, then those that repeat them."""
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
        bar.advance()

    await asyncio.gather(*(post(one) for one in followed if one.invented.repeats is None))
    await asyncio.gather(*(post(one) for one in followed if one.invented.repeats is not None))


async def follow_all(liaison: httpx.AsyncClient, accepted: Sequence[Followed], bar: Bar) -> None:
    """Look until each referral is in its queue, or patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    left = list(accepted)
    while left and time.monotonic() < deadline:
        for one in list(left):
            if await _is_in_queue(liaison, one):
                left.remove(one)
                bar.advance()
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


async def read_categories(routing: httpx.AsyncClient, followed: Sequence[Followed]) -> None:
    """Compare what charges were read as with what they say."""
    for one in followed:
        if one.invented.category is not None and not one.wrong:
            decision = (await routing.get(f"/v1/decisions/{one.referral_id}")).raise_for_status().json()
            if (decision["category"], decision["category_by"]) != (one.invented.category, "read"):
                one.wrong = f"its charge was taken for {decision['category']}, should be {one.invented.category}"


def what_is_wrong(one: Followed, followed: Sequence[Followed]) -> str:
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
