"""What happens with referrals, live, as the liaisons of the country that asked may see it."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from runtime.described import problems
from runtime.feed import Here, Missed, Reader, Told
from runtime.http import shown
from runtime.live import Live, Reads, Streams, stream_answers
from schemas.events import TimelineNoted
from services.referrals.api import POST_PATH, found
from services.referrals.store import ReferralStore
from services.referrals.timeline import View, seen_by

_STREAM = stream_answers(
    {"*": "An entry of a timeline with its `referral_id`; the name is the entry's `type`, as in `GET …/timeline`."}
)
_UNKNOWN = problems({404: "There is no such referral."})

LastEventId = Annotated[str | None, Header(max_length=20)]


class OfOneReferral:
    """Leaves out of a country's facts those of its other referrals; places stay those of the country."""

    def __init__(self, reader: Reads, referral_id: UUID) -> None:
        self._reader = reader
        self._referral_id = referral_id

    async def read(self, wait_milliseconds: int) -> list[Told | Missed | Here]:
        """Give what has happened since the last call."""
        return [each for each in await self._reader.read(wait_milliseconds) if self._is_of_it(each)]

    def _is_of_it(self, each: Told | Missed | Here) -> bool:
        return not isinstance(each, Told) or _noted(each).referral_id == self._referral_id


class Entries:
    """Gives the entries of timelines that facts tell of, as a liaison sees them."""

    def __init__(self, records: ReferralStore) -> None:
        self._records = records

    async def __call__(self, facts: Sequence[Told]) -> list[tuple[str, dict[str, Any]]]:
        """Give the kind of each entry, and what it says."""
        noted = [_noted(fact) for fact in facts]
        entries = await self._records.entries({str(each.entry_id): str(each.referral_id) for each in noted})
        return [(each.noted, _body(each, entries.get(str(each.entry_id)))) for each in noted]


def liaison_routes(records: ReferralStore, streams: Streams) -> APIRouter:
    """Make the live streams of liaisons."""
    router = APIRouter(prefix=POST_PATH, tags=["live"])
    bodies = Entries(records)

    async def of_country(
        country: Annotated[str, Query(pattern="^[A-Z]{2}$", description="Which country asked.")],
        last_event_id: LastEventId = None,
    ) -> AsyncIterator[Reader]:
        async with streams.open(country, last_event_id) as reader:
            yield reader

    async def of_referral(
        request: Request, referral_id: UUID, last_event_id: LastEventId = None
    ) -> AsyncIterator[OfOneReferral]:
        record = await found(records, referral_id, request)
        async with streams.open(record["summary"]["country"], last_event_id) as reader:
            yield OfOneReferral(reader, referral_id)

    @router.get("/stream", response_class=StreamingResponse, responses=_STREAM)
    async def stream_country(reader: Annotated[Reader, Depends(of_country)]) -> Live:
        """Follow all referrals of one country live; `Last-Event-ID` resumes where a stream broke off."""
        return Live(reader, bodies)

    @router.get("/{referral_id}/stream", response_class=StreamingResponse, responses=_STREAM | _UNKNOWN)
    async def stream_referral(reader: Annotated[OfOneReferral, Depends(of_referral)]) -> Live:
        """Follow one referral live; `Last-Event-ID` resumes where a stream broke off."""
        return Live(reader, bodies)

    return router


def _noted(fact: Told) -> TimelineNoted:
    assert isinstance(fact.event, TimelineNoted)
    return fact.event


def _body(noted: TimelineNoted, entry: dict[str, Any] | None) -> dict[str, Any]:
    told = {"referral_id": str(noted.referral_id)}
    if entry is None:  # the record is not here any more; that it happened can still be said
        return {**told, "event_id": str(noted.entry_id), "type": noted.noted, "at": shown(noted.happened_at)}
    [seen] = seen_by(View.LIAISON, [entry])
    return {**told, **seen}
