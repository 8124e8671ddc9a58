"""Puts the NCB feed together: one handling, and two doors to it."""

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import SecretStr

from runtime.process import Loop
from runtime.stand import Stand
from schemas.topics import NCB_INBOUND
from services.referrals.ncb.deliveries import Deliveries
from services.referrals.ncb.desk import AtGates, Book, Follows, NcbDesk, SetAside
from services.referrals.ncb.door import ncb_routes
from services.referrals.ncb.ledger import Ledger
from services.referrals.ncb.questions import Questions
from services.referrals.ncb.signatures import Signatures, secrets_in
from services.referrals.ncb.topic import Inbound, Kept
from services.referrals.notices.fingerprints import Fingerprints


@dataclass(frozen=True, slots=True)
class NcbFeed:
    """The routes of the feed, the loop that reads its topic, and the one handling behind both."""

    desk: NcbDesk
    routes: APIRouter
    consumer: Loop


async def open_ncb(
    stand: Stand,
    *,
    master_key: bytes,
    secret: SecretStr | None,
    book: Book,
    quarantine: SetAside,
    follow_ups: Follows,
    gates: AtGates,
) -> NcbFeed:
    """Open both doors; without a secret the one over HTTP says that it is closed."""
    ledger, questions, deliveries = Ledger(stand.database), Questions(stand.database), Deliveries(stand.database)
    for stored in (ledger, questions, deliveries):
        await stored.prepare()
    desk = NcbDesk(book, quarantine, follow_ups, gates, ledger, questions, Fingerprints(master_key))
    consumer = stand.taker(Inbound(desk).take, Kept(quarantine), topics=[NCB_INBOUND.name], purpose="ncb")
    return NcbFeed(desk, ncb_routes(desk, Signatures(secrets_in(secret)), deliveries), consumer)
