"""What of a referral may leave this service: ids, places, categories, urgency, marks and flags."""

from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.events import LabelFact, NexusFact, OffenceFact, ReferralReceived
from schemas.us_code import read_section
from services.referrals.charges import Reading
from services.referrals.detail_facts import evidence_of, place_of
from services.referrals.intake import Intake
from services.referrals.model import Nexus, Offence, Referral


def received(referral: Referral, referral_id: UUID, received_at: datetime, intake: Intake) -> ReferralReceived:
    """Tell that a referral has been stored, without a name, a number or a line of its text."""
    return ReferralReceived(
        referral_id=referral_id,
        received_at=received_at,
        requester_country=referral.requester.country,
        requester_kind=referral.requester.kind,
        channel=referral.requester.channel,
        request_type=referral.request_type,
        urgency=referral.urgency.level,
        urgency_ground=referral.urgency.ground,
        offences=tuple(map(_offence_fact, referral.offences, intake.readings, intake.sections)),
        nexus=tuple(_nexus_fact(nexus) for nexus in referral.nexus),
        marks=referral.marks.read(),
        flags=intake.flags,
        earlier=tuple(dict.fromkeys(earlier.referral_id for earlier in referral.earlier)),
    )


def summary_of(referral: Referral) -> dict[str, Any]:
    """What may be listed without opening the content: no name, number or text."""
    return {
        "country": referral.requester.country,
        "channel": referral.requester.channel.value,
        "request_type": referral.request_type.value,
        "urgency": referral.urgency.level.value,
        "categories": [offence.category.value for offence in referral.offences if offence.category is not None],
    }


def _offence_fact(offence: Offence, reading: Reading | None, named: tuple[str, ...]) -> OffenceFact:
    section = read_section(offence.section) if offence.section is not None else None
    fact = OffenceFact(
        category=offence.category,
        section=str(section) if section is not None else None,
        charge_given=offence.charge is not None,
    )
    if reading is None:
        return fact
    labels = tuple(
        LabelFact(category=label.category, confidence=label.confidence, words=label.words) for label in reading.labels
    )
    # Where the requester states what the offence is, the charge text need not say it again.
    is_stated = offence.category is not None or section is not None
    ask = None if is_stated else reading.ask
    return fact.model_copy(update={"sections": named, "labels": labels, "ask": ask})


def _nexus_fact(nexus: Nexus) -> NexusFact:
    return NexusFact(
        kind=nexus.kind,
        place=place_of(nexus),
        evidence=evidence_of(nexus),
        as_of=nexus.as_of,
        eta=nexus.eta,
        owner_office=nexus.owner_office,
        deconflicted=nexus.deconflicted,
    )
