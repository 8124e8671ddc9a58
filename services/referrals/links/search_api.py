"""Looking for notices over HTTP: by a body, so that no name is in an address or a log."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from runtime.described import answers, problems
from runtime.http import Problem, shown
from runtime.mongo import Document
from runtime.pages import read_cursor, write_cursor
from schemas.notices import Colour, NoticeStanding
from schemas.vocabulary.offices import QUEUES
from services.referrals.links.api import StaffId
from services.referrals.links.life import written
from services.referrals.links.search_desk import Answer, SearchDesk, Within
from services.referrals.links.searches import Search
from services.referrals.links.searching import Asked, Asker, Hit, tells_somebody, traits_asked_for
from services.referrals.model.subjects import BirthDate, IdentifierKind, SubjectName
from services.referrals.model.text import Country, Line, Name
from services.referrals.notices.notice_api import NOT_KEPT, Cursor, Limit, ReadingPurpose


class Part(BaseModel):
    """A part of a question or an answer; nothing is in it that is not described."""

    model_config = ConfigDict(extra="forbid")


class DocumentAsked(Part):
    """A document, or another number, as far as it is known."""

    number: Line
    kind: IdentifierKind | None = Field(default=None, description="If left out, all kinds of papers.")
    country: Country | None = Field(default=None, description="That gave it.")


class SearchAsked(Part):
    """Who looks, what for, and what they know: a name of two words, a number, or a reference at least."""

    office: Annotated[str, Field(max_length=20, description="Who looks: an office, desk or programme.")]
    staff: StaffId
    purpose: ReadingPurpose
    names: tuple[Name, ...] = Field(default=(), max_length=5, description="Spellings, also in other scripts.")
    birth: BirthDate | None = Field(default=None, description="YYYY, YYYY-MM or YYYY-MM-DD.")
    nationality: Annotated[str | None, Field(pattern=r"^[A-Z]{2}$")] = None
    document: DocumentAsked | None = None
    entity_id: Annotated[str | None, Field(pattern=r"^[0-9]{4}/[0-9]{1,10}$", description="INTERPOL's number.")] = None
    un_reference: Annotated[str | None, Field(pattern=r"^[A-Z]{2,3}[ie]\.[0-9]{3}$")] = None
    colour: Colour | None = None
    standing: NoticeStanding | None = None

    def asked(self) -> Asked:
        """Give what is known of whom or what is looked for."""
        document = self.document
        return Asked(
            names=tuple(SubjectName(text=name) for name in self.names),
            birth=self.birth,
            nationality=self.nationality,
            document=document.number if document is not None else None,
            document_kind=document.kind if document is not None else None,
            document_country=document.country if document is not None else None,
            entity_id=self.entity_id,
            un_reference=self.un_reference,
        )

    def question(self) -> bytes:
        """Write what is asked, without who asks: the same question is the same bytes."""
        return self.model_dump_json(exclude={"office", "staff", "purpose"}).encode()


class GroundShown(Part):
    """Why a notice comes up, without any value."""

    reason: str
    kind: str | None


class HitShown(Part):
    """A notice that comes up. Of a missing child nothing is said but that there is a notice."""

    notice_id: UUID
    colour: Colour
    standing: NoticeStanding
    listed: bool | None
    minor: bool
    score: int = Field(description="Percent; how sure what is known makes that it is about the same.")
    name_only: bool = Field(description="Nothing but a name is the same: this tells of nobody.")
    grounds: list[GroundShown] = Field(description="Empty for a child.")
    referrals: list[UUID] = Field(description="That were made of it.")


class SearchShown(Part):
    """What came up, surest first."""

    search_id: UUID
    hits: list[HitShown]
    more: bool = Field(description="There are more than twenty: say more of whom you look for.")
    too_many_by_name: bool = Field(description="More than five bear only the same name, and so none is shown.")


class SearchNoted(Part):
    """That somebody has looked for notices."""

    search_id: UUID
    at: datetime
    reader: str
    purpose: str
    digest: str = Field(description="Keyed, of what was asked; the same question has the same.")
    given: list[UUID]


class SearchesNoted(Part):
    """A page of searches."""

    searches: list[SearchNoted]
    next: str | None


_PROBLEMS = problems(
    {
        400: "The cursor is of another list.",
        422: "The question is malformed, or says too little to look by.",
        503: "A part of the system cannot be reached.",
    }
)


def search_routes(desk: SearchDesk) -> APIRouter:
    """Make the routes of searches."""
    router = APIRouter(prefix="/v1/notices", tags=["notices"], responses=_PROBLEMS)

    @router.post("/search", responses=answers(SearchShown))
    async def search_notices(given: SearchAsked) -> JSONResponse:
        """Look for notices by what is known of somebody; the search is recorded first."""
        if given.office not in QUEUES:
            raise Problem(
                422, "office_unknown", "There is no such office", detail="Name one that has a queue, such as SAC-BOS."
            )
        asked = given.asked()
        if not tells_somebody(traits_asked_for(asked)):
            raise Problem(
                422,
                "search_too_wide",
                "This says too little to look by",
                detail="Give two words of a name, the number of a document, or the number or reference of the notice.",
            )
        asker = Asker(given.office, given.purpose.value, datetime.now(UTC))
        search = Search(given.office, given.staff, given.purpose.value, given.question())
        answer = await desk.look(asked, Within(given.colour, given.standing), asker, search)
        return JSONResponse(_answered(answer), headers=NOT_KEPT)

    @router.get("/searches", responses=answers(SearchesNoted))
    async def list_searches(
        request: Request,
        notice_id: Annotated[UUID | None, Query(description="Only searches in which this notice came up.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        """List who has looked for notices, when and what for, the latest first."""
        notice = str(notice_id) if notice_id is not None else None
        listing = f"notice searches {notice}"
        after = read_cursor(cursor, listing, fields=1)[0] if cursor is not None else None
        rows = await desk.searches.page(notice, after, limit + 1)
        more = write_cursor([rows[limit - 1]["_id"]], listing) if len(rows) > limit else None
        return JSONResponse({"searches": [_noted(row) for row in rows[:limit]], "next": more})

    return router


def _answered(answer: Answer) -> dict[str, Any]:
    return {
        "search_id": answer.search_id,
        "hits": [_hit(hit, notice) for hit, notice in answer.hits],
        "more": answer.more,
        "too_many_by_name": answer.too_many_by_name,
    }


def _hit(hit: Hit, notice: Document) -> dict[str, Any]:
    return {
        "notice_id": notice["_id"],
        **{name: notice[name] for name in ("colour", "standing", "listed", "minor")},
        "score": hit.match.score,
        "name_only": hit.name_only,
        "grounds": [] if notice["minor"] else [{"kind": None, **written(ground)} for ground in hit.match.grounds],
        "referrals": [referral["referral_id"] for referral in notice["referrals"]],
    }


def _noted(row: Document) -> dict[str, Any]:
    names = ("reader", "purpose", "digest", "given")
    return {"search_id": row["_id"], "at": shown(row["at"]), **{name: row[name] for name in names}}
