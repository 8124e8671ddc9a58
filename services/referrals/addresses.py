"""What an address in free text says of the place: the state and ZIP code may travel, the street never does."""

import re

from schemas.events import Place
from services.referrals.countries import STATES

# A ZIP code counts only behind its state, so that no house number, account or case is taken for one.
_STATE_AND_ZIP = re.compile(r"\b([A-Z]{2})[ ,.]+([0-9]{5})(?:-[0-9]{4})?(?![0-9-])")


def place_of_address(text: str) -> Place | None:
    """Read `..., Laredo, TX 78040`; None if there is no such ending, or if there are two that differ."""
    found = {(state, code) for state, code in _STATE_AND_ZIP.findall(text) if state in STATES}
    if len(found) != 1:
        return None
    state, code = found.pop()
    return Place(state=state, zip=code)
