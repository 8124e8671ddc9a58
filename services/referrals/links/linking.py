"""Puts linking together: what it keeps, what it listens to, what it does meanwhile, and its interface."""

from dataclasses import dataclass

from fastapi import APIRouter

from runtime.consumer import Consumer
from runtime.pace import Linger
from runtime.rounds import Rounds
from runtime.stand import Stand
from schemas.events import ContentDeposited, NoticeGatesChanged, QuestionAnswered
from schemas.topics import REFERRAL_EVENTS
from services.referrals.links.api import link_routes, notice_link_routes
from services.referrals.links.comparing import HANDLERS, Comparing, ReadReferral
from services.referrals.links.comparing_notices import ComparingNotices
from services.referrals.links.keys import KeyMaker
from services.referrals.links.search_api import search_routes
from services.referrals.links.search_desk import SearchDesk
from services.referrals.links.searches import NoticeSearches
from services.referrals.links.store import LinkStore
from services.referrals.notices.book import NoticeBook

IDLE_SECONDS = 0.5
EASE = 4
"""How much longer comparing rests than it has worked: it takes a fifth of the time at most, however much waits."""


@dataclass(frozen=True, slots=True)
class Linking:
    """The routes of links, and the loops behind them."""

    routes: APIRouter
    loops: tuple[Consumer, Rounds]


async def open_linking(stand: Stand, master_key: bytes, read: ReadReferral, book: NoticeBook) -> Linking:
    """Open what linking needs; its consumer has a group of its own."""
    links, keys = LinkStore(stand.store), KeyMaker(master_key)
    searches = NoticeSearches(stand.store, master_key)
    await links.prepare()
    await searches.prepare()
    noting = stand.consumer(
        purpose="links",
        gather=Linger(0.2),  # nobody waits for a suggestion, and whoever posts should not
        patience=0.5,
        topics=[REFERRAL_EVENTS.name],
        handlers=HANDLERS,
        ignores=[ContentDeposited, NoticeGatesChanged, QuestionAnswered],
    )
    referrals = Comparing(stand.store, links, keys, read)
    notices = ComparingNotices(stand.store, links, keys, book)

    async def compare() -> int:
        return await referrals.compare_some() + await notices.compare_some()

    comparing = Rounds("comparing", compare, rest=IDLE_SECONDS, ease=EASE)
    return Linking(linking_routes(links, SearchDesk(links, keys, searches)), (noting, comparing))


def linking_routes(links: LinkStore, desk: SearchDesk) -> APIRouter:
    """Make all routes of linking."""
    router = APIRouter()
    for routes in (link_routes(links), notice_link_routes(links), search_routes(desk)):
        router.include_router(routes)
    return router
