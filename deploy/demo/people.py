"""Invented people at the public doors: officers, desks and requesters, each at work on one referral."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.doors import Json, Unexpected, said, wait_for
from deploy.demo.matter import Matter

MARKS = {"tlp": "TLP:AMBER", "handling": ["H1"]}
"""Under which the invented answers go out."""


class Officer:
    """An officer of an office, with at most one item in hand."""

    def __init__(self, matter: Matter, office: str, staff: str = "TEST-7") -> None:
        matter.is_worked_by(office)
        self.matter = matter
        self.office = office
        self.staff = staff
        self.item = ""
        self.token = ""
        self._notify = matter.doors.notify
        self._queue = f"/v1/offices/{office}/queue"

    async def finds(self, state: str) -> Json:
        """Wait until the office has an item of the referral in a state."""

        async def look() -> Json | None:
            cursor: dict[str, str] = {}
            while True:
                asked = {"state": state, "limit": "200", **cursor}
                page = await said(await self._notify.get(self._queue, params=asked))
                for item in page["items"]:
                    if item["referral_id"] == self.matter.referral_id:
                        return dict(item)
                if page["next"] is None:
                    return None
                cursor = {"cursor": page["next"]}

        item = await wait_for(f"a {state} item at {self.office}", look)
        self.item = item["item_id"]
        return item

    async def takes(self) -> None:
        """Lease, claim and accept the item."""
        await self.finds("ready")
        async with self.matter.doors.leasing[self.office]:
            tokens = [await self._leases()]
            while not tokens[-1][1]:
                tokens.append(await self._leases())
            self.token = tokens[-1][0]
            await self.step("claim", officer=self.staff)
            for token, _ in tokens:
                await self._lets_go(token)
        await self.step("accept")

    async def _leases(self) -> tuple[str, bool]:
        """Lease what comes next, and tell whether the item is among it."""
        wanted = {"officer": self.staff, "most": 100, "seconds": 60}
        leased = await said(await self._notify.post(f"{self._queue}/lease", json=wanted))
        if not leased["items"]:
            raise Unexpected(f"{self.office} has nothing to lease, and the item is ready")
        return leased["lease_token"], self.item in {item["item_id"] for item in leased["items"]}

    async def _lets_go(self, token: str) -> None:
        rest = {"officer": self.staff, "lease_token": token, "seconds": 0}
        await said(await self._notify.post(f"{self._queue}/extend", json=rest), 200, 409)

    async def step(self, verb: str, **what: Any) -> Json:
        """Take a step under the token that holds the item."""
        return await said(await self.tries(verb, lease_token=self.token, **what))

    async def tries(self, verb: str, **what: Any) -> httpx.Response:
        """Take a step that may be refused."""
        return await self._notify.post(f"{self._queue}/{self.item}/{verb}", json=what)

    async def asks(self, text: str) -> str:
        """Put a question back to the requester."""
        question = await self._deposits("questions", text=text)
        await self.step("return", question_id=question["question_id"])
        await self.matter.stands("returned")
        return str(question["question_id"])

    async def answers(self, kind: str, text: str) -> None:
        """Answer, in part or at last."""
        answer = await self._deposits("answers", kind=kind, text=text, marks=MARKS)
        await self.step("answer", answer_id=answer["answer_id"], kind=kind)

    async def says_of_recalled(self, outcome: str, **what: str) -> None:
        """Say what became of the office's copy."""
        await self.finds("recalled")
        await said(await self.tries("acknowledge-recall", staff=self.staff, outcome=outcome, **what))

    async def _deposits(self, path: str, **what: Any) -> Json:
        body = {"office": self.office, "staff": self.staff, **what}
        return await said(await self.matter.doors.referrals.post(f"{self.matter.path}/{path}", json=body))


class Desk:
    """A person at the area desk that looks after the requester."""

    def __init__(self, matter: Matter, staff: str = "TEST-D1") -> None:
        matter.is_worked_by(matter.desk)
        self._matter = matter
        self._staff = staff
        self._path = f"/v1/triage/{matter.referral_id}"

    async def acts(self, act: str, **what: Any) -> Json:
        """Act on the referral as it stands, once it is at the desk."""
        routing = self._matter.doors.routing

        async def look() -> str | None:
            read = await routing.get(self._path)
            at_desk = read.status_code == 200 and read.json()["standing"] == "triage"
            return read.headers["ETag"] if at_desk else None

        etag = await wait_for("the referral at its desk", look)
        body = {"staff": self._staff, **what}
        return await said(await routing.post(f"{self._path}/{act}", json=body, headers={"If-Match": etag}), 200, 202)


class Requester:
    """Whoever sent the referral."""

    def __init__(self, matter: Matter) -> None:
        self._matter = matter

    async def replies(self, question_id: str, text: str) -> None:
        """Answer a question back."""
        await self._says(f"questions/{question_id}/answer", text=text)

    async def supplements(self, **changes: Any) -> None:
        """Add to the referral."""
        await self._says("supplements", kind="supplement", changes=changes)

    async def recalls(self, ground: str) -> list[str]:
        """Withdraw the referral, and give who must say what became of it."""
        recall = await self._says("recall", ground=ground)
        return list(recall["outstanding"])

    async def reads_nothing(self) -> None:
        """See that the content is closed."""
        await said(await self._matter.doors.referrals.get(self._matter.path), 410)

    async def _says(self, path: str, **what: Any) -> Json:
        body = {"country": self._matter.country, **what}
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self._matter.doors.referrals.post(f"{self._matter.path}/{path}", json=body, headers=headers)
        return await said(answer)


def in_days(days: int) -> str:
    """Write a moment to come."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
