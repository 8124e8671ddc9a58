"""The page that draws the states of items is what the code says."""

import re
from pathlib import Path

import pytest

from schemas.vocabulary.queues import ItemState
from services.notify.refusals import WORDS, RefusalCode
from services.notify.state_page import PAGE, main, page
from services.notify.step_faults import WORDS as FAULT_WORDS

GUIDE = PAGE.with_name("office.md").read_text(encoding="utf-8")


def test_the_committed_page_is_drawn_from_the_code():
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_check_says_when_the_page_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    old = tmp_path / "queue-states.md"
    old.write_text("old", encoding="utf-8")

    before, written, afterwards = main(["--check"], old), main([], old), main(["--check"], old)

    assert (before, written, afterwards) == (1, 0, 0)
    assert "queue-states.md differs" in capsys.readouterr().err


def test_the_diagram_reaches_every_state():
    targets = re.findall(r"--> (\w+)", page())

    assert set(targets) == {state.value for state in ItemState}


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_has_its_words_and_is_explained_in_the_guide(code: RefusalCode):
    assert all(WORDS[code])
    assert f"`{code}`" in GUIDE


@pytest.mark.parametrize("code", FAULT_WORDS)
def test_every_fault_is_explained_in_the_guide(code: str):
    assert f"`{code}`" in GUIDE
