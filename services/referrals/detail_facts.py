"""The facts that stand only in the free detail of a nexus: a telephone number, an IP address, a ZIP code."""

from schemas.events import Place
from schemas.vocabulary.facts import Evidence, NexusKind
from services.referrals.addresses import place_of_address
from services.referrals.area_codes import state_of_phone
from services.referrals.ip_addresses import evidence_of_ip
from services.referrals.model import Nexus

_AT_AN_ADDRESS = frozenset(
    {
        NexusKind.VICTIM_AT_RISK,
        NexusKind.PERSON_LOCATION,
        NexusKind.DESTINATION_ADDRESS,
        NexusKind.ENTITY_REGISTRATION,
        NexusKind.BANK_ACCOUNT,
        NexusKind.IMMIGRATION_RECORD,
        NexusKind.ASSOCIATE,
    }
)


def place_of(nexus: Nexus) -> Place:
    """Give the place of a nexus; what was stated beats what its detail says."""
    stated = nexus.place.read() if nexus.place is not None else Place()
    if stated != Place() or nexus.detail is None:
        return stated
    if nexus.kind is NexusKind.PHONE:
        return Place(state=state_of_phone(nexus.detail))
    if nexus.kind in _AT_AN_ADDRESS:
        return place_of_address(nexus.detail) or stated
    return stated


def evidence_of(nexus: Nexus) -> tuple[Evidence, ...]:
    """Give the evidence of a nexus, with what its detail adds to what was stated."""
    if nexus.kind is not NexusKind.IP_SERVER or nexus.detail is None:
        return nexus.evidence
    return tuple(dict.fromkeys((*nexus.evidence, *evidence_of_ip(nexus.detail))))
