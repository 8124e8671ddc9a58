"""A hundred officers at one queue of five thousand items, on a real MongoDB: each is handled once, none is left."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from uuid6 import uuid7

from runtime.events import Destination, Publisher
from runtime.http import make_app
from runtime.live import Streams
from runtime.store import Store, Work
from schemas.topics import published_by
from services.notify.api import routes
from services.notify.domain import items_of_routed
from services.notify.handlers import open_items
from services.notify.leasing import Leasing
from services.notify.standings import Standing, Standings
from services.notify.step_api import step_routes
from services.notify.store import ITEMS, QueueStore
from tests.support.office import NobodyListens
from tests.support.queues import office_feed, routed

OFFICE = "SAC-SAT"
AT = f"/v1/offices/{OFFICE}/queue"
ITEMS_THERE, OFFICERS, FAINT = 5_000, 100, 10
"""The faint ones lease something and are never heard of again."""


@asynccontextmanager
async def queue_of(database, kafka_settings, referrals):
    """A queue with so many items, served over HTTP."""
    places = {event: [Destination(*to) for to in places] for event, places in published_by("notify").items()}
    store = Store(database, Publisher("/tests", places), NobodyListens())
    queues, work = QueueStore(store), Work()
    await queues.prepare()
    for _ in range(referrals):
        open_items(items_of_routed(routed(uuid7(), OFFICE), datetime.now(UTC)), Standing(), work)
    await store.write(store.prepared(work))
    app = make_app("queues", "1", max_body_bytes=100_000, ready=dict)
    app.include_router(step_routes(queues))
    app.include_router(
        routes(queues, Leasing(queues, Standings(database)), Streams(office_feed(kafka_settings), most=1))
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notify", timeout=60) as http:
        yield http


async def faint(http, officer):
    """Lease ten items and do nothing with them; the lease ends by its time."""
    wanted = {"officer": officer, "most": 10, "seconds": 1}
    return (await http.post(f"{AT}/lease", json=wanted)).json()["items"]


async def work(http, officer):
    """Lease, claim and accept until nobody's items are left; gives what this officer has handled."""
    handled = []
    while True:
        wanted = {"officer": officer, "most": 25, "seconds": 600, "wait": 1}
        lease = (await http.post(f"{AT}/lease", json=wanted)).json()
        ids = [item["item_id"] for item in lease["items"]]
        if not ids:
            left = (await http.get(f"/v1/offices/{OFFICE}")).json()["items"]["ready"]
            if not left:
                return handled
            continue
        said = {"lease_token": lease["lease_token"], "items": ids}
        claimed = (await http.post(f"{AT}/claim", json={"officer": officer, **said})).json()["items"]
        accepted = (await http.post(f"{AT}/accept", json=said)).json()["items"]
        assert {one["status"] for one in claimed + accepted} == {200}
        handled += [one["item_id"] for one in accepted]


async def test_a_hundred_officers_handle_every_item_of_one_queue_once_and_leave_none(database, kafka_settings):
    async with queue_of(database, kafka_settings, ITEMS_THERE) as http, asyncio.timeout(600):
        abandoned = await asyncio.gather(*(faint(http, f"faint-{number}") for number in range(FAINT)))
        handled = await asyncio.gather(*(work(http, f"officer-{number}") for number in range(OFFICERS - FAINT)))

    counts = Counter(item_id for one in handled for item_id in one)
    assert sum(map(len, abandoned)) > 0, "somebody let a lease end"
    assert (len(counts), set(counts.values())) == (ITEMS_THERE, {1})
    assert min(map(len, handled)) > 0, "everybody got something to do"
    told = Counter()
    async for item in database[ITEMS].find({}, {"outbox.type": 1, "claimed_by": 1, "state": 1}):
        told[tuple(event["type"] for event in item["outbox"]), item["state"]] += 1
    assert told == {
        (
            (
                "dragoman.queue.item-queued.v1",
                "dragoman.queue.item-claimed.v1",
                "dragoman.queue.item-accepted.v1",
            ),
            "accepted",
        ): ITEMS_THERE
    }
