import re
from pathlib import Path

from services.routing.domain.act_faults import GROUNDS
from services.routing.domain.acts import Assign, DecideAgain, Merge, Move, Split
from services.routing.domain.faults import REMEDIES

GUIDE = (Path(__file__).resolve().parents[3] / "docs/desk.md").read_text(encoding="utf-8")
ACTS = {"assign": Assign, "split": Split, "merge": Merge, "move": Move, "reroute": DecideAgain}


def rows(text):
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines]


def test_the_guide_lists_every_fault_in_the_words_of_the_code():
    table = GUIDE.split("### Codes of faults")[1]

    told = {code.strip("`"): (problem, mend) for code, problem, mend in rows(table)}

    assert told == REMEDIES


def test_the_guide_lists_the_grounds_of_each_act():
    table = GUIDE.split("## Act")[1].split("\n## ")[0]

    told = {cells[0].strip("`"): set(re.findall(r"`([a-z_]+)`", cells[2])) for cells in rows(table)}

    assert {act: told[act] for act in ACTS} == {act: set(GROUNDS[kind]) for act, kind in ACTS.items()}
