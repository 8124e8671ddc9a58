"""Who asks by a notice: the bureau of the country that issued it, or a body of several states with its seat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic_core import PydanticCustomError

from schemas.notices import Colour
from schemas.vocabulary.requests import RequesterKind
from services.referrals.countries import has_own_bureau, read_country
from services.referrals.notices.charged import category_of, urgency_rank
from services.referrals.notices.notice import Notice

GENERAL_SECRETARIAT_SEAT = "FR"
UNITED_NATIONS_SEAT = "US"

TRIBUNALS = {
    "ICC": "NL",
    "ICTY": "NL",
    "ICTR": "TZ",
    "IRMCT": "NL",
    "MICT": "NL",
    "STL": "NL",
    "KSC": "NL",
    "SCSL": "SL",
    "RSCSL": "SL",
    "ECCC": "KH",
    "EPPO": "LU",
}
"""Seats of courts of several states that may have issued a warrant; own list."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who asks, as a referral names its requester."""

    country: str
    agency: str
    kind: RequesterKind = RequesterKind.AGENCY


SECRETARIAT = Issuer(GENERAL_SECRETARIAT_SEAT, "INTERPOL General Secretariat", RequesterKind.INTERNATIONAL_BODY)


def issuer_of(notice: Notice, today: date) -> Issuer:
    """Say who asks; of several warrants, whose charge is most urgent, and the first among equals."""
    if notice.colour is Colour.UN:
        return Issuer(
            UNITED_NATIONS_SEAT, "INTERPOL, for the United Nations Security Council", RequesterKind.INTERNATIONAL_BODY
        )
    found = (issuer for code in _codes(notice) if (issuer := _issuer(code, today)) is not None)
    return next(found, SECRETARIAT)


def _codes(notice: Notice) -> Iterator[str]:
    """Give the codes of who may have issued it, the likeliest first."""
    ranked = sorted(notice.warrants, key=lambda warrant: urgency_rank(category_of(warrant)))  # stable: first wins
    yield from (warrant.issuing_country for warrant in ranked if warrant.issuing_country)
    if notice.issuing_country:
        yield notice.issuing_country
    if notice.event is not None and notice.event.country:
        yield notice.event.country


def _issuer(code: str, today: date) -> Issuer | None:
    """Read one code; what is no country of today with a bureau of its own has come by the General Secretariat."""
    if code in TRIBUNALS:
        return Issuer(TRIBUNALS[code], f"INTERPOL, for {code}", RequesterKind.INTERNATIONAL_BODY)
    try:
        country = read_country(code)
    except PydanticCustomError:
        return None
    return Issuer(country, f"INTERPOL NCB {country}") if has_own_bureau(country, today) else SECRETARIAT
