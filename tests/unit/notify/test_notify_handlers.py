from datetime import UTC, datetime
from uuid import UUID

import pytest

from runtime.store import Work
from schemas.events import ItemClosed, ItemQueued, ReferralRouted, ReferralSentToTriage
from schemas.marks import Marks
from schemas.vocabulary.queues import ClosedBecause, QueueRole
from schemas.vocabulary.recalls import RecallGround
from schemas.vocabulary.requests import Urgency
from services.notify.handlers import queue_routed, queue_triage
from services.notify.standings import Recall, Standing, Supplement

REFERRAL = UUID("0193f3a0-0000-7000-8000-000000000007")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DECIDED = {
    "referral_id": REFERRAL,
    "requester_country": "IT",
    "desk": "EUR",
    "category": "bulk-cash",
    "urgency": "U1",
    "marks": Marks(tlp="AMBER", handling=("H0",)),
    "ruleset": "2026-11-01",
    "rule": "R-NEXUS-03",
    "because": "SAC-SAT leads",
}
STRICTER = Marks(tlp="RED", handling=("H2",))


class KnownStandings:
    """Knows one thing of every referral."""

    def __init__(self, **said) -> None:
        self.standing = Standing(**said)

    async def of_new(self, referral_id: UUID) -> Standing:
        return self.standing


def queued(work: Work) -> list[tuple[str, QueueRole]]:
    return [(event.office, event.role) for event in work.emitted if isinstance(event, ItemQueued)]


async def test_a_routed_referral_is_queued_once_for_everyone_whom_the_decision_names():
    work = Work()
    event = ReferralRouted(office="SAC-SAT", supporting=("SAC-HOU", "SAC-SAT"), copies=("BCSC",), **DECIDED)

    await queue_routed(event, work, standings=KnownStandings())

    assert queued(work) == [
        ("SAC-SAT", QueueRole.LEAD),
        ("SAC-HOU", QueueRole.SUPPORTING),
        ("BCSC", QueueRole.COPY),
    ]


async def test_a_referral_in_triage_is_queued_at_the_desk_and_not_at_the_office_that_is_proposed():
    work = Work()
    event = ReferralSentToTriage(proposed="SAC-SAT", grounds=("article_3",), **DECIDED)

    await queue_triage(event, work, standings=KnownStandings())

    assert queued(work) == [("EUR", QueueRole.TRIAGE)]


async def test_the_same_decision_again_gives_the_same_documents():
    first, again = Work(), Work()

    for work in (first, again):
        await queue_routed(ReferralRouted(office="SAC-SAT", **DECIDED), work, standings=KnownStandings())

    assert [write.document["_id"] for write in first.writes] == [write.document["_id"] for write in again.writes]


async def test_a_referral_recalled_before_it_was_routed_waits_for_nobody_and_asks_only_for_an_acknowledgement():
    work = Work()
    recalled = KnownStandings(recall=Recall(RecallGround.DATA_WRONG, NOW, NOW))

    await queue_routed(ReferralRouted(office="SAC-SAT", copies=("BCSC",), **DECIDED), work, standings=recalled)

    assert [write.document["state"] for write in work.writes] == ["recalled", "recalled"]
    assert [type(event) for event in work.emitted] == [ItemClosed, ItemClosed]
    assert {event.closed_because for event in work.emitted} == {ClosedBecause.RECALLED}


@pytest.mark.parametrize(("added", "shown"), [(Urgency.LIFE, "U0"), (Urgency.ROUTINE, "U1")])
async def test_what_was_supplemented_before_it_was_routed_is_in_its_items_and_urgency_only_rises(added, shown):
    work = Work()
    supplemented = KnownStandings(supplement=Supplement(2, added, STRICTER, NOW))

    await queue_routed(ReferralRouted(office="SAC-SAT", **DECIDED), work, standings=supplemented)

    [write] = work.writes
    assert (write.document["urgency"], write.document["referral_version"]) == (shown, 2)
    assert write.document["marks"]["tlp"] == "RED"
