"""Counts the questions that crawls of a skewed list cost: `python -m tests.feed_requests [records] [seed] [service]`.

A row for each kind of service and sweep: the pages asked for, the floor below which nobody comes, the fewest pages
known to do for somebody who has the list already, the ratio to both, and the processor time of the planning alone.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

from services.referrals.feed.planner import crawl
from services.referrals.feed.query import Answer, ListName, Query
from services.referrals.feed.traits import Kind
from tests.feed_requests.least import best_known, floor, kinds_honoured
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


@dataclass(frozen=True)
class Honoured:
    """How a service takes names, and by which kinds of patterns."""

    naming: Naming
    kinds: tuple[Kind, ...] = ()
    sets: bool = False


SERVICES = {
    "patterns": Honoured(named, (Kind.START, Kind.LENGTH), sets=True),
    "no sets": Honoured(no_sets, (Kind.START, Kind.LENGTH)),
    "dots only": Honoured(dots_only, (Kind.LENGTH,)),
    "no patterns": Honoured(plain),
}
CAP = 160


def main(amount: int = 7_000, seed: int = 1, only: str = "") -> None:
    """Crawl a list of each service twice, the second time from the plan of the first."""
    people = shuffled(skewed(amount, seed), seed)
    least = floor(amount, CAP)
    print("service      sweep   found  of     complete pages floor times  known best times  seconds")
    for service, honoured in SERVICES.items():
        if only not in service:
            continue
        plan = None
        names = {name: _by(honoured.naming, name) for name in ("name", "forename")}
        listed = ListedPeople(people, CAP, filters=FILTERS | names)
        best = best_known(people, kinds_honoured(honoured.kinds), sets=honoured.sets, cap=CAP, ask=listed.answer)
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
            pages = result.requests
            print(
                f"{service:12} {sweep:7} {len(result.entity_ids):6} {result.total:6} {result.complete!s:8} "
                f"{pages:5} {least:5} {pages / least:5.2f} {best:11} {pages / best:5.2f} {seconds:8.2f}",
                flush=True,
            )


def _by(naming: Naming, parameter: str) -> Callable[[str], Test]:
    return lambda value: naming(parameter, value)


if __name__ == "__main__":
    records, lot, which = (*sys.argv[1:], *("7000", "1", "")[len(sys.argv) - 1 :])
    main(int(records), int(lot), which)
