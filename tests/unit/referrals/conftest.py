"""What the tests of the referrals service share."""

import pytest

from services.referrals.charges import load_tables


@pytest.fixture(scope="session", autouse=True)
def tables_of_charges() -> None:
    """Load the tables first, as the service does: the first charge of a test must not wait for them."""
    load_tables()
