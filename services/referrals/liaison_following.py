"""Lets liaisons hear of what the other services tell, as soon as it is in a timeline."""

from collections.abc import Awaitable
from dataclasses import replace

from runtime.consumer import Handler
from runtime.store import Work
from schemas.events import Event
from services.referrals.liaison_feed import liaison_is_told
from services.referrals.store import Fold, ReferralStore


def heard_by_liaisons(handler: Handler, records: ReferralStore) -> Handler:
    """Let a handler's entries be told to the liaisons of the country that asked, in the same write."""

    def handle(event: Event, work: Work) -> Awaitable[None] | None:
        noting = handler(event, work)
        country = getattr(event, "requester_country", None)
        if noting is None and country is not None:  # nearly always: then nothing is waited for
            _tell(work, country)
            return None
        return after_reading(noting, event, work)

    async def after_reading(noting: Awaitable[None] | None, event: Event, work: Work) -> None:
        if noting is not None:
            await noting
        country = getattr(event, "requester_country", None) or await records.country_of(str(event.referral_id))
        if country is not None:
            _tell(work, country)

    return handle


def _tell(work: Work, country: str) -> None:
    work.writes = [_told(write, country) if isinstance(write, Fold) else write for write in work.writes]


def _told(fold: Fold, country: str) -> Fold:
    return replace(fold, emits=liaison_is_told(fold.referral_id, country, fold.entry))
