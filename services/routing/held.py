"""A decision's document read as the domain sees it, and what an act changes in that document."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from runtime.mongo import Document
from schemas.events import NoticeFact, ReferralRerouted, ReferralSentBack
from schemas.marks import Marks
from schemas.notices import Gate, NoticeAction
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.decision import Decision
from services.routing.domain.desk import Step
from services.routing.domain.notice_gates import Notice
from services.routing.domain.placements import Held, Placement, Seat, Standing, Waiting
from services.routing.domain.supplements import Said
from services.routing.facts import flags_of
from services.routing.store import as_decided

SENT_BACK = "sent_back"
_SEATS = TypeAdapter(Seat)


def held_of(document: Document) -> Held:
    """Read how a referral stands."""
    facts = document["facts"]
    return Held(
        standing=Standing(document["standing"]),
        seat=_seat_now(document),
        flags=_flags_of(document),
        stated_urgency=said_of(document).urgency,
        offences=len(facts["offences"]),
        nexus=len(facts.get("nexus", ())),
        waiting=_waiting_of(document.get("release")),
        life_used=document.get("life_used", False),
        notice=_notice_of(document),
    )


def notice_of(document: Document) -> NoticeFact | None:
    """Read on which notice a referral rests; nearly all rest on none."""
    notice = document["facts"].get("notice")
    return None if notice is None else NoticeFact.model_validate(notice)


def _notice_of(document: Document) -> Notice | None:
    notice = notice_of(document)
    if notice is None:
        return None
    said = document.get("gates") or {}
    gates = tuple(Gate(gate) for gate in said.get("open", tuple(Gate)))
    return Notice(notice.colour, NoticeAction(said.get("action", notice.action)), gates, said.get("valid_until"))


def _flags_of(document: Document) -> frozenset[Flag]:
    """Give the flags of a referral: those it came with, and those that a rule has given it, then or since."""
    given = {*said_of(document).flags, *document["grounds"], *document["now"]["grounds"]}
    return frozenset(flag for flag in Flag if flag.value in given)


def said_of(document: Document) -> Said:
    """Read what the requester has said so far: with its latest addition, or when it sent the referral."""
    said = document.get("added") or document["facts"]
    given = (Flag(flag) for flag in said.get("flags", ()))
    flags = frozenset(flags_of(given, rests_on_notice=notice_of(document) is not None))
    return Said(Marks.model_validate(said["marks"]), Urgency(said["urgency"]), flags)


def additions_of(said: Said, number: int, step: Step) -> dict[str, Any]:
    """Say what an addition changes in a document, beside the step that follows from it."""
    return {
        "added": {
            "number": number,
            "urgency": said.urgency.value,
            "marks": said.marks.model_dump(mode="json", exclude_none=True),
            "flags": sorted(said.flags),
        },
        "seat_now": _SEATS.dump_python(step.after.seat, mode="json") if step.placement is None else None,
    }


def changes_of(document: Document, step: Step, now: datetime) -> dict[str, Any]:
    """Say what a step changes in a document; a field that is None is to go."""
    after, seat = step.after, step.after.seat
    here = after.standing is Standing.TRIAGE
    since = document["now"]["since"] if here and document.get("waits_at") == seat.desk else now
    changes: dict[str, Any] = {
        "standing": after.standing.value,
        "holder": after.holder,
        "desk_now": seat.desk,
        "now": {
            "urgency": seat.urgency.value,
            "category": seat.category.value,
            "grounds": list(seat.grounds),
            "since": since,
        },
        "life_used": after.life_used,
        "waits_at": seat.desk if here or after.waiting is not None else None,
        "release": _written(after.waiting, document.get("release")),
        "confirm_by": after.waiting.confirm_by if after.waiting else None,
        "merged_into": str(seat.joins[0]) if seat.joins and after.standing is not Standing.SENT_BACK else None,
    }
    if step.placement is not None or step.sent_back is not None:
        changes["placements"] = [*document["placements"], _record(document, step, now)]
        changes["acknowledged"] = None
        changes["seat_now"] = None
    return changes


def told_of(document: Document, held: Held, step: Step) -> list[ReferralRerouted | ReferralSentBack]:
    """Give the one event that tells of a step, or none while it awaits a second person."""
    referral_id = UUID(document["_id"])
    if step.sent_back is not None:
        return [
            ReferralSentBack(
                referral_id=referral_id,
                previous=held.holder,
                leaves=held.queues,
                desk=held.seat.desk,
                ground=step.sent_back.ground,
                sent_back_by=step.placed_by,
            )
        ]
    if step.placement is None:
        return []
    seat = step.placement.seat
    return [
        ReferralRerouted(
            referral_id=referral_id,
            requester_country=document["facts"]["requester_country"],
            previous=held.holder,
            leaves=tuple(queue for queue in held.queues if queue not in seat.queues),
            office=seat.office,
            supporting=seat.supporting,
            copies=seat.copies,
            desk=seat.desk,
            proposed=None if seat.office else seat.proposed,
            grounds=() if seat.office else seat.grounds,
            category=seat.category,
            urgency=seat.urgency,
            marks=seat.marks,
            ruleset=step.placement.ruleset,
            rule=step.placement.rule,
            because=step.placement.because,
            cause=step.placement.cause,
            ground=step.placement.ground,
            placed_by=step.placed_by,
            released_by=step.released_by,
            parts=seat.parts,
            joins=seat.joins,
            notice=notice_of(document),
            confirm_by=step.after.waiting.confirm_by if step.after.waiting else None,
        )
    ]


def seat_of(placement: Document) -> Seat:
    """Read who had which part in a referral by one placement."""
    return _SEATS.validate_python(placement)


def _seat_now(document: Document) -> Seat:
    if "seat_now" in document:  # what was added since the last placement
        return seat_of(document["seat_now"])
    if document["placements"]:
        return seat_of(document["placements"][-1])
    decided = {name: document[name] for name in ("desk", "category", "urgency", "office", "supporting", "copies")}
    more = {"proposed": document["proposed"], "grounds": document["grounds"]}
    return seat_of({**decided, **more, "marks": Marks.model_validate(document["facts"]["marks"])})


def _waiting_of(release: Document | None) -> Waiting | None:
    if release is None:
        return None
    placed = release["placement"]
    placement = Placement(
        PlacementCause(placed["cause"]),
        PlacementGround(placed["ground"]),
        seat_of(placed),
        placed["rule"],
        placed["ruleset"],
        placed["because"],
    )
    acknowledges = frozenset(release["acknowledges"])
    return Waiting(placement, release["asked_by"], release["asked_at"], acknowledges, release["confirm_by"])


def _written(waiting: Waiting | None, before: Document | None) -> Document | None:
    if waiting is None:
        return None
    return {
        "release_id": before["release_id"] if before else str(uuid4()),
        "asked_by": waiting.asked_by,
        "asked_at": waiting.asked_at,
        "acknowledges": sorted(waiting.acknowledges),
        "confirm_by": waiting.confirm_by,
        "placement": _flat(waiting.placement),
    }


def _flat(placement: Placement) -> Document:
    return {
        "cause": placement.cause.value,
        "ground": placement.ground.value,
        **_SEATS.dump_python(placement.seat, mode="json"),
        "rule": placement.rule,
        "ruleset": placement.ruleset,
        "because": placement.because,
    }


def _record(document: Document, step: Step, now: datetime) -> Document:
    by = {"placed_by": step.placed_by, "released_by": step.released_by}
    number = {"number": document["version"] + 1, "at": now, "standing": step.after.standing.value, **by}
    if step.placement is not None:
        return {**number, **_flat(step.placement), **(_reasons(step.decision) if step.decision else {})}
    assert step.sent_back is not None
    seat = _SEATS.dump_python(step.after.seat, mode="json")
    return {**number, "cause": SENT_BACK, "ground": step.sent_back.ground.value, **seat}


def _reasons(decision: Decision) -> Document:
    """Keep what a decision rested on, beside what it placed."""
    kept = ("outcome", "candidates", "labels", "withheld", "confidence", "suggested_urgency")
    decided = as_decided(decision)
    return {**{name: decided[name] for name in kept}, "owners": list(decision.facts.owners)}
