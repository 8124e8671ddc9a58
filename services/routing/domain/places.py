"""From a place to the offices that act there: the finest part that is known decides."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from services.routing.domain.facts import Place
from services.routing.domain.names import fold, fold_county
from services.routing.domain.ruleset import Gateway, Places, Town, ZipArea

PACIFIC_OFFICE = "SAC-HNL"
"""The minor outlying islands (UM) are named in no table of areas; the office of the Pacific acts there."""
_MILITARY_TOWNS = frozenset({"apo", "fpo", "dpo"})
"""Army, fleet and diplomatic post offices: their ZIP code or region says where they are, their name does not."""


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
    area: str = ""
    """The state or territory, as its code, or `country` with a code; empty where it cannot be told."""
    gateway: str = ""


NOWHERE = Site("no place", gap=Gap.NOT_GIVEN)


def country_of(written: str, places: Places) -> str | None:
    """Read a country by code or name; None where nobody can tell which country is meant."""
    code = written.strip().upper()
    if code in places.desks:
        return code
    return places.aliases.get(fold(written))


def resolve(place: Place, places: Places, *, gateway_first: bool) -> Site:
    """Find who acts at a place; goods and conveyances are where their gateway is, not where a label says."""
    country = country_of(place.country, places)
    if country is None:
        return Site("unknown country", gap=Gap.UNKNOWN)
    if country not in places.home:
        return Site(f"country {country}", desk=places.desks[country], area=f"country {country}")
    if country == "UM":
        return Site("UM", (PACIFIC_OFFICE,), area="UM")
    state = _state_of(place, places) or (country if country in places.areas else "")
    if state in places.military:
        return Site(f"military post {state}", desk=places.military[state], area=state)
    if place.city and fold(place.city) in _MILITARY_TOWNS:
        return _at_military_town(place, places)
    return _by_finest(place, state, places, _GATEWAY_FIRST if gateway_first else _ADDRESS_FIRST)


def _state_of(place: Place, places: Places) -> str:
    written = (place.state or "").strip().upper()
    return written if written in places.areas else places.states.get(fold(written), written)


def _at_military_town(place: Place, places: Places) -> Site:
    zone = _zip_area(place, places)
    if zone is None or zone.desk is None:
        return Site("military post", gap=Gap.AMBIGUOUS)
    return Site(f"military post {zone.area}, ZIP {digits_of(place)}", desk=zone.desk, area=zone.area)


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
    # A namesake is told apart by its state, and what is only described by a neighbour's name needs the state for it.
    named = tuple(row for row in rows if row.area == state)
    fitting = named or tuple(row for row in rows if not row.described)
    if state and all(row.abroad for row in fitting):
        return None  # Dublin in Ohio is not the airport in Ireland: the state is what is known of it.
    if len({row.target for row in fitting}) > 1:
        offices = tuple(dict.fromkeys(row.target for row in fitting if not row.abroad))
        return Site(f"{fitting[0].name} (several)", offices, gap=Gap.AMBIGUOUS)
    return _at_gateway(fitting[0], state, places)


def _at_gateway(gateway: Gateway, state: str, places: Places) -> Site:
    label = f"{gateway.name} ({gateway.area})"
    if gateway.abroad:
        return Site(label, desk=gateway.target, area=f"country {gateway.area}", gateway=gateway.name)
    # A state next door is a mistake about the true site (CVG is no airport of Ohio); one far off is about something.
    if state in places.areas and state != gateway.area and state not in places.borders.get(gateway.area, ()):
        offices = tuple(dict.fromkeys((gateway.target, *places.areas[state])))
        return Site(f"{label} against {state}", offices, gap=Gap.CONTRADICTED)
    return Site(label, (gateway.target,), area=gateway.area, gateway=gateway.name)


def _by_contradiction(place: Place, state: str, places: Places) -> Site | None:
    """Stop where a ZIP code lies outside the state: one of the two is wrong, and a county in either helps nobody."""
    zone = _zip_area(place, places)
    stated = places.areas.get(state, ())
    if zone is None or not zone.offices or not stated or set(stated) & set(zone.offices):
        return None
    return Site(f"{_zip_label(place, zone)} against {state}", zone.offices + stated, gap=Gap.CONTRADICTED)


def _by_county(place: Place, state: str, places: Places) -> Site | None:
    if not place.county:
        return None
    zone = _zip_area(place, places)
    area = state or (zone.area if zone else "")
    found = places.counties.get((area, fold_county(place.county)))
    return Site(f"{found[1]} county, {area}", (found[0],), area=area) if found else None


def _by_zip(place: Place, state: str, places: Places) -> Site | None:
    zone = _zip_area(place, places)
    if zone is None:
        return None
    label = _zip_label(place, zone)
    if zone.desk is not None:
        return Site(label, desk=zone.desk, area=zone.area)
    # The state tells the two sides of a crossing prefix apart, and so does a town that lies on one of them.
    offices = tuple(office for office in zone.offices if office in places.areas.get(state, zone.offices))
    town = places.cities.get((state or zone.area, fold(place.city))) if place.city else None
    if town is None:
        return Site(label if len(offices) == 1 else f"{label}, ambiguous", offices, area=zone.area)
    if town[0] not in offices:
        return Site(f"{label} against {town[1]}", (*offices, town[0]), gap=Gap.CONTRADICTED)
    return Site(label if len(offices) == 1 else f"{label}, {town[1]}", (town[0],), area=zone.area)


def _by_city(place: Place, state: str, places: Places) -> Site | None:
    if not place.city:
        return None
    if state:
        found = places.cities.get((state, fold(place.city)))
        return Site(f"{found[1]}, {state}", (found[0],), area=state) if found else None
    town = places.towns.get(fold(place.city))
    return _in_the_only_state(town, places) if town else None


def _in_the_only_state(town: Town, places: Places) -> Site:
    """Place a town by its name alone, if no other state and no city abroad has one of that name."""
    if len(town.areas) > 1 or town.abroad:
        offices = tuple(dict.fromkeys(office for area in town.areas for office in places.areas[area]))
        return Site(f"{town.name} (several)", offices, gap=Gap.AMBIGUOUS)
    area = town.areas[0]
    found = places.cities.get((area, fold(town.name)))
    offices = (found[0],) if found else places.areas[area]
    return Site(f"{town.name}, {area}", offices, gap=None if len(offices) == 1 else Gap.AMBIGUOUS, area=area)


def _by_state(place: Place, state: str, places: Places) -> Site | None:
    offices = places.areas.get(state)
    if not offices:
        return None
    if len(offices) == 1:
        return Site(state, offices, area=state)
    return Site(f"{state} (split)", offices, gap=Gap.AMBIGUOUS, area=state)


def _zip_area(place: Place, places: Places) -> ZipArea | None:
    digits = digits_of(place)
    return places.zip5.get(digits) or places.zip3.get(digits[:3])


def _zip_label(place: Place, zone: ZipArea) -> str:
    return f"ZIP {digits_of(place)} ({zone.area})"


def digits_of(place: Place) -> str:
    """Give the five or three digits of a ZIP code, or nothing if it cannot be one."""
    written = (place.zip or "").strip()[:5]
    return written if written.isascii() and written.isdigit() and len(written) in (3, 5) else ""


_GATEWAY_FIRST: tuple[_Step, ...] = (_by_gateway, _by_contradiction, _by_county, _by_zip, _by_city, _by_state)
_ADDRESS_FIRST: tuple[_Step, ...] = (_by_contradiction, _by_county, _by_zip, _by_gateway, _by_city, _by_state)
