import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.routing.replay_api import ReplayForm
from services.routing.ruleset_forms import AskForm, DraftForm, RowsForm, SecondForm
from services.routing.simulate_api import SimulateForm
from services.routing.simulation import read_cases, simulate
from services.routing.tables import shipped
from tests.golden.corpus import NOW

GUIDE = Path(__file__).parents[3] / "docs" / "desk-rules.md"


def example(address: str) -> dict[str, Any]:
    """Give the body that the guide sends to an address."""
    (block,) = (
        found for found in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL) if f"{address} -H" in found
    )
    return json.loads(re.findall(r"-d '(.*)'", block, re.DOTALL)[0])


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/v1/rulesets", DraftForm),
        ("/rows", RowsForm),
        ("/replays", ReplayForm),
        ("/activate", AskForm),
        ("/confirm", SecondForm),
    ],
)
def test_what_the_guide_sends_is_of_the_right_form(address, form):
    assert form.model_validate(example(address)).staff.startswith("desk-")


def test_the_rows_that_the_guide_edits_are_there():
    (edit,) = DraftForm.model_validate(example("/v1/rulesets")).rows

    assert sum(line.startswith(f"{edit.row['country']}\t") for line in shipped()[edit.file].splitlines()) == 1


async def test_the_referral_that_the_guide_simulates_goes_to_an_office(ruleset):
    cases = await read_cases(SimulateForm.model_validate(example("/v1/simulate")).referrals, NOW)

    (decided,) = await simulate(cases, ruleset, NOW)

    assert json.loads(decided)["office"] == "SAC-SAT"
    assert "referral_id" not in json.loads(decided)
