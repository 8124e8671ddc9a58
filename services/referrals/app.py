"""Puts the referrals service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runtime.http import make_app
from runtime.pace import Linger
from runtime.process import Service
from runtime.stand import open_stand
from schemas.events import (
    ItemAccepted,
    ItemChanged,
    ItemClaimed,
    ItemClosed,
    ItemQueued,
    QuestionAnswered,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from schemas.topics import QUEUE_EVENTS, REFERRAL_EVENTS, ROUTING_EVENTS, published_by
from services.referrals.api import POST_PATH, posting, routes
from services.referrals.handlers import (
    note_accepted,
    note_changed,
    note_claimed,
    note_closed,
    note_queued,
    note_rerouted,
    note_routed,
    note_sent_back,
    note_triage,
)
from services.referrals.intake_desk import IntakeDesk
from services.referrals.links.api import link_routes
from services.referrals.links.comparing import HANDLERS, Comparing
from services.referrals.links.keys import KeyMaker
from services.referrals.links.reading import reader_of
from services.referrals.links.store import LinkStore
from services.referrals.settings import Settings
from services.referrals.statistics import counting
from services.referrals.statistics.api import statistics_routes
from services.referrals.store import COLLECTION, ReferralStore
from services.referrals.vault import Vault


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open what the referrals service needs, and close it in reverse order."""
    async with open_stand(
        "referrals", settings, published_by("referrals"), collections=[COLLECTION], subject_name="referral_id"
    ) as stand:
        vault = Vault(stand.database, settings.master_key_bytes)
        await vault.prepare()
        records = ReferralStore(stand.store, vault)
        await records.prepare()
        folding = stand.consumer(
            gather=Linger(0.2),  # an officer waits for the queue; the timeline can follow a moment later
            topics=[ROUTING_EVENTS.name, QUEUE_EVENTS.name],
            handlers={
                ReferralRouted: note_routed,
                ReferralSentToTriage: note_triage,
                ReferralRerouted: note_rerouted,
                ReferralSentBack: note_sent_back,
                ItemQueued: note_queued,
                ItemClaimed: note_claimed,
                ItemAccepted: note_accepted,
                ItemChanged: note_changed,
                ItemClosed: note_closed,
            },
        )
        links = LinkStore(stand.store)
        await links.prepare()
        await counting.prepare(stand.database)
        comparing = Comparing(stand.store, links, KeyMaker(settings.master_key_bytes), reader_of(records))
        noting = stand.consumer(
            purpose="links",
            gather=Linger(0.2),  # nobody waits for a suggestion, and whoever posts should not
            topics=[REFERRAL_EVENTS.name],
            handlers=HANDLERS,
            ignores=[QuestionAnswered],
        )
        post = posting(IntakeDesk(records, vault))
        app = make_app(
            "Dragoman referrals",
            "1",
            max_body_bytes=settings.max_body_bytes,
            ready=stand.readiness,
            shortcuts={("POST", POST_PATH): post},
        )
        app.include_router(routes(post, records))
        app.include_router(link_routes(links))
        app.include_router(statistics_routes(stand.database))
        yield Service(app, settings.http_host, settings.http_port, [folding, noting, comparing, stand.relay])
