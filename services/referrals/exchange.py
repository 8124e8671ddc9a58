"""All that the exchange about a referral needs, and the reading of it: nothing is shown unrecorded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from runtime.http import Problem, shown
from runtime.mongo import Document
from schemas.marks import Marks
from schemas.strictness import combined
from services.referrals.contents import Contents, Version, refuse_recalled
from services.referrals.masking import UnmaskGround, is_masked, masked, masked_words, only_holder
from services.referrals.model import read_referral
from services.referrals.model.exchange import OfficeAnswer
from services.referrals.model.referral import read_strictly
from services.referrals.office_side import OfficeSide
from services.referrals.pieces import PieceKind, PieceStore, open_piece
from services.referrals.readings import Readings
from services.referrals.requester_side import RequesterSide
from services.referrals.store import ReferralStore
from services.referrals.timeline import Entry, QuestionState, answers_in, questions_in
from services.referrals.vault import Key


@dataclass(frozen=True, slots=True)
class Exchange:
    """The two sides and what they may read."""

    records: ReferralStore
    pieces: PieceStore
    contents: Contents
    readings: Readings
    offices: OfficeSide
    requester: RequesterSide

    async def open(self, record: Document, reader: str, what: str, *parts: str) -> Key:
        """Record a reading, and only then take out the key: a recall in between finds it frozen."""
        refuse_recalled(record)
        version = record.get("content_version", 1)
        await self.readings.note(record["_id"], reader, what, version=version, parts=parts)
        return await self.contents.key_of(record)

    async def current(self, record: Document, reader: str, unmask: UnmaskGround | None = None) -> Version:
        """Read a referral as it stands now."""
        key = await self._open_masked(record, reader, "referral", unmask=unmask)
        return _as_seen(record, await self.contents.current(record, key), unmask)

    async def version(self, record: Document, reader: str, number: int, unmask: UnmaskGround | None = None) -> Version:
        """Read a referral as it stood in one version."""
        refuse_recalled(record)
        if not 1 <= number <= record.get("content_version", 1):
            raise Problem(404, "version_unknown", "There is no such version of this referral")
        key = await self._open_masked(record, reader, "version", str(number), unmask=unmask)
        return _as_seen(record, (await self.contents.versions(record, key))[number - 1], unmask)

    async def _open_masked(
        self, record: Document, reader: str, what: str, *parts: str, unmask: UnmaskGround | None
    ) -> Key:
        """Record a reading as what it is: who sees a child unmasked says why, and that stands in the record."""
        if unmask is None or not is_masked(record):
            return await self.open(record, reader, what, *parts)
        only_holder(record, reader)
        return await self.open(record, reader, f"{what}-unmasked", *parts, unmask.value)

    async def questions(
        self, record: Document, reader: str, unmask: UnmaskGround | None = None
    ) -> list[dict[str, Any]]:
        """Read the questions that were put, and what was answered."""
        refuse_recalled(record)
        standing = questions_in(record["timeline"])
        if not standing:
            return []
        key = await self._open_masked(record, reader, "questions", *standing, unmask=unmask)
        found = await self.pieces.of_kinds(record["_id"], PieceKind.QUESTION, PieceKind.REPLY)
        by_id = {piece["_id"]: piece for piece in found}
        asked = [
            _question(key, by_id[question_id], by_id.get(f"{question_id}.reply"), state, entry)
            for question_id, (state, entry) in standing.items()
        ]
        return [masked_words(each) for each in asked] if _is_hidden(record, unmask) else asked

    async def answers(
        self, record: Document, reader: str, unmask: UnmaskGround | None = None, *, only: str | None = None
    ) -> list[dict[str, Any]]:
        """Read the answers that were given, under their own marks and those of the referral."""
        refuse_recalled(record)
        given = {
            answer_id: entry
            for answer_id, entry in answers_in(record["timeline"]).items()
            if only is None or answer_id == only
        }
        if not given:
            return []
        key = await self._open_masked(record, reader, "answers", *given, unmask=unmask)
        current = await self.contents.current(record, key)
        marks = read_referral(json.dumps(current.whole).encode()).marks.read()
        pieces = {piece["_id"]: piece for piece in await self.pieces.of_kinds(record["_id"], PieceKind.ANSWER)}
        said = [_answer(key, pieces[answer_id], entry, marks) for answer_id, entry in given.items()]
        return [masked_words(each) for each in said] if _is_hidden(record, unmask) else said


def _as_seen(record: Document, version: Version, unmask: UnmaskGround | None) -> Version:
    if not _is_hidden(record, unmask):
        return version
    return replace(version, changes=masked(version.changes), whole=masked(version.whole))


def _is_hidden(record: Document, unmask: UnmaskGround | None) -> bool:
    return unmask is None and is_masked(record)


def make_exchange(records: ReferralStore, pieces: PieceStore, readings: Readings) -> Exchange:
    """Put the two sides together."""
    contents = Contents(records, pieces)
    return Exchange(
        records,
        pieces,
        contents,
        readings,
        OfficeSide(records, contents),
        RequesterSide(records, contents, pieces),
    )


def _question(key: Key, piece: Document, reply: Document | None, state: QuestionState, entry: Entry) -> dict[str, Any]:
    asked = open_piece(key, piece)
    answered: Mapping[str, Any] | None = open_piece(key, reply) if reply is not None else None
    return {
        "question_id": piece["_id"],
        "office": piece["office"],
        "state": state.value,
        "asked_at": shown(entry["at"]),
        "text": asked["text"],
        "language": asked.get("language", "en"),
        "answer": None
        if reply is None or answered is None
        else {
            "text": answered["text"],
            "language": answered.get("language", "en"),
            "answered_at": shown(reply["at"]),
        },
    }


def _answer(key: Key, piece: Document, entry: Entry, marks: Marks) -> dict[str, Any]:
    answer = read_strictly(OfficeAnswer, key.open(bytes(piece["sealed"]), piece["_id"]))
    own = answer.marks.read()
    return {
        "answer_id": piece["_id"],
        "office": piece["office"],
        "kind": answer.kind.value,
        "answered_at": shown(entry["at"]),
        "digest": f"sha-256:{piece['digest']}",
        "text": answer.text,
        "language": answer.language,
        "marks": combined(marks, own).model_copy(update={"evaluation": own.evaluation}).model_dump(mode="json"),
        "restriction_text": answer.marks.restriction_text,
    }
