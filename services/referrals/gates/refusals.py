"""How the desk at the gates says no: each refusal with what to do instead."""

from runtime.http import Problem
from services.referrals.gates.gates import Refusal


def refuse(refusal: Refusal) -> Problem:
    """Say why a gate is not passed, and how it would be."""
    match refusal:
        case Refusal.IN_FUTURE:
            return Problem(
                422,
                "validity_in_future",
                "The confirmation lies in the future",
                detail="`confirmed_at` is when the bureau said it. Check the time and its offset from UTC.",
            )
        case Refusal.TOO_OLD:
            return Problem(
                422,
                "validity_too_old",
                "The confirmation has run out already",
                detail="Ask the bureau again whether the notice is in force, and say when it answered.",
            )
        case Refusal.BEFORE_CHANGE:
            return Problem(
                409,
                "validity_before_change",
                "The notice has changed since it was confirmed",
                detail="Read the referral as it is now, and ask the bureau again.",
            )
        case Refusal.NEWER_KNOWN:
            return Problem(
                409,
                "validity_newer_known",
                "A later confirmation stands already",
                detail="Nothing is to be done: the later one holds.",
            )
        case Refusal.SAME_PERSON_LIFTS:
            return Problem(
                409,
                "concern_needs_another_person",
                "Whoever raised a concern does not lift it",
                detail="Somebody else reviews the notice again.",
            )
        case _:
            return _of_approval(refusal)


def _of_approval(refusal: Refusal) -> Problem:
    match refusal:
        case Refusal.NOT_A_SUPERVISOR:
            return Problem(
                403,
                "not_a_supervisor",
                "Only a supervisor approves",
                detail="Put the referral before a supervisor of your office.",
            )
        case Refusal.NOT_VALID:
            return Problem(
                409,
                "approval_needs_validity",
                "Nobody has confirmed that the notice is in force, or that has lapsed",
                detail="Ask the bureau, post what it says to `gates/validity`, and approve then.",
            )
        case Refusal.NOT_REVIEWED:
            return Problem(
                409,
                "approval_needs_review",
                "The notice has not been reviewed for abuse, or there is a concern",
                detail="Have it reviewed at `gates/abuse-review`; a concern is lifted there by another person.",
            )
        case _:
            return Problem(
                409,
                "approval_needs_another_person",
                "Whoever reviewed a notice does not approve it",
                detail="Another supervisor approves.",
            )
