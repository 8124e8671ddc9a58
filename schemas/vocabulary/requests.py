"""What a foreign counterpart asks for, how soon, by which channel and for which use; and where its referral stands."""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon a referral must be acted on, life first."""

    LIFE = "U0"
    URGENT = "U1"
    PRIORITY = "U2"
    ROUTINE = "U3"


class UrgencyGround(StrEnum):
    """The only four grounds on which a request may be called urgent: Directive (EU) 2023/977, article 2."""

    PUBLIC_SAFETY = "public_safety"
    LIFE_OR_INTEGRITY = "life_or_integrity"
    LIBERTY_DECISION = "liberty_decision"
    EVIDENCE_LOSS = "evidence_loss"


class RequestType(StrEnum):
    """What the foreign counterpart asks for."""

    INVESTIGATIVE_ASSISTANCE = "investigative_assistance"
    PERSON_LOCATION = "person_location"
    FUGITIVE = "fugitive"
    REPATRIATION_SUPPORT = "repatriation_support"
    DOCUMENT_EXAMINATION = "document_examination"
    BIOMETRIC_CHECK = "biometric_check"
    VISA_VETTING = "visa_vetting"
    CULTURAL_PROPERTY_RETURN = "cultural_property_return"
    ASSET_TRACING = "asset_tracing"
    VICTIM_WITNESS_HELP = "victim_witness_help"
    INFORMATION = "information"
    TRAINING = "training"
    OFFICIAL_VISIT = "official_visit"
    COUNTRY_CLEARANCE = "country_clearance"
    AGREEMENT = "agreement"
    PERSONNEL_RECOVERY = "personnel_recovery"


DESK_ONLY_REQUEST_TYPES = frozenset(
    {
        RequestType.TRAINING,
        RequestType.OFFICIAL_VISIT,
        RequestType.COUNTRY_CLEARANCE,
        RequestType.AGREEMENT,
        RequestType.PERSONNEL_RECOVERY,
    }
)
"""Request types that never go to a field office."""


class Purpose(StrEnum):
    """What the information may be used for; nothing else without new consent."""

    CRIMINAL_INVESTIGATION = "criminal_investigation"
    PROSECUTION = "prosecution"
    PREVENTION_OF_CRIME = "prevention_of_crime"
    LOCATION_AND_ARREST = "location_and_arrest"
    LOCATION_OF_MISSING_PERSON = "location_of_missing_person"
    VICTIM_PROTECTION = "victim_protection"
    ASSET_RECOVERY = "asset_recovery"
    RETURN_OF_PROPERTY = "return_of_property"
    ADMINISTRATIVE_REMOVAL = "administrative_removal"
    VISA_DECISION = "visa_decision"
    LIAISON = "liaison"


class Channel(StrEnum):
    """How a request reached us."""

    ATTACHE = "attache"
    NCB = "ncb"
    DIRECT = "direct"


class RequesterKind(StrEnum):
    """Whether a state's agency asks, or a body of several states."""

    AGENCY = "agency"
    INTERNATIONAL_BODY = "international_body"


class SupplementKind(StrEnum):
    """What a requester adds to a referral that stands already."""

    SUPPLEMENT = "supplement"
    CORRECTION = "correction"


class State(StrEnum):
    """Where a referral stands."""

    RECEIVED = "received"
    ROUTED = "routed"
    TRIAGE = "triage"
    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    SENT_BACK = "sent_back"
    DECLINED = "declined"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
