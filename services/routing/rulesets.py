"""The rulesets, as they are stored: headers that name their tables, and table texts by what they say.

A text is stored once under the digest of its bytes, so that a draft which changes one table shares all others. A draft
becomes frozen when it is first activated; every write here has that in its filter, so nothing changes a frozen one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import DuplicateKeyError

from runtime.mongo import Database, Document, store_errors

RULESETS, TEXTS = "rulesets", "ruleset_texts"


class RulesetState(StrEnum):
    """Whether a ruleset may still be changed."""

    DRAFT = "draft"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something to a ruleset, and when; it stays in the ruleset's history."""

    by: str
    what: str
    at: datetime

    def document(self) -> Document:
        """Write it down."""
        return {"at": self.at, "by": self.by, "what": self.what}


class RulesetStore:
    """Keeps rulesets; drafts change by compare-and-set on their revision, frozen ones never."""

    def __init__(self, database: Database) -> None:
        self._rulesets = database[RULESETS]
        self._texts = database[TEXTS]

    async def prepare(self) -> None:
        """Make the indexes."""
        with store_errors():
            await self._rulesets.create_index([("created_at", -1), ("_id", 1)], name="newest")

    async def put_texts(self, texts: Mapping[str, str]) -> list[Document]:
        """Store table texts, each once, and give the list of files that a header keeps."""
        tables = [{"file": file, "text": digest_of_text(text)} for file, text in sorted(texts.items())]
        rows = [
            UpdateOne({"_id": digest_of_text(text)}, {"$setOnInsert": {"text": text}}, True) for text in texts.values()
        ]
        with store_errors():
            await self._texts.bulk_write(rows, ordered=False)
        return tables

    async def add(self, document: Document) -> bool:
        """Store a new ruleset; false when there is one of this name already."""
        with store_errors():
            try:
                await self._rulesets.insert_one(document)
            except DuplicateKeyError:
                return False
        return True

    async def by_version(self, version: str) -> Document | None:
        """Find a ruleset by its name."""
        with store_errors():
            return await self._rulesets.find_one({"_id": version})

    async def listed(self, state: RulesetState | None, after: Sequence[Any], most: int) -> list[Document]:
        """List rulesets, newest first, from after a place on."""
        where: dict[str, Any] = {} if state is None else {"state": state.value}
        if after:
            created_at, version = after
            where["$or"] = [
                {"created_at": {"$lt": created_at}},
                {"created_at": created_at, "_id": {"$gt": version}},
            ]
        with store_errors():
            found = self._rulesets.find(where).sort([("created_at", -1), ("_id", 1)]).limit(most)
            return await found.to_list(most)

    async def texts_of(self, tables: Sequence[Mapping[str, str]]) -> dict[str, str]:
        """Give the texts of some tables by file name."""
        with store_errors():
            wanted = [table["text"] for table in tables]
            found = await self._texts.find({"_id": {"$in": wanted}}).to_list(len(wanted))
        texts = {row["_id"]: row["text"] for row in found}
        return {table["file"]: texts[table["text"]] for table in tables}

    async def change_tables(self, version: str, revision: int, tables: Sequence[Document], act: Act) -> Document | None:
        """Give a draft other tables; None when it is not a draft of this revision any more."""
        changes = {"tables": list(tables), "digest": digest_of_tables(tables), "checked": None}
        with store_errors():
            return await self._rulesets.find_one_and_update(
                {"_id": version, "state": RulesetState.DRAFT.value, "revision": revision},
                {"$set": changes, "$inc": {"revision": 1}, "$push": {"history": act.document()}},
                return_document=ReturnDocument.AFTER,
            )

    async def remove(self, version: str, revision: int) -> bool:
        """Forget a draft; false when it is not a draft of this revision any more."""
        with store_errors():
            where = {"_id": version, "state": RulesetState.DRAFT.value, "revision": revision}
            return (await self._rulesets.delete_one(where)).deleted_count == 1

    async def note_check(self, version: str, digest: str, checked: Document) -> None:
        """Note on a draft how many faults its tables have, unless they have changed since."""
        with store_errors():
            where = {"_id": version, "state": RulesetState.DRAFT.value, "digest": digest}
            await self._rulesets.update_one(where, {"$set": {"checked": checked}})

    async def freeze(self, version: str, digest: str, act: Act) -> bool:
        """Make sure that a ruleset is frozen with exactly these tables; false when it has others."""
        changes = {"state": RulesetState.FROZEN.value, "frozen_at": act.at}
        with store_errors():
            await self._rulesets.update_one(
                {"_id": version, "state": RulesetState.DRAFT.value, "digest": digest},
                {"$set": changes, "$inc": {"revision": 1}, "$push": {"history": act.document()}},
            )
            frozen = {"_id": version, "state": RulesetState.FROZEN.value, "digest": digest}
            return await self._rulesets.find_one(frozen, {"_id": 1}) is not None


def ruleset_document(
    version: str, tables: Sequence[Document], *, based_on: str | None, note: str, act: Act
) -> Document:
    """Make the document of a new draft."""
    return {
        "_id": version,
        "state": RulesetState.DRAFT.value,
        "revision": 1,
        "digest": digest_of_tables(tables),
        "based_on": based_on,
        "created_by": act.by,
        "created_at": act.at,
        "note": note,
        "checked": None,
        "tables": list(tables),
        "history": [act.document()],
    }


def digest_of_text(text: str) -> str:
    """Give the name of a text: the digest of its bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_tables(tables: Sequence[Mapping[str, str]]) -> str:
    """Give one digest for all tables of a ruleset: two rulesets with the same one decide alike."""
    lines = sorted(f"{table['file']} {table['text']}\n" for table in tables)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
