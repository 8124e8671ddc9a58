"""Rulesets over HTTP: read them, draft, edit, validate and compare them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from runtime.described import answers, problems, sent, texts
from runtime.http import Problem, shown
from runtime.pages import read_cursor, read_moment, read_number, write_cursor
from services.routing.ruleset_desk import RulesetDesk, etag_of
from services.routing.ruleset_forms import VERSION, DraftForm, FileName, RowsForm, TableForm
from services.routing.ruleset_shown import DiffShown, RulesetShown, RulesetsShown, ValidatedShown
from services.routing.rulesets import RulesetState
from services.routing.tables import diff_rulesets

Version = Annotated[str, Path(pattern=VERSION)]
IfMatch = Annotated[str | None, Header(max_length=40)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=300)]

BAD_CURSOR = problems({400: "The cursor is of another list."})
_PROBLEMS = problems(
    {
        404: "There is no such ruleset, or it has no such table.",
        422: "It is not of the right form, or rows cannot be edited so; every fault is named.",
        503: "It may or may not have been done; send the same again.",
    }
)
_TAKEN = problems({409: "There is another ruleset of this name already."})
_STALE = problems({412: "The draft has changed since it was read; the ETag names it as it is now."})
_CHANGE_PROBLEMS = {
    **problems(
        {
            409: "The ruleset was put in force and never changes again, or is about to be.",
            428: "`If-Match` is missing.",
        }
    ),
    412: _STALE[412] | sent("ETag"),
}
_CHANGED = {**answers(RulesetShown, 200, "ETag"), **_CHANGE_PROBLEMS}
_TSV, _TOML = "text/tab-separated-values", "application/toml"
_TABLE = texts({_TSV: "A table, the names of its columns first.", _TOML: "The figures, in `ruleset.toml`."}, "ETag")


def ruleset_routes(desk: RulesetDesk) -> APIRouter:
    """Make the routes of rulesets; those of activations must come before them."""
    router = APIRouter(prefix="/v1/rulesets", tags=["rulesets"], responses=_PROBLEMS)
    _add_reading(router, desk)
    _add_drafting(router, desk)
    return router


def _add_reading(router: APIRouter, desk: RulesetDesk) -> None:
    @router.get("", responses={**answers(RulesetsShown), **BAD_CURSOR})
    async def list_rulesets(
        state: RulesetState | None = None, limit: Limit = 50, cursor: Cursor = None
    ) -> JSONResponse:
        """List rulesets, newest first."""
        listing = f"rulesets {state}"
        after = _place(read_cursor(cursor, listing, fields=2)) if cursor is not None else ()
        found = await desk.rulesets.listed(state, after, limit + 1)
        page: dict[str, Any] = {"rulesets": [_in_list(header) for header in found[:limit]], "next": None}
        if len(found) > limit:
            last = found[limit - 1]
            page["next"] = write_cursor([last["created_at"].isoformat(), last["_id"]], listing)
        return JSONResponse(page)

    @router.get("/{version}", responses=answers(RulesetShown, 200, "ETag"))
    async def get_ruleset(version: Version) -> JSONResponse:
        """Read what a ruleset consists of, and who did what to it."""
        return answer(await desk.known(version))

    @router.get("/{version}/tables/{file}", response_class=Response, responses=_TABLE)
    async def get_table(version: Version, file: FileName) -> Response:
        """Read one table as text."""
        header = await desk.known(version)
        tables = [table for table in header["tables"] if table["file"] == file]
        if not tables:
            raise Problem(404, "table_unknown", "This ruleset has no such table")
        text = (await desk.rulesets.texts_of(tables))[file]
        media = _TSV if file.endswith(".tsv") else _TOML
        return PlainTextResponse(text, media_type=media, headers={"ETag": etag_of(header)})

    @router.get("/{version}/diff", responses={**answers(DiffShown), **BAD_CURSOR})
    async def get_diff(
        version: Version,
        against: Annotated[str | None, Query(pattern=VERSION)] = None,
        limit: Limit = 100,
        cursor: Cursor = None,
    ) -> JSONResponse:
        """Tell which rows differ from another ruleset: the one it is based on, if none is named."""
        new = await desk.known(version)
        old = await desk.known(against or new["based_on"] or version)
        before, after = await desk.rulesets.texts_of(old["tables"]), await desk.rulesets.texts_of(new["tables"])
        changes = await asyncio.to_thread(diff_rulesets, before, after)
        page, following = _slice(changes, f"diff {old['digest']} {new['digest']}", limit, cursor)
        rows = [asdict(change) for change in page]
        return JSONResponse(
            {"version": version, "against": old["_id"], "differ": len(changes), "changes": rows, "next": following}
        )


def _add_drafting(router: APIRouter, desk: RulesetDesk) -> None:
    @router.post("", status_code=201, responses={**answers(RulesetShown, 201, "ETag"), **_TAKEN})
    async def draft(form: DraftForm) -> JSONResponse:
        """Make a draft out of another ruleset, with some tables or rows changed."""
        header = await desk.draft(
            form.version,
            staff=form.staff,
            based_on=form.based_on,
            note=form.note,
            tables=form.tables,
            edits=[edit.edit() for edit in form.rows],
        )
        return answer(header, 201)

    @router.put("/{version}/tables/{file}", responses=_CHANGED)
    async def put_table(version: Version, file: FileName, form: TableForm, if_match: IfMatch = None) -> JSONResponse:
        """Replace one table of a draft; `If-Match` is the ETag of the draft that was read."""
        return answer(await desk.edit(version, revision_of(if_match), staff=form.staff, tables={file: form.text}))

    @router.post("/{version}/rows", responses=_CHANGED)
    async def edit_rows(version: Version, form: RowsForm, if_match: IfMatch = None) -> JSONResponse:
        """Edit rows of a draft, all or none; `If-Match` is the ETag of the draft that was read."""
        edits = [edit.edit() for edit in form.rows]
        return answer(await desk.edit(version, revision_of(if_match), staff=form.staff, tables={}, edits=edits))

    @router.delete("/{version}", status_code=204, responses=_CHANGE_PROBLEMS)
    async def delete_draft(version: Version, if_match: IfMatch = None) -> Response:
        """Forget a draft; `If-Match` is the ETag of the draft that was read."""
        await desk.remove(version, revision_of(if_match))
        return Response(status_code=204)

    @router.post("/{version}/validate", responses=answers(ValidatedShown, 200, "ETag"))
    async def validate(version: Version, day: date | None = None) -> JSONResponse:
        """Tell every fault of a ruleset, as it would stand on a day: today, if none is named."""
        header, faults = await desk.validate(version, day)
        told = [asdict(fault) for fault in faults]
        return JSONResponse(
            {"version": version, "digest": header["digest"], "valid": not faults, "faults": told},
            headers={"ETag": etag_of(header)},
        )


def answer(header: Mapping[str, Any], status: int = 200) -> JSONResponse:
    """Give a ruleset as its readers see it."""
    history = [{name: shown(value) for name, value in act.items()} for act in header["history"]]
    tables = [{"file": table["file"], "digest": table["text"]} for table in header["tables"]]
    return JSONResponse({**_in_list(header), "tables": tables, "history": history}, status, {"ETag": etag_of(header)})


def _in_list(header: Mapping[str, Any]) -> dict[str, Any]:
    checked = header["checked"]
    return {
        "version": header["_id"],
        **{
            name: shown(header[name])
            for name in ("state", "revision", "digest", "based_on", "created_by", "created_at", "note")
        },
        "checked": {name: shown(value) for name, value in checked.items()} if checked else None,
    }


def revision_of(if_match: str | None) -> int:
    """Read the revision that a change was made on."""
    if if_match is None:
        raise Problem(
            428,
            "if_match_missing",
            "A change needs the ETag of what was read",
            detail="Read the draft, and send its ETag as `If-Match`.",
        )
    tag = if_match.removeprefix("W/").strip('"')
    if not (tag.isascii() and tag.isdigit()):
        raise Problem(412, "ruleset_changed", "The draft has no such ETag", detail="Read it again.")
    return int(tag)


def _place(values: list[str]) -> tuple[datetime, str]:
    return read_moment(values[0]), values[1]


def _slice(rows: Sequence[Any], listing: str, limit: int, cursor: str | None) -> tuple[Sequence[Any], str | None]:
    (start,) = read_cursor(cursor, listing, fields=1) if cursor is not None else ("0",)
    first = read_number(start)
    following = write_cursor([first + limit], listing) if first + limit < len(rows) else None
    return rows[first : first + limit], following
