"""A report as JSON, as CSV that no spreadsheet takes for formulas, and as a table for a terminal."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from schemas.vocabulary.queues import RefusalGround
from services.referrals.statistics.report import Counts, Key, Outcome, Report, Step, Trait, percentile

TOTAL = "total"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SHOWN_ON_A_TERMINAL = (
    "requests",
    "urgent",
    *(outcome.value for outcome in Outcome),
    "judicial_leave",
    "answered_median",
    "answered_p90",
)


def as_json(report: Report) -> dict[str, Any]:
    """Write a report for programs."""
    return {
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "by": [dimension.value for dimension in report.by],
        "rows": [{**_named(report, key), **_counts(counts)} for key, counts in report.rows.items()],
        "total": _counts(report.total),
    }


def _named(report: Report, key: Key) -> dict[str, str]:
    return {dimension.value: value for dimension, value in zip(report.by, key, strict=True)}


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "requests": counts.requests,
        "urgent": counts.traits[Trait.URGENT],
        "not_urgent": counts.requests - counts.traits[Trait.URGENT],
        **{outcome.value: counts.outcomes[outcome] for outcome in Outcome},
        **{trait.value: counts.traits[trait] for trait in Trait if trait is not Trait.URGENT},
        "refused_on": dict(sorted(counts.grounds.items())),
        "elapsed_seconds": {
            step.value: {
                "count": seconds.total(),
                "median": percentile(seconds, 50),
                "p90": percentile(seconds, 90),
            }
            for step, seconds in counts.seconds.items()
        },
    }


def as_csv(report: Report) -> str:
    """Write a report for spreadsheets (RFC 4180); its last line is the total."""
    written = StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow([*(dimension.value for dimension in report.by), *(name for name, _ in _cells(Counts()))])
    for key, counts in _with_total(report):
        lines.writerow([*map(harmless, key), *(cell for _, cell in _cells(counts))])
    return written.getvalue()


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _with_total(report: Report) -> Iterator[tuple[Key, Counts]]:
    yield from report.rows.items()
    if report.by:
        yield (TOTAL, *("" for _ in report.by[1:])), report.total


def _cells(counts: Counts) -> Iterator[tuple[str, int | None]]:
    shown = _counts(counts)
    grounds, elapsed = shown.pop("refused_on"), shown.pop("elapsed_seconds")
    yield from shown.items()
    for ground in RefusalGround:
        yield f"refused_{ground.value}", grounds.get(ground.value, 0)
    for step in Step:
        for name, value in elapsed[step.value].items():
            yield f"{step.value}_{name}" if name == "count" else f"{step.value}_{name}_seconds", value


def as_table(report: Report) -> str:
    """Write a report for people."""
    head = [*(dimension.value for dimension in report.by), *_SHOWN_ON_A_TERMINAL]
    lines = [head, *([*key, *_few(counts)] for key, counts in _with_total(report))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    names = len(report.by)
    return "".join(
        "  ".join(
            cell.ljust(width) if at < names else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in lines
    )


def _few(counts: Counts) -> list[str]:
    shown = _counts(counts)
    answered = shown["elapsed_seconds"][Step.ANSWERED.value]
    timed = {"answered_median": _long(answered["median"]), "answered_p90": _long(answered["p90"])}
    return [timed.get(name) or str(shown[name]) for name in _SHOWN_ON_A_TERMINAL]


def _long(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    days, rest = divmod(seconds, 86_400)
    hours, minutes = divmod(rest // 60, 60)
    return f"{days}d {hours:02}:{minutes:02}" if days else f"{hours:02}:{minutes:02}"
