"""`python -m services.notify.state_page` draws the states of items into the docs; `--check` holds the docs to them."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from schemas.events import name_of
from schemas.vocabulary.queues import ItemState
from services.notify.states import LIVING, TABLE, TOLD, Clock, Happening, Row, Verb, after

PAGE = Path(__file__).parents[2] / "docs" / "queue-states.md"

HEAD = """# The states of an item in a queue

Drawn from [services/notify/states.py](../services/notify/states.py) by `python -m services.notify.state_page`; change
it there. How to take each step is in [office.md](office.md).

In parentheses: what others do. What leaves an item in its state is only in the tables.
"""

BEFORE = (ItemState.CLAIMED, ItemState.ACCEPTED)
"""Where an item that was returned, or that moves, can come from."""


def page() -> str:
    """Write the whole page."""
    return "\n".join([HEAD, *_diagram(), "", *_steps(), "", *_happenings(), ""])


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> ready"
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, target, words in [*_arrows_of_steps(), *_arrows_of_happenings()]:
        if source != target and words not in arrows.setdefault((source, target), []):
            arrows[source, target].append(words)
    for (source, target), ways in arrows.items():
        yield f"    {source} --> {target}: {', '.join(ways)}"
    yield "    closed --> [*]"
    yield "```"


def _arrows_of_steps() -> Iterator[tuple[str, str, str]]:
    for row in TABLE:
        for target in BEFORE if row.target is None else (row.target,):
            yield row.source, target, row.verb


def _arrows_of_happenings() -> Iterator[tuple[str, str, str]]:
    for happening in Happening:
        for state in (*LIVING, ItemState.CLOSED):
            for before in BEFORE:
                if target := after(happening, state, before):
                    yield state, target, f"({happening})"


def _steps() -> Iterator[str]:
    yield "## What an office does"
    yield ""
    sources: dict[tuple[str, ...], list[str]] = {}
    for row in sorted(TABLE, key=lambda row: list(Verb).index(row.verb)):
        cells = (row.verb, _target(row), row.hand, ", ".join(row.roles), _clock(row), _name(row))
        sources.setdefault(cells, []).append(row.source)
    yield from _table(
        ("Step", "From", "To", "Who", "Roles", "Clock", "Event"),
        ((cells[0], ", ".join(found), *cells[1:]) for cells, found in sources.items()),
    )


def _happenings() -> Iterator[str]:
    yield "## What others do"
    yield ""
    rows = []
    for happening in Happening:
        ways: dict[str, list[str]] = {}
        for state in ItemState:
            targets = dict.fromkeys(after(happening, state, before) for before in BEFORE)
            if None not in targets:
                target = "as it was before" if len(targets) > 1 else str(next(iter(targets)))
                ways.setdefault("the same" if target == state else target, []).append(state)
        rows += [(str(happening), ", ".join(ways[to]), to, f"`{name_of(TOLD[happening])}`") for to in ways]
    yield from _table(("What happens", "From", "To", "Event"), rows)


def _target(row: Row) -> str:
    if row.target is None:
        return "as it was before"
    return "the same" if row.target is row.source else row.target


def _clock(row: Row) -> str:
    return "" if row.clock is Clock.EITHER else row.clock


def _name(row: Row) -> str:
    return f"`{name_of(row.event)}`" if row.event is not None else "none"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(row)} |"


def main(arguments: list[str], path: Path = PAGE) -> int:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(prog="python -m services.notify.state_page", description="States of items.")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 if the page differs")
    is_current = path.exists() and path.read_text(encoding="utf-8") == page()
    if parser.parse_args(arguments).check:
        if not is_current:
            print(f"{path.name} differs; `python -m services.notify.state_page` writes it anew", file=sys.stderr)
        return 0 if is_current else 1
    if not is_current:
        path.write_text(page(), encoding="utf-8")
        print(f"wrote {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
