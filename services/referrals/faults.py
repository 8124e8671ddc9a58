"""What is wrong with a request, told so that the sender can mend it and nothing of the body is repeated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from services.referrals.model.text import NO_CONTROL

FAULTS_AT_MOST = 100
FAULTS_READ_AT_MOST = 1_000
"""A body made to be refused must not make us write a book about it, nor read one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: a stable code, where it is, what is wrong and what to do."""

    code: str
    pointer: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """The two sentences that belong to a code."""

    problem: str
    mend: str


REMEDIES: Mapping[str, Remedy] = {
    # The shape of the body.
    "not_json": Remedy("The body is not valid JSON in UTF-8.", "Send one JSON object, without a byte order mark."),
    "field_twice": Remedy("A field is given twice in one object.", "Give every field once."),
    "missing": Remedy("A required field is missing.", "Add it."),
    "unknown_field": Remedy("There is a field that we do not know.", "Remove it, or check its spelling."),
    "wrong_type": Remedy("The value has the wrong JSON type.", "Send the type that the schema names."),
    "wrong_form": Remedy("The value is not written in the form asked for.", "Write it as the schema says."),
    "unknown_value": Remedy("The value is not in the closed list.", "Choose one from the list in the schema."),
    "empty": Remedy("The text is empty.", "Say something, or leave the field out if it is optional."),
    "too_long": Remedy("The text is too long.", "Shorten it to the length in the schema."),
    "too_few": Remedy("The list has too few entries.", "Give at least as many as the schema asks for."),
    "too_many": Remedy("The list has too many entries.", "Send the rest in a linked referral."),
    "control_character": Remedy(
        "The text has a control character in it.", "Remove it; line breaks may stay in long texts."
    ),
    "time_zone_missing": Remedy("The time has no offset from UTC.", "End it with Z or an offset such as +01:00."),
    "refused": Remedy("The value cannot be read.", "Write it as the schema says."),
    "more_faults": Remedy(
        "There are more faults than are listed.", "Mend what is listed, and compare with the schema."
    ),
    # Countries, languages and places.
    "unknown_country": Remedy("There is no such country.", "Use an ISO 3166-1 alpha-2 code, or XK."),
    "historic_country": Remedy("This country no longer exists.", "Name the country that exists today."),
    "unknown_language": Remedy("There is no such language.", "Use a BCP-47 tag such as `es` or `zh-Hant`."),
    "unknown_state": Remedy("There is no such state or territory.", "Use the USPS code of two letters."),
    # The seven criteria and completeness.
    "ncb_from_non_member": Remedy(
        "The requester has no National Central Bureau, so this cannot have come by the NCB channel.",
        "Name the country whose bureau sent it, or the channel it really came by.",
    ),
    "urgency_ground_missing": Remedy(
        "U0 and U1 may be claimed only with a ground.", "State one of the four grounds, or claim U2 or U3."
    ),
    "urgency_ground_without_urgency": Remedy(
        "A ground is stated for a request that is not urgent.", "Leave the ground out, or claim U0 or U1."
    ),
    "link_missing": Remedy("The link between the crime and the subject is not stated.", "Say why this subject."),
    "offence_missing": Remedy("No offence is stated.", "State a category, a US section or the charge."),
    "offence_empty": Remedy(
        "The offence has neither category, nor US section, nor charge.", "State at least one of the three."
    ),
    "section_unreadable": Remedy("This is no section of the US Code.", "Write it as `18 USC 1956(a)(1)`."),
    "title_outside_list": Remedy(
        "Referrals are routed under titles 8, 18, 19, 22, 31, 49 and 50 only.", "Name a section of one of these."
    ),
    "subject_missing": Remedy("This kind of request is about a person, and names none.", "Add the subject."),
    "subject_empty": Remedy("The subject has neither a name nor an identifier.", "Add one of the two."),
    "nexus_empty": Remedy("The nexus has neither a place nor a detail.", "Say where, or what it rests on."),
    "nexus_none_with_others": Remedy("`none` stands beside other nexus.", "Remove it, or the others."),
    "nexus_none_with_content": Remedy("A nexus of kind `none` says something.", "Choose its kind, or empty it."),
    "owner_without_case": Remedy(
        "Only an existing US case has an owner office or a deconfliction.", "Remove them, or change the kind."
    ),
    "unknown_office": Remedy("There is no such office or programme.", "Use a code from the list of offices."),
    "linked_twice": Remedy("The same referral is linked twice in the same way.", "Link it once."),
    # Dates.
    "impossible_date": Remedy("There is no such day.", "Write YYYY, YYYY-MM or YYYY-MM-DD."),
    "date_in_future": Remedy("The date lies in the future.", "Check it."),
    "date_too_early": Remedy("The date lies too far in the past.", "Check it."),
    "date_too_late": Remedy("The time lies too far in the future.", "Check it."),
    # Marks.
    "unknown_recipient": Remedy(
        "A recipient is no office, desk or programme of ours.", "Use codes from the list of offices."
    ),
    "restriction_text_missing": Remedy(
        "H3 or see_restriction_text says that there is a restriction, and none is stated.",
        "State it in `restriction_text`, or by a condition.",
    ),
    "marks_expired": Remedy("The marks have already expired.", "Send the date until which they hold."),
    "mark_forbids_requester": Remedy(
        "A mark forbids handing this to the requester.", "Leave out what the mark protects, or decline with the ground."
    ),
    # What is added to a referral that stands already.
    "nothing_changed": Remedy("No change is stated.", "State at least one part of the referral."),
    "language_differs": Remedy(
        "What is added to a narrative must be in its language.", "Send a translation, or correct the whole narrative."
    ),
    "list_shorter": Remedy(
        "A corrected list has fewer entries than the one that stands.",
        "Give every entry in its old place, corrected or as it was.",
    ),
    "urgency_lowered": Remedy(
        "The urgency is lower than it is now.", "Leave it out; only a person at the desk may lower it."
    ),
    "marks_looser": Remedy(
        "A mark is looser than it is now.", "Repeat what was stated, or state more; to loosen it, recall and send anew."
    ),
}
"""Every code there is. The sentences are ours alone: nothing from a body is ever put into one."""

_CODES = {
    "json_invalid": "not_json",
    "json_type": "not_json",
    "missing": "missing",
    "union_tag_not_found": "missing",
    "extra_forbidden": "unknown_field",
    "enum": "unknown_value",
    "literal_error": "unknown_value",
    "union_tag_invalid": "unknown_value",
    "string_too_long": "too_long",
    "string_too_short": "empty",
    "too_long": "too_many",
    "too_short": "too_few",
    "timezone_aware": "time_zone_missing",
}
_TAGS = frozenset({"person", "organisation"})


def fault(code: str, pointer: str) -> Fault:
    """Make the fault of a code at a place."""
    remedy = REMEDIES[code]
    return Fault(code, pointer, remedy.problem, remedy.mend)


def validation_faults(error: ValidationError) -> tuple[Fault, ...]:
    """Tell what pydantic found in our words and codes, without anything that was in the body."""
    if error.error_count() > FAULTS_READ_AT_MOST:
        return (fault("more_faults", ""),)
    return in_order(_read(found) for found in error.errors(include_url=False))


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Put faults in order of place, each once, and stop at a length that a person can read."""
    found = sorted(set(faults), key=lambda fault: (fault.pointer, fault.code))
    if len(found) > FAULTS_AT_MOST:
        return (*found[:FAULTS_AT_MOST], fault("more_faults", ""))
    return tuple(found)


def _read(found: Mapping[str, Any]) -> Fault:
    code, steps = _code(found), list(found["loc"])
    if code == "unknown_field":
        # The name of a field that is not ours may be anything, a person's name too: point to its parent.
        steps.pop()
    elif found["type"] == "union_tag_not_found" or found["type"] == "union_tag_invalid":
        steps.append("type")
    return fault(code, _pointer(steps))


def _code(found: Mapping[str, Any]) -> str:
    kind, given = str(found["type"]), found["input"]
    if kind in ("enum", "literal_error") and not isinstance(given, str):
        return "wrong_type"
    if kind == "string_pattern_mismatch":
        return _pattern_code(found["ctx"]["pattern"], given)
    if kind.endswith("_type"):
        return "wrong_type"
    if kind.endswith("_parsing"):
        return "wrong_form" if isinstance(given, str) else "wrong_type"
    # What our own validators found has our own code as its type.
    return _CODES.get(kind) or (kind if kind in REMEDIES else "refused")


def _pattern_code(pattern: str, given: str) -> str:
    if not given.strip():
        return "empty"
    return "control_character" if pattern in NO_CONTROL else "wrong_form"


def _pointer(steps: list[str | int]) -> str:
    # A union puts the tag of the branch it took into the path; it is no field of the body.
    fields = [
        step
        for place, step in enumerate(steps)
        if not (step in _TAGS and place > 0 and isinstance(steps[place - 1], int))
    ]
    return "".join(f"/{field}" for field in fields)
