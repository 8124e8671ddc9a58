"""`python -m deploy.demo`: the whole system with invented referrals in it; `ONCE=1` ends by itself."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from deploy.demo.run import run_demo
from deploy.demo.show import show, show_json
from deploy.local.echo import Echo
from deploy.local.problems import Problem
from deploy.local.settings import ALL_PARTS, StackSettings
from deploy.local.stack import Stack, running_stack
from deploy.local.state import read_state, still_running
from deploy.local.up import announce, make_ready_for_next_time


def main() -> int:
    """Run the demonstration; 0 only if every referral ended where it should."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args()
    try:
        return asyncio.run(_demonstrate(os.environ, as_json=arguments.json))
    except Problem as problem:
        print(f"dragoman: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


async def _demonstrate(environment: Mapping[str, str], *, as_json: bool) -> int:
    settings = replace(StackSettings.from_environment(environment), echo=not as_json, logs=False)
    echo = Echo(on=settings.echo)
    stop = _stop_signal()
    async with _a_stack(settings, echo) as (addresses, stack):
        demo = asyncio.create_task(run_demo(addresses, settings.var, quiet=as_json))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([demo, stopping], return_when=asyncio.FIRST_COMPLETED)
        if not demo.done():
            demo.cancel()
            return 130
        outcome = demo.result()
        (show_json if as_json else show)(outcome, addresses)
        if not environment.get("ONCE"):
            await _stay_up(stack, echo, stopping)
        stopping.cancel()
    return 0 if outcome.all_as_expected else 1


async def _stay_up(stack: Stack | None, echo: Echo, stopping: "asyncio.Task[object]") -> None:
    echo.say("stack", "it stays up for looking at; Ctrl-C ends it")
    learning = asyncio.create_task(make_ready_for_next_time(stack, echo)) if stack is not None else None
    await stopping
    if learning is not None:
        learning.cancel()
        await asyncio.wait([learning])


@asynccontextmanager
async def _a_stack(settings: StackSettings, echo: Echo) -> AsyncIterator[tuple[Mapping[str, str], Stack | None]]:
    """Use the stack that runs in this checkout, or start one for as long as the demonstration lasts."""
    running = _already_running(settings.var)
    if running is not None:
        echo.say("stack", f"using the one that runs on {settings.var}")
        yield running, None
        return
    async with running_stack(settings) as stack:
        announce(stack, echo)
        yield dict(stack.addresses), stack


def _already_running(var: Path) -> Mapping[str, str] | None:
    state = read_state(var)
    if state is None or not state.ready or not set(ALL_PARTS) <= set(still_running(state)):
        return None
    return state.addresses


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


if __name__ == "__main__":
    sys.exit(main())
