"""The feed as ops runs it: its commands, its exit codes, its events on Kafka, and what the service shows of it."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import NOTICE_EVENTS, TOPICS
from tests.conftest import own_environment
from tests.support.kafka import KafkaDesk, header
from tests.support.notices import MASTER_KEY
from tests.support.referrals_service import running_referrals
from tests.support.scripted_http import ScriptedServer, saying, scripted
from tests.support.small_feed import SmallService
from tests.support.waiting import until

A, B = "2099/10001", "2099/10002"


@pytest.fixture
async def service() -> AsyncIterator[tuple[SmallService, ScriptedServer]]:
    """A public service of two invented notices."""
    small = SmallService(A, B)
    async with scripted(small) as server:
        yield small, server


@pytest.fixture
def environment(
    service: tuple[SmallService, ScriptedServer], kafka_settings: KafkaSettings, mongo_settings: MongoSettings
) -> dict[str, str]:
    """What the commands read."""
    return {
        **own_environment(),
        "FEED_BASE_URL": service[1].base_url,
        "FEED_LISTS": "red",
        "FEED_REQUESTS_PER_SECOND": "1000",
        "FEED_BACK_OFF_S": "0.01",
        "KAFKA_BOOTSTRAP_SERVERS": kafka_settings.bootstrap_servers,
        "KAFKA_TOPIC_PREFIX": kafka_settings.topic_prefix,
        "MONGO_URI": mongo_settings.uri,
        "MONGO_DATABASE_PREFIX": mongo_settings.database_prefix,
        "REFERRALS_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
    }


async def started(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.referrals.feed", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def done(environment: dict[str, str], *arguments: str) -> tuple[int | None, str, str]:
    process = await started(environment, *arguments)
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_a_sweep_ends_with_what_it_found_and_with_its_events_sent(
    kafka: KafkaDesk, environment: dict[str, str], service: tuple[SmallService, ScriptedServer]
):
    await kafka.make(*(topic.name for topic in TOPICS))

    code, out, err = await done(environment, "sweep", "--json")

    [swept] = json.loads(out)["sweeps"]
    assert (code, swept["list"], swept["state"], swept["coverage"]) == (0, "red", "complete", 1.0)
    assert swept["counts"]["new"] == 2
    assert "red: complete, 2 of 2 (100.00 %)" in err
    count = 0

    def is_second(_: Any) -> bool:
        nonlocal count
        count += 1
        return count == 2

    told = await kafka.read_until(NOTICE_EVENTS.name, is_second)
    assert {header(record, "ce_type") for record in told} == {"dragoman.notice.observed.v1"}
    for secret in ("TESTSON", "2099/1", "2099-1"):
        assert secret not in out + err

    code, out, _ = await done(environment, "status", "--json")
    assert (code, json.loads(out)["lists"][0]["last_complete"]["total"]) == (0, 2)


async def test_a_sweep_that_is_refused_says_so_by_its_code_and_the_next_one_does_not_knock(
    kafka: KafkaDesk, environment: dict[str, str], service: tuple[SmallService, ScriptedServer]
):
    await kafka.make(*(topic.name for topic in TOPICS))
    service[0].instead = lambda asked: saying(403)

    first = await done(environment, "sweep", "--json")
    asked = len(service[1].asked)
    second = await done(environment, "sweep")

    assert (first[0], json.loads(first[1])["sweeps"][0]["reason"]) == (1, "circuit_open")
    assert "feed circuit opened: the service refuses us" in first[2]
    assert (second[0], asked, len(service[1].asked)) == (1, 3, 3)
    assert "red: paused (circuit_open)" in second[2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"FEED_BASE_URL": ""}, "FEED_BASE_URL or FEED_FOLDER"),
        ({"FEED_LISTS": "blue", "FEED_TRIES": "none"}, "FEED_TRIES is wrong: "),
        ({"KAFKA_BOOTSTRAP_SERVERS": ""}, "KAFKA_BOOTSTRAP_SERVERS is wrong: "),
        ({"MONGO_URI": ""}, "MONGO_URI is wrong: "),
        ({"REFERRALS_MASTER_KEY": ""}, "REFERRALS_MASTER_KEY is wrong: "),
    ],
)
async def test_a_wrong_setting_is_named_and_nothing_is_asked(
    environment: dict[str, str], service: tuple[SmallService, ScriptedServer], change: dict[str, str], words: str
):
    code, out, err = await done(environment | change, "sweep")

    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert service[1].asked == []


async def test_the_worker_sweeps_by_itself_says_how_it_is_and_ends_in_order(
    kafka: KafkaDesk, environment: dict[str, str], service: tuple[SmallService, ScriptedServer], free_port: int
):
    await kafka.make(*(topic.name for topic in TOPICS))
    worker = await started(environment | {"FEED_HTTP_PORT": str(free_port)}, "run")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as http:

        async def complete() -> Any:
            if worker.returncode is not None:
                raise AssertionError((await worker.communicate())[0])
            try:
                lists = (await http.get("/v1/feed")).json()["lists"]
            except httpx.TransportError:
                return None
            return lists and lists[0]["last_complete"]

        assert (await until(complete))["counts"]["new"] == 2
        assert (await http.get("/health/ready")).status_code == 200
    worker.send_signal(signal.SIGTERM)
    await worker.communicate()

    assert worker.returncode == 0
    assert len(service[1].asked) == 3


@pytest.fixture
def free_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    """A port that nobody listens on."""
    return unused_tcp_port_factory()


async def test_the_service_shows_how_the_feed_stands(
    kafka: KafkaDesk,
    kafka_settings: KafkaSettings,
    mongo_settings: MongoSettings,
    environment: dict[str, str],
):
    async with running_referrals(kafka, kafka_settings, mongo_settings) as referrals:
        before = await referrals.get("/v1/feed")
        assert (await done(environment, "sweep", "--quiet"))[0] == 0
        after = await referrals.get("/v1/feed")
        page = await referrals.http.get("/v1/feed/page")

    assert (before["lists"], before["circuit"]["state"]) == ([], "closed")
    assert after["lists"][0]["last_complete"]["coverage"] == 1.0
    assert "100.00 %" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
