"""Invented people at the public doors: officers, desks and requesters, each at work on one referral."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import httpx

Json = dict[str, Any]
Found = TypeVar("Found")

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.1
MARKS = {"tlp": "TLP:AMBER", "handling": ["H1"]}
"""Under which the invented answers go out."""


class Unexpected(Exception):
    """Something was answered, or came about, otherwise than it should."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the three services are spoken to."""

    referrals: httpx.AsyncClient
    routing: httpx.AsyncClient
    notify: httpx.AsyncClient
    leasing: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """One officer at a time looks for a certain item in a queue."""


async def said(response: httpx.Response, *statuses: int) -> Json:
    """Give an answer, if it has the status that it should have."""
    answer: Json = response.json()
    if response.status_code not in (statuses or (200, 201)):
        what = f"{response.request.method} {response.request.url.path}"
        codes = [fault["code"] for fault in answer.get("faults", [])]
        raise Unexpected(f"{what} was answered {response.status_code} {answer.get('code')} {codes or ''}".rstrip())
    return answer


async def wait_for(what: str, look: Callable[[], Awaitable[Found | None]]) -> Found:
    """Look again and again until there is something."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (found := await look()) is None:  # noqa: ASYNC110 - another process sets no event
                await asyncio.sleep(LOOK_SECONDS)
            return found
    except TimeoutError:
        raise Unexpected(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}") from None


@dataclass(slots=True)
class Matter:
    """One referral, and whoever works on it."""

    doors: Doors
    referral_id: str
    country: str
    desk_code: str
    offices: list[str] = field(default_factory=list)
    """Who has worked on it, in order."""
    entries: list[Json] = field(default_factory=list)
    """Its timeline, as last read."""

    @property
    def path(self) -> str:
        """Where the referral is read and added to."""
        return f"/v1/referrals/{self.referral_id}"

    def officer(self, office: str, staff: str = "TEST-7") -> "Officer":
        """Let an officer of an office work on it."""
        if office not in self.offices:
            self.offices.append(office)
        return Officer(self, office, staff)

    def desk(self, staff: str = "TEST-D1") -> "Desk":
        """Let a person at its desk work on it."""
        if self.desk_code not in self.offices:
            self.offices.append(self.desk_code)
        return Desk(self, staff)

    @property
    def requester(self) -> "Requester":
        """Let the requester speak."""
        return Requester(self)

    async def stands(self, state: str) -> None:
        """Wait until the requester sees it in a state."""

        async def look() -> bool | None:
            return (await self.timeline())["state"] == state or None

        await wait_for(f"the state {state}", look)

    async def tells(self, type_: str, times: int = 1) -> None:
        """Wait until its timeline tells of something."""

        async def look() -> bool | None:
            await self.timeline()
            return [entry["type"] for entry in self.entries].count(type_) >= times or None

        await wait_for(f"{times} of {type_} on the timeline", look)

    async def timeline(self) -> Json:
        """Read what has happened."""
        answer = await said(await self.doors.referrals.get(f"{self.path}/timeline"))
        self.entries = answer["timeline"]
        return answer


class Officer:
    """An officer of an office, with at most one item in hand."""

    def __init__(self, matter: Matter, office: str, staff: str) -> None:
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

    def __init__(self, matter: Matter, staff: str) -> None:
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
