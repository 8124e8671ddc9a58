"""What officers see of a referral at the desk: why it is there, what they may do, and what speaks for each way."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from runtime.http import shown
from runtime.mongo import Document
from schemas.events import ReferralReceived
from schemas.vocabulary.facts import Category
from schemas.vocabulary.placements import PlacementCause
from schemas.vocabulary.requests import Urgency
from services.routing.domain.decision import Candidate
from services.routing.domain.explained import explain
from services.routing.domain.notice_gates import gates_to_pass
from services.routing.domain.placements import Held, Standing
from services.routing.domain.release import holds, two_must_release
from services.routing.domain.suggestions import suggest_categories, suggest_desks, suggest_offices
from services.routing.domain.weights import weigh
from services.routing.facts import facts_of
from services.routing.gates import nobody_has_passed
from services.routing.held import held_of, notice_of
from services.routing.placing import Case

HIDDEN = ("now", "waits_at", "joined_by", "life_used", "merged_into", "added", "seat_now")
_CANDIDATES = TypeAdapter(tuple[Candidate, ...])


def etag(document: Mapping[str, Any]) -> str:
    """Name the state of a referral; every act must say on which one it rests."""
    return f'"{document["revision"]}"'


def as_json(value: Any) -> Any:
    """Give a stored value, however deep, as JSON has it."""
    if isinstance(value, Mapping):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    return shown(value)


def as_read(document: Document) -> dict[str, Any]:
    """Give a decision, what it became by the acts of people, and where the referral is now."""
    visible = {name: value for name, value in document.items() if name not in ("_id", "acts", *HIDDEN)}
    acts = [{name: value for name, value in act.items() if name != "digest"} for act in document["acts"]]
    now = {f"{name}_now": value for name, value in document["now"].items()}
    joins = {"merged_into": document.get("merged_into")}
    return {"referral_id": document["_id"], **as_json({**visible, **now, **joins, "acts": acts})}


def as_listed(document: Document) -> dict[str, Any]:
    """Give one row of a desk's list."""
    held = held_of(document)
    facts = document["facts"]
    return {
        "referral_id": document["_id"],
        "revision": document["revision"],
        "standing": document["standing"],
        "holder": document["holder"],
        "desk": document["desk_now"],
        **as_json(document["now"]),
        "proposed": held.seat.proposed,
        "requester_country": facts["requester_country"],
        "request_type": facts["request_type"],
        "two_must_release": two_must_release(held),
        "awaits": awaits(held),
        "confirm_by": shown(document.get("confirm_by")),
        "notice": _notice(document),
        "page": page(document, held),
    }


def _notice(document: Document) -> dict[str, Any] | None:
    """Give the notice that a referral rests on, what of its gates was said last, and where they are passed."""
    notice = notice_of(document)
    if notice is None:
        return None
    said = document.get("gates") or nobody_has_passed(notice)
    gates = {name: as_json(said[name]) for name in ("action", "open", "valid_until")}
    where = f"/v1/referrals/{document['_id']}/gates"
    return {**notice.model_dump(mode="json"), **gates, "gates": where}


def awaits(held: Held) -> str | None:
    """Say what of a second person is awaited."""
    if held.waiting is None:
        return None
    return "confirmation" if held.waiting.is_for_life else "release"


def page(document: Document, held: Held) -> bool:
    """Tell whether the duty officer must be called now: life, a flag for two or a notice, and nobody has seen it."""
    at_desk = held.standing is Standing.TRIAGE and held.waiting is None
    for_life = held.seat.urgency is Urgency.LIFE and (two_must_release(held) or held.notice is not None)
    return at_desk and for_life and "acknowledged" not in document


def as_case(case: Case) -> dict[str, Any]:
    """Give everything an officer needs to decide: the referral as it stands, its grounds, and ranked suggestions."""
    document, held = case.document, case.held
    return {
        **as_listed(document),
        "explained": [asdict(each) for each in explain(held.seat.grounds)],
        "gates_to_pass": [asdict(each) for each in gates_to_pass(held.notice, case.now)],
        "to_acknowledge": list(holds(held.seat.marks, held.flags, case.now)),
        "suggestions": _suggestions(case),
        "decision": as_read(document),
    }


def _suggestions(case: Case) -> dict[str, Any]:
    document, held = case.document, case.held
    event = ReferralReceived.model_validate(document["facts"])
    decided = next((p for p in reversed(document["placements"]) if "candidates" in p), document)
    programmes = case.ruleset.programmes
    declined = {p["placed_by"] for p in document["placements"] if p["cause"] == PlacementCause.DECLINED}
    candidates = [c for c in _CANDIDATES.validate_python(decided["candidates"]) if c.office not in declined]
    owed = dict.fromkeys((*decided["withheld"], *decided["supporting"], *decided["copies"]))
    labels = [label for offence in event.offences for label in offence.labels]
    also = [Category(label) for label in decided["labels"]]
    ties = weigh(facts_of(event), case.ruleset, case.now.date())
    owners = [owner for owner in decided.get("owners", ()) if owner not in declined]
    return {
        "offices": [asdict(each) for each in suggest_offices(held, candidates, owners, programmes, case.now)],
        "also_owed_word": [code for code in owed if code not in {*held.seat.recipients, *declined}],
        "categories": [asdict(each) for each in suggest_categories(held, labels, also)],
        "desks": [asdict(each) for each in suggest_desks(held, ties)],
        "urgency": decided["suggested_urgency"],
    }
