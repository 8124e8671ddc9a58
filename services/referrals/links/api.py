"""Links over HTTP: what may be one matter, who says so, and the whole matter under everybody's restrictions."""

from collections.abc import Iterable
from functools import reduce
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from runtime.described import answers, problems
from runtime.http import Problem, shown
from runtime.mongo import Document
from schemas.marks import Marks
from schemas.strictness import combined, needs_consent
from services.referrals.links.life import FOR, LinkAct, LinkGround, LinkState
from services.referrals.links.noticed import may_be_used
from services.referrals.links.people import Word, join, known, matter_of, take
from services.referrals.links.shown import JoinedShown, LinksShown, MatterShown, NoticeLinksShown
from services.referrals.links.store import LinkStore

StaffId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="Staff id of who decides, never a name.")]


def _joins(ground: LinkGround) -> LinkGround:
    if ground not in FOR:
        raise ValueError("a ground on which referrals are kept apart")
    return ground


def _parts(ground: LinkGround) -> LinkGround:
    if ground in FOR:
        raise ValueError("a ground on which referrals are joined")
    return ground


class Joining(BaseModel):
    """Who says that it is one matter, and why."""

    model_config = ConfigDict(extra="forbid")

    staff: StaffId
    ground: Annotated[LinkGround, AfterValidator(_joins)] | None = None


class ByHand(Joining):
    """Which other referral, or which notice, is of the same matter."""

    other: UUID


class Parting(BaseModel):
    """Who says that it is not one matter, and why."""

    model_config = ConfigDict(extra="forbid")

    staff: StaffId
    ground: Annotated[LinkGround, AfterValidator(_parts)]


_PROBLEMS = problems(
    {
        404: "There is no such referral or notice, or it has no such link.",
        409: "The link is in a state in which this cannot be done, or the notice has a referral of its own.",
        410: "One of the referrals has been recalled, or the notice may not be used any more.",
        422: "It is not of the right form, or a referral cannot be linked so.",
        503: "A referral has just come in, and has not been compared yet.",
    }
)


def link_routes(links: LinkStore) -> APIRouter:
    """Make the routes of links."""
    router = APIRouter(prefix="/v1/referrals/{referral_id}", tags=["links"], responses=_PROBLEMS)

    @router.get("/links", responses=answers(LinksShown))
    async def list_links(request: Request, referral_id: UUID) -> JSONResponse:
        """List what may be, is, or was said to be of the same matter, surest first."""
        referral = _logged(request, referral_id)
        await known(links, [referral])
        found = await links.of_referrals([referral])
        notices = await links.notices(link["notice"] for link in found if "notice" in link)
        seen = [link for link in found if "notice" not in link or _comes_up(link, notices.get(link["notice"]))]
        others = await links.referrals(_other(link, referral) for link in seen) | notices
        rows = [_seen_from(referral, link, others.get(_other(link, referral))) for link in seen]
        return JSONResponse({"referral_id": referral, "links": rows})

    @router.post("/links", status_code=201, responses=answers(JoinedShown, 201))
    async def link_by_hand(request: Request, referral_id: UUID, given: ByHand) -> JSONResponse:
        """Say that another referral, or a notice without one, is of the same matter."""
        referral = _logged(request, referral_id)
        link = await join(links, referral, str(given.other), Word(given.staff, given.ground))
        return JSONResponse(_written(link), 201)

    @router.post("/links/{link_id}/confirm", responses=answers(JoinedShown))
    async def confirm(request: Request, referral_id: UUID, link_id: UUID, given: Joining) -> JSONResponse:
        """Say that a suggestion is right."""
        word = Word(given.staff, given.ground)
        return await _taken(request, referral_id, link_id, LinkAct.CONFIRM, word)

    @router.post("/links/{link_id}/reject", responses=answers(JoinedShown))
    async def reject(request: Request, referral_id: UUID, link_id: UUID, given: Parting) -> JSONResponse:
        """Say that a suggestion is wrong; it comes back only if there is something new."""
        word = Word(given.staff, given.ground)
        return await _taken(request, referral_id, link_id, LinkAct.REJECT, word)

    @router.post("/links/{link_id}/unlink", responses=answers(JoinedShown))
    async def unlink(request: Request, referral_id: UUID, link_id: UUID, given: Parting) -> JSONResponse:
        """Take back a link that was confirmed."""
        word = Word(given.staff, given.ground)
        return await _taken(request, referral_id, link_id, LinkAct.UNLINK, word)

    async def _taken(request: Request, referral_id: UUID, link_id: UUID, act: LinkAct, word: Word) -> JSONResponse:
        link = await take(links, _logged(request, referral_id), str(link_id), act, word)
        return JSONResponse(_written(link))

    @router.get("/matter", responses=answers(MatterShown))
    async def get_matter(request: Request, referral_id: UUID) -> JSONResponse:
        """Show all referrals and notices of a matter, under marks that keep to the restrictions of every originator."""
        referral = _logged(request, referral_id)
        await known(links, [referral])
        members, joined = await matter_of(links, referral)
        found, notices = await links.referrals(members), await links.notices(members)
        marks, originators = await links.marks_of(members), await links.originators_of(notices)
        if len(marks) < len(members):
            raise Problem(
                503, "not_compared_yet", "A referral of this matter has just come in", headers={"Retry-After": "1"}
            )
        return JSONResponse(
            {
                "referral_id": referral,
                "referrals": [_member(found[member], marks[member]) for member in members if member in found],
                "notices": [
                    {**_noticed(notices[member]), "marks": marks[member].model_dump(mode="json")}
                    for member in members
                    if member in notices
                ],
                "links": [_written(link) for link in joined],
                **_restrictions([*map(_originator, found.values()), *originators], marks),
            }
        )

    return router


def notice_link_routes(links: LinkStore) -> APIRouter:
    """Make the route of a notice's links; what a person does with them is done from the referral's side."""
    router = APIRouter(tags=["links"], responses=_PROBLEMS)

    @router.get("/v1/notices/{notice_id}/links", responses=answers(NoticeLinksShown))
    async def list_links_of_notice(request: Request, notice_id: UUID) -> JSONResponse:
        """List the referrals that may be, are, or were said to be about the same as a notice, surest first."""
        subject = str(notice_id)
        request.state.log = {"notice_id": subject}
        notice = (await links.notices([subject])).get(subject)
        if notice is None:
            raise Problem(404, "notice_unknown", "There is no notice with this id")
        found = [link for link in await links.of_referrals([subject]) if _comes_up(link, notice)]
        others = await links.referrals(_other(link, subject) for link in found)
        rows = [_seen_from(subject, link, others.get(_other(link, subject))) for link in found]
        return JSONResponse({"notice_id": subject, "links": rows})

    return router


def _comes_up(link: Document, notice: Document | None) -> bool:
    """Say whether a link of a notice is shown; one that nobody may use does not come up but in what has been."""
    return link["state"] == LinkState.WITHDRAWN.value or (notice is not None and may_be_used(notice))


def _logged(request: Request, referral_id: UUID) -> str:
    request.state.log = {"referral_id": str(referral_id)}
    return str(referral_id)


def _other(link: Document, referral_id: str) -> str:
    return next(str(member) for member in link["referrals"] if member != referral_id)


def _written(link: Document) -> dict[str, Any]:
    notice = link.get("notice")
    return {
        "link_id": link["_id"],
        "referrals": [member for member in link["referrals"] if member != notice],
        "notice_id": notice,
        "state": link["state"],
        "score": link["score"],
        "grounds": link["grounds"],
        "since": shown(link["since"]),
        "history": [{name: shown(value) for name, value in step.items()} for step in link["history"]],
    }


def _seen_from(subject_id: str, link: Document, other: Document | None) -> dict[str, Any]:
    kind = "notice" if link.get("notice") == (other_id := _other(link, subject_id)) else "referral"
    if other is None:
        seen: dict[str, Any] = {f"{kind}_id": other_id}
    else:
        seen = _noticed(other) if kind == "notice" else _listed(other)
    return {**_written(link), "other": {**seen, "kind": kind}}


def _listed(referral: Document) -> dict[str, Any]:
    return {
        "referral_id": referral["_id"],
        "state": referral["state"],
        "received_at": shown(referral["received_at"]),
        **referral["summary"],
    }


def _noticed(notice: Document) -> dict[str, Any]:
    names = ("colour", "standing", "listed", "minor")
    return {
        "kind": "notice",
        "notice_id": notice["_id"],
        **{name: notice[name] for name in names},
        "first_seen": shown(notice["first_seen"]),
    }


def _member(referral: Document, marks: Marks) -> dict[str, Any]:
    return {**_listed(referral), "flags": referral["flags"], "marks": marks.model_dump(mode="json")}


def _originator(referral: Document) -> tuple[str, str]:
    return referral["summary"]["country"], referral["summary"]["channel"]


def _restrictions(members: Iterable[tuple[str, str]], marks: dict[str, Marks]) -> dict[str, Any]:
    """Say what all originators together allow, and where one of them shuts out another."""
    whole = reduce(combined, marks.values())
    originators = set(members)
    denied = set(whole.interpol.denied_members) if whole.interpol is not None else set()
    return {
        "marks": whole.model_dump(mode="json"),
        "originators": [{"country": country, "channel": channel} for country, channel in sorted(originators)],
        "denied_originators": sorted(denied & {country for country, _ in originators}),
        "consent_needed_from": sorted(member for member, own in marks.items() if needs_consent(own)),
    }
