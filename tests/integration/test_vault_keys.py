"""Keys that several ask for at once: whoever goes away takes nobody's with it."""

import asyncio

import pytest

from services.referrals.vault import Vault
from tests.support.notices import MASTER_KEY


async def test_who_is_cancelled_while_keys_are_made_leaves_them_to_the_others(database):
    vault = Vault(database, MASTER_KEY)
    first, second = (asyncio.create_task(vault.fresh_key(subject)) for subject in ("one", "two"))
    await asyncio.sleep(0)  # both wait for the same now

    first.cancel()

    with pytest.raises(asyncio.CancelledError):
        await first
    key_id, _ = await second
    assert await database["keys"].count_documents({"_id": key_id}) == 1
