"""A stack that is made to fail, once for the kill tests: what the checker finds in it is their doing."""

from collections.abc import Iterator

import pytest

from tests.support.whole_stack import WholeStack, whole_stack

WITHOUT_TRACES = ("mongo", "kafka", "referrals", "routing", "notify")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStack]:
    """MongoDB, Kafka and the three services, with data of this module's own."""
    with whole_stack(tmp_path_factory.mktemp("faults"), WITHOUT_TRACES) as running:
        yield running
