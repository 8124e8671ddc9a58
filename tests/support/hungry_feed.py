"""`python -m tests.support.hungry_feed URL N`: ask for N pages that nobody should swallow; say how much we grew."""

import asyncio
import resource
import sys

import httpx

from services.referrals.feed.asking import Asking
from services.referrals.feed.http_source import HttpSource
from services.referrals.feed.query import ListName, Query
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.source import SourceAway, Unreadable


class NoCircuit:
    """Lets everything through."""

    async def pass_through(self) -> None: ...
    async def refused(self) -> None: ...
    async def answered(self) -> None: ...


async def main(base_url: str, times: int) -> None:
    """Ask, and print what became of each and by how many KiB the process has grown at its largest."""
    settings = FeedSettings(base_url=base_url, requests_per_second=1e6, tries=1, time_out_s=20)
    async with httpx.AsyncClient() as client:
        source = HttpSource(Asking(client, settings, NoCircuit()), settings)
        page = await source.page(ListName.RED, Query())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        became = [str(page.total)]
        for _ in range(times):
            try:
                await source.page(ListName.RED, Query())
            except Unreadable as exc:
                became.append(exc.reasons[0].code)
            except SourceAway as exc:
                became.append(exc.code)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, *became)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
