"""The whole stack, once for all tests through its public doors, and clients of it."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.support.liaison import Liaison
from tests.support.whole_stack import WholeStack, whole_stack

TIMEOUT = httpx.Timeout(10.0)


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStack]:
    """MongoDB, Kafka, Zipkin and the three services."""
    with whole_stack(tmp_path_factory.mktemp("e2e")) as running:
        yield running


@pytest.fixture
async def referrals(stack: WholeStack) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the referrals service."""
    async with httpx.AsyncClient(base_url=stack.addresses["referrals"], timeout=TIMEOUT) as http:
        yield http


@pytest.fixture
async def routing(stack: WholeStack) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the routing service."""
    async with httpx.AsyncClient(base_url=stack.addresses["routing"], timeout=TIMEOUT) as http:
        yield http


@pytest.fixture
async def notify(stack: WholeStack) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the notify service."""
    async with httpx.AsyncClient(base_url=stack.addresses["notify"], timeout=TIMEOUT) as http:
        yield http


@pytest.fixture
def liaison(referrals: httpx.AsyncClient) -> Liaison:
    """A foreign liaison."""
    return Liaison(referrals)
