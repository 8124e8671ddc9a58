"""The state behind a North American telephone number: the number stays here, the state may travel."""

from pathlib import Path

import phonenumbers

_NORTH_AMERICA = 1


def read_area_codes(path: Path) -> dict[str, str]:
    """Read which area code belongs to which state or territory."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {code: state for code, state, *_ in rows[1:]}


AREA_CODES = read_area_codes(Path(__file__).parent / "data" / "area_codes.tsv")


def state_of_phone(text: str) -> str | None:
    """Give the state of the area code, or None if there is no number of the United States in the text."""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    national = str(number.national_number)
    if number.country_code != _NORTH_AMERICA or len(national) != 10:
        return None
    return AREA_CODES.get(national[:3])
