"""Referrals that were decided in the past: the golden corpus, over and over, on the days before its moment."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from schemas.events import ReferralReceived
from services.routing.domain import Ruleset, decide
from services.routing.facts import facts_of
from services.routing.store import decision_document
from tests.golden.corpus import NOW, read_corpus

DAYS = 5
"""Facts age: the same referral is decided as of several days."""


def past_decisions(count: int, ruleset: Ruleset) -> Iterator[Document]:
    """Give so many decisions as they are stored, with ids in order."""
    cases = [(ReferralReceived.model_validate(case["facts"]), case.get("owners", ())) for case in read_corpus()]

    @cache
    def decided(case: int, day: int) -> Document:
        event, owners = cases[case]
        return _document(event, tuple(owners), NOW - timedelta(days=day), ruleset)

    for number in range(count):
        referral_id = referral_number(number)
        document = decided(number % len(cases), number % DAYS)
        facts: Mapping[str, Any] = {**document["facts"], "referral_id": referral_id}
        yield {**document, "_id": referral_id, "facts": facts}


def referral_number(number: int) -> str:
    """Give the id of the nth referral; ids sort by number."""
    return str(UUID(int=(0x01934A2E << 96) | (7 << 76) | (2 << 62) | number))


def _document(event: ReferralReceived, owners: tuple[str, ...], at: datetime, ruleset: Ruleset) -> Document:
    decision = decide(facts_of(event, owners), ruleset, at.date(), at)
    facts = event.model_dump(mode="json")
    return {**decision_document(event.referral_id, decision, facts, at), "owners": list(owners)}
