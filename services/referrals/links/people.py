"""What a person does with links, and the matter that they make together."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from runtime.http import Problem
from runtime.mongo import Document
from services.referrals.links.life import (
    LinkAct,
    LinkGround,
    LinkState,
    link_id,
    new_link,
    resting_on,
    state_after,
    step,
)
from services.referrals.links.matching import NOTHING, Match, match
from services.referrals.links.noticed import live_referrals, may_be_used
from services.referrals.links.store import LinkStore
from services.referrals.notices.notice_api import refuse_shut


@dataclass(frozen=True, slots=True)
class Word:
    """Who decides, and on which ground."""

    staff: str
    ground: LinkGround | None = None


async def take(links: LinkStore, referral_id: str, link_id: str, act: LinkAct, word: Word) -> Document:
    """Take a step with a link; the same step again is answered the same."""
    while True:
        link = await links.by_id(link_id)
        if link is None or referral_id not in link["referrals"]:
            raise Problem(404, "link_unknown", "This referral has no link with this id")
        if act is not LinkAct.UNLINK:
            await _known_both(links, link)
        if (after := await _step(links, link, act, word)) is not None:
            return after


async def join(links: LinkStore, referral_id: str, other: str, word: Word) -> Document:
    """Link a referral by hand to another one, or to a notice."""
    if referral_id == other:
        raise Problem(422, "linked_to_itself", "A referral cannot be linked to itself")
    while True:
        notice = other if await links.notices([other]) else None
        if notice is not None:
            await known(links, [referral_id])
            await known_notice(links, notice)
        else:
            await known(links, [referral_id, other])
        shared = await _shared(links, referral_id, other)
        joined = step(LinkAct.LINK, LinkState.CONFIRMED, _now(), staff=word.staff, ground=word.ground)
        fresh = new_link(referral_id, other, joined["at"], joined, shared, notice=notice)
        if await links.add(fresh):
            return fresh
        link = await links.by_id(link_id(referral_id, other))
        if link is not None and (after := await _step(links, link, LinkAct.LINK, word, shared)) is not None:
            return after


async def _known_both(links: LinkStore, link: Document) -> None:
    notice = link.get("notice")
    await known(links, [member for member in link["referrals"] if member != notice])
    if notice is not None:
        await known_notice(links, notice)


async def known_notice(links: LinkStore, notice_id: str) -> None:
    """Refuse a notice that may not be linked now."""
    [notice] = (await links.notices([notice_id])).values()
    refuse_shut(notice)
    if live_referrals(notice):
        raise Problem(
            409,
            "notice_has_referral",
            "This notice has a referral of its own",
            detail="Link that referral; the record of the notice names it.",
        )


async def _step(links: LinkStore, link: Document, act: LinkAct, word: Word, shared: Match = NOTHING) -> Document | None:
    state = LinkState(link["state"])
    reached = state_after(act, state)
    if reached is None:
        raise Problem(
            409, "link_is_not_so", "The link is in a state in which this cannot be done", detail=f"It is {state.value}."
        )
    if reached is state:
        return link
    changes: dict[str, Any] = {"state": reached.value, **(resting_on(shared) if shared.facts else {})}
    taken = step(act, reached, _now(), came_from=state, staff=word.staff, ground=word.ground)
    return await links.change(link, changes, taken)


def _now() -> datetime:
    """Give the time as the database keeps it, so that a step that was just taken reads the same ever after."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


async def _shared(links: LinkStore, one: str, other: str) -> Match:
    keys = await links.keys_of([one, other])
    return match({key.key: key for key in keys.get(one, ())}, keys.get(other, ()))


async def known(links: LinkStore, referral_ids: list[str]) -> dict[str, Document]:
    """Give the referrals with these ids; refuses what is not there, or has been recalled."""
    found = await links.referrals(referral_ids)
    if len(found) < len(set(referral_ids)):
        raise Problem(404, "referral_unknown", "There is no referral with this id")
    for referral in found.values():
        if "erased_at" in referral or "recall" in referral:
            raise Problem(410, "recalled", "The originator has recalled this referral")
    return found


async def matter_of(links: LinkStore, referral_id: str) -> tuple[list[str], list[Document]]:
    """Follow confirmed links from a referral as far as they go; gives all referrals and notices, and their links.

    A referral that was recalled a moment ago is none of them, though its links are not withdrawn yet; nor is a notice
    that nobody may use any more.
    """
    members, reached = {referral_id}, {referral_id}
    found: dict[str, Document] = {}
    while reached:
        joined = await links.of_referrals(reached, LinkState.CONFIRMED)
        found |= {link["_id"]: link for link in joined}
        reached = {member for link in joined for member in link["referrals"]} - members
        reached -= await links.recalled(reached) | await _shut(links, reached)
        members |= reached
    between = [link for link in found.values() if members.issuperset(link["referrals"])]
    return sorted(members), sorted(between, key=lambda link: str(link["_id"]))


async def _shut(links: LinkStore, subject_ids: Collection[str]) -> set[str]:
    notices = await links.notices(subject_ids)
    return {notice_id for notice_id, notice in notices.items() if not may_be_used(notice)}
