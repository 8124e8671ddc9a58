"""What a demonstration prints at the end: for people, or for programs."""

import json
import os
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from deploy.demo.look import shown_one, trace_link, where_to_look
from deploy.demo.outcome import Followed, Outcome
from deploy.demo.referrals import Ending
from deploy.demo.show_life import life_json, life_lines, notices_table, read_table, receipts_table, worked_table


def show(outcome: Outcome, addresses: Mapping[str, str]) -> None:
    """Print the tables and where to look next."""
    console = Console(width=None if os.isatty(1) else 150)
    accepted, leading, triage = _sorted_out(outcome)
    console.print(_refused_table(outcome))
    console.print(_queues_table("Routed, and the deciding reason of one", "office", "leads", leading))
    console.print(_queues_table("Sent to a desk for a person to place", "desk", "sent", triage))
    console.print(read_table([one for one in accepted if one.invented.category is not None]))
    console.print(worked_table(outcome))
    console.print(notices_table(outcome))
    console.print(receipts_table(outcome))
    for line in (*_summary(outcome, accepted, leading, triage), "", *where_to_look(outcome, addresses)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_json(outcome: Outcome, addresses: Mapping[str, str]) -> None:
    """Print the same for programs."""
    accepted, leading, triage = _sorted_out(outcome)
    print(
        json.dumps(
            {
                "posted": len(outcome.followed),
                "accepted": len(accepted),
                "refused": Counter(code for one in _refused(outcome) for code in one.codes),
                "routed": Counter(one.queue for one in leading),
                "triage": Counter(one.queue for one in triage),
                "milliseconds_to_queue": _latency(accepted),
                "seconds": round(outcome.seconds, 1),
                **life_json(outcome),
                "wrong": [{"title": title, "wrong": wrong} for title, wrong in outcome.wrong],
                "trace": trace_link(addresses, shown_one(outcome)),
                "addresses": dict(addresses),
            },
            indent=1,
        )
    )


def _sorted_out(outcome: Outcome) -> tuple[list[Followed], list[Followed], list[Followed]]:
    accepted = outcome.ended(Ending.ACCEPTED)
    return (
        accepted,
        [one for one in accepted if one.role == "lead"],
        [one for one in accepted if one.role == "triage"],
    )


def _refused(outcome: Outcome) -> list[Followed]:
    return outcome.ended(Ending.REFUSED, Ending.KEY_REUSED)


def _refused_table(outcome: Outcome) -> Table:
    table = Table(title="Refused, and why", title_justify="left")
    table.add_column("code")
    table.add_column("times", justify="right")
    table.add_column("how to mend it")
    mends = {
        fault["code"]: fault["mend"] for one in _refused(outcome) for fault in (one.answer or {}).get("faults", [])
    }
    for code, times in Counter(code for one in _refused(outcome) for code in one.codes).most_common():
        table.add_row(code, str(times), mends.get(code, "Send it under a new key, or unchanged."))
    return table


def _queues_table(title: str, queue: str, count: str, followed: Sequence[Followed]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(queue)
    table.add_column(count, justify="right")
    table.add_column("because")
    for code, ones in sorted(_by_queue(followed).items()):
        table.add_row(code, str(len(ones)), ones[0].because)
    return table


def _by_queue(followed: Sequence[Followed]) -> dict[str, list[Followed]]:
    found: dict[str, list[Followed]] = defaultdict(list)
    for one in followed:
        found[one.queue or "?"].append(one)
    return found


def _summary(
    outcome: Outcome, accepted: Sequence[Followed], leading: Sequence[Followed], triage: Sequence[Followed]
) -> list[str]:
    latency = _latency(accepted)
    again = len(outcome.ended(Ending.SAME_ANSWER))
    lines = [
        f"{len(outcome.followed)} POSTs: {len(accepted)} accepted, {len(_refused(outcome))} refused, "
        f"{again} sent twice and answered alike. From the first POST to the last check: {outcome.seconds:.1f} s.",
        f"{len(leading)} routed to {len(_by_queue(leading))} queues, {len(triage)} to a desk. "
        f"From POST until written into a queue: p50 {latency['p50']} ms, p99 {latency['p99']} ms.",
        *life_lines(outcome),
    ]
    if outcome.all_as_expected:
        return [*lines, "Every referral ended where it should."]
    return [*lines, *(f"WRONG: {title}: {wrong}" for title, wrong in outcome.wrong)]


def _latency(accepted: Sequence[Followed]) -> dict[str, float | None]:
    found = sorted(one.milliseconds for one in accepted if one.milliseconds is not None)
    if len(found) < 2:
        return {"p50": None, "p99": None}
    hundredths = statistics.quantiles(found, n=100)
    return {"p50": round(hundredths[49], 1), "p99": round(hundredths[98], 1)}
