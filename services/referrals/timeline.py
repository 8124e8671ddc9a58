"""What a referral's one timeline says: who sees which of it, and what follows from it.

An entry is `{type, at, sequence, ...}`. What only our own side may see of it is in `inside`; an entry that is wholly
ours is `hidden`. `moves_to` is the state that an entry would bring the referral to if nothing later were known.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from runtime.http import shown

Entry = Mapping[str, Any]
Timeline = Sequence[Entry]

OURS = ("sequence", "inside", "hidden", "moves_to")
"""Fields of an entry that no reader gets as they are."""


class View(StrEnum):
    """Who looks at a timeline."""

    LIAISON = "liaison"
    ALL = "all"


class QuestionState(StrEnum):
    """Where a question back stands."""

    ASKED = "asked"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


def seen_by(view: View, timeline: Timeline) -> list[dict[str, Any]]:
    """Give the entries that a reader may see, in the order in which they happened."""
    entries = sorted(timeline, key=lambda entry: (entry["at"], entry["sequence"]))
    return [_seen(view, entry) for entry in entries if view is View.ALL or not entry.get("hidden", False)]


def _seen(view: View, entry: Entry) -> dict[str, Any]:
    inside = entry.get("inside", {}) if view is View.ALL else {}
    return {name: shown(value) for name, value in {**entry, **inside}.items() if name not in OURS}


def entries_of(timeline: Timeline, *types: str) -> Iterator[Entry]:
    """Give the entries of some types, in the order in which they were noted."""
    return (entry for entry in timeline if entry["type"] in types)


def questions_in(timeline: Timeline) -> dict[str, tuple[QuestionState, Entry]]:
    """Say of every question that was released where it stands, and which entry released it."""
    asked = {
        entry["question_id"]: (QuestionState.ASKED, entry)
        for entry in entries_of(timeline, "returned")
        if entry["released"]
    }
    for type_, state in (("resumed", QuestionState.WITHDRAWN), ("question-answered", QuestionState.ANSWERED)):
        for entry in entries_of(timeline, type_):
            if entry.get("question_id") in asked:
                asked[entry["question_id"]] = (state, asked[entry["question_id"]][1])
    return asked


def answers_in(timeline: Timeline) -> dict[str, Entry]:
    """Give every answer that was released, with the entry that released it."""
    return {entry["answer_id"]: entry for entry in entries_of(timeline, "answered") if entry["released"]}
