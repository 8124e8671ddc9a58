"""Puts the referrals service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runtime.feed import Feed
from runtime.http import make_app
from runtime.live import Streams
from runtime.pace import Linger
from runtime.process import Loop, Service
from runtime.rounds import Rounds
from runtime.stand import open_stand
from schemas.topics import LIAISON_FEED, QUEUE_EVENTS, ROUTING_EVENTS, published_by
from services.referrals.api import POST_PATH, posting, routes
from services.referrals.charges import load_tables
from services.referrals.charges_api import charge_routes
from services.referrals.erasure import Erasures
from services.referrals.evidence.api import evidence_routes
from services.referrals.evidence.evidence import open_evidence
from services.referrals.exchange import make_exchange
from services.referrals.exchange_api import exchange_routes
from services.referrals.feed.api import feed_routes
from services.referrals.following import all_handlers
from services.referrals.intake_desk import IntakeDesk
from services.referrals.leads import open_leads
from services.referrals.liaison_api import liaison_routes
from services.referrals.liaison_following import heard_by_liaisons
from services.referrals.links.linking import open_linking
from services.referrals.links.reading import reader_of
from services.referrals.ncb.feed import open_ncb
from services.referrals.notices.notices import open_notices
from services.referrals.notices.records import NOTICES
from services.referrals.pieces import PieceStore
from services.referrals.readings import Readings
from services.referrals.recall_api import recall_routes
from services.referrals.record_api import record_routes
from services.referrals.settings import Settings
from services.referrals.statistics.api import open_statistics
from services.referrals.store import COLLECTION, ReferralStore
from services.referrals.vault import Vault


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open what the referrals service needs, and close it in reverse order."""
    async with open_stand(
        "referrals", settings, published_by("referrals"), collections=[COLLECTION, NOTICES], subject_name="referral_id"
    ) as stand:
        load_tables()
        vault = Vault(stand.database, settings.master_key_bytes)
        await vault.prepare()
        records = ReferralStore(stand.store, vault)
        await records.prepare()
        pieces, readings = PieceStore(stand.store), Readings(stand.store)
        await pieces.prepare()
        await readings.prepare()
        exchange = make_exchange(records, pieces, readings)
        folding = stand.consumer(
            gather=Linger(0.2),  # an officer waits for the queue; the timeline can follow a moment later
            topics=[ROUTING_EVENTS.name, QUEUE_EVENTS.name],
            handlers={event: heard_by_liaisons(each, records) for event, each in all_handlers(pieces).items()},
        )
        notices = await open_notices(stand, settings, vault)
        reader = reader_of(records, exchange.contents)
        linking = await open_linking(stand, settings.master_key_bytes, reader, notices.book)
        statistics = await open_statistics(stand.database)
        evidence = await open_evidence(stand.database, settings)
        intake = IntakeDesk(records, vault, evidence.first_receipts)
        post = posting(intake)
        leads = open_leads(notices.book, intake, exchange, settings.notice_validity_hours)
        ncb = await open_ncb(stand, settings, notices, leads)
        app = make_app(
            "Dragoman referrals",
            "1",
            max_body_bytes=settings.max_body_bytes,
            ready=stand.readiness,
            shortcuts={("POST", POST_PATH): post},
            examples=Path(__file__).with_name("examples.json"),
        )
        feed = Feed(settings.kafka, LIAISON_FEED.name, LIAISON_FEED.partitions, LIAISON_FEED.events)
        # Before the routes of one referral, which would take `stream` for its id.
        app.include_router(liaison_routes(records, Streams(feed, settings.most_streams)))
        app.include_router(routes(post, records))
        for router in (
            record_routes(exchange),
            exchange_routes(exchange),
            recall_routes(exchange),
            evidence_routes(evidence),
            linking.routes,  # before those of one notice, which would take `searches` for its id
            notices.routes,
            leads.routes,
            ncb.routes,
            feed_routes(stand.database),
            statistics,
            charge_routes(),
        ):
            app.include_router(router)
        erasures = Rounds("erasures", Erasures(records, readings).erase_due, rest=1.0)
        loops: list[Loop] = [
            folding,
            *linking.loops,
            *notices.loops,
            *leads.loops,
            ncb.consumer,
            erasures,
            evidence.notary,
            stand.relay,
        ]
        yield Service(app, settings.http_host, settings.http_port, loops)
