"""What people do with rulesets: draft, edit, validate, and put one in force by two."""

import asyncio
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import structlog

from runtime.http import Problem
from runtime.mongo import Document
from services.routing.activations import ActivationStore
from services.routing.row_edits import CannotEdit, EditKind, RowEdit, edit_tables
from services.routing.rulesets import Act, RulesetState, RulesetStore, digest_of_tables, ruleset_document
from services.routing.tables import TABLES, TableFault, check_ruleset, shipped

log = structlog.get_logger()

SYSTEM = "system"
RESERVED = frozenset({"in-force", "activations"})
"""Names that mean something else in the addresses of rulesets."""


class RulesetDesk:
    """Takes in what people ask about rulesets, and answers with documents or problems."""

    def __init__(self, rulesets: RulesetStore, activations: ActivationStore) -> None:
        self.rulesets = rulesets
        self.activations = activations

    async def prepare(self) -> None:
        """Make the indexes, and put the shipped rules in force where none ever were; many processes may do so."""
        await self.rulesets.prepare()
        await self.activations.prepare()
        texts = shipped()
        figures = tomllib.loads(texts["ruleset.toml"])
        act = Act(SYSTEM, "shipped", now_as_stored())
        tables = await self.rulesets.put_texts(texts)
        await self.rulesets.add(
            ruleset_document(figures["version"], tables, based_on=None, note="shipped with the service", act=act)
        )
        first = await self.known(figures["version"])
        if first["digest"] != digest_of_tables(tables):
            # What is stored is what two people have seen; what is shipped needs a name of its own to be drafted.
            log.warning("shipped tables are not those stored under their name", version=first["_id"])
        if await self.activations.by_number(first["_id"], 1) is None and await self.activations.at(act.at) is None:
            await self.rulesets.freeze(first["_id"], first["digest"], act)
            since = datetime.combine(figures["valid_from"], time(), UTC)
            await self.activations.seed(first["_id"], first["digest"], since, act)

    async def known(self, version: str) -> Document:
        """Find a ruleset, or say that there is none."""
        header = await self.rulesets.by_version(version)
        if header is None:
            raise Problem(404, "ruleset_unknown", "There is no ruleset of this name")
        return header

    async def in_force(self, moment: datetime) -> tuple[Document, Document]:
        """Find the activation in force at a moment, and its ruleset."""
        activation = await self.activations.at(moment)
        if activation is None:
            raise Problem(404, "none_in_force", "No ruleset was in force at that moment")
        return activation, await self.known(activation["version"])

    async def draft(
        self,
        version: str,
        *,
        staff: str,
        based_on: str | None = None,
        note: str = "",
        tables: Mapping[str, str] | None = None,
        edits: Sequence[RowEdit] = (),
    ) -> Document:
        """Make a draft: the tables of another ruleset (the one in force, if none is named), with some changed."""
        if version in RESERVED:
            raise Problem(422, "version_reserved", "A ruleset cannot have this name", detail="Choose another.")
        now = now_as_stored()
        base = await self.known(based_on) if based_on is not None else (await self.in_force(now))[1]
        changed = await self._changed(base["tables"], tables or {}, edits)
        act = Act(staff, "drafted", now)
        document = ruleset_document(version, changed, based_on=base["_id"], note=note, act=act)
        if not await self.rulesets.add(document):
            there = await self.known(version)
            if (there["digest"], there["created_by"], there["revision"]) != (document["digest"], staff, 1):
                raise Problem(
                    409,
                    "version_taken",
                    "There is a ruleset of this name already",
                    detail="Names are never used again. Choose another, or edit the draft that is there.",
                )
            return there
        return document

    async def draft_with_row(self, version: str, staff: str, file: str, row: Mapping[str, str]) -> dict[str, Any]:
        """Make a draft of the ruleset in force with one row added to a table."""
        header = await self.draft(version, staff=staff, edits=[RowEdit(file, EditKind.ADD, row, {})])
        return {name: header[name] for name in ("based_on", "digest", "revision")} | {"version": version}

    async def edit(
        self, version: str, revision: int, *, staff: str, tables: Mapping[str, str], edits: Sequence[RowEdit] = ()
    ) -> Document:
        """Change tables or rows of a draft that is still as the editor saw it."""
        header = await self.draft_at(version, revision)
        changed = await self._changed(header["tables"], tables, edits)
        if digest_of_tables(changed) == header["digest"]:
            return header
        act = Act(staff, f"edited {', '.join(sorted({*tables, *(edit.file for edit in edits)}))}", now_as_stored())
        after = await self.rulesets.change_tables(version, revision, changed, act)
        return after or await self.draft_at(version, revision)

    async def remove(self, version: str, revision: int) -> None:
        """Forget a draft that nobody has asked to put in force."""
        await self.draft_at(version, revision)
        if await self.activations.open_for(version) is not None:
            raise Problem(
                409,
                "activation_open",
                "Somebody has asked to put this draft in force",
                detail="Withdraw that first.",
            )
        if not await self.rulesets.remove(version, revision):
            await self.draft_at(version, revision)

    async def draft_at(self, version: str, revision: int) -> Document:
        """Find a draft of a revision, or say why there is none."""
        header = await self.known(version)
        if header["state"] != RulesetState.DRAFT.value:
            raise Problem(
                409,
                "ruleset_frozen",
                "This ruleset was put in force once and never changes again",
                detail="Make a new draft that is based on it.",
            )
        if header["revision"] != revision:
            raise Problem(
                412,
                "ruleset_changed",
                "The draft was changed since you read it",
                detail="Read it again, and send your change with its new ETag.",
                headers={"ETag": etag_of(header)},
            )
        return header

    async def validate(self, version: str, day: date | None = None) -> tuple[Document, tuple[TableFault, ...]]:
        """Tell every fault of a ruleset as it would stand on a day, and note how many there are."""
        header = await self.known(version)
        now = now_as_stored()
        faults = await self.faults_of(header, day or now.date())
        checked = {"digest": header["digest"], "day": str(day or now.date()), "faults": len(faults), "at": now}
        await self.rulesets.note_check(version, header["digest"], checked)
        return header, faults

    async def _changed(
        self, tables: Sequence[Mapping[str, str]], texts: Mapping[str, str], edits: Sequence[RowEdit]
    ) -> list[Document]:
        """Store tables as they are after a change, and give their list; unknown files are refused."""
        if unknown := sorted({*texts} - {*TABLES}):
            faults = [_fault("/tables", "table_unknown", "A table is not one of a ruleset.", _known_tables())]
            raise Problem(422, "tables_refused", f"{len(unknown)} tables are not part of a ruleset", faults=faults)
        whole = {**await self.rulesets.texts_of(tables), **texts}
        try:
            return await self.rulesets.put_texts(edit_tables(whole, edits))
        except CannotEdit as exc:
            faults = [_fault(f"/rows/{f.number}", f.code, f.problem, f.mend) for f in exc.faults]
            raise Problem(422, "rows_refused", "Some rows cannot be edited so; none was", faults=faults) from exc

    async def faults_of(self, header: Mapping[str, Any], day: date) -> tuple[TableFault, ...]:
        """Tell every fault of a ruleset as it would stand on a day."""
        texts = await self.rulesets.texts_of(header["tables"])
        return await asyncio.to_thread(check_ruleset, texts, day)


def etag_of(header: Mapping[str, Any]) -> str:
    """Give the ETag of a ruleset: its revision."""
    return f'"{header["revision"]}"'


def fault_shown(fault: TableFault) -> dict[str, str]:
    """Write a fault of a table as a fault of a problem document."""
    place = f"/tables/{fault.file}" if fault.row is None else f"/tables/{fault.file}/{fault.row}"
    return {"code": fault.code, "pointer": place, "problem": fault.problem, "mend": fault.mend}


def _fault(pointer: str, code: str, problem: str, mend: str) -> dict[str, str]:
    return {"code": code, "pointer": pointer, "problem": problem, "mend": mend}


def _known_tables() -> str:
    return f"Use names from: {', '.join(TABLES)}."


def now_as_stored() -> datetime:
    """Give the time as the database keeps it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
