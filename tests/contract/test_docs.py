"""What the documents say is so: links lead somewhere, tables are those of the code, examples are accepted."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from deploy.local.settings import CHECKOUT
from schemas.events import name_of
from schemas.topics import DEAD_LETTERS, TOPICS
from services.referrals.faults import REMEDIES
from services.referrals.intake import check
from services.referrals.model import read_referral
from tests.support.variables import all_variables

NOT_OURS = {".venv", "var", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}

LINK = re.compile(r"\[[^\]\[]*\]\(([^()\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Every Markdown file of the project."""
    found = list(CHECKOUT.glob("*.md"))
    for folder in CHECKOUT.iterdir():
        if folder.is_dir() and folder.name not in NOT_OURS:
            found += folder.rglob("*.md")
    return sorted(found)


def text_of(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def anchors(document: Path) -> set[str]:
    """The names by which headings are linked to."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", document.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(document: Path) -> Iterator[str]:
    """The links of a document that lead nowhere in this repository."""
    for target in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / path).resolve() if path else document
        if not place.exists() or (anchor and anchor not in anchors(place)):
            yield target


def rows(text: str, first_cell: str) -> list[list[str]]:
    """The cells of all table rows whose first cell has a form."""
    lines = [line for line in text.splitlines() if re.match(rf"\| {first_cell} \|", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_relative_link_leads_somewhere(document: Path):
    assert list(dead_links(document)) == []


def test_every_room_says_what_it_is():
    rooms = [
        *(CHECKOUT / "services").iterdir(),
        *(CHECKOUT / name for name in ("schemas", "runtime", "deploy", "tests")),
    ]

    without = [
        room.name
        for room in rooms
        if room.is_dir() and room.name != "__pycache__" and not (room / "README.md").exists()
    ]

    assert without == []


def test_the_settings_table_is_what_the_settings_classes_read():
    told = {
        name.strip("`"): (default, words) for name, default, words in rows(text_of("docs/operations.md"), "`[A-Z_]+`")
    }

    wanted = {}
    for variable in all_variables().values():
        default = "empty" if variable.default in (None, "") else f"`{variable.default}`"
        wanted[variable.name] = ("**required**" if variable.required else default, variable.description)
    assert told == wanted


def test_the_topics_table_is_the_registry():
    told = {
        row[0].strip("`"): row[1:]
        for row in rows(text_of("schemas/README.md").split("## Topics")[1], r"`[a-z]+\.[a-z]+`")
    }

    assert list(told) == [topic.name for topic in TOPICS]
    for topic in TOPICS:
        key, writer, readers, kept, events = told[topic.name]
        assert (key.strip("`"), writer) == (topic.key, topic.writer)
        assert readers == (", ".join(topic.readers) or ("a person" if topic in DEAD_LETTERS else "integrators"))
        assert kept == f"{topic.retention_days} days"
        assert re.findall(r"`([^`]+)`", events) == [name_of(event) for event in topic.events]


def test_the_table_of_faults_is_that_of_the_code():
    after = text_of("docs/liaison.md").split("### Codes of faults")[1].split("\n## ")[0]

    told = {code.strip("`"): (problem, mend) for code, problem, mend in rows(after, "`[a-z_0-9]+`")}

    assert told == {code: (remedy.problem, remedy.mend) for code, remedy in REMEDIES.items()}


def test_every_code_of_a_problem_is_explained():
    guides = (
        "liaison",
        "office",
        "operations",
        "desk",
        "desk-rules",
        "clocks",
        "links",
        "notices-records",
        "statistics",
    )
    explained = "".join(text_of(f"docs/{name}.md") for name in guides)

    assert [code for code in sorted(problem_codes()) if f"`{code}`" not in explained] == []


def problem_codes() -> set[str]:
    """The codes of all problems that our sources make, also those that are chosen into a variable first."""
    found: set[str] = set()
    for path in [*CHECKOUT.glob("runtime/*.py"), *CHECKOUT.glob("services/**/*.py")]:
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for code in problem_arguments(function):
                    found |= texts_in(code)
                    if not isinstance(code, ast.Constant):
                        found |= {text for text in texts_in(function) if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)}
    return found


def problem_arguments(function: ast.AST) -> list[ast.expr]:
    """What is given as the code wherever a function makes a problem."""
    calls = [part for part in ast.walk(function) if isinstance(part, ast.Call)]
    return [call.args[1] for call in calls if getattr(call.func, "id", "") == "Problem" and len(call.args) > 1]


def texts_in(part: ast.AST) -> set[str]:
    """Every text that stands in a piece of source."""
    constants = [constant.value for constant in ast.walk(part) if isinstance(constant, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}


def test_codes_of_problems_are_found_in_the_sources():
    assert {"try_again", "referral_refused", "office_unknown"} <= problem_codes()


def test_the_example_request_is_accepted_and_invented():
    body = (CHECKOUT / "docs/examples/referral.json").read_bytes()

    intake = check(read_referral(body), date(2026, 11, 23))

    assert intake.faults == ()
    assert "Test" in json.loads(body)["requester"]["agency"]


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", text_of("Makefile"), re.MULTILINE))

    named = {
        (document.name, target)
        for document in documents()
        for target in re.findall(r"`make ([a-z][a-z0-9-]*)", document.read_text(encoding="utf-8"))
    }

    assert {(name, target) for name, target in named if target not in targets} == set()


def test_every_decision_is_in_the_index():
    records = {path.name for path in (CHECKOUT / "docs/adr").glob("0*.md")}

    assert set(re.findall(r"\((0\d+[^)]+)\)", text_of("docs/adr/README.md"))) == records
