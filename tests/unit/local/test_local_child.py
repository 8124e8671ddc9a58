import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import psutil
import pytest

from deploy.local.child import Child
from deploy.local.part import Part
from deploy.local.problems import Problem

WAITS_FOR_EVER = "import time; print('up', flush=True); time.sleep(3600)"
IS_DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS_FOR_EVER
FAILS = "import sys; sys.exit('no licence found')"


@asynccontextmanager
async def supervised(tmp_path, program, **limits):
    log = tmp_path / "desk.log"

    async def ready():
        return log.exists() and b"up" in log.read_bytes()

    part = Part("desk", (sys.executable, "-c", program), {}, tmp_path, ready, **limits)
    child = Child(part, log, lambda news: None)
    child.start()
    try:
        yield child
    finally:
        await child.stop()


async def test_what_dies_is_started_again(tmp_path):
    async with supervised(tmp_path, WAITS_FOR_EVER) as child:
        first = await child.wait_ready()
        os.kill(first, signal.SIGKILL)
        second = await child.wait_ready(other_than=first)

        assert second != first
        assert child.restarts == 1


async def test_stop_leaves_nothing_running(tmp_path):
    async with supervised(tmp_path, WAITS_FOR_EVER) as child:
        pid = await child.wait_ready()

    assert not psutil.pid_exists(pid)


async def test_a_process_that_ignores_the_polite_signal_is_killed_after_its_time(tmp_path):
    async with supervised(tmp_path, IS_DEAF, stop_seconds=0.2) as child:
        pid = await child.wait_ready()

    assert not psutil.pid_exists(pid)
    assert child.process.returncode == -signal.SIGKILL


async def test_what_never_starts_is_given_up_with_its_last_words(tmp_path):
    async with supervised(tmp_path, FAILS) as child:
        with pytest.raises(Problem, match=r"desk does not start \(no licence found\): see .*desk\.log"):
            await child.wait_ready()


async def test_a_full_disk_is_told_as_such(tmp_path):
    async with supervised(tmp_path, "import sys; sys.exit('write: No space left on device')") as child:
        with pytest.raises(Problem, match="no space left on the disk"):
            await child.wait_ready()


async def test_a_process_that_never_gets_ready_is_ended_and_given_up(tmp_path):
    async with supervised(tmp_path, "import time; time.sleep(3600)", start_seconds=0.2) as child:
        with pytest.raises(Problem, match="desk does not start"):
            async with asyncio.timeout(20):
                await child.wait_ready()
