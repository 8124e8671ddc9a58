"""The file of figures: what a ruleset is called, from when on it holds, and numbers within bounds."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from schemas.vocabulary.facts import Evidence
from services.routing.tables.faults import listed, one_of_these, quote
from services.routing.tables.rows import Tables
from services.routing.tables.texts import fault_of_text

FILE = "ruleset.toml"
_LARGEST = 20_000
_VERSION = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_HEADING = frozenset({"version", "valid_from", "source"})
_SECTIONS = frozenset({"thresholds", "age", "rank", "base", "base_with", "known_by", "doubted_by"})
SHARE, COUNT = (0.0, 1.0), (0, 10_000)
"""The bounds of a share and of a whole number."""
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a ruleset is called, and from when on it holds."""

    version: str
    valid_from: date


class Figures:
    """The file of figures, read figure by figure; whatever is wrong with one is noted, and zero stands in for it."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._read = None if FILE in tables.unread else self._parse(tables.text_of(FILE))
        if self._read is not None:
            self.only("", self._read, _HEADING | _SECTIONS)

    def _parse(self, text: str) -> dict[str, Any] | None:
        if fault := fault_of_text(FILE, text):
            self._tables.faults[fault] = None
            return None
        try:
            if len(text) > _LARGEST:
                raise ValueError(f"it has more than {_LARGEST} characters")
            return tomllib.loads(text)
        except (ValueError, RecursionError) as exc:
            self._note("unreadable-figures", f"the file is no TOML: {quote(str(exc))}", "correct it there")
            return None

    def _note(self, code: str, problem: str, mend: str) -> None:
        self._tables.note(FILE, code, problem, mend)

    def heading(self) -> Heading | None:
        """Give the version and its first day, if both can be read."""
        if self._read is None:
            return None
        version, first = self._read.get("version"), self._read.get("valid_from")
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            self._note(
                "no-version", "the version is missing or no name", "give up to 40 letters, digits, '.', '-', '_'"
            )
        if type(first) is not date:
            self._note("no-first-day", "valid_from is missing or no date", "give the first day, like 2026-11-24")
        if not isinstance(self._read.get("source"), str):
            self._note("no-source-of-figures", "no source is given", "say where the figures come from")
        return Heading(version, first) if isinstance(version, str) and type(first) is date else None

    def section(self, name: str) -> Mapping[str, Any]:
        """Give one section of the file."""
        if self._read is None:
            return {}
        section = self._read.get(name)
        if not isinstance(section, dict):
            self._note("no-section", f"the section {name} is missing", f"add [{name}]")
            return {}
        return section

    def only(self, name: str, section: Mapping[str, Any], known: Collection[str]) -> None:
        """Refuse what nobody would read: a figure under a misspelt name would count for nothing."""
        if unknown := sorted({*section} - {*known}):
            written = listed(quote(f"{name}.{word}".removeprefix(".")) for word in unknown)
            self._note("unknown-figure", f"nothing is called {written}", one_of_these(known))

    def figure(self, name: str, section: Mapping[str, Any], word: str, bounds: tuple[float, float]) -> float:
        """Give one figure that must lie within bounds."""
        figure = section.get(word)
        if self._read is None or (word not in section and not self._read.get(name)):
            return 0
        if word not in section:
            self._note("no-figure", f"no figure for {name}.{word}", "add it")
        elif isinstance(figure, bool) or not isinstance(figure, int | float):
            self._note("not-a-figure", f"{name}.{word} is no number", "write a number")
        elif not bounds[0] <= figure <= bounds[1]:
            problem = f"{name}.{word} must lie between {bounds[0]} and {bounds[1]}"
            self._note("figure-out-of-bounds", problem, "correct it")
        elif isinstance(bounds[0], int) and not isinstance(figure, int):
            self._note("not-a-whole-number", f"{name}.{word} is no whole number", "write it without a fraction")
        else:
            return figure
        return 0

    def each(self, name: str, words: type[Word], bounds: tuple[float, float]) -> dict[Word, float]:
        """Give a section that says one figure of every word of a list."""
        section = self.section(name)
        self.only(name, section, [*words])
        return {word: self.figure(name, section, word, bounds) for word in words}

    def some(self, name: str, words: type[Word], section: Mapping[str, Any]) -> dict[Word, float]:
        """Give a section that says a share of some words of a list."""
        self.only(name, section, [*words])
        return {word: self.figure(name, section, word, SHARE) for word in words if word in section}

    def every_evidence(self, told: Collection[Evidence]) -> None:
        """Refuse to let evidence count for nothing because no figure is given for it."""
        if self._read is not None and (untold := [evidence for evidence in Evidence if evidence not in told]):
            self._note("no-figure-for-evidence", f"no figure says what {listed(untold)} counts", "add it to a section")

    def order(self, lower: float, higher: float, problem: str) -> None:
        """Hold one figure below another, unless one of them is wrong already."""
        if lower > higher and higher:
            self._note("figures-crossed", problem, "correct one of the two")
