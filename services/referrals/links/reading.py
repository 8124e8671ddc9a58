"""Opens a referral for comparing it; nobody reads it there, and nothing of it is kept but keys."""

from services.referrals.links.comparing import ReadReferral
from services.referrals.store import ReferralStore
from services.referrals.vault import Erased, Frozen


def reader_of(records: ReferralStore) -> ReadReferral:
    """Make the way to the content of referrals that are not withdrawn."""

    async def read(referral_id: str) -> bytes | None:
        record = await records.by_id(referral_id)
        if record is None or "recall" in record:
            return None
        try:
            return await records.content_of(record)
        except (Erased, Frozen):
            return None

    return read
