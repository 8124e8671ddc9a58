"""The table of stand-ins: offices whose work another one does for a time, so that nothing waits at a closed door."""

from collections.abc import Mapping

from schemas.vocabulary.offices import OFFICES
from services.routing.tables.rows import Row, Tables, enter

FILE = "stand-ins.tsv"


def read_stand_ins(tables: Tables) -> dict[str, str]:
    """Read which office acts for which, followed to the one that truly acts."""
    acting: dict[str, str] = {}
    rows: dict[str, Row] = {}
    for row in tables.read(FILE, "office", "stand_in"):
        with tables.noting(row):
            office, stand_in = row.one_of("office", OFFICES), row.one_of("stand_in", OFFICES, "office")
            if office == stand_in:
                raise row.wrong("stand-in-for-itself", f"{office} stands in for itself", "name another office")
            enter(acting, office, stand_in, row)
            rows[office] = row
    for office in sorted(acting):
        with tables.noting(rows[office]):
            _refuse_circle(office, acting, rows[office])
    return {office: last for office in acting if (last := _way(office, acting)[-1]) not in acting}


def _way(office: str, acting: Mapping[str, str]) -> list[str]:
    """Follow an office to the one that acts for it, or once round a circle."""
    way = [office]
    while (following := acting.get(way[-1])) is not None:
        way.append(following)
        if following in way[:-1]:
            break
    return way


def _refuse_circle(office: str, acting: Mapping[str, str], row: Row) -> None:
    way = _way(office, acting)
    if way[-1] == office and min(way) == office:  # a circle is told once, at the first of its offices
        problem = f"the offices stand in for each other in a circle: {', '.join(way)}"
        raise row.wrong("stand-ins-in-a-circle", problem, "let one of them act for itself")
