import asyncio
import socket

import pytest
from fastapi import FastAPI

from runtime.process import LoopEndedError, Service, serve


class Goes:
    """A loop that goes on until it is asked to stop."""

    def __init__(self):
        self.stopped = asyncio.Event()

    async def run(self):
        """Go on."""
        await self.stopped.wait()

    async def stop(self):
        """Ask `run` to end."""
        self.stopped.set()


class Returns(Goes):
    """A loop that is done too soon."""

    async def run(self):
        """Be done."""


class IsCancelled(Goes):
    """A loop that takes another's cancellation for its own."""

    async def run(self):
        """Await what somebody else cancelled."""
        raise asyncio.CancelledError


class Fails(Goes):
    """A loop with a fault."""

    async def run(self):
        """Fail."""
        raise ZeroDivisionError


def service(*loops):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Service(FastAPI(), "127.0.0.1", port, loops)


async def test_a_service_that_is_asked_to_stop_stops_its_loops_in_order():
    asked, order = asyncio.Event(), []

    class Notes(Goes):
        async def stop(self):
            order.append(self)
            await super().stop()

    first, second = Notes(), Notes()
    asked.set()

    await serve(service(first, second), asked)

    assert order == [first, second]


@pytest.mark.parametrize("ended", [Returns, IsCancelled])
async def test_a_loop_that_ends_unasked_ends_the_service_and_is_named(ended):
    other = Goes()

    with pytest.raises(LoopEndedError, match=ended.__name__):
        await serve(service(other, ended()), asyncio.Event())

    assert other.stopped.is_set()


async def test_a_loop_with_a_fault_ends_the_service_with_that_fault():
    with pytest.raises(ExceptionGroup) as raised:
        await serve(service(Goes(), Fails()), asyncio.Event())

    assert raised.group_contains(ZeroDivisionError)
