"""The desk's clock: a release for life that no second person confirms in time comes back."""

from datetime import timedelta

import structlog

from runtime.rounds import Rounds
from services.routing.placing import TriageDesk

log = structlog.get_logger()

LOOK_EVERY = timedelta(seconds=20)


class CallBacks:
    """Looks for what is overdue; any number of processes may, and each referral is called back once."""

    def __init__(self, desk: TriageDesk, look_every: timedelta = LOOK_EVERY) -> None:
        self._desk = desk
        self._rounds = Rounds("call-backs", self.look, rest=look_every.total_seconds())

    async def run(self) -> None:
        """Look until stopped; what is due while nobody looks is found by the next look."""
        await self._rounds.run()

    async def stop(self) -> None:
        """Ask `run` to end."""
        await self._rounds.stop()

    async def look(self) -> int:
        """Call back whatever is overdue now; gives how many this process has called back."""
        called_back = 0
        while True:
            done = [
                referral_id for referral_id in await self._desk.overdue() if await self._desk.call_back(referral_id)
            ]
            for referral_id in done:
                log.info("referral called back", referral_id=referral_id)
            called_back += len(done)
            if not done:  # what is left has just been changed by somebody else
                return called_back
