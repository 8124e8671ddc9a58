"""What each ground means in plain words, and what an officer does about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.vocabulary.facts import AskGround, Flag
from schemas.vocabulary.placements import PlacementGround
from services.routing.domain.grounds import Ground


@dataclass(frozen=True, slots=True)
class Explained:
    """One ground as an officer reads it."""

    ground: str
    meaning: str
    to_do: str


_TWO = "Two people must agree before an office gets it: ask for an act, and another officer confirms it."
_CHARGE = "Read the charge in the referral, then assign with `category`."

GROUNDS: Mapping[str, tuple[str, str]] = {
    # What the rules found.
    Ground.DESK_ONLY_REQUEST: (
        "It asks for a visit, training, clearance, agreement or recovery, which no field office handles.",
        "Handle it at the desk, or assign it to the programme that does.",
    ),
    Ground.HOME_REQUESTER: (
        "The requester is at home or on uninhabited ground, so it is no foreign request.",
        "Find out who asks; send it back, or assign it.",
    ),
    Ground.UNKNOWN_COUNTRY: (
        "The requester's country cannot be told.",
        "Find it out from the channel; then assign, or move it to the desk of that region.",
    ),
    Ground.UNCLASSIFIED: ("No offence category could be given to it.", _CHARGE),
    Ground.EARLIER_OWNER_UNKNOWN: (
        "It follows a referral that nobody is known to hold.",
        "Look up the earlier referral and assign this one to whoever has that matter.",
    ),
    Ground.OWNERS_DIFFER: (
        "The earlier referrals, or a US case, belong to different offices.",
        "Ask them who takes it; assign it to that one, or split it.",
    ),
    Ground.NOT_DECONFLICTED: (
        "A US case is named, and no deconfliction lookup has confirmed who owns it.",
        "Do the lookup, then assign on the ground `owner_confirmed`.",
    ),
    Ground.CASE_OWNER_UNKNOWN: (
        "A US case is named without an owner that we know.",
        "Find the owner, then assign on the ground `owner_confirmed`.",
    ),
    Ground.PLACE_UNCLEAR: (
        "The place that counts most cannot be told, or its parts contradict each other.",
        "Read the place in the referral, then assign on the ground `nexus_confirmed`.",
    ),
    Ground.PLACE_ABROAD: (
        "The place that counts most lies abroad or at a military post.",
        "Handle it at the desk, or move it to the desk of that region.",
    ),
    Ground.BELOW_FLOOR: (
        "No tie to an office is strong enough to decide by itself.",
        "Weigh the suggestions; assign on the ground `nexus_confirmed`, or send it back with `no_us_nexus`.",
    ),
    Ground.NO_NEXUS: (
        "No tie to a place in the United States is stated.",
        "Assign it by what you know, or send it back with `no_us_nexus`.",
    ),
    "rule_asks": ("A rule asks for a person here.", "Read `rule` and `because`, then place it."),
    # What the marks say.
    Ground.MARKS_EXPIRED: (
        "The originator's leave to use it has run out; nothing goes out.",
        "Have the marks renewed, or send it back.",
    ),
    Ground.REVIEW_DUE: ("The day for its review has passed.", "Review it, and put `review_due` into `acknowledges`."),
    Ground.UNITED_STATES_DENIED: (
        "INTERPOL's marks deny it to the United States; nothing goes out.",
        "Send it back, or have the mark lifted.",
    ),
    Ground.CONSENT_MISSING: (
        "Nobody may get it without the originator's consent, and there is none.",
        "Ask for consent and record it; or release it to the lead alone, with `consent_missing` in `acknowledges`.",
    ),
    Ground.CONSENT_EXPIRED: (
        "The originator's consent has ended.",
        "Ask for it again and record it; or release it to the lead alone, with `consent_expired` in `acknowledges`.",
    ),
    Ground.RECIPIENTS_NOT_NAMED: (
        "Its marks want named recipients, and none are named.",
        "Name the lead yourself, with `recipients_not_named` in `acknowledges`; others wait for consent.",
    ),
    Ground.LEAD_NOT_ALLOWED: (
        "The marks do not allow the office that would lead.",
        "Assign it to one that they allow, or ask for consent.",
    ),
    Ground.RESTRICTION_TO_READ: (
        "There is a restriction in words.",
        "Read it in the referral, and put `restriction_to_read` into `acknowledges`.",
    ),
    # Flags.
    Flag.ARTICLE_3: ("It may be of a political, military, religious or racial character.", _TWO),
    Flag.REPRESSION: ("It may serve to repress someone abroad.", _TWO),
    Flag.PROTECTED_PERSON: ("It concerns a protected person.", _TWO),
    Flag.MINOR_SUBJECT: ("Its subject is a child.", _TWO),
    Flag.PRIVATE_DISPUTE: (
        "It looks like a dispute between private parties.",
        "Read it; assign it if a crime is described, else send it back.",
    ),
    Flag.UNKNOWN_MARK: (
        "It has a mark that we do not know, taken as the strictest.",
        "Find out what it means; then put `unknown_mark` into `acknowledges`.",
    ),
    Flag.CRITERION_UNKNOWN: (
        "One of the seven criteria of intake is not known to be met.",
        "Find it out; then assign it, or send it back with `form_incomplete`.",
    ),
    Flag.CITES_NOTICE: (
        "It rests on an INTERPOL notice, which is no warrant.",
        "Have its gates passed: validity confirmed, abuse reviewed, a supervisor's approval; then assign it.",
    ),
    # Why a charge must be read.
    AskGround.UNTRANSLATED: ("The charge is in a script that nobody has translated.", "Have it translated. " + _CHARGE),
    AskGround.NOTHING_MATCHED: ("Nothing in the charge led to a category.", _CHARGE),
    AskGround.BELOW_FLOOR: ("The charge was read, but not surely enough to decide by.", _CHARGE),
    AskGround.READINGS_COMPETE: ("The charge can be read in two ways.", _CHARGE),
    AskGround.DENIED: ("The charge denies what it names.", _CHARGE),
    # Acts of other people.
    PlacementGround.WRONG_DESK: ("Another desk held that it belongs here.", "Place it, or move it on."),
    PlacementGround.WRONG_OFFICE: ("It went to the wrong office and came back.", "Place it anew."),
    PlacementGround.FACTS_CHANGED: ("What is known of it has changed.", "Place it anew by what is known now."),
    PlacementGround.SAME_MATTER: ("It was merged with a referral at this desk.", "Place the two alike."),
    PlacementGround.DECLINED: ("The office that led it declined it; `because` says on which ground.", "Place it anew."),
    PlacementGround.RELEASE_REFUSED: ("No second person confirmed its release.", "Place it anew, by two people."),
}
_UNKNOWN = ("A rule marks it so.", "Read `rule` and `because`, then place it.")


def explain(grounds: Iterable[str]) -> tuple[Explained, ...]:
    """Say of each ground what it means and what to do."""
    return tuple(Explained(ground, *GROUNDS.get(ground, _UNKNOWN)) for ground in grounds)
