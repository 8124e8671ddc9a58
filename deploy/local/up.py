"""`up`: the stack in the foreground, until Ctrl-C."""

import asyncio
import contextlib
import logging
import os
import signal

from deploy.local.archive import make_archive
from deploy.local.echo import Echo
from deploy.local.environment import machine_environment
from deploy.local.jars import KAFKA_LIST, read_list
from deploy.local.settings import StackSettings
from deploy.local.stack import Stack, running_stack

ENDS_US = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ORDER = ("referrals", "routing", "notify", "feed", "zipkin", "kafka", "mongo")


async def up(settings: StackSettings) -> None:
    """Run the stack until somebody ends it."""
    echo = Echo(on=settings.echo)
    # It logs an error for every try to reach a Kafka that is still starting; we say it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    _stop_on_signals(echo)
    with contextlib.suppress(asyncio.CancelledError):
        async with running_stack(settings) as stack:
            announce(stack, echo)
            echo.say("stack", "Ctrl-C stops it")
            await make_ready_for_next_time(stack, echo)
            await asyncio.Event().wait()
    echo.say("stack", "stopped; the data stay for the next `make up`")


async def make_ready_for_next_time(stack: Stack, echo: Echo) -> None:
    """Learn how Kafka starts, once per machine and version, while nobody waits for it."""
    if "kafka" in stack.pids:
        environment = machine_environment(stack.settings.environment)
        if await make_archive(read_list(KAFKA_LIST), stack.settings.cache, environment):
            echo.say("stack", "Kafka will start in half the time from now on")


def announce(stack: Stack, echo: Echo) -> None:
    """Say how long it took and where everything is."""
    echo.say("stack", f"ready after {stack.seconds_to_ready:.1f} s")
    for name in ORDER:
        if name in stack.addresses:
            echo.say("stack", f"  {name:<{10}} {stack.addresses[name]}")


def _stop_on_signals(echo: Echo) -> None:
    """Turn the first signal into an orderly stop; more of them do not disturb it."""
    running = asyncio.current_task()
    assert running is not None
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def stop() -> None:
        if stopping.is_set():
            echo.say("stack", f"still stopping; `kill -9 {os.getpid()}` ends everything at once")
            return
        stopping.set()
        echo.say("stack", "stopping")
        running.cancel()

    for number in ENDS_US:
        loop.add_signal_handler(number, stop)
