"""Puts together what makes a notice a lead: referrals that follow it, and the gates before anybody acts on one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter

from runtime.process import Loop
from runtime.rounds import Rounds
from schemas.notices import NoticeStanding
from services.referrals.exchange import Exchange
from services.referrals.gates.api import gate_routes
from services.referrals.gates.desk import GateDesk, StandingOf
from services.referrals.gates.lapsing import Lapses
from services.referrals.intake_desk import IntakeDesk
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.follow_ups import FollowUps, Referrals
from services.referrals.notices.life import has_ended

REST = 1.0
"""Seconds between two looks for what is due."""


@dataclass(frozen=True, slots=True)
class Leads:
    """What follows notices, the desk at the gates, its routes, and what goes on by itself."""

    follow_ups: FollowUps
    gates: GateDesk
    routes: APIRouter
    loops: Sequence[Loop]


def open_leads(book: NoticeBook, intake: IntakeDesk, exchange: Exchange, validity_hours: int) -> Leads:
    """Open what makes referrals of notices."""
    records = exchange.records
    referrals = Referrals(records, exchange.pieces, exchange.contents, intake, exchange.requester)
    follow_ups = FollowUps(book, referrals)
    hold = timedelta(hours=validity_hours)
    desk = GateDesk(records, exchange.contents, exchange.pieces, standings_in(book), hold)
    loops = (
        Rounds("follow-ups", follow_ups.follow_due, rest=REST),
        Rounds("lapses of gates", Lapses(records).lapse, rest=REST),
    )
    return Leads(follow_ups, desk, gate_routes(desk, exchange), loops)


def standings_in(book: NoticeBook) -> StandingOf:
    """Make the way to ask where a notice stands."""

    async def standing_of(notice_id: UUID) -> NoticeStanding | None:
        record = await book.record(notice_id)
        if record is None or has_ended(record):
            return None
        return NoticeStanding(record["standing"])

    return standing_of
