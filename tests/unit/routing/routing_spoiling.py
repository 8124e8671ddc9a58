"""Ways to spoil the shipped bundle of tables, and what must then be told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.routing.tables import shipped

Texts = dict[str, str]
Spoil = Callable[[str], str]
RULES = "rules.tsv"
FIGURES = "ruleset.toml"
DATED = "2025-01-01\t\tinvented"
_CONDITIONS = ("nexus", "place", "category", "urgency", "requester", "request_type", "channel", "marks")
_ACTIONS = ("lead", "supporting", "copies", "desk", "flags")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of bad ruleset; `at` begins the row that must be named, and is empty where no row is at fault."""

    name: str
    file: str
    spoil: Spoil
    code: str
    at: str | int = ""
    told_in: str = ""
    """The file that must be named, where it is another one than the spoiled one."""
    also: tuple[tuple[str, str, str | int], ...] = ()
    """What else must be told: file, code and how the row begins."""

    def spoiled(self, texts: Mapping[str, str]) -> Texts:
        spoiled = {**texts, self.file: self.spoil(texts.get(self.file, ""))}
        assert spoiled != texts
        return spoiled

    def expected(self, spoiled: Texts) -> set[tuple[str, int | None, str]]:
        told = [(self.told_in or self.file, self.code, self.at), *self.also]
        return {(file, row_of(spoiled.get(file, ""), at), code) for file, code, at in told}


def small_bundle() -> Texts:
    """Give the shipped bundle with few of its towns, which nothing needs and which take long to read."""
    few = ("towns.tsv", "cities.tsv")
    return {name: _begin_of(text) if name in few else text for name, text in shipped().items()}


def _begin_of(text: str) -> str:
    return "\n".join([*text.split("\n")[:20], ""])


def row_of(text: str, begins: str | int) -> int | None:
    if isinstance(begins, int) or not begins:
        return begins or None
    rows = [number for number, line in enumerate(text.split("\n"), start=1) if line.startswith(begins)]
    assert rows, begins
    return rows[-1]


def swap(old: str, new: str) -> Spoil:
    def spoil(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return spoil


def without(begins: str) -> Spoil:
    def spoil(text: str) -> str:
        lines = text.split("\n")
        kept = [line for line in lines if not line.startswith(begins)]
        assert len(kept) < len(lines), begins
        return "\n".join(kept)

    return spoil


def adding(*rows: str) -> Spoil:
    return lambda text: text + "".join(f"{row}\n" for row in rows)


def dated(begins: str, first: str, end: str) -> Spoil:
    """Let the rows that begin so hold between other days."""

    def spoil(text: str) -> str:
        return "\n".join(_dated(line, first, end) if line.startswith(begins) else line for line in text.split("\n"))

    return spoil


def _dated(line: str, first: str, end: str) -> str:
    *cells, _, _, source = line.split("\t")
    return "\t".join([*cells, first, end, source])


def rule(name: str, priority: int | str = 50, **cells: str) -> str:
    assert not {*cells} - {*_CONDITIONS, *_ACTIONS}
    said = [cells.get(column, "") for column in (*_CONDITIONS, *_ACTIONS)]
    return "\t".join([name, str(priority), *said, DATED])
