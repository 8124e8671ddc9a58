"""Keeps the circuit in the database: a process that is started anew must not knock where we were told to stay away."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import structlog

from runtime.mongo import Database, store_errors
from services.referrals.feed.circuit import Circuit, CircuitState
from services.referrals.feed.source import SourceAway

log = structlog.get_logger()

COLLECTION = "feed_circuit"
HTTP = "http"


class CircuitKeeper:
    """The circuit of the public service, as this process goes by it."""

    def __init__(self, database: Database, open_for_s: float) -> None:
        self._rows = database[COLLECTION]
        self._open_for = timedelta(seconds=open_for_s)
        self._circuit = Circuit()

    async def prepare(self) -> None:
        """Take up what an earlier process left."""
        self._circuit = await read_circuit(self._rows.database)

    async def pass_through(self) -> None:
        """Let a request go out, or raise `SourceAway` while there is to be none."""
        if self._circuit.state(datetime.now(UTC)) is CircuitState.OPEN:
            raise SourceAway("circuit_open", self._circuit.open_until)

    async def refused(self) -> None:
        """Note a refusal; the third in a row stops everything, and ops is told."""
        now = datetime.now(UTC)
        before, self._circuit = self._circuit, self._circuit.refused(now, self._open_for)
        await self._keep()
        if self._circuit.times_opened > before.times_opened:
            until = self._circuit.open_until
            log.warning(
                "feed circuit opened: the service refuses us",
                refusals=self._circuit.refusals,
                times_opened=self._circuit.times_opened,
                until=until.isoformat() if until else None,
            )
            raise SourceAway("circuit_open", until)

    async def answered(self) -> None:
        """Note that we were let in."""
        if self._circuit.refusals == 0 and self._circuit.open_until is None:
            return
        was_open = self._circuit.open_until is not None
        self._circuit = self._circuit.answered()
        await self._keep()
        if was_open:
            log.info("feed circuit closed: the service answers again")

    async def _keep(self) -> None:
        with store_errors():
            await self._rows.replace_one({"_id": HTTP}, {"_id": HTTP, **asdict(self._circuit)}, upsert=True)


async def read_circuit(database: Database) -> Circuit:
    """Read how the circuit stands."""
    with store_errors():
        row = await database[COLLECTION].find_one({"_id": HTTP}, {"_id": 0})
    return Circuit(**row) if row is not None else Circuit()
