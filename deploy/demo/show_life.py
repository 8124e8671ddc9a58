"""What is printed of the referrals' lives: what was worked and how it ended, and what proves it."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from deploy.demo.outcome import Followed, Outcome, Worked

STAGES = {
    "SUBMISSION_ACCEPTANCE": "taken in",
    "SUBMISSION_REJECTION": "refused at the door",
    "RELAY_ACCEPTANCE": "an office chosen, or a desk to choose one",
    "RELAY_REJECTION": "sent back by a desk",
    "DELIVERY": "in the queue of the office that leads",
    "RETRIEVAL": "taken by an officer of that office",
    "ANSWERED": "answered by an office",
    "CLOSED": "closed by the office that leads",
    "RECALLED": "withdrawn by its originator",
    "ERASED": "erased by every holder, and its key deleted",
}
"""What each receipt states, in the order of its rank."""


def read_table(read: Sequence[Followed]) -> Table:
    """Show what charges were read as."""
    table = Table(title="Stated only a charge, and was read as", title_justify="left")
    for name in ("language", "charge", "read as", "office"):
        table.add_column(name)
    for one in read:
        charge = one.invented.body["offences"][0]["charge"]
        table.add_row(charge["language"], charge["text"], one.invented.category, one.queue)
    return table


def worked_table(outcome: Outcome) -> Table:
    """Show what invented people did, and how it ended."""
    table = Table(title="Worked by invented officers", title_justify="left")
    for name in ("what happened", "by", "it is now", "its clock"):
        table.add_column(name)
    table.add_column("receipts", justify="right")
    for one in outcome.worked:
        receipts = outcome.proof.by_referral.get(one.followed.referral_id, ())
        table.add_row(one.story.title, ", ".join(one.who), one.state, _clock(one), str(len(receipts)))
    return table


def notices_table(outcome: Outcome) -> Table:
    """Show what became of notices."""
    table = Table(title="Notices of INTERPOL, from the first word to the tombstone", title_justify="left")
    for name in ("what happened", "what became of it"):
        table.add_column(name)
    for what, became in outcome.notices.steps:
        table.add_row(what, became)
    return table


def receipts_table(outcome: Outcome) -> Table:
    """Show how many receipts there are of each stage."""
    table = Table(title="Signed receipts, checked offline", title_justify="left")
    table.add_column("stage")
    table.add_column("receipts", justify="right")
    table.add_column("it proves")
    stages = outcome.proof.stages
    for stage in (*STAGES, *sorted(stages.keys() - STAGES.keys())):
        table.add_row(stage, str(stages[stage]), STAGES.get(stage, "that nothing was done in time"))
    return table


def life_lines(outcome: Outcome) -> list[str]:
    """Sum up the work and the proof."""
    proof = outcome.proof
    good = sum(not one.wrong for one in outcome.worked)
    return [
        f"{good} of {len(outcome.worked)} worked referrals went as they should.",
        f"{proof.stages.total()} receipts in {proof.bundles} custody bundles and {proof.refusals} signed refusals, "
        f"checked by the files and the published keys alone in {proof.seconds:.1f} s.",
        f"One byte changed in a copy of a bundle: {proof.found}",
    ]


def life_json(outcome: Outcome) -> dict[str, Any]:
    """Give the same for programs."""
    proof = outcome.proof
    return {
        "read_from_charge": {
            one.invented.title: one.invented.category for one in outcome.followed if one.invented.category
        },
        "worked": [
            {"title": one.story.title, "by": list(one.who), "state": one.state, "clock": one.clock}
            for one in outcome.worked
        ],
        "notices": [{"happened": what, "became": became} for what, became in outcome.notices.steps],
        "receipts": proof.stages,
        "bundles_checked": proof.bundles,
        "refusals_checked": proof.refusals,
        "one_byte_changed": proof.found,
    }


def _clock(one: Worked) -> str:
    return one.clock if one.clock == "runs" or one.clock.startswith("stands still") else f"ended: {one.clock}"
