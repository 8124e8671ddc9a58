"""Puts the notify service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from runtime.feed import Feed
from runtime.http import make_app
from runtime.live import Streams
from runtime.process import Loop, Service
from runtime.stand import open_stand
from schemas.events import (
    ContentDeposited,
    NoticeGatesChanged,
    QuestionAnswered,
    ReferralErased,
    ReferralRecalled,
    ReferralReceived,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
    ReferralSupplemented,
)
from schemas.topics import OFFICE_FEED, REFERRAL_EVENTS, ROUTING_EVENTS, published_by
from services.notify.api import routes
from services.notify.clock.open import open_clock
from services.notify.clock.store import CLOCKS
from services.notify.deposits import note_deposit
from services.notify.handlers import close_items, expect, move_items, queue_routed, queue_triage
from services.notify.leasing import Leasing
from services.notify.requester_handlers import hold_items, recall_items, resume_items, supplement_items
from services.notify.settings import Settings
from services.notify.standings import Standings
from services.notify.step_api import step_routes
from services.notify.store import ITEMS, QueueStore


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open what the notify service needs, and close it in reverse order."""
    async with open_stand(
        "notify",
        settings,
        published_by("notify"),
        collections=[ITEMS, CLOCKS],
        subject="referral_id",
        subject_name="referral_id",
    ) as stand:
        queues = QueueStore(stand.store)
        await queues.prepare()
        standings = Standings(stand.database)
        queueing = stand.consumer(
            topics=[ROUTING_EVENTS.name, REFERRAL_EVENTS.name],
            handlers={
                ReferralReceived: partial(expect, standings=standings),
                ReferralRouted: partial(queue_routed, standings=standings),
                ReferralSentToTriage: partial(queue_triage, standings=standings),
                ReferralRerouted: partial(move_items, queues=queues, standings=standings),
                ReferralSentBack: partial(close_items, queues=queues),
                ContentDeposited: note_deposit,
                QuestionAnswered: partial(resume_items, queues=queues),
                ReferralSupplemented: partial(supplement_items, queues=queues, standings=standings),
                NoticeGatesChanged: partial(hold_items, queues=queues, standings=standings),
                ReferralRecalled: partial(recall_items, queues=queues, standings=standings),
            },
            ignores=[ReferralErased],
        )
        clock = await open_clock(stand)
        app = make_app(
            "Dragoman notify",
            "1",
            max_body_bytes=settings.max_body_bytes,
            ready=stand.readiness,
            examples=Path(__file__).with_name("examples.json"),
        )
        app.include_router(step_routes(queues))
        feed = Feed(settings.kafka, OFFICE_FEED.name, OFFICE_FEED.partitions, OFFICE_FEED.events)
        app.include_router(routes(queues, Leasing(queues, standings), Streams(feed, settings.most_streams)))
        app.include_router(clock.routes)
        loops: list[Loop] = [queueing, clock.consumer, clock.loop, stand.relay]
        yield Service(app, settings.http_host, settings.http_port, loops)
