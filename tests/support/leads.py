"""The running service with notices that become leads, and what they are known by."""

import json
from datetime import UTC, datetime, timedelta

from schemas.events import ItemQueued, ReferralRouted
from schemas.marks import Marks
from schemas.topics import REFERRAL_EVENTS
from services.referrals.exchange import make_exchange
from services.referrals.pieces import PieceStore
from services.referrals.readings import Readings
from services.referrals.store import ReferralStore
from tests.support.kafka import header
from tests.support.waiting import until

GATES_CHANGED = "dragoman.referral.notice-gates-changed.v1"
HOLD = timedelta(hours=72)
ALL = ["validity", "abuse_review", "supervisor_approval"]
TIED = {"nationalities": ("AL", "US")}
JSON = {"Content-Type": "application/json"}


class Leads:
    """The running service, and beside it a book that another process would write."""

    def __init__(self, service, shelf):
        self.service = service
        self.http = service.http
        self.book = shelf.book
        self.shelf = shelf
        records, pieces = ReferralStore(shelf.store, shelf.vault), PieceStore(shelf.store)
        self.requester = make_exchange(records, pieces, Readings(shelf.store)).requester
        self._number = 0

    async def referrals_of(self, notice_id):
        rows = self.service.database["referrals"].find({"notice.notice_id": str(notice_id)}).sort("_id", 1)
        return await rows.to_list(None)

    async def opened(self, notice_id, number=1):
        """Wait until a notice has so many referrals, and give the last."""

        async def is_so():
            rows = await self.referrals_of(notice_id)
            return rows[-1]["_id"] if len(rows) == number else None

        return await until(is_so)

    async def followed(self, notice_id):
        """Wait until nothing is due of a notice any more."""

        async def is_so():
            record = await self.book.record(notice_id)
            return record is not None and "follow_up_due" not in record

        await until(is_so)

    async def gates(self, referral_id):
        return (await self.http.get(f"/v1/referrals/{referral_id}/gates")).json()

    async def says(self, referral_id, gate, **body):
        body = {"office": "SAC-BOS", **body}
        return await self.http.post(f"/v1/referrals/{referral_id}/gates/{gate}", json=body)

    async def passes_all(self, referral_id):
        now = datetime.now(UTC)
        for gate, body in (
            ("validity", {"staff": "V-1", "confirmed_with": "usncb", "confirmed_at": now.isoformat()}),
            ("abuse-review", {"staff": "R-1", "outcome": "no_concern"}),
            ("approval", {"staff": "S-1", "role": "supervisor"}),
        ):
            answer = await self.says(referral_id, gate, **body)
            assert answer.status_code == 200, answer.text
        return answer.json()

    async def queued(self, referral_id, office="SAC-BOS"):
        """Tell that a referral waits in the queue of an office, and wait until that is known."""
        routed = ReferralRouted(
            referral_id=referral_id,
            requester_country="FR",
            office=office,
            desk="EUR",
            category="money-laundering",
            urgency="U2",
            marks=Marks(tlp="CLEAR", handling=("H0",)),
            ruleset="2026-11-01",
            rule="R-1",
            because="it leads",
        )
        item = {"referral_id": referral_id, "item_id": f"{referral_id}.1", "office": office, "role": "lead"}
        queued = ItemQueued(
            **item, requester_country="FR", category="money-laundering", urgency="U2", queued_at=datetime.now(UTC)
        )
        await self.service.says("routing", routed, 1)
        await self.service.says("notify", queued, 1)
        await self.entry(referral_id, "queued")
        return item

    async def entry(self, referral_id, type_):
        """Wait for an entry of the whole timeline."""

        async def is_there():
            found = await self.timeline(referral_id)
            return next((entry for entry in found if entry["type"] == type_), None)

        return await until(is_there)

    async def timeline(self, referral_id, view="all"):
        return (await self.http.get(f"/v1/referrals/{referral_id}/timeline", params={"view": view})).json()["timeline"]

    async def told(self, referral_id, type_, count=1):
        """Read what was told of a referral up to the so-many-th event of a type."""
        found = []

        def is_last(record):
            if record.key == referral_id.encode():
                found.append(record)
            return [header(one, "ce_type") for one in found].count(type_) == count

        await self.service._kafka.read_until(REFERRAL_EVENTS.name, is_last)
        return [json.loads(record.value) for record in found]
