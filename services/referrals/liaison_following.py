"""Lets liaisons hear of what the other services tell, as soon as it is in a timeline."""

from dataclasses import replace

from runtime.consumer import Handler
from runtime.store import Work
from schemas.events import Event
from services.referrals.liaison_feed import liaison_is_told
from services.referrals.store import Fold, ReferralStore


def heard_by_liaisons(handler: Handler, records: ReferralStore) -> Handler:
    """Let a handler's entries be told to the liaisons of the country that asked, in the same write."""

    async def handle(event: Event, work: Work) -> None:
        noting = handler(event, work)
        if noting is not None:
            await noting
        country = getattr(event, "requester_country", None) or await records.country_of(str(event.referral_id))
        if country is not None:
            work.writes = [_told(write, country) if isinstance(write, Fold) else write for write in work.writes]

    return handle


def _told(fold: Fold, country: str) -> Fold:
    return replace(fold, emits=liaison_is_told(fold.referral_id, country, fold.entry))
