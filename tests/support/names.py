"""Names that no other test has."""

from uuid import uuid4


def unique_name() -> str:
    """Make a short name, used once."""
    return f"t{uuid4().hex[:10]}"
