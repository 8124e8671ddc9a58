"""The tables of ZIP codes: the office of every prefix, and of single codes where a prefix crosses."""

from collections.abc import Mapping

from schemas.vocabulary.offices import DESKS, OFFICES
from services.routing.domain.ruleset import ZipArea
from services.routing.tables.areas import AREAS, Areas
from services.routing.tables.countries import COUNTRIES
from services.routing.tables.faults import listed, quote
from services.routing.tables.rows import Row, Tables, enter

MILITARY = frozenset({"AA", "AE", "AP"})
"""Posts of the Army, the Navy and the State Department abroad, as the Postal Service codes them."""
_UNDER_ANOTHER = frozenset({"AS", "MP"})
"""Territories whose ZIP codes lie under a prefix of another: of Hawaii, and of Guam."""
_UNUSED = (
    "000-004 213 269 343 345 348 353 419 428-429 517-519 529 533 536 552 568 578-579 589 621 632 642-643 659 663 682"
    " 694-699 702 709 715 732 742 771 817-819 839 848-849 854 858 861-862 866-869 872 886-887 892 896 899 909 929 987"
)
"""Prefixes under which no post is delivered (zipcodes 3.0.0): nothing has to be said of them."""


def read_zips(
    tables: Tables, areas: Areas, desks: Mapping[str, str]
) -> tuple[dict[str, ZipArea], dict[str, ZipArea], dict[str, str]]:
    """Read the prefixes, the single codes, and the desks of military posts."""
    zip3, military = _zip3(tables, areas)
    zip5 = _zip5(tables, areas, desks, zip3)
    tables.complete("zip3.tsv", (zone.area for zone in zip3.values()), {*AREAS, *MILITARY} - _UNDER_ANOTHER, "area")
    tables.complete("zip5.tsv", (zone.area for zone in zip5.values()), _UNDER_ANOTHER, "area")
    missing = sorted(_in_use() - zip3.keys())
    if missing and not tables.is_spoiled("zip3.tsv"):
        _note_missing(tables, missing)
    return zip3, zip5, military


def _in_use() -> set[str]:
    unused = set[str]()
    for written in _UNUSED.split():
        first, _, last = written.partition("-")
        unused.update(f"{number:03d}" for number in range(int(first), int(last or first) + 1))
    return {f"{number:03d}" for number in range(1000)} - unused


def _note_missing(tables: Tables, missing: list[str]) -> None:
    untold = set(missing)
    for row in tables.apart["zip3.tsv"]:
        covered = {prefix for prefix in untold if row["first"] <= prefix <= row["last"]}
        if covered:
            tables.tell_of(row, f"ZIP {min(covered)}")
        untold -= covered
    if untold:
        problem = f"nothing is said of ZIP {listed(sorted(untold))}"
        tables.note("zip3.tsv", "no-prefix", problem, "add a row for each prefix in use")


def _zip3(tables: Tables, areas: Areas) -> tuple[dict[str, ZipArea], dict[str, str]]:
    found: dict[str, ZipArea] = {}
    military: dict[str, str] = {}
    for row in tables.read("zip3.tsv", "first", "last", "area", "office", "also"):
        with tables.noting(row):
            first, last = number_of(row, "first", 3), number_of(row, "last", 3)
            if first > last:
                problem = f"first {row['first']} comes after last {row['last']}"
                raise row.wrong("backward-range", problem, "put the lower prefix first")
            zone = _zone_of_prefix(row, areas)
            if zone.desk:
                military[zone.area] = zone.desk
            for number in range(first, last + 1):
                enter(found, f"{number:03d}", zone, row)
    return found, military


def _zone_of_prefix(row: Row, areas: Areas) -> ZipArea:
    area = row.one_of("area", {*AREAS, *MILITARY})
    if area in MILITARY:
        return ZipArea(area, desk=row.one_of("office", DESKS, "desk"))
    main = office_in(row, area, areas)
    return ZipArea(area, (main, *(row.known(office, OFFICES, "office") for office in row.several("also"))))


def _zip5(tables: Tables, areas: Areas, desks: Mapping[str, str], zip3: Mapping[str, ZipArea]) -> dict[str, ZipArea]:
    found: dict[str, ZipArea] = {}
    for row in tables.read("zip5.tsv", "zip3", "area", "office", "endings"):
        with tables.noting(row):
            number_of(row, "zip3", 3)
            zone = _zone_of_codes(row, areas, desks)
            _hold_to_prefix(row, zone, zip3)
            endings = row.several("endings", " ")
            if not endings:
                raise row.wrong("no-ending", "the row names no ending", "give the last two digits of each ZIP code")
            for ending in endings:
                if not _digits(ending, 2):
                    raise row.wrong("wrong-ending", f"{quote(ending)} is no ending of a ZIP code", "write two digits")
                enter(found, row["zip3"] + ending, zone, row)
    return found


def _zone_of_codes(row: Row, areas: Areas, desks: Mapping[str, str]) -> ZipArea:
    if row["office"] in DESKS:
        return ZipArea(row.one_of("area", COUNTRIES, "country"), desk=desk_of(row, row["area"], desks))
    return ZipArea(row["area"], (office_in(row, row.one_of("area", AREAS), areas),))


def _hold_to_prefix(row: Row, zone: ZipArea, zip3: Mapping[str, ZipArea]) -> None:
    """Hold single codes to their prefix: an office that the prefix does not know cannot have one of its codes."""
    prefix = zip3.get(row["zip3"])
    if prefix is not None and prefix.offices and zone.offices and not {*zone.offices} <= {*prefix.offices}:
        problem = f"office {zone.offices[0]} has no part in prefix {row['zip3']}"
        raise row.wrong("against-its-prefix", problem, "correct the office, or name it under `also` in zip3.tsv")


def office_in(row: Row, area: str, areas: Areas) -> str:
    """Hold the office of a place to the state it lies in: that is what traps like CVG are about."""
    office = row.one_of("office", OFFICES)
    if area in areas and areas[area] and office not in areas[area]:
        problem = f"office '{office}' does not act in {area}"
        raise row.wrong("office-of-another-area", problem, f"use one of {', '.join(areas[area])}, or correct the state")
    return office


def desk_of(row: Row, country: str, desks: Mapping[str, str]) -> str:
    """Hold the desk of a place abroad to the one of its country."""
    desk = row.one_of("office", DESKS, "desk")
    if desk != desks.get(country, desk):
        problem = f"'{desk}' is not the desk of {country}"
        raise row.wrong("desk-of-another-country", problem, f"use {desks[country]}, or correct the country")
    return desk


def number_of(row: Row, column: str, digits: int) -> int:
    """Give a cell that holds a number of so many digits."""
    if not _digits(row[column], digits):
        problem = f"{column} {quote(row[column])} must have {digits} digits"
        raise row.wrong("not-digits", problem, f"write {digits} digits, zeros in front included")
    return int(row[column])


def _digits(written: str, count: int) -> bool:
    return written.isascii() and written.isdigit() and len(written) == count
