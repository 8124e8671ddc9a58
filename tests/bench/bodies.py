"""What the bench posts: sound referrals of 1.5 KB that lead to exactly one queue item each."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from deploy.demo.bodies import Json, Writer
from deploy.demo.scenarios import plain
from services.referrals.facts import received
from services.referrals.intake import check
from services.referrals.model import read_referral
from services.routing.domain.decide import decide
from services.routing.facts import facts_of
from services.routing.tables import load_ruleset

BYTES = 1_500

Body = tuple[bytes, str]
"""A request's body and the office in whose queue it must end."""


def sound_bodies(count: int, seed: int) -> list[Body]:
    """Invent bodies; the floor has one item for each referral, so those with copies for others are left out."""
    now = datetime.now(UTC)
    rules = load_ruleset(now.date())
    writer = Writer(random.Random(seed), now.date())
    found: list[Body] = []
    for body in _padded(writer):
        referral = read_referral(body)
        intake = check(referral, now.date())
        decision = decide(facts_of(received(referral, UUID(int=0), now, intake)), rules, now.date(), now)
        if decision.office is not None and not decision.supporting and not decision.copies:
            found.append((body, decision.office))
        if len(found) == count:
            break
    return found


def _padded(writer: Writer) -> Iterator[bytes]:
    """Give referrals one after another, their narrative repeated until they have the size we speak of."""
    number = 0
    while True:
        body: Json = plain(writer, number).body
        told, number = body["narrative"], number + 1
        while len(written := json.dumps(body, ensure_ascii=False).encode()) < BYTES:
            body["narrative"] += " " + told[: BYTES - len(written)]
        yield written
