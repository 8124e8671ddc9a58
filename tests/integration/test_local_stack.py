import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient

from deploy.local.down import down
from deploy.local.secret_keys import VARIABLES
from deploy.local.settings import CHECKOUT, StackSettings
from deploy.local.stack import running_stack
from deploy.local.state import read_state
from schemas.topics import REFERRAL_EVENTS, TOPICS
from tests.support.whole_stack import QUICK_TO_START

PATIENCE_SECONDS = 120


def settings(var, *parts, **environment):
    own = {name: text for name, text in os.environ.items() if not name.startswith(("KAFKA_", "MONGO_"))}
    return StackSettings(var, parts=parts, free_ports=True, environment=own | QUICK_TO_START | environment)


@asynccontextmanager
async def make_up(var, *parts):
    """Run `up` as a person does, in a process of its own, until it says that it is ready."""
    environment = dict(settings(var).environment) | {"DRAGOMAN_VAR": str(var)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.local", "up", *parts),
        cwd=CHECKOUT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said_until(process, phrase):
    """Read what a process prints up to a line with this phrase, or to its end."""
    lines = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for line in process.stdout:
            lines.append(line.decode())
            if phrase in lines[-1]:
                break
    return lines


async def gone(pids):
    """Wait until none of these processes is left."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE_SECONDS)
    return not alive


async def topics_of(servers):
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def publish(servers, text):
    async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
        return await producer.send_and_wait(REFERRAL_EVENTS.name, text, partition=0)


async def read_first(servers):
    async with AIOKafkaConsumer(bootstrap_servers=servers) as consumer:
        partition = TopicPartition(REFERRAL_EVENTS.name, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        return (await asyncio.wait_for(consumer.getone(), PATIENCE_SECONDS)).value


async def test_what_runs_is_written_down_where_tools_and_tests_find_it(tmp_path):
    async with running_stack(settings(tmp_path, "mongo", KAFKA_TOPIC_PREFIX="t1.")) as stack:
        state = json.loads((tmp_path / "stack.json").read_text())

        assert state["ready"] is True
        assert state["supervisor_pid"] == os.getpid()
        assert state["pids"] == stack.pids
        assert state["addresses"]["mongo"] == stack.addresses["mongo"]
        assert state["ports"] == stack.ports
        assert state["env"]["MONGO_URI"] == stack.addresses["mongo"]
        assert state["env"]["KAFKA_TOPIC_PREFIX"] == "t1."
        written = (tmp_path / "stack.json").read_text()
        assert [name for name in VARIABLES if stack.environment[name] in written] == []

    assert read_state(tmp_path) is None


async def test_kafka_comes_back_by_itself_after_kill_minus_nine_with_what_it_acknowledged(tmp_path):
    async with running_stack(settings(tmp_path, "kafka")) as stack:
        killed = stack.pids["kafka"]
        await publish(stack.addresses["kafka"], b"before the kill")

        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_SECONDS):
            returned = await stack.wait_ready("kafka", other_than=killed)

        assert read_state(tmp_path).pids["kafka"] == returned != killed
        assert await read_first(stack.addresses["kafka"]) == b"before the kill"


async def test_data_survive_an_end_and_a_start_on_other_ports(tmp_path):
    async with running_stack(settings(tmp_path, "kafka", "mongo")) as stack:
        first = stack.ports
        await publish(stack.addresses["kafka"], b"kept")
        async with AsyncMongoClient(stack.addresses["mongo"]) as mongo:
            await mongo.desk.referrals.insert_one({"_id": "kept"})

    async with running_stack(settings(tmp_path, "kafka", "mongo")) as stack:
        async with AsyncMongoClient(stack.addresses["mongo"]) as mongo:
            assert await mongo.desk.referrals.find_one({"_id": "kept"})
        assert await read_first(stack.addresses["kafka"]) == b"kept"
        assert set(stack.ports.values()).isdisjoint(first.values())


async def test_two_stacks_run_at_once_and_one_may_stand_on_the_other(tmp_path):
    async with running_stack(settings(tmp_path / "one", "kafka", "mongo")) as one:
        elsewhere = {
            "KAFKA_BOOTSTRAP_SERVERS": one.addresses["kafka"],
            "MONGO_URI": one.addresses["mongo"],
            "KAFKA_TOPIC_PREFIX": "two.",
        }
        async with (
            running_stack(settings(tmp_path / "two", "kafka", "mongo", **elsewhere)) as two,
            running_stack(settings(tmp_path / "three", "mongo")) as three,
        ):
            topics = await topics_of(one.addresses["kafka"])

            assert (two.pids, two.addresses) == ({}, one.addresses)
            assert three.addresses["mongo"] != one.addresses["mongo"]
            assert {topic.name for topic in TOPICS} < topics
            assert {f"two.{topic.name}" for topic in TOPICS} < topics


async def test_zipkin_takes_our_spans_and_listens_to_this_machine_only(tmp_path):
    span = {"traceId": "0123456789abcdef", "id": "0123456789abcdef", "name": "post", "timestamp": 1, "duration": 1}

    async with running_stack(settings(tmp_path, "zipkin")) as stack, httpx.AsyncClient() as http:
        taken = await http.post(f"{stack.addresses['zipkin']}/api/v2/spans", json=[span])
        page = await http.get(f"{stack.addresses['zipkin']}/zipkin/")
        listening = psutil.Process(stack.pids["zipkin"]).net_connections("tcp")

    assert (taken.status_code, page.status_code) == (202, 200)
    addresses = {c.laddr.ip.removeprefix("::ffff:") for c in listening if c.status == psutil.CONN_LISTEN}
    assert addresses == {"127.0.0.1"}


async def test_a_supervisor_killed_with_minus_nine_leaves_no_orphan(tmp_path):
    async with make_up(tmp_path, "mongo", "kafka") as process:
        await said_until(process, "Ctrl-C stops it")
        pids = read_state(tmp_path).pids

        process.kill()

        assert set(pids) == {"mongo", "kafka"}
        assert await gone(pids.values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_up_ends_cleanly_when_asked(tmp_path, number):
    async with make_up(tmp_path, "mongo") as process:
        await said_until(process, "Ctrl-C stops it")
        pids = read_state(tmp_path).pids

        process.send_signal(number)
        lines = await said_until(process, "stopped; the data stay")

        assert await process.wait() == 0
        assert "stopped" in lines[-1]
        assert await gone(pids.values())


async def test_a_second_up_on_the_same_data_is_refused_in_one_line(tmp_path):
    async with running_stack(settings(tmp_path, "mongo")), make_up(tmp_path, "mongo") as second:
        lines = await said_until(second, "Ctrl-C stops it")

        assert len(lines) == 1
        assert f"a stack already runs on {tmp_path} (pid {os.getpid()})" in lines[0]
        assert await second.wait() == 1


async def test_down_ends_a_stack_that_was_left_running(tmp_path):
    async with make_up(tmp_path, "mongo") as process:
        await said_until(process, "Ctrl-C stops it")
        pids = read_state(tmp_path).pids
        # Somebody must read what it prints while it ends.
        rest = asyncio.create_task(process.communicate())

        said = await asyncio.to_thread(down, settings(tmp_path))

        await rest
        assert said == "ended supervisor, mongo; the data stay"
        assert await gone(pids.values())
        assert not (tmp_path / "stack.json").exists()
        assert (Path(tmp_path) / "mongo" / "WiredTiger").exists()
