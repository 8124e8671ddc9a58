"""Lets the database count: one pass over the records of a period, found by an index, without opening any."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from runtime.mongo import Database, Document, aggregated, store_errors
from schemas.vocabulary.clocks import DelayGround, PauseGround
from schemas.vocabulary.queues import AnswerKind, QueueRole, RefusalGround
from schemas.vocabulary.requests import State, Urgency
from services.referrals.statistics.report import COUNTED, Dimension, Outcome, Report, Step, Trait, report_of

REFERRALS = "referrals"

DECISIONS = ("routed", "sent-to-triage", "rerouted")
FULL_ANSWERS = [AnswerKind.FINAL.value, AnswerKind.NEGATIVE.value]
LEAVE_GROUNDS = [
    PauseGround.JUDICIAL_LEAVE.value,
    DelayGround.JUDICIAL_LEAVE.value,
    RefusalGround.JUDICIAL_LEAVE_REFUSED.value,
]
NOT_YET = "none"
"""The office or category of a referral on which nothing is decided."""

KEPT_APART = {
    Dimension.COUNTRY: "$summary.country",
    Dimension.CHANNEL: "$summary.channel",
    Dimension.CATEGORY: "$category",
    Dimension.OFFICE: "$office",
    Dimension.URGENCY: "$summary.urgency",
    Dimension.OUTCOME: "$outcome",
    Dimension.GROUND: {"$ifNull": ["$ground", NOT_YET]},
}


async def prepare(database: Database) -> None:
    """Make the index by which a period is found."""
    with store_errors():
        await database[REFERRALS].create_index([("received_at", 1)], name="by_received")


async def count(database: Database, first: date, last: date, by: Sequence[Dimension]) -> Report:
    """Count the referrals that were received from a day to a day, both included, in UTC."""
    rows = aggregated(database[REFERRALS], pipeline(first, last, by), allowDiskUse=True)
    return report_of(first, last, by, [row async for row in rows])


def pipeline(first: date, last: date, by: Sequence[Dimension]) -> list[Document]:
    """Write the question as the database understands it."""
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    return [
        {"$match": {"received_at": {"$gte": start, "$lt": end}}},
        {"$project": _facts()},
        {"$set": {"outcome": _outcome()}},
        {"$set": {"ground": {"$cond": [_is(Outcome.REFUSED), "$sent_back.ground", None]}}},
        {"$project": {"key": [KEPT_APART[dimension] for dimension in by], "group": _groups()}},
        {"$unwind": "$group"},
        {"$group": {"_id": {"$mergeObjects": [{"key": "$key"}, "$group"]}, "number": {"$sum": 1}}},
    ]


def _facts() -> Document:
    """Read from the timeline what is counted; entries may stand in any order, decisions have their numbers."""
    decision = _latest(_entries(*DECISIONS))
    given = _latest(_entries(*DECISIONS, "sent-back"))
    released = {"$ne": ["$$this.released", False]}
    answers = _entries("answered", {"$eq": ["$$this.role", QueueRole.LEAD.value]}, released)
    full = {"$filter": {"input": answers, "cond": {"$in": ["$$this.answer_kind", FULL_ANSWERS]}}}
    return {
        "received_at": 1,
        "state": 1,
        "summary.country": 1,
        "summary.channel": 1,
        "summary.urgency": 1,
        "category": _of(decision, {"$ifNull": ["$$one.category", {"$first": "$summary.categories"}, NOT_YET]}),
        "office": _of(given, {"$ifNull": ["$$one.office", "$$one.desk", NOT_YET]}),
        "sent_back": _latest(_entries("sent-back")),
        "leave": _some(_entries("paused", "delay-told", "declined", "sent-back"), "ground", LEAVE_GROUNDS),
        "partly_answered": _some(answers, "answer_kind", [AnswerKind.PARTIAL.value]),
        "partly_refused": {"$gt": [{"$size": _entries("declined", _names_offences())}, 0]},
        "decided_at": _first(_entries(*DECISIONS)),
        "assigned_at": _first(_lead("queued")),
        "claimed_at": _first(_lead("claimed")),
        "accepted_at": _first(_lead("accepted")),
        "answered_at": _first(full),
    }


def _outcome() -> Document:
    answered = {"$ne": ["$answered_at", None]}
    return {
        "$switch": {
            "branches": [
                {"case": _stands(State.WITHDRAWN), "then": Outcome.RECALLED.value},
                {"case": _stands(State.SENT_BACK), "then": Outcome.REFUSED.value},
                {"case": {"$and": [_stands(State.ANSWERED, State.CLOSED), answered]}, "then": Outcome.ANSWERED.value},
                {"case": _stands(State.CLOSED), "then": Outcome.CLOSED.value},
            ],
            "default": Outcome.OPEN.value,
        }
    }


def _groups() -> Document:
    """Give one entry that counts the referral, and one for each step it has come to."""
    counted = {
        "step": COUNTED,
        "outcome": "$outcome",
        "ground": "$ground",
        Trait.URGENT.value: {"$in": ["$summary.urgency", [Urgency.LIFE.value, Urgency.URGENT.value]]},
        Trait.JUDICIAL_LEAVE.value: "$leave",
        Trait.PARTLY_ANSWERED.value: {"$and": ["$partly_answered", {"$eq": ["$answered_at", None]}]},
        Trait.PARTLY_REFUSED.value: "$partly_refused",
    }
    refused_at = {"$cond": [_is(Outcome.REFUSED), "$sent_back.at", None]}
    moments = {step: refused_at if step is Step.REFUSED else f"${step.value}_at" for step in Step}
    took = [{"step": step.value, "seconds": _seconds_until(moment)} for step, moment in moments.items()]
    taken = {"$filter": {"input": took, "cond": {"$ne": ["$$this.seconds", None]}}}
    return {"$concatArrays": [[counted], taken]}


def _seconds_until(moment: Any) -> Document:
    """Give the seconds from receipt on, to three digits: else nearly every referral would be a group of its own."""
    passed = {"$divide": [{"$subtract": [moment, "$received_at"]}, 1000]}
    # Clocks of two machines differ by a little, and $max of a null and a number would be the number.
    seconds = {"$max": [{"$floor": passed}, 0]}
    place = {"$min": [0, {"$subtract": [2, {"$floor": {"$log10": {"$max": ["$$seconds", 1]}}}]}]}
    rounded = {"$let": {"vars": {"seconds": seconds}, "in": {"$toLong": {"$trunc": ["$$seconds", place]}}}}
    return {"$cond": [{"$gt": [moment, None]}, rounded, None]}


def _entries(*wanted: Any) -> Document:
    """Give the entries of the timeline of some types; a condition may stand behind the types."""
    types = [type_ for type_ in wanted if isinstance(type_, str)]
    conditions = [condition for condition in wanted if not isinstance(condition, str)]
    return {"$filter": {"input": "$timeline", "cond": {"$and": [{"$in": ["$$this.type", types]}, *conditions]}}}


def _lead(type_: str) -> Document:
    return _entries(type_, {"$eq": ["$$this.role", QueueRole.LEAD.value]})


def _names_offences() -> Document:
    return {"$gt": [{"$size": {"$ifNull": ["$$this.offence_numbers", []]}}, 0]}


def _latest(entries: Document) -> Document:
    later = {"$cond": [{"$gt": ["$$this.sequence", "$$value.sequence"]}, "$$this", "$$value"]}
    return {"$reduce": {"input": entries, "initialValue": {"sequence": 0}, "in": later}}


def _of(entry: Document, expression: Document) -> Document:
    return {"$let": {"vars": {"one": entry}, "in": expression}}


def _first(entries: Document) -> Document:
    return {"$min": {"$map": {"input": entries, "in": "$$this.at"}}}


def _some(entries: Document, name: str, values: list[str]) -> Document:
    return {"$anyElementTrue": [{"$map": {"input": entries, "in": {"$in": [f"$$this.{name}", values]}}}]}


def _stands(*states: State) -> Document:
    return {"$in": ["$state", [state.value for state in states]]}


def _is(outcome: Outcome) -> Document:
    return {"$eq": ["$outcome", outcome.value]}
