"""Opens a referral for comparing it; nobody reads it there, and nothing of it is kept but keys."""

from pydantic_core import to_json

from runtime.http import Problem
from services.referrals.contents import Contents
from services.referrals.links.comparing import ReadReferral
from services.referrals.store import ReferralStore


def reader_of(records: ReferralStore, contents: Contents) -> ReadReferral:
    """Make the way to the content of referrals as it stands now, if it is not withdrawn."""

    async def read(referral_id: str) -> bytes | None:
        record = await records.by_id(referral_id)
        if record is None:
            return None
        try:
            key = await contents.key_of(record)
        except Problem:  # recalled or erased
            return None
        return to_json((await contents.current(record, key)).whole)

    return read
