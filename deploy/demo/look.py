"""Where to look next, once the demonstration is over: commands to copy."""

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from deploy.demo.outcome import Followed, Outcome
from deploy.local.settings import SERVICES

JSON = "-H 'Content-Type: application/json'"


def trace_link(addresses: Mapping[str, str], followed: Followed | None) -> str | None:
    """Give the page that shows one referral's way through the services."""
    if followed is None or followed.status != 201 or "zipkin" not in addresses:
        return None
    return f"{addresses['zipkin']}/zipkin/traces/{(followed.answer or {})['trace_id']}"


def shown_one(outcome: Outcome) -> Followed | None:
    """Choose the referral to look at: the one with the longest life that ended as it should."""
    good = [one.followed for one in outcome.worked if not one.wrong]
    return max(good, key=lambda one: len(outcome.proof.by_referral.get(one.referral_id, ())), default=None)


def where_to_look(outcome: Outcome, addresses: Mapping[str, str]) -> list[str]:
    """Write the commands, for a referral that was worked to its end and for those that wait."""
    one = shown_one(outcome)
    if one is None:
        return []
    here = f"{addresses['referrals']}/v1/referrals"
    bundle = _shortest(outcome.proof_folder / f"custody-{one.referral_id}.json")
    return [
        f'Where to look next: one referral, "{one.invented.title}"',
        f"  its way, on one page   {trace_link(addresses, one) or 'no trace page in this stack'}",
        f"  its timeline           curl -s {here}/{one.referral_id}/timeline",
        f"  why it went there      curl -s {addresses['routing']}/v1/decisions/{one.referral_id}",
        f"  what it was owed when  curl -s {addresses['notify']}/v1/clocks/{one.referral_id}",
        f"  its answers            curl -s {here}/{one.referral_id}/answers",
        f"  its receipts           curl -s {here}/{one.referral_id}/receipts",
        f"  check its proof        .venv/bin/python -m services.referrals.evidence verify {bundle} "
        f"--keys {_shortest(outcome.proof_folder / 'keys.json')}",
        "And what waits",
        *_waiting(outcome, addresses),
        f"  post one yourself      curl -s {here} {JSON} -H 'Idempotency-Key: {uuid4()}' "
        f"-d @{_shortest(outcome.example_body)}",
        f"  the interfaces         {'  '.join(f'{addresses[name]}/openapi.json' for name in SERVICES)}",
    ]


def _waiting(outcome: Outcome, addresses: Mapping[str, str]) -> list[str]:
    """Give commands for what is not at its end yet."""
    lines = []
    if (asked := _worked_to(outcome, "returned")) is not None:
        lines.append(
            f"  a question, for you    curl -s {addresses['referrals']}/v1/referrals/{asked.referral_id}/questions"
        )
    if (withdrawn := _kept(outcome)) is not None:
        lines.append(
            f"  a recall, not erased   curl -s {addresses['referrals']}/v1/referrals/{withdrawn.referral_id}/recall"
        )
    led = [one for one in outcome.followed if one.role == "lead" and one.story is None]
    if led:
        queue = f"{addresses['notify']}/v1/offices/{led[-1].queue}"
        lines += [
            f"  an office's queue      curl -s {queue}/queue",
            f"  the queue, live        curl -sN {queue}/stream",
            f"  lease two items        curl -s {queue}/queue/lease {JSON} " """-d '{"officer": "TEST-7", "most": 2}'""",
        ]
    return [*lines, f"  a desk's triage        curl -s '{addresses['routing']}/v1/triage?desk=EUR&limit=5'"]


def _worked_to(outcome: Outcome, state: str) -> Followed | None:
    return next((one.followed for one in outcome.worked if one.state == state), None)


def _kept(outcome: Outcome) -> Followed | None:
    """Find one that was withdrawn, and that somebody keeps."""
    withdrawn = (one.followed for one in outcome.worked if one.state == "withdrawn")
    return next((one for one in withdrawn if "ERASED" not in outcome.proof.by_referral.get(one.referral_id, ())), None)


def _shortest(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
