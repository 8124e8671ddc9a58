"""What may be seen of a referral about a missing child: where and what, and nothing that names, shows or leads to it.

The office that holds it may see all, with a ground, and that is a reading of its own. Nobody else may, whatever they
say. A picture is never part of a referral, masked or not.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from runtime.http import Problem
from runtime.mongo import Document
from services.referrals.parties import NOT_SAID
from services.referrals.timeline import Timeline

MASKED = "(masked: this is about a missing child)"

_TEXTS = ("link", "narrative", "narrative_translation")
_WORDS = ("text", "restriction_text")
_OF_SUBJECT = ("type", "role", "sex", "nationalities", "minor")


class UnmaskGround(StrEnum):
    """Why an officer must see who a missing child is."""

    LOCATING = "locating"
    IDENTIFYING = "identifying"
    PROTECTION_OF_LIFE = "protection_of_life"


def is_masked(record: Document) -> bool:
    """Tell whether a referral is about a missing child, by the notice that it rests on."""
    return bool(record.get("notice", {}).get("child", False))


def masked(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give what may be seen of a referral, or of the parts of one that a version states."""
    seen = dict(content)
    if "requester" in seen:
        seen["requester"] = {**seen["requester"], "reference": MASKED}
    for name in _TEXTS:
        if seen.get(name) is not None:
            seen[name] = MASKED
    for name, mask in (("subjects", _subject), ("offences", _offence), ("nexus", _nexus)):
        if seen.get(name):
            seen[name] = [mask(entry) for entry in seen[name]]
    return seen


def masked_words(said: Mapping[str, Any]) -> dict[str, Any]:
    """Give what may be seen of a question or an answer: that it was put and given, by whom and when."""
    seen: dict[str, Any] = {
        name: MASKED if name in _WORDS and value is not None else value for name, value in said.items()
    }
    if isinstance(seen.get("answer"), Mapping):
        seen["answer"] = masked_words(seen["answer"])
    return seen


def only_holder(record: Document, reader: str) -> None:
    """Refuse to unmask for anybody but an office that has the referral in its queue."""
    office = reader.split("/")[0]
    if reader == NOT_SAID or office not in holding(record["timeline"]):
        raise Problem(
            403,
            "not_the_holder",
            "Only the office that holds this referral sees it unmasked",
            detail="Say who reads in Dragoman-Reader. Without `unmask` it is shown masked.",
        )


def holding(timeline: Timeline) -> frozenset[str]:
    """Name the offices that have a referral in their queues now."""
    items: dict[str, str] = {}
    for entry in sorted(timeline, key=lambda entry: (entry["at"], entry["sequence"])):
        item_id = entry.get("inside", {}).get("item_id")
        if entry["type"] == "queued":
            items[item_id] = entry["office"]
        elif entry["type"] == "closed":
            items.pop(item_id, None)
    return frozenset(items.values())


def _subject(subject: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: subject[name] for name in _OF_SUBJECT if name in subject}
    birth = subject.get("birth")
    return kept | ({"birth": birth[:4]} if birth and birth != "-" else {})


def _offence(offence: Mapping[str, Any]) -> dict[str, Any]:
    if offence.get("charge") is None:
        return dict(offence)
    return {**offence, "charge": {"text": MASKED, "language": "en"}}


def _nexus(nexus: Mapping[str, Any]) -> dict[str, Any]:
    return {**nexus, "detail": MASKED} if nexus.get("detail") is not None else dict(nexus)
