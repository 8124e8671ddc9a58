"""How a process runs: its loops and its HTTP side start together, and stop in order on a signal."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from runtime.http import HttpProtocol
from runtime.logs import start_logs
from runtime.mongo_spans import CommandSpans
from runtime.settings import TelemetrySettings
from runtime.telemetry import start_telemetry

log = structlog.get_logger()


class Loop(Protocol):
    """Something that runs as long as the process, and stops when asked."""

    async def run(self) -> None:
        """Run until stopped or cancelled."""

    async def stop(self) -> None:
        """Ask `run` to finish what is under way and end."""


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one service: what it serves, and what it keeps doing, in the order in which that stops."""

    app: FastAPI
    host: str
    port: int
    loops: Sequence[Loop] = ()


class LoopEndedError(Exception):
    """A loop ended that nobody had asked to: what it did would be done no more, and in silence."""


Opener = Callable[[], AbstractAsyncContextManager[Service]]


def run(name: str, telemetry: TelemetrySettings, open_service: Opener) -> None:
    """Run a service until SIGTERM or SIGINT; ends with a code other than 0 if a part of it fails."""
    start_logs(name, telemetry)
    provider = start_telemetry(name, telemetry)
    commands = CommandSpans()
    commands.start()
    try:
        uvloop.run(_run(open_service))
    except Exception as exc:
        log.critical("service failed", exc_info=_first(exc))
        sys.exit(1)
    finally:
        commands.stop()
        provider.shutdown()


async def _run(open_service: Opener) -> None:
    async with open_service() as service:
        _spare_the_collector()
        await serve(service, _signalled())


def _first(error: Exception) -> Exception:
    """Name what failed, not the group of tasks that it failed in."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _spare_the_collector() -> None:
    """Leave what lives as long as the process (models, tables, libraries) out of every look for garbage.

    Handling makes many short-lived objects and few cycles, which are still collected, only less often. Walking the
    whole heap each time took more than a third of the CPU of a request (measured).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _signalled() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def serve(service: Service, stop: asyncio.Event) -> None:
    """Serve until told to stop: first the door closes, then the loops finish what they have begun."""
    server = _Server(
        uvicorn.Config(
            service.app,
            host=service.host,
            port=service.port,
            http=HttpProtocol,
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=30,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(loop.run()) for loop in service.loops]
        serving = tasks.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, serving, *running], return_when=asyncio.FIRST_COMPLETED)
        ended = [loop for loop, task in zip(service.loops, running, strict=True) if task.done() and not stop.is_set()]
        stopping.cancel()
        server.should_exit = True
        await asyncio.wait([serving])
        for loop, task in zip(service.loops, running, strict=True):
            await loop.stop()
            await asyncio.wait([task])
    if ended:  # without an error, which the group would have raised: by a cancellation from somewhere
        raise LoopEndedError(", ".join(type(loop).__name__ for loop in ended))


class _Server(uvicorn.Server):
    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Leave signals to us."""
        return nullcontext()
