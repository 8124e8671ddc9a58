"""The coded grounds on which a person decides; they are stored and shown, so a code never changes its meaning."""

from enum import StrEnum

from schemas.vocabulary.facts import Flag


class Ground(StrEnum):
    """Why a referral does not go out by itself; the flags of the referral stand beside these as they are."""

    DESK_ONLY_REQUEST = "desk_only_request"
    HOME_REQUESTER = "home_requester"
    UNKNOWN_COUNTRY = "unknown_country"
    UNCLASSIFIED = "unclassified"
    EARLIER_OWNER_UNKNOWN = "earlier_owner_unknown"
    OWNERS_DIFFER = "owners_differ"
    NOT_DECONFLICTED = "not_deconflicted"
    CASE_OWNER_UNKNOWN = "case_owner_unknown"
    PLACE_UNCLEAR = "place_unclear"
    PLACE_ABROAD = "place_abroad"
    BELOW_FLOOR = "below_floor"
    NO_NEXUS = "no_nexus"
    RULE_ASKS = "rule_asks"
    MARKS_EXPIRED = "marks_expired"
    REVIEW_DUE = "review_due"
    UNITED_STATES_DENIED = "united_states_denied"
    CONSENT_MISSING = "consent_missing"
    CONSENT_EXPIRED = "consent_expired"
    RECIPIENTS_NOT_NAMED = "recipients_not_named"
    LEAD_NOT_ALLOWED = "lead_not_allowed"
    RESTRICTION_TO_READ = "restriction_to_read"


GIVEN_BY_RULES = frozenset({*Flag, Ground.RULE_ASKS})
"""What a rule may give as a reason for a person; the other grounds say what was found, and no rule can know that."""
