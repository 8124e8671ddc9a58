"""Runs the demonstration from the first POST to the last check."""

import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx

from deploy.demo.added import added_referrals
from deploy.demo.doors import Doors
from deploy.demo.notices import STEPS, notices_come
from deploy.demo.outcome import Followed, Outcome
from deploy.demo.posting import follow_all, post_all, read_categories, what_is_wrong
from deploy.demo.progress import Bar, bars
from deploy.demo.proof import Folder, prove
from deploy.demo.referrals import Ending, invented_referrals
from deploy.demo.worked import STORIES
from deploy.demo.working import work_all


async def run_demo(addresses: Mapping[str, str], var: Path, *, quiet: bool) -> Outcome:
    """Post every invented referral, follow each to its queue, let some be worked, and check what proves it."""
    followed = _all_of_them()
    folder, began = Folder(var), time.monotonic()
    async with _doors(addresses) as doors:
        with bars(quiet=quiet) as progress:
            liaison = doors.referrals
            bar = Bar(progress, "posting referrals", len(followed), "queues")
            await post_all(liaison, followed, uuid4().hex[:8], bar)
            accepted = [one for one in followed if one.status == 201]
            await follow_all(liaison, accepted, Bar(progress, "waiting in queues", len(accepted), "work"))
            for one in followed:
                one.wrong = what_is_wrong(one, followed)
            await read_categories(doors.routing, followed)
            worked = await work_all(doors, followed, Bar(progress, "being worked", len(STORIES), "proof"))
            notices = await notices_come(doors, var, Bar(progress, "notices of INTERPOL", STEPS, "proof"))
            first = sum(one.invented.repeats is None for one in accepted)
            proof = await prove(liaison, followed, folder, Bar(progress, "fetching proof", first, "check it"))
    return Outcome(followed, worked, notices, proof, time.monotonic() - began, _example(followed, var), folder.path)


def _all_of_them() -> list[Followed]:
    now = datetime.now(UTC)
    first = [Followed(invented, now) for invented in invented_referrals(now.date())]
    return first + [Followed(invented, now, story) for invented, story in added_referrals(now.date())]


@asynccontextmanager
async def _doors(addresses: Mapping[str, str]) -> AsyncIterator[Doors]:
    async with AsyncExitStack() as stack:

        async def client(service: str) -> httpx.AsyncClient:
            return await stack.enter_async_context(httpx.AsyncClient(base_url=addresses[service], timeout=30))

        yield Doors(await client("referrals"), await client("routing"), await client("notify"))


def _example(followed: Sequence[Followed], var: Path) -> Path:
    """Keep one sound body, for whoever wants to post it again by hand."""
    body = next(one.invented.body for one in followed if one.invented.ending is Ending.ACCEPTED)
    path = var / "demo" / "referral.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False), "utf-8")
    return path
