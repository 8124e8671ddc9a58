"""What is wrong with an act at the desk, told so that an officer can mend it; nothing that was sent is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: a stable code, where it is, what is wrong and what to do."""

    code: str
    pointer: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that does not take effect; `conflict` says that the referral stands in its way, not the body."""

    faults: tuple[Fault, ...]
    conflict: bool = False
    code: str = ""
    """Under which code a conflict of several faults is told; of a single one it is that one's."""


REMEDIES: Mapping[str, tuple[str, str]] = {
    # Where the referral stands.
    "recalled": (
        "The originator has recalled this referral; nobody acts on it any more.",
        "Say in the queue what became of the copy.",
    ),
    "second_person_awaited": (
        "An act on this referral awaits a second person.",
        "Let a second person confirm or refuse it, or let the first withdraw it; then act.",
    ),
    "nothing_awaited": ("No act on this referral awaits a second person.", "Read the referral again."),
    "same_person": (
        "The person who asked for this act cannot release it too.",
        "Let another person confirm it; whoever asked may only withdraw it.",
    ),
    "not_your_act": (
        "Only the person who asked for an act withdraws it.",
        "Refuse it, if it should not take effect.",
    ),
    "not_in_triage": (
        "The referral is not at a desk.",
        "Assign, move or reroute it with the ground `wrong_office` or `facts_changed`; or move it to a desk first.",
    ),
    "target_moved": (
        "The other referral has been placed elsewhere since this was asked for.",
        "Withdraw this act, and ask for it anew.",
    ),
    "target_sent_back": ("The other referral was sent back; nobody holds it.", "Merge the other way round."),
    "target_recalled": ("The other referral was recalled; nobody holds it.", "Place this one by itself."),
    "target_merged": (
        "The other referral has itself been merged into a third one.",
        "Merge into that third one: `joins` of the other referral names it.",
    ),
    "has_joined": ("Other referrals were merged into this one.", "Merge the other way round."),
    # What the notice waits for that it rests on.
    "notice_gates_open": (
        "It rests on an INTERPOL notice, which is no warrant, and what must be done before an office gets it is not.",
        "Have each gate that is named here passed at the referral's `gates` in the referrals service; then act again.",
    ),
    "gate_validity": (
        "Nobody has confirmed lately that the notice is in force.",
        "Have the national central bureau confirm it, and record its word.",
    ),
    "gate_abuse_review": (
        "Nobody has reviewed the notice for abuse.",
        "Have it reviewed, and record what was found.",
    ),
    "gate_supervisor_approval": (
        "No supervisor has approved it.",
        "Have a supervisor approve it who is another person than the one who reviewed it.",
    ),
    # What the act says.
    "ground_not_for_act": ("This ground does not belong to this act.", "Choose one that the guide lists for it."),
    "unknown_office": ("There is no such office or programme.", "Use a code from the list of offices."),
    "unknown_programme": ("There is no such programme.", "Copies go to programmes; use a code from their list."),
    "unknown_desk": ("There is no such desk.", "Use a code from the list of desks."),
    "same_desk": ("The referral is at this desk already.", "Choose another desk, or another act."),
    "named_twice": ("An office or programme is named twice.", "Name each once, in one role."),
    "urgency_lowered": ("A desk only raises the urgency.", "Leave it out, or give a higher one."),
    "category_missing": ("The ground says that the category is confirmed, and none is given.", "Give `category`."),
    "category_unclassified": ("`unclassified` is no category to confirm.", "Choose one, or leave it out."),
    "consent_missing": ("The ground says that consent was given, and none is recorded.", "Give `consent`."),
    "consent_without_ground": ("Consent is recorded on another ground.", "Use the ground `consent_given`."),
    "consent_ended": ("This consent has ended already.", "Ask the originator again."),
    "not_for_life": (
        "The requester has not stated a danger to life, so one person cannot release on this ground.",
        "Choose another ground; a second person then confirms.",
    ),
    "lead_without_part": ("The lead has no part in the split.", "Give it a part, or let another office lead."),
    "part_empty": ("A part has neither an offence nor a nexus.", "Give it one, or leave it out."),
    "number_unknown": ("A number stands for no offence or nexus of this referral.", "Count from 0 in the referral."),
    "left_out": ("An offence or nexus belongs to no part.", "Put each into at least one part."),
    "into_itself": ("A referral cannot be merged into itself.", "Name another referral."),
    "target_unknown": ("Nothing has been decided on the other referral.", "Check its id."),
    # What the marks allow.
    "united_states_denied": (
        "The marks deny the item to the United States, so nothing goes out.",
        "Send it back, or let the originator lift the mark.",
    ),
    "marks_expired": ("The marks have expired, so nothing goes out.", "Ask the originator to renew them."),
    "not_acknowledged": (
        "A mark holds this referral until you say that you have seen it.",
        "Put the ground that is named here into `acknowledges`.",
    ),
    "foreign_lead": (
        "A foreign programme can own no referral.",
        "Let an office or a programme of our own lead; the foreign one may get a copy.",
    ),
    "recipient_not_allowed": (
        "The marks do not allow the recipient that is named here.",
        "Leave it out, or record the originator's consent to it.",
    ),
    # What a draft rule may say.
    "placement_unknown": ("There is no placement with this number.", "Read the referral for its placements."),
    "no_rule_in_it": (
        "Only an assignment to an office or a move to a desk can become a rule.",
        "Choose a placement of that kind.",
    ),
    "no_condition": ("A rule without any condition would take every referral.", "Keep at least one condition."),
    "condition_unknown": (
        "The referral has nothing to make the condition that is named here from.",
        "Leave this condition out.",
    ),
}


def fault(code: str, pointer: str, about: str = "") -> Fault:
    """Make the fault of a code at a place; `about` is a word of our own tables."""
    problem, mend = REMEDIES[code]
    return Fault(code, pointer, f"{problem[:-1]}: {about}." if about else problem, mend)


def refused(code: str, pointer: str = "") -> Refused:
    """Refuse an act because of how the referral stands."""
    return Refused((fault(code, pointer),), conflict=True)
