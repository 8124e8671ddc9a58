"""Reads a whole bundle on one day: every fault of every file is gathered before anything is refused."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.routing.domain.rules import RuleIndex, compile_rules
from services.routing.domain.ruleset import Places, Ruleset
from services.routing.tables.bundle import TABLES, note_files
from services.routing.tables.faults import TableFault
from services.routing.tables.figures import Figures
from services.routing.tables.implied import implied_by
from services.routing.tables.offences import read_offences
from services.routing.tables.places import read_places
from services.routing.tables.programmes import read_programmes
from services.routing.tables.rows import Tables
from services.routing.tables.rule_order import check_order
from services.routing.tables.rule_sense import check_sense
from services.routing.tables.rules import read_rules
from services.routing.tables.stand_ins import read_stand_ins
from services.routing.tables.weights import read_weights

MOST_CHANGES = 24
"""Days ahead on which rows begin or end: each of them is checked as a ruleset of its own."""


def read_bundle(texts: Mapping[str, str], day: date) -> tuple[Ruleset | None, Tables]:
    """Read a bundle as it stands on a day, with whatever is wrong with it; a ruleset with faults decides nothing."""
    tables = Tables(texts, day)
    note_files(tables, texts)
    figures = Figures(tables)
    heading = figures.heading()
    if heading is not None:
        _begin(tables, heading.valid_from)
    weights = read_weights(figures)
    places = read_places(tables)
    offences = read_offences(tables)
    programmes = read_programmes(tables, frozenset(places.desks), places.home)
    rules = compile_rules(read_rules(tables, places, programmes))
    check_rules(rules, places, tables)
    stand_ins = read_stand_ins(tables)
    if heading is None or tables.faults:
        return None, tables
    ruleset = Ruleset(
        version=heading.version,
        good_from=max(change for change in tables.changes if change <= day),
        good_until=min((change for change in tables.changes if change > day), default=None),
        places=places,
        offences=offences,
        programmes=programmes,
        weights=weights,
        rules=rules,
        stand_ins=stand_ins,
    )
    return ruleset, tables


def check_rules(rules: RuleIndex, places: Places, tables: Tables) -> None:
    """Note what is wrong with rules as they stand together."""
    implied = implied_by(places)
    for rule in (*rules.deciding.rules, *rules.adding.rules):
        check_sense(rule, implied, tables)
    check_order(rules.deciding, implied, tables)


def _begin(tables: Tables, first: date) -> None:
    tables.first = first
    tables.changes.add(first)
    if first > tables.day:
        problem = f"the ruleset begins on {first}, after {tables.day}"
        tables.note("ruleset.toml", "not-yet", problem, "let it begin earlier, or wait for its day")


def faults_in_order(faults: Iterable[TableFault]) -> tuple[TableFault, ...]:
    """Put faults into the order of the files and of the rows in them."""
    place = {name: number for number, name in enumerate(TABLES)}
    return tuple(sorted(faults, key=lambda fault: (place.get(fault.file, len(place)), fault.file, fault.row or 0)))
