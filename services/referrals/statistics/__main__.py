"""The yearly report: `python -m services.referrals.statistics --year 2026 --by country,category`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial

from runtime.environment import read_environment
from runtime.http import Problem
from runtime.mongo import open_database
from services.referrals.statistics.api import read_dimensions, read_period
from services.referrals.statistics.counting import count
from services.referrals.statistics.pages import as_csv, as_json, as_table
from services.referrals.statistics.report import Dimension, Report
from services.referrals.statistics.settings import ReportSettings


async def main(arguments: Sequence[str], settings: Callable[[], ReportSettings]) -> str:
    """Count, and write the report."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        first, last = read_period(asked.first or date(asked.year, 1, 1), asked.last or date(asked.year, 12, 31))
    except ValueError:
        parser.error("there is no such year")
    except Problem as exc:
        parser.error(exc.title)
    read = settings()
    async with open_database(read.mongo, read.database) as database:
        report = await count(database, first, last, asked.by)
    return _written(report, asked)


def _written(report: Report, asked: argparse.Namespace) -> str:
    if asked.json:
        return json.dumps(as_json(report), indent=2) + "\n"
    return as_csv(report) if asked.csv else as_table(report)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.referrals.statistics", description="Count the referrals received in a period."
    )
    parser.add_argument("--year", type=int, default=datetime.now(UTC).year, help="the year to count (this one)")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day instead, as YYYY-MM-DD")
    parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day instead, included")
    parser.add_argument("--by", type=_dimensions, default=(Dimension.COUNTRY,), help="such as country,category,office")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for programs")
    form.add_argument("--csv", action="store_true", help="for spreadsheets")
    return parser


def _dimensions(text: str) -> tuple[Dimension, ...]:
    try:
        return read_dimensions(text)
    except Problem as exc:
        raise argparse.ArgumentTypeError(exc.detail) from None


if __name__ == "__main__":
    sys.stdout.write(asyncio.run(main(sys.argv[1:], partial(read_environment, ReportSettings))))
