"""Acts on a referral on which others act at the same moment: they are tried again on the record as it is by then."""

from collections.abc import Awaitable, Callable

from runtime.errors import Overtaken, StoreAway
from runtime.http import Problem
from runtime.mongo import Document
from services.referrals.store import ReferralStore

TRIES = 10
"""A referral on which others act at the same moment is read again this often."""


async def until_not_overtaken(
    records: ReferralStore, referral_id: str, once: Callable[[Document], Awaitable[Document]]
) -> Document:
    """Read a record and act on it, again for as long as somebody else was there first."""
    for _ in range(TRIES):
        try:
            return await once(await read_record(records, referral_id))
        except Overtaken:
            continue
    raise StoreAway("others act on this referral all the time")


async def read_record(records: ReferralStore, referral_id: str) -> Document:
    """Read the record of a referral that there must be."""
    record = await records.by_id(referral_id)
    if record is None:
        raise Problem(404, "referral_unknown", "There is no referral with this id")
    return record
