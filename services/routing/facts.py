"""From the event that arrives to the facts a decision rests on."""

from collections.abc import Iterable

from schemas.events import NexusFact, OffenceFact, ReferralReceived
from schemas.vocabulary.facts import Flag
from services.routing.domain.facts import Facts, Label, Nexus, Offence, Place


def facts_of(event: ReferralReceived, owners: tuple[str, ...] = ()) -> Facts:
    """Take from a received referral what routing decides on; `owners` hold the referrals that it follows."""
    return Facts(
        requester_country=event.requester_country,
        requester_kind=event.requester_kind,
        channel=event.channel,
        request_type=event.request_type,
        urgency=event.urgency,
        offences=tuple(_offence(offence) for offence in event.offences),
        nexus=tuple(_nexus(nexus) for nexus in event.nexus),
        marks=event.marks,
        flags=flags_of(event.flags, rests_on_notice=event.notice is not None),
        earlier=event.earlier,
        owners=owners,
    )


def flags_of(flags: Iterable[Flag], *, rests_on_notice: bool) -> tuple[Flag, ...]:
    """Give the flags of a referral; one that rests on a notice waits for a person whatever else was said of it."""
    return tuple(dict.fromkeys((*flags, *((Flag.CITES_NOTICE,) if rests_on_notice else ()))))


def _offence(fact: OffenceFact) -> Offence:
    labels = tuple(Label(label.category, label.confidence, label.words) for label in fact.labels)
    return Offence(fact.category, fact.section, fact.charge_given, fact.sections, labels, fact.ask)


def _nexus(fact: NexusFact) -> Nexus:
    place = fact.place
    return Nexus(
        kind=fact.kind,
        place=Place(place.country, place.state, place.county, place.city, place.zip, place.gateway),
        evidence=fact.evidence,
        as_of=fact.as_of,
        eta=fact.eta,
        owner_office=fact.owner_office,
        deconflicted=fact.deconflicted,
    )
