"""How well charge text is read, in figures: precision, share, and what was taken for what."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from services.referrals.charges import Reading, read_charge

FOLDER = Path(__file__).parent
ASK = "ask"
TUNED_ON = "tuning"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled charge, and what it was read as."""

    language: str
    text: str
    expected: str
    reading: Reading

    @property
    def given(self) -> str:
        """The category it was given, or that a person is asked."""
        return ASK if self.reading.lead is None else self.reading.lead.value


@dataclass(frozen=True, slots=True)
class Score:
    """What came of a set of labelled charges."""

    rows: int
    to_be_read: int
    given: int
    right: int
    given_though_to_be_asked: int

    @property
    def precision(self) -> float:
        """Of the rows that were given a category, how many were given the right one."""
        return self.right / self.given if self.given else 1.0

    @property
    def share(self) -> float:
        """Of the rows that have a category, how many were given one without asking."""
        return (self.given - self.given_though_to_be_asked) / self.to_be_read if self.to_be_read else 1.0

    def __str__(self) -> str:
        return (
            f"rows {self.rows:4}   precision {self.precision:.3f}   share {self.share:.3f}   "
            f"given {self.given}, wrong {self.given - self.right}, of them to be asked {self.given_though_to_be_asked}"
        )


def read_set(name: str) -> list[Row]:
    """Read the charges of one set."""
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return [
            Row(
                row["language"],
                row["text"],
                row["category"],
                read_charge(row["text"].replace("\\n", "\n"), row["translation"] or None, row["language"]),
            )
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def score(rows: Iterable[Row]) -> Score:
    """Count what is right."""
    rows = list(rows)
    given = [row for row in rows if row.given != ASK]
    return Score(
        len(rows),
        sum(row.expected != ASK for row in rows),
        len(given),
        sum(row.given == row.expected for row in given),
        sum(row.expected == ASK for row in given),
    )


def confusions(rows: Iterable[Row]) -> Counter[tuple[str, str]]:
    """Count what was given instead of what was expected."""
    return Counter((row.expected, row.given) for row in rows if row.expected != row.given)


def report(name: str, rows: list[Row]) -> str:
    """Write the figures of a set: as a whole, by language, by category, and the confusion table."""
    lines = [f"{name}: {score(rows)}", ""]
    for language in dict.fromkeys(row.language for row in rows):
        lines.append(f"  {language:10} {score(row for row in rows if row.language == language)}")
    lines.append("")
    for category in sorted({row.expected for row in rows}):
        of_category = [row for row in rows if row.expected == category]
        right = sum(row.given == category for row in of_category)
        asked = sum(row.given == ASK for row in of_category)
        others = ", ".join(
            f"{given} {times}"
            for (expected, given), times in confusions(of_category).most_common()
            if given != ASK and expected == category
        )
        lines.append(
            f"  {category:24} {len(of_category):3} rows, right {right:3}"
            + (f", asked {asked}" if category != ASK and asked else "")
            + (f", taken for {others}" if others else "")
        )
    return "\n".join(lines)
