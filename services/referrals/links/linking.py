"""Puts linking together: what it keeps, what it listens to, what it does meanwhile, and its interface."""

from dataclasses import dataclass

from fastapi import APIRouter

from runtime.consumer import Consumer
from runtime.pace import Linger
from runtime.stand import Stand
from schemas.events import ContentDeposited, NoticeGatesChanged, QuestionAnswered
from schemas.topics import REFERRAL_EVENTS
from services.referrals.links.api import link_routes
from services.referrals.links.comparing import HANDLERS, Comparing, ReadReferral
from services.referrals.links.keys import KeyMaker
from services.referrals.links.store import LinkStore


@dataclass(frozen=True, slots=True)
class Linking:
    """The routes of links, and the loops behind them."""

    routes: APIRouter
    loops: tuple[Consumer, Comparing]


async def open_linking(stand: Stand, master_key: bytes, read: ReadReferral) -> Linking:
    """Open what linking needs; its consumer has a group of its own."""
    links = LinkStore(stand.store)
    await links.prepare()
    noting = stand.consumer(
        purpose="links",
        gather=Linger(0.2),  # nobody waits for a suggestion, and whoever posts should not
        patience=0.5,
        topics=[REFERRAL_EVENTS.name],
        handlers=HANDLERS,
        ignores=[ContentDeposited, NoticeGatesChanged, QuestionAnswered],
    )
    return Linking(link_routes(links), (noting, Comparing(stand.store, links, KeyMaker(master_key), read)))
