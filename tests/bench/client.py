"""What posts referrals and sees them arrive, in a process of its own: `python -m tests.bench.client`.

It reads a job as one JSON object from its standard input and answers with another. It does as little as it can:
requests are written out beforehand, answers are not parsed while the clock runs, because it shares the cores with
what it measures. Ours and the floor are measured by the same code.
"""

import asyncio
import json
import random
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import uvloop
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

Items = Collection[dict[str, Any]]

SECONDS_BETWEEN_LOOKS = 0.005
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = (0.020, 0.060)
"""Between one referral's arrival and the next POST, so that nothing falls into step with anybody's timer."""


@dataclass(frozen=True, slots=True)
class Job:
    """One measurement: where to post, where items arrive, and how many referrals."""

    host: str
    port: int
    mongo: str
    database: str
    bodies: str
    """A file with a JSON string in each line, made once for the whole run."""
    count: int
    seed: int
    connections: int = 0
    """How many at once; 0 for one after another, each awaited until it is in its queue."""


def main() -> None:
    """Do one job."""
    job = Job(**json.loads(sys.stdin.read()))
    with MongoClient[dict[str, Any]](job.mongo) as client:
        items = client.get_database(job.database, read_concern=ReadConcern("majority"))["items"]
        result = _load(job, items) if job.connections else _one_by_one(job, items)
    print(json.dumps(result))


def _requests(job: Job) -> list[bytes]:
    """Write every request out; a seed gives the same ones again."""
    chance = random.Random(job.seed)
    bodies = [json.loads(line).encode() for line in Path(job.bodies).read_text("utf-8").splitlines()]
    return [
        _request(job, UUID(int=chance.getrandbits(128)), bodies[number % len(bodies)]) for number in range(job.count)
    ]


def _request(job: Job, key: UUID, body: bytes) -> bytes:
    head = (
        f"POST /v1/referrals HTTP/1.1\r\nHost: {job.host}:{job.port}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _whole(answer: bytes) -> bool:
    """Tell whether all of an answer is here."""
    head, found, body = answer.partition(b"\r\n\r\n")
    return bool(found) and len(body) >= int(_header(head, b"content-length"))


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        if line[: len(name)].lower() == name:
            return line[len(name) + 1 :].strip()
    return b""


def _referral_id(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 201"):
        raise SystemExit(f"a POST was not taken in: {head.splitlines()[0].decode()}")
    return str(json.loads(body)["referral_id"])


# ---- one after another ----


@dataclass(slots=True)
class Arrival:
    """One referral's way, in seconds; the clock time of the POST is there to compare it with spans."""

    sent_at: float
    answered: float
    visible: float
    trace_id: str
    item_id: str


def _one_by_one(job: Job, items: Items) -> dict[str, Any]:
    chance = random.Random(job.seed)
    with socket.create_connection((job.host, job.port)) as door, items.watch(_STORED) as stored:
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        arrivals = []
        for request in _requests(job):
            time.sleep(chance.uniform(*PAUSE_SECONDS))
            arrivals.append(asdict(_one(door, request, stored)))
    return {"arrivals": arrivals}


# The server itself says when an item is stored by a majority, which is when `GET /v1/offices/{code}/queue` shows
# it: one waiting request costs those who are measured less than asking again and again.
_STORED = [{"$match": {"operationType": "insert"}}, {"$project": {"documentKey": 1}}]


def _one(door: socket.socket, request: bytes, stored: Iterator[dict[str, Any]]) -> Arrival:
    sent_at, started = time.time(), time.perf_counter()
    door.sendall(request)
    answer = b""
    while not _whole(answer):
        answer += door.recv(65_536)
    answered = time.perf_counter()
    referral_id = _referral_id(answer)
    item_id = next(change["documentKey"]["_id"] for change in stored if _is_item_of(change, referral_id))
    visible = time.perf_counter()
    trace_id = _header(answer.partition(b"\r\n\r\n")[0], b"x-trace-id").decode()
    return Arrival(sent_at, answered - started, visible - started, trace_id, item_id)


def _is_item_of(change: dict[str, Any], referral_id: str) -> bool:
    return str(change["documentKey"]["_id"]).startswith(referral_id)


# ---- as many as go ----


class Door(asyncio.Protocol):
    """One kept connection that posts the next request as soon as the last one was answered."""

    def __init__(self, requests: Iterator[bytes], answers: list[bytes]) -> None:
        self._requests, self._answers = requests, answers
        self._transport: Any = None
        self._answer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = transport  # uvloop's own kind, which does not say that it is a Transport

    def post_next(self) -> None:
        """Send the next request, if one is left."""
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        elif not self.done.done():
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take an answer, or a part of one."""
        self._answer += data
        if _whole(self._answer):
            self._answers.append(self._answer)
            self._answer = b""
            self.post_next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail: nobody is to close a connection while the clock runs."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the door was closed"))


def _load(job: Job, items: Items) -> dict[str, Any]:
    requests = _requests(job)
    before = items.estimated_document_count()
    answers: list[bytes] = []
    started, took_in = uvloop.run(_post_all(job, requests, answers))
    drained = _await_count(items, before + job.count) - started
    _check(items, [_referral_id(answer) for answer in answers])
    return {"intake_seconds": took_in, "drain_seconds": drained}


async def _post_all(job: Job, requests: Sequence[bytes], answers: list[bytes]) -> tuple[float, float]:
    loop = asyncio.get_running_loop()
    left = iter(requests)
    doors = [
        (await loop.create_connection(lambda: Door(left, answers), job.host, job.port))[1]
        for _ in range(job.connections)
    ]
    started = time.perf_counter()
    for door in doors:
        door.post_next()
    await asyncio.wait_for(asyncio.gather(*(door.done for door in doors)), PATIENCE_SECONDS)
    return started, time.perf_counter() - started


def _await_count(items: Items, wanted: int) -> float:
    """Wait until a queue holds so many items, by the count that the server keeps anyway."""
    last = time.perf_counter() + PATIENCE_SECONDS
    while items.estimated_document_count() < wanted:
        if time.perf_counter() > last:
            raise SystemExit(f"only {items.estimated_document_count()} of {wanted} items arrived in a minute")
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return time.perf_counter()


def _check(items: Items, referral_ids: list[str]) -> None:
    """See that each referral has its item: speed is worth nothing where one is lost or doubled."""
    last = time.perf_counter() + PATIENCE_SECONDS
    # The server counts an item a moment before a majority has it, which is when it is found.
    while (found := items.count_documents({"referral_id": {"$in": referral_ids}})) < len(referral_ids):
        if time.perf_counter() > last:
            break
        time.sleep(SECONDS_BETWEEN_LOOKS)
    if found != len(referral_ids) or len(set(referral_ids)) != len(referral_ids):
        raise SystemExit(f"{len(referral_ids)} referrals have {found} items")


if __name__ == "__main__":
    main()
