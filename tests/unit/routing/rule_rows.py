"""Rows of rules.tsv as a test writes them: only the cells that it is about."""

from routing_cases import TODAY

from services.routing.domain.rules import Rule
from services.routing.domain.ruleset import Ruleset
from services.routing.tables.faults import TableFault
from services.routing.tables.rows import DATED, Tables
from services.routing.tables.rules import COLUMNS, FILE, read_rules
from tests.support.invented_rules import with_rules

Cells = dict[str, str]


def read_rows(ruleset: Ruleset, *rows: Cells) -> tuple[tuple[Rule, ...], list[TableFault]]:
    """Read rows beside the tables of a ruleset, with what is wrong with them."""
    plain = {"rule": "R-740", "priority": "50", "valid_from": "2025-01-01", "source": "invented"}
    columns = (*COLUMNS, *DATED)
    lines = ["\t".join((plain | row).get(column, "") for column in columns) for row in rows]
    tables = Tables({FILE: "\n".join(["\t".join(columns), *lines, ""])}, TODAY)
    return read_rules(tables, ruleset.places, ruleset.programmes), list(tables.faults)


def with_rows(ruleset: Ruleset, *rows: Cells) -> Ruleset:
    """Put rows among the rules of a ruleset."""
    rules, faults = read_rows(ruleset, *rows)
    assert faults == []
    return with_rules(ruleset, rules)
