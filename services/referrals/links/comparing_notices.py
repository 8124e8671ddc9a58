"""Compares notices that became no referral with the open referrals, and forgets those that nobody may use any more.

No consumer is needed: the record of a notice says itself that it is to be compared, as long as it is.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import structlog

from runtime.errors import Transient
from runtime.mongo import Document
from runtime.store import Store, Work
from runtime.telemetry import untraced
from schemas.marks import Marks
from schemas.notices import Colour
from services.referrals.links.keys import KeyMaker, MatchKey
from services.referrals.links.life import LinkAct, LinkState, step
from services.referrals.links.notice_traits import traits_of_notice
from services.referrals.links.noticed import live_referrals, may_be_used
from services.referrals.links.store import LinkStore
from services.referrals.links.suggesting import Comparable, suggest_to_notices
from services.referrals.ncb.context import US, NcbContext
from services.referrals.notices.as_referral import public_marks
from services.referrals.notices.book import NoticeBook
from services.referrals.notices.requesting import issuer_of
from services.referrals.vault import Erased, Frozen

log = structlog.get_logger()

AT_ONCE = 25


class ComparingNotices:
    """Compares what waits of notices; several processes may, and the effect is one."""

    def __init__(self, store: Store, links: LinkStore, keys: KeyMaker, book: NoticeBook) -> None:
        self._store = store
        self._links = links
        self._keys = keys
        self._book = book

    async def compare_some(self) -> int:
        """Compare or forget some notices, and say how many."""
        with untraced():
            notices = await self._links.notices_to_compare(datetime.now(UTC), AT_ONCE)
        compared = []
        for notice in notices:
            keys = await self._keys_of(notice)
            # Known for who looks for notices, but not compared: the referral that was made of it is.
            if keys is not None and not live_referrals(notice):
                compared.append(Comparable(notice["_id"], keys))
            else:
                await self._links.withdraw_all(notice["_id"], step(LinkAct.WITHDRAW, LinkState.WITHDRAWN, _now()))
                await self._links.not_linked_any_more(notice["_id"])
        work = Work()
        await suggest_to_notices(compared, self._links, work)
        await self._store.write(self._store.prepared(work))
        for notice in notices:
            await self._links.notice_compared(notice)
        return len(notices)

    async def _keys_of(self, notice: Document) -> dict[bytes, MatchKey] | None:
        """Store the keys of a notice and give them; None when it is forgotten, for nobody may use it."""
        row = None
        try:
            if may_be_used(notice):
                row = await self._row(notice)
        except Transient:
            raise
        except (Frozen, Erased):  # shut meanwhile, and its record waits again
            pass
        except Exception:
            log.exception("notice cannot be compared", notice_id=notice["_id"])
        if row is None:
            await self._links.forget([notice["_id"]])
            return None
        keys, beside = row
        await self._links.keep_notices({notice["_id"]: (keys, beside)})
        return {key.key: key for key in keys}

    async def _row(self, notice: Document) -> tuple[list[MatchKey], Document] | None:
        """Open a notice, and make what is kept of it; None when its owner has shut out the United States."""
        notice_id = UUID(notice["_id"])
        content, said = await self._book.read(notice_id), _as_context(await self._book.context(notice_id))
        today = _now().date()
        if said is not None:
            marks, originator = said.restrictions.read(), said.source_ncb
        else:
            marks, originator = _public_marks(notice), issuer_of(content, today).country
        if marks.interpol is not None and US in marks.interpol.denied_members:
            return None
        beside = {
            "marks": marks.model_dump(mode="json"),
            "originator": originator,
            "public": said is None,
            "colour": notice["colour"],
            "linkable": not live_referrals(notice),
        }
        return self._keys.keys_of(traits_of_notice(content, today)), beside


def _as_context(context: dict[str, Any] | None) -> NcbContext | None:
    return NcbContext.model_validate(context, strict=False) if context is not None else None


def _public_marks(notice: Document) -> Marks:
    first_seen: date = notice["first_seen"].date()
    return public_marks(Colour(notice["colour"]), first_seen).read()


def _now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
