"""Counts the questions that crawls of a skewed list cost: `python -m tests.feed_requests [records] [seed] [service]`.

A row for each kind of service and sweep, with the processor time of the planning alone.
"""

import re
import sys
from collections.abc import Callable
from math import ceil
from time import process_time

from services.referrals.feed.planner import crawl
from services.referrals.feed.query import Answer, ListName, Query
from tests.support.listed_people import FILTERS, TODAY, ListedPeople, Test, driven, named, shuffled, skewed

Naming = Callable[[str, str], Test]


def plain(parameter: str, value: str) -> Test:
    """Take a name as a part of a name, whatever signs are in it."""
    return lambda person: value.lower() in (getattr(person.names, parameter) or "").lower()


def dots_only(parameter: str, value: str) -> Test:
    """Take the pattern that asks for a length, and no other."""
    if re.fullmatch(r"\^\.+\$", value):
        return lambda person: len(getattr(person.names, parameter) or "") == len(value) - 2
    return plain(parameter, value)


def no_sets(parameter: str, value: str) -> Test:
    """Take patterns without sets of letters."""
    return (lambda person: False) if "[" in value else named(parameter, value)


SERVICES: dict[str, Naming] = {"patterns": named, "no sets": no_sets, "dots only": dots_only, "no patterns": plain}


def main(amount: int = 7_000, seed: int = 1, only: str = "") -> None:
    """Crawl a list of each service twice, the second time from the plan of the first."""
    people = shuffled(skewed(amount, seed), seed)
    least = ceil(amount / 160)
    print("service      sweep   found  of     complete questions times  seconds")
    for service, naming in SERVICES.items():
        if only not in service:
            continue
        plan = None
        listed = ListedPeople(people, filters=FILTERS | {name: _by(naming, name) for name in ("name", "forename")})
        for sweep in ("first", "second"):
            served = 0.0

            def answer(query: Query, listed: ListedPeople = listed) -> Answer:
                nonlocal served
                began = process_time()
                given = listed.answer(query)
                served += process_time() - began
                return given

            began = process_time()
            result = driven(crawl(ListName.RED, known=plan, today=TODAY), answer)
            seconds = process_time() - began - served
            plan = result.plan
            times = result.requests / least
            print(
                f"{service:12} {sweep:7} {len(result.entity_ids):6} {result.total:6} {result.complete!s:8} "
                f"{result.requests:9} {times:5.2f} {seconds:8.2f}",
                flush=True,
            )


def _by(naming: Naming, parameter: str) -> Callable[[str], Test]:
    return lambda value: naming(parameter, value)


if __name__ == "__main__":
    records, lot, which = (*sys.argv[1:], *("7000", "1", "")[len(sys.argv) - 1 :])
    main(int(records), int(lot), which)
