"""Puts the feed together: its source, its books, its worker, and what it stands on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from runtime.http import make_app
from runtime.process import Service
from runtime.settings import KafkaSettings, MongoSettings
from runtime.stand import Stand, open_stand
from schemas.topics import published_by
from services.referrals.feed.answers import prepare_answers
from services.referrals.feed.api import feed_routes
from services.referrals.feed.circuit_keeper import HTTP, CircuitKeeper
from services.referrals.feed.details import Limits
from services.referrals.feed.folder_source import FolderSource
from services.referrals.feed.http_source import open_http_source
from services.referrals.feed.lease import Lease
from services.referrals.feed.marks import Marks
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.source import Source
from services.referrals.feed.sweep_store import SweepStore
from services.referrals.feed.sweeping import Books, Sweeping
from services.referrals.feed.worker import Worker
from services.referrals.notices.notices import open_notices
from services.referrals.notices.records import NOTICES
from services.referrals.settings import RecordSettings
from services.referrals.store import COLLECTION
from services.referrals.vault import Vault


class NoSource(Exception):
    """There is nothing to read: neither FEED_BASE_URL nor FEED_FOLDER is set."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a stand needs to know of the feed's settings: it stands on what the referrals service stands on."""

    kafka: KafkaSettings
    mongo: MongoSettings
    database: str
    http_host: str
    http_port: int


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed, put together."""

    stand: Stand
    sweeping: Sweeping
    sweeps: SweepStore
    circuit: CircuitKeeper
    lease: Lease


@asynccontextmanager
async def open_feed(
    settings: FeedSettings, *, source: str | None = None, port: int | None = None
) -> AsyncIterator[Feed]:
    """Open what a sweep needs; `source` is `http` or `folder`, and may be left out where only one of them is set."""
    records = settings.records
    ground = Ground(
        settings.kafka,
        settings.mongo,
        records.database,
        settings.http_host,
        settings.http_port if port is None else port,
    )
    async with open_stand(
        # The relay sends from whatever buckets it holds, so it must look at all that the referrals service sends.
        "referrals",
        ground,
        published_by("referrals"),
        collections=[COLLECTION, NOTICES],
        subject_name="notice_id",
    ) as stand:
        books = await _open_books(stand, records)
        circuit = CircuitKeeper(stand.database, settings.circuit_open_s)
        await circuit.prepare()
        lease = Lease(stand.database, HTTP)
        limits = Limits(timedelta(seconds=settings.detail_max_age_s), settings.images_per_sweep)
        async with _open_source(settings, source, circuit) as opened:
            sweeping = Sweeping(opened, books, lease, limits, timedelta(seconds=settings.oldest_sweep_s))
            yield Feed(stand, sweeping, books.sweeps, circuit, lease)


async def _open_books(stand: Stand, records: RecordSettings) -> Books:
    vault = Vault(stand.database, records.master_key_bytes)
    await vault.prepare()
    notices = await open_notices(stand, records, vault)
    sweeps, marks = SweepStore(stand.database, vault), Marks(stand.database, records.master_key_bytes)
    await sweeps.prepare()
    await marks.prepare()
    await prepare_answers(stand.database)
    return Books(notices.book, notices.quarantine, sweeps, marks)


@asynccontextmanager
async def _open_source(settings: FeedSettings, name: str | None, circuit: CircuitKeeper) -> AsyncIterator[Source]:
    chosen = name or ("http" if settings.base_url else "folder")
    if not (settings.base_url if chosen == "http" else settings.folder):
        raise NoSource
    if chosen == "folder":
        yield FolderSource(Path(settings.folder), settings.max_page_bytes, settings.max_detail_bytes)
        return
    async with open_http_source(settings, circuit) as source:
        yield source


@asynccontextmanager
async def open_worker(settings: FeedSettings) -> AsyncIterator[Service]:
    """Open the worker as a service: its loop, and a small HTTP side that says how it is."""
    async with open_feed(settings) as feed:
        worker = Worker(
            feed.sweeping,
            feed.sweeps,
            feed.circuit,
            feed.lease,
            settings.list_names,
            interval=timedelta(seconds=settings.interval_s),
            retry=timedelta(seconds=settings.retry_s),
        )
        app = make_app("Dragoman feed", "1", max_body_bytes=settings.max_body_bytes, ready=feed.stand.readiness)
        app.include_router(feed_routes(feed.stand.database))
        yield Service(app, settings.http_host, settings.http_port, [worker, feed.stand.relay])
