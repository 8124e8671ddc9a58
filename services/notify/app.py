"""Puts the notify service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from runtime.feed import Feed
from runtime.http import make_app
from runtime.live import Streams
from runtime.process import Service
from runtime.stand import open_stand
from schemas.events import ReferralRerouted, ReferralRouted, ReferralSentBack, ReferralSentToTriage
from schemas.topics import OFFICE_FEED, ROUTING_EVENTS, published_by
from services.notify.api import routes
from services.notify.handlers import close_items, move_items, queue_routed, queue_triage
from services.notify.settings import Settings
from services.notify.store import ITEMS, QueueStore


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open what the notify service needs, and close it in reverse order."""
    async with open_stand(
        "notify",
        settings,
        published_by("notify"),
        collections=[ITEMS],
        subject="referral_id",
        subject_name="referral_id",
    ) as stand:
        queues = QueueStore(stand.store)
        await queues.prepare()
        queueing = stand.consumer(
            topics=[ROUTING_EVENTS.name],
            handlers={
                ReferralRouted: queue_routed,
                ReferralSentToTriage: queue_triage,
                ReferralRerouted: partial(move_items, queues=queues),
                ReferralSentBack: partial(close_items, queues=queues),
            },
        )
        app = make_app("Dragoman notify", "1", max_body_bytes=settings.max_body_bytes, ready=stand.readiness)
        feed = Feed(settings.kafka, OFFICE_FEED.name, OFFICE_FEED.partitions, OFFICE_FEED.events)
        app.include_router(routes(queues, Streams(feed, settings.most_streams)))
        yield Service(app, settings.http_host, settings.http_port, [queueing, stand.relay])
