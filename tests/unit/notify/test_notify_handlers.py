from uuid import UUID

from runtime.store import Work
from schemas.events import ItemQueued, ReferralRouted, ReferralSentToTriage
from schemas.marks import Marks
from schemas.vocabulary import QueueRole
from services.notify.handlers import queue_routed, queue_triage

REFERRAL = UUID("0193f3a0-0000-7000-8000-000000000007")
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


def queued(work: Work) -> list[tuple[str, QueueRole]]:
    return [(event.office, event.role) for event in work.emitted if isinstance(event, ItemQueued)]


def test_a_routed_referral_is_queued_once_for_everyone_whom_the_decision_names():
    work = Work()

    queue_routed(ReferralRouted(office="SAC-SAT", supporting=("SAC-HOU", "SAC-SAT"), copies=("BCSC",), **DECIDED), work)

    assert queued(work) == [
        ("SAC-SAT", QueueRole.LEAD),
        ("SAC-HOU", QueueRole.SUPPORTING),
        ("BCSC", QueueRole.COPY),
    ]


def test_a_referral_in_triage_is_queued_at_the_desk_and_not_at_the_office_that_is_proposed():
    work = Work()

    queue_triage(ReferralSentToTriage(proposed="SAC-SAT", grounds=("article_3",), **DECIDED), work)

    assert queued(work) == [("EUR", QueueRole.TRIAGE)]


def test_the_same_decision_again_gives_the_same_documents():
    first, again = Work(), Work()

    for work in (first, again):
        queue_routed(ReferralRouted(office="SAC-SAT", **DECIDED), work)

    assert [write.document["_id"] for write in first.writes] == [write.document["_id"] for write in again.writes]
