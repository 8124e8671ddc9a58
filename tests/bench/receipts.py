"""What receipts and custody cost one referral, in processor time and bytes: `python -m tests.bench.receipts`.

Needs a MongoDB, and starts one of its own. Prints and never judges.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson
from uuid6 import uuid7

from deploy.local.settings import StackSettings
from runtime.mongo import open_database
from runtime.settings import MongoSettings
from services.referrals.evidence.custody_store import PAGES, CustodyStore
from services.referrals.evidence.notary import Notary
from services.referrals.evidence.page import opening, write_page
from services.referrals.evidence.verify import verify
from services.referrals.store import COLLECTION
from tests.support.background_stack import BackgroundStack
from tests.support.evidence import SIGNER, WAITS, at, bundle, claimed, page, queued, record, routed
from tests.support.whole_stack import own_environment

REPEATS = 2_000
REFERRALS = 2_000
WAY = (routed(), queued(), claimed())


def main() -> None:
    """Measure and print."""
    new, whole = record(), record(*WAY)
    sealed = bundle(page(whole, at(5)).entries)
    first = opening(new, SIGNER, WAITS)
    print(f"first receipt, in the POST      {_microseconds(lambda: opening(new, SIGNER, WAITS)):8.0f} us")
    print(f"  of it the signature           {_microseconds(lambda: SIGNER.sign('any', {'number': 1})):8.0f} us")
    print(f"  bytes more in the record      {len(bson.encode(first)):8d}")
    print(
        f"page of the way until claimed   {_microseconds(lambda: write_page(whole, [], SIGNER, WAITS, at(5))):8.0f} us"
    )
    print(f"  bytes of the page             {len(bson.encode({'entries': page(whole, at(5)).entries})):8d}")
    print(f"check of its bundle             {_microseconds(lambda: verify(sealed)):8.0f} us")
    print(f"the notary, with its writes     {asyncio.run(_notary()):8.0f} us, four entries and receipts in one page")


def _microseconds(work: Callable[[], Any]) -> float:
    """Give the processor time of one call."""
    started = time.process_time()
    for _ in range(REPEATS):
        work()
    return (time.process_time() - started) / REPEATS * 1e6


async def _notary() -> float:
    """Give the processor time of this process for each of many referrals that are due at once."""
    with tempfile.TemporaryDirectory() as var:
        settings = StackSettings(Path(var), parts=("mongo",), free_ports=True, environment=own_environment())
        with BackgroundStack(settings) as stack:
            mongo = MongoSettings(uri=stack.addresses["mongo"])
            async with open_database(mongo, "receipts") as database:
                store = CustodyStore(database)
                await store.prepare()
                due = [{**record(*WAY, referral_id=str(uuid7())), "notary_at": at(0)} for _ in range(REFERRALS)]
                await database[COLLECTION].insert_many(due)
                started = time.process_time()
                notary = Notary(store, SIGNER, WAITS, "bench")
                while await notary.notarise_due(at(5)):
                    pass
                took = time.process_time() - started
                assert await database[PAGES].count_documents({}) == REFERRALS
    return took / REFERRALS * 1e6


if __name__ == "__main__":
    sys.exit(main())
