"""By which act a person placed a referral anew, and why."""

from enum import StrEnum


class PlacementGround(StrEnum):
    """Why a person placed a referral where it is now."""

    NEXUS_CONFIRMED = "nexus_confirmed"
    CATEGORY_CONFIRMED = "category_confirmed"
    OWNER_CONFIRMED = "owner_confirmed"
    FLAG_REVIEWED = "flag_reviewed"
    CONSENT_GIVEN = "consent_given"
    PROTECTION_OF_LIFE = "protection_of_life"
    SAME_MATTER = "same_matter"
    SEVERAL_OFFICES = "several_offices"
    WRONG_OFFICE = "wrong_office"
    WRONG_DESK = "wrong_desk"
    FACTS_CHANGED = "facts_changed"
    RULES_CHANGED = "rules_changed"
    RELEASE_REFUSED = "release_refused"
    HANDED_ON = "handed_on"
    DECLINED = "declined"


class PlacementCause(StrEnum):
    """By which act a referral was placed anew."""

    ASSIGNED = "assigned"
    SPLIT = "split"
    MERGED = "merged"
    MOVED = "moved"
    DECIDED_AGAIN = "decided_again"
    CALLED_BACK = "called_back"
    TRANSFERRED = "transferred"
    DECLINED = "declined"
