import pytest
from routing_cases import TODAY

from services.routing.domain import Ruleset
from services.routing.tables import load_ruleset


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    return load_ruleset(TODAY)
