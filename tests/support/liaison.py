"""A foreign liaison's client: it sends the same under the same key until it is told what became of it."""

import asyncio
import hashlib
from typing import Any
from uuid import uuid4

import httpx

from tests.support.bodies import as_bytes
from tests.support.client_log import ClientLog

PATIENCE_SECONDS = 90.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0


class Liaison:
    """Posts referrals, and writes down what was sent and what was acknowledged."""

    def __init__(self, http: httpx.AsyncClient, log: ClientLog | None = None) -> None:
        self.http = http
        self._log = log

    async def post_once(self, body: bytes, key: str | None = None, **headers: str) -> httpx.Response:
        """Send one request, once."""
        sent = {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid4()), **headers}
        return await self.http.post("/v1/referrals", content=body, headers=sent)

    async def post(self, body: bytes, key: str | None = None) -> httpx.Response:
        """Send until there is an answer that stands: not after a time-out, a 5xx or a 409."""
        key = key or str(uuid4())
        digest = hashlib.sha256(body).hexdigest()
        pause = FIRST_PAUSE
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                self._write("sent", key=key, digest=digest)
                answer = await self._try(body, key)
                if answer is not None and answer.status_code < 500 and answer.status_code != 409:
                    referral_id = answer.json().get("referral_id")
                    self._write("answered", key=key, digest=digest, status=answer.status_code, referral_id=referral_id)
                    return answer
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _try(self, body: bytes, key: str) -> httpx.Response | None:
        try:
            return await self.post_once(body, key)
        except httpx.TransportError:
            return None

    def _write(self, what: str, **fields: Any) -> None:
        if self._log is not None:
            self._log.write(what, **fields)

    async def accepted(self, body: dict[str, Any] | bytes, key: str | None = None) -> dict[str, Any]:
        """Post a sound body and give its receipt."""
        answer = await self.post(body if isinstance(body, bytes) else as_bytes(body), key)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def timeline(self, referral_id: str) -> dict[str, Any]:
        """Read what has happened with a referral."""
        answer = await self.http.get(f"/v1/referrals/{referral_id}/timeline")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def until(self, referral_id: str, *types: str) -> dict[str, Any]:
        """Read the timeline until it tells of all these."""
        told: dict[str, Any] = {"timeline": []}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not set(types) <= {entry["type"] for entry in told["timeline"]}:
                    await asyncio.sleep(0.05)
                    told = await self.timeline(referral_id)
        except TimeoutError:
            raise AssertionError(f"the timeline never told of {types}: {told}") from None
        return told
