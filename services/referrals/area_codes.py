"""The state behind a North American telephone number: the number stays here, the state may travel."""

from pathlib import Path

import phonenumbers

from services.referrals.ip_addresses import is_ip

_NORTH_AMERICA = 1


def read_area_codes(path: Path) -> dict[str, str]:
    """Read which area code belongs to which state or territory."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {code: state for code, state, *_ in rows[1:]}


AREA_CODES = read_area_codes(Path(__file__).parent / "data" / "area_codes.tsv")


def state_of_phone(text: str) -> str | None:
    """Give the state of the area code, or None if the text has no number of one state of the United States.

    Toll-free and premium numbers belong to no state, and two numbers of two states leave it open.
    """
    found = phonenumbers.PhoneNumberMatcher(text, "US", phonenumbers.Leniency.POSSIBLE)
    states = {state for match in found if not is_ip(match.raw_string) and (state := _state_of(match.number))}
    return states.pop() if len(states) == 1 else None


def _state_of(number: phonenumbers.PhoneNumber) -> str | None:
    national = str(number.national_number)
    if number.country_code != _NORTH_AMERICA or len(national) != 10:
        return None
    return AREA_CODES.get(national[:3])
