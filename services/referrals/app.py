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
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from schemas.topics import QUEUE_EVENTS, ROUTING_EVENTS, published_by
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
from services.referrals.links.linking import open_linking
from services.referrals.links.reading import reader_of
from services.referrals.settings import Settings
from services.referrals.statistics.api import open_statistics
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
        linking = await open_linking(stand, settings.master_key_bytes, reader_of(records))
        statistics = await open_statistics(stand.database)
        post = posting(IntakeDesk(records, vault))
        app = make_app(
            "Dragoman referrals",
            "1",
            max_body_bytes=settings.max_body_bytes,
            ready=stand.readiness,
            shortcuts={("POST", POST_PATH): post},
        )
        for router in (routes(post, records), linking.routes, statistics):
            app.include_router(router)
        yield Service(app, settings.http_host, settings.http_port, [folding, *linking.loops, stand.relay])
