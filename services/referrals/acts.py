"""What the acts of a requester are made of: the entry, the event, the piece, and what becomes of the record and key."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from runtime.mongo import Document
from schemas.events import QuestionAnswered, ReferralRecalled, ReferralSupplemented
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.requests import State
from services.referrals.facts import summary_of
from services.referrals.model.exchange import Recall, Reply, Supplement
from services.referrals.pieces import PieceKind, new_piece
from services.referrals.store import ERASURE_DUE, FOR_GOOD, Act
from services.referrals.supplements import NextVersion
from services.referrals.vault import Key, freezing


@dataclass(frozen=True, slots=True)
class Said:
    """The body of a request, as it was sent, and under which key if that is asked for."""

    body: bytes
    digest: str
    idempotency_key: str = ""


def said(body: bytes, idempotency_key: str = "") -> Said:
    """Keep a body as it was sent."""
    return Said(body, hashlib.sha256(body).hexdigest(), idempotency_key)


def reply_to(question_id: str) -> str:
    """Name the one piece that may answer a question."""
    return f"{question_id}.reply"


def replying(
    record: Document, key: Key, question_id: str, reply: Reply, word: Said, now: datetime
) -> tuple[Act, Document]:
    """Make the act by which a question is answered, and the piece that answers it."""
    referral_id = record["_id"]
    piece = new_piece(key, referral_id, reply_to(question_id), PieceKind.REPLY, word.body, now)
    entry = {"type": "question-answered", "at": now, "country": reply.country, "question_id": question_id}
    tells = QuestionAnswered(referral_id=UUID(referral_id), question_id=UUID(question_id), answered_at=now)
    return Act(entry, tells, pieces=[piece]), piece


def supplementing(
    record: Document, key: Key, supplement: Supplement, after: NextVersion, word: Said, now: datetime
) -> tuple[Act, Document]:
    """Make the act that adds the next version, and the piece that makes it."""
    flags = [flag for flag in Flag if flag in {*record["flags"], *after.flags}]  # what was seen once stays
    number = record.get("content_version", 1) + 1
    piece = new_piece(
        key,
        record["_id"],
        f"{record['_id']}.v{number}",
        PieceKind.SUPPLEMENT,
        word.body,
        now,
        number=number,
        supplement_kind=supplement.kind.value,
        idempotency_key=word.idempotency_key,
    )
    kind = supplement.kind
    tells = ReferralSupplemented(
        referral_id=UUID(record["_id"]),
        number=number,
        kind=kind,
        supplemented_at=now,
        urgency=after.referral.urgency.level,
        marks=after.marks,
        flags=tuple(flags),
    )
    entry = {
        "type": "supplemented",
        "at": now,
        "country": supplement.country,
        "number": number,
        "kind": kind.value,
        "urgency": tells.urgency.value,
    }
    changes = {
        "content_version": number,
        "summary": summary_of(after.referral),
        "flags": [flag.value for flag in flags],
    }
    return Act(entry, tells, changes, pieces=[piece]), piece


def recalling(record: Document, key: Key, recall: Recall, word: Said, now: datetime) -> Act:
    """Make the act that withdraws a referral, freezes its key, and asks for its erasure as soon as that may be."""
    piece = new_piece(key, record["_id"], f"{record['_id']}.recall", PieceKind.RECALL, word.body, now)
    return Act(
        entry={"type": "recalled", "at": now, "country": recall.country, "ground": recall.ground.value},
        tells=ReferralRecalled(referral_id=UUID(record["_id"]), ground=recall.ground, recalled_at=now),
        changes={
            "recall": {"ground": recall.ground.value, "recalled_at": now},
            "state": State.WITHDRAWN.value,
            "reached": FOR_GOOD,  # nothing that is told later brings it back to life
            ERASURE_DUE: now,
        },
        pieces=[piece],
        keys=[freezing(record["key_id"], now)],
    )
