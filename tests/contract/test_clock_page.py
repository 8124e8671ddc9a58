"""What the page on clocks says of deadlines and levels is what the code has."""

from deploy.local.settings import CHECKOUT
from schemas.vocabulary.clocks import EscalationLevel, PauseGround
from services.notify.clock.reading import Basis
from services.notify.clock.spans import SPANS, TOLD_AT

PAGE = (CHECKOUT / "docs/clocks.md").read_text(encoding="utf-8")


def cells(heading, count):
    """The first cells of the rows of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip(" `") for cell in row[:count]] for row in rows]


def test_the_table_of_deadlines_is_that_of_the_code():
    told = {row[0].split("`")[0]: row[1:] for row in cells("The table", 4)}

    assert told == {urgency.value: [span.words for span in spans.values()] for urgency, spans in SPANS.items()}


def test_every_ground_level_and_basis_has_its_row():
    assert [row[0] for row in cells("What stops it", 1)] == [ground.value for ground in PauseGround]
    assert [row[0] for row in cells("Who is told", 1)] == [level.value for level in EscalationLevel]
    assert {row[0] for row in cells("What to expect", 1)} == {basis.value for basis in Basis}
    assert [float(part) for part in TOLD_AT.values()] == [1, 1.5, 2], "over, half of it later, all of it later"
