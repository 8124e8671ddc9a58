"""Public notices over HTTP: the public service, as a source."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from services.referrals.feed.addresses import COLOURS, RECORDS_A_PAGE, SUBJECTS, Addresses
from services.referrals.feed.asking import Asking, Wanted
from services.referrals.feed.circuit_keeper import CircuitKeeper
from services.referrals.feed.query import ListName, Query
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.source import Fetched, Unreadable, Validators
from services.referrals.notices.images import read_images
from services.referrals.notices.listed import Page, read_page
from services.referrals.notices.notice import Notice
from services.referrals.notices.reading import read_notice
from services.referrals.notices.unreadable import Reason

VERSION = "0.1.0"
"""That of the project; what is copied into an image carries no other record of it."""


class HttpSource:
    """The public service of notices."""

    name = "http"
    cap = RECORDS_A_PAGE
    keeps_answers = True

    def __init__(self, asking: Asking, settings: FeedSettings) -> None:
        self._asking = asking
        self._addresses = Addresses(settings.base_url)
        self._most_page_bytes = settings.max_page_bytes
        self._most_detail_bytes = settings.max_detail_bytes

    @property
    def requests(self) -> int:
        """How many requests have gone out."""
        return self._asking.requests

    async def page(self, list_name: ListName, query: Query) -> Page:
        """Give what can be reached of a query."""
        most = self._most_page_bytes
        wanted = Wanted("page", list_name, self._addresses.page(list_name, query), most)
        fetched = await self._asking.get(wanted, lambda body: read_page(body, most_bytes=most))
        if fetched.content is None:
            raise Unreadable([Reason("list_missing", "")])
        return fetched.content

    async def detail(self, list_name: ListName, entity_id: str, known: Validators) -> Fetched[Notice]:
        """Give a notice."""
        most = self._most_detail_bytes
        wanted = Wanted("detail", list_name, self._addresses.detail(list_name, entity_id), most, known)
        return await self._asking.get(wanted, lambda body: read_listed(list_name, entity_id, body, most))

    async def images(self, list_name: ListName, entity_id: str, known: Validators) -> Fetched[tuple[str, ...]]:
        """Give the ids of a notice's pictures."""
        address = self._addresses.images(list_name, entity_id)
        return await self._asking.get(Wanted("images", list_name, address, self._most_detail_bytes, known), read_images)


def read_listed(list_name: ListName, entity_id: str, body: bytes, most_bytes: int) -> Notice:
    """Read the notice that a list named, and no other."""
    return read_notice(
        COLOURS[list_name],
        body,
        subject_type=SUBJECTS.get(list_name),
        asked_for=entity_id,
        most_bytes=most_bytes,
    )


@asynccontextmanager
async def open_http_source(settings: FeedSettings, circuit: CircuitKeeper) -> AsyncIterator[HttpSource]:
    """Open the one connection that we ask over."""
    async with httpx.AsyncClient(
        headers=headers(settings.contact),
        follow_redirects=False,
        trust_env=False,  # no password out of a .netrc, no proxy by accident
        proxy=settings.proxy or None,
        timeout=httpx.Timeout(settings.time_out_s, connect=settings.connect_time_out_s),
        limits=httpx.Limits(max_connections=1),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # what a server wants kept is not kept
    ) as client:
        yield HttpSource(Asking(client, settings, circuit), settings)


def headers(contact: str) -> Mapping[str, str]:
    """Say honestly who asks; nothing here pretends to be a browser."""
    return {
        "User-Agent": f"Dragoman/{VERSION} (+{contact})",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
