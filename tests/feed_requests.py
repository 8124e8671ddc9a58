"""Counts the questions that a crawl of a skewed list costs: `python -m tests.feed_requests [records] [seed]`."""

import sys
from math import ceil

from services.referrals.feed.planner import crawl
from services.referrals.feed.query import ListName
from tests.support.listed_people import TODAY, ListedPeople, driven, shuffled, skewed


def main(amount: int = 7_000, seed: int = 1) -> None:
    """Crawl a list twice, the second time from the plan of the first, and print both against the least."""
    plan = None
    people = shuffled(skewed(amount, seed), seed)
    least = ceil(amount / 160)
    for sweep in ("first", "second"):
        result = driven(crawl(ListName.RED, known=plan, today=TODAY), ListedPeople(people).answer)
        plan = result.plan
        found = f"{len(result.entity_ids)} of {result.total}, {'complete' if result.complete else 'NOT complete'}"
        print(f"{sweep}: {found}, {result.requests} questions, {result.requests / least:.2f} times {least}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
