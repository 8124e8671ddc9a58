"""Puts the NCB feed together: one handling, and two doors to it."""

from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter
from pydantic import SecretStr

from runtime.process import Loop
from runtime.stand import Stand
from schemas.topics import NCB_INBOUND
from services.referrals.leads import Leads
from services.referrals.ncb.deliveries import Deliveries
from services.referrals.ncb.desk import NcbDesk
from services.referrals.ncb.door import ncb_routes
from services.referrals.ncb.ledger import Ledger
from services.referrals.ncb.questions import Questions
from services.referrals.ncb.signatures import Signatures, secrets_in
from services.referrals.ncb.topic import Inbound, Kept
from services.referrals.notices.fingerprints import Fingerprints
from services.referrals.notices.notices import Notices


@dataclass(frozen=True, slots=True)
class NcbFeed:
    """The routes of the feed, the loop that reads its topic, and the one handling behind both."""

    desk: NcbDesk
    routes: APIRouter
    consumer: Loop


class NcbSettings(Protocol):
    """The settings that the feed needs."""

    @property
    def master_key_bytes(self) -> bytes: ...
    @property
    def ncb_secret(self) -> SecretStr | None: ...


async def open_ncb(stand: Stand, settings: NcbSettings, notices: Notices, leads: Leads) -> NcbFeed:
    """Open both doors; without a secret the one over HTTP says that it is closed."""
    ledger, questions, deliveries = Ledger(stand.database), Questions(stand.database), Deliveries(stand.database)
    for stored in (ledger, questions, deliveries):
        await stored.prepare()
    fingerprints = Fingerprints(settings.master_key_bytes)
    desk = NcbDesk(notices.book, notices.quarantine, leads.follow_ups, leads.gates, ledger, questions, fingerprints)
    consumer = stand.taker(Inbound(desk).take, Kept(desk), topics=[NCB_INBOUND.name], purpose="ncb")
    return NcbFeed(desk, ncb_routes(desk, Signatures(secrets_in(settings.ncb_secret)), deliveries), consumer)
