"""The NCB feed over Kafka: records of JSON Lines that somebody else writes, taken as they come."""

from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.events import Message, RawRecord
from services.referrals.ncb.desk import NcbDesk
from services.referrals.ncb.faults import Refused, message_fault
from services.referrals.ncb.reading import lines_of


@dataclass(frozen=True, slots=True)
class Inbound:
    """Takes what stands in the topic."""

    desk: NcbDesk

    async def take(self, record: Message) -> None:
        """Handle every message of a record, in order; when this returns, its offset may be committed."""
        now = datetime.now(UTC)
        if not await self.desk.take_all(lines_of(record.value or b""), now):
            await self.desk.set_aside(b"", Refused(message_fault("nothing_in_it")), now)


@dataclass(frozen=True, slots=True)
class Kept:
    """Keeps what we failed to handle where it is sealed: a dead letter would carry names on."""

    desk: NcbDesk

    async def set_aside(self, record: RawRecord, error: BaseException, attempts: int) -> None:
        """Keep one record for a person."""
        await self.desk.set_aside(record.value or b"", Refused(message_fault("not_handled")), datetime.now(UTC))
