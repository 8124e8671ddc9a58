"""From a place to the offices that act there: the finest part that is known decides."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from services.routing.domain.facts import Place
from services.routing.domain.names import fold, fold_county
from services.routing.domain.ruleset import Gateway, Places, ZipArea

PACIFIC_OFFICE = "SAC-HNL"
"""The minor outlying islands (UM) are named in no table of areas; the office of the Pacific acts there."""


class Gap(StrEnum):
    """Why a place leads to no single office."""

    AMBIGUOUS = "ambiguous"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"
    NOT_GIVEN = "not_given"


@dataclass(frozen=True, slots=True)
class Site:
    """What a place came to; `label` holds words of our own tables only, never what a requester typed."""

    label: str
    offices: tuple[str, ...] = ()
    desk: str | None = None
    gap: Gap | None = None


NOWHERE = Site("no place", gap=Gap.NOT_GIVEN)


def country_of(written: str, places: Places) -> str | None:
    """Read a country code; None where nobody can tell which country is meant."""
    code = written.strip().upper()
    code = places.aliases.get(code, code) or ""
    return code if code in places.desks else None


def resolve(place: Place, places: Places, *, gateway_first: bool) -> Site:
    """Find who acts at a place; goods and conveyances are where their gateway is, not where a label says."""
    country = country_of(place.country, places)
    if country is None:
        return Site("unknown country", gap=Gap.UNKNOWN)
    if country not in places.home:
        return Site(f"country {country}", desk=places.desks[country])
    if country == "UM":
        return Site("UM", (PACIFIC_OFFICE,))
    state = (place.state or "").strip().upper() or (country if country in places.areas else "")
    if state in places.military:
        return Site(f"military post {state}", desk=places.military[state])
    return _by_finest(place, state, places, _GATEWAY_FIRST if gateway_first else _ADDRESS_FIRST)


_Step = Callable[[Place, str, Places], Site | None]


def _by_finest(place: Place, state: str, places: Places, steps: tuple[_Step, ...]) -> Site:
    unclear: Site | None = None
    for step in steps:
        site = step(place, state, places)
        if site is not None and site.gap in (None, Gap.CONTRADICTED):
            return site
        unclear = unclear or site
    if unclear is not None:
        return unclear
    given = state or place.county or place.city or place.zip or place.gateway
    return Site("unknown place", gap=Gap.UNKNOWN) if given else NOWHERE


def _by_gateway(place: Place, state: str, places: Places) -> Site | None:
    rows = places.gateways.get(fold(place.gateway)) if place.gateway else None
    if not rows:
        return None
    # A namesake is told apart by its state; a state that fits no namesake is a mistake about the true site.
    fitting = tuple(row for row in rows if row.area == state and not row.abroad) or rows
    if len({row.target for row in fitting}) > 1:
        offices = tuple(dict.fromkeys(row.target for row in fitting if not row.abroad))
        return Site(f"{fitting[0].name} (several)", offices, gap=Gap.AMBIGUOUS)
    return _at_gateway(fitting[0])


def _at_gateway(gateway: Gateway) -> Site:
    label = f"{gateway.name} ({gateway.area})"
    return Site(label, desk=gateway.target) if gateway.abroad else Site(label, (gateway.target,))


def _by_county(place: Place, state: str, places: Places) -> Site | None:
    if not place.county:
        return None
    zone = _zip_area(place, places)
    area = state or (zone.area if zone else "")
    found = places.counties.get((area, fold_county(place.county)))
    return Site(f"{found[1]} county, {area}", (found[0],)) if found else None


def _by_zip(place: Place, state: str, places: Places) -> Site | None:
    zone = _zip_area(place, places)
    if zone is None:
        return None
    label = f"ZIP {_digits(place)} ({zone.area})"
    if zone.desk is not None:
        return Site(label, desk=zone.desk)
    stated = places.areas.get(state, ())
    if stated and not set(stated) & set(zone.offices):
        return Site(f"{label} against {state}", zone.offices + stated, gap=Gap.CONTRADICTED)
    return Site(label, zone.offices)


def _by_city(place: Place, state: str, places: Places) -> Site | None:
    found = places.cities.get((state, fold(place.city))) if place.city else None
    return Site(f"{found[1]}, {state}", (found[0],)) if found else None


def _by_state(place: Place, state: str, places: Places) -> Site | None:
    offices = places.areas.get(state)
    if not offices:
        return None
    return Site(state, offices) if len(offices) == 1 else Site(f"{state} (split)", offices, gap=Gap.AMBIGUOUS)


def _zip_area(place: Place, places: Places) -> ZipArea | None:
    digits = _digits(place)
    return places.zip5.get(digits) or places.zip3.get(digits[:3])


def _digits(place: Place) -> str:
    written = (place.zip or "").strip()[:5]
    return written if written.isascii() and written.isdigit() and len(written) in (3, 5) else ""


_GATEWAY_FIRST: tuple[_Step, ...] = (_by_gateway, _by_county, _by_zip, _by_city, _by_state)
_ADDRESS_FIRST: tuple[_Step, ...] = (_by_county, _by_zip, _by_gateway, _by_city, _by_state)
