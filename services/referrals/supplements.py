"""What a requester adds to a referral or corrects in it: a new version beside the old ones, never in their place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from schemas.marks import Marks
from schemas.strictness import combined
from schemas.vocabulary.facts import Flag, NexusKind
from schemas.vocabulary.requests import SupplementKind
from services.referrals.faults import Fault, fault, in_order, validation_faults
from services.referrals.intake import check
from services.referrals.model import Referral, read_referral

LISTS = ("offences", "subjects", "nexus")
TEXTS = ("link", "narrative", "narrative_translation")

Content = Mapping[str, Any]
"""A referral, or parts of one, as JSON has it."""


@dataclass(frozen=True, slots=True)
class NextVersion:
    """A referral as it stands after a supplement, under marks that keep to all that was ever said."""

    referral: Referral
    marks: Marks
    flags: tuple[Flag, ...]


def merge(current: Content, kind: SupplementKind, changes: Content) -> dict[str, Any]:
    """Give the whole referral as it reads with the changes: what is added comes behind what was there."""
    whole = {**current, **changes}
    if kind is SupplementKind.SUPPLEMENT:
        for name in changes:
            if name in LISTS:
                whole[name] = [*_kept(current, name), *changes[name]]
            elif name in TEXTS and current.get(name):
                whole[name] = f"{current[name]}\n\n{changes[name]}"
    return whole


def next_version(
    current: Content, kind: SupplementKind, changes: Content, today: date
) -> NextVersion | tuple[Fault, ...]:
    """Hold a supplement to everything that a POST is held to, and to what was said before; gives its faults, if any."""
    before = read_referral(to_json(current))
    found = list(_faults_against(before, current, kind, changes))
    try:
        after = read_referral(to_json(merge(current, kind, changes)))
    except ValidationError as exc:
        return in_order([*found, *_about(changes, current, kind, validation_faults(exc))])
    intake = check(after, today)
    found += [*_about(changes, current, kind, intake.faults), *_lowered(before, after)]
    if found:
        return in_order(found)
    given = after.marks.read()
    marks = combined(before.marks.read(), given).model_copy(update={"evaluation": given.evaluation})
    return NextVersion(after, marks, intake.flags)


def looser_parts(before: Marks, after: Marks) -> list[str]:
    """Name the marks that are looser than they were: those that have to give way to what was said before."""
    wanted, given = combined(before, after), combined(after, after)
    return [name for name in Marks.model_fields if getattr(wanted, name) != getattr(given, name)]


def _kept(current: Content, name: str) -> list[Any]:
    """Give the entries that stay; that there is no nexus at all gives way to the first one."""
    return [entry for entry in current.get(name) or [] if name != "nexus" or entry["kind"] != NexusKind.NONE.value]


def _faults_against(before: Referral, current: Content, kind: SupplementKind, changes: Content) -> Iterator[Fault]:
    if not changes:
        yield fault("nothing_changed", "/changes")
    if kind is SupplementKind.SUPPLEMENT:
        if changes.get("language", before.language) != before.language:
            yield fault("language_differs", "/changes/language")
        return
    for name in LISTS:
        # Offices are told of offences and nexus by their places, which must go on meaning the same.
        if name in changes and len(changes[name]) < len(current.get(name) or []):
            yield fault("list_shorter", f"/changes/{name}")


def _lowered(before: Referral, after: Referral) -> Iterator[Fault]:
    if after.urgency.level > before.urgency.level:  # U0 is the highest
        yield fault("urgency_lowered", "/changes/urgency/level")
    if after.marks != before.marks:
        for name in looser_parts(before.marks.read(), after.marks.read()):
            yield fault("marks_looser", f"/changes/marks/{name}")


def _about(changes: Content, current: Content, kind: SupplementKind, faults: Sequence[Fault]) -> Iterator[Fault]:
    """Tell the faults of what is changed now, by their places in the supplement; the rest was accepted long ago."""
    for found in faults:
        _, name, *steps = found.pointer.split("/") if found.pointer else ("", "")
        if name not in changes:
            continue
        if name in LISTS and kind is SupplementKind.SUPPLEMENT and steps and steps[0].isdecimal():
            place = int(steps[0]) - len(_kept(current, name))
            if place < 0:
                continue
            steps[0] = str(place)
        yield fault(found.code, "/".join(["/changes", name, *steps]))
