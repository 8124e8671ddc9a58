"""Looks for notices among the keys of all that may be used, and keeps who looked."""

from dataclasses import dataclass
from typing import NamedTuple

from runtime.mongo import Document
from schemas.marks import Marks
from schemas.notices import Colour, NoticeStanding
from services.referrals.links.keys import KeyMaker, MatchKey, stored_key
from services.referrals.links.noticed import may_be_used
from services.referrals.links.reasons import NAMES_ALONE
from services.referrals.links.searches import NoticeSearches, Search
from services.referrals.links.searching import (
    TELLS_NOTHING,
    Asked,
    Asker,
    Hit,
    found_among,
    may_find,
    traits_asked_for,
)
from services.referrals.links.store import LinkStore


class Within(NamedTuple):
    """Among which notices somebody looks."""

    colour: Colour | None = None
    standing: NoticeStanding | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came up, with the records of the notices."""

    search_id: str
    hits: tuple[tuple[Hit, Document], ...]
    more: bool
    too_many_by_name: bool


class SearchDesk:
    """Answers who looks for a notice."""

    def __init__(self, links: LinkStore, keys: KeyMaker, searches: NoticeSearches) -> None:
        self.searches = searches
        self._links = links
        self._keys = keys

    async def look(self, asked: Asked, within: Within, asker: Asker, search: Search) -> Answer:
        """Look for notices; the search is on record before anything is told."""
        ours = {key.key: key for key in self._keys.keys_of(traits_asked_for(asked))}
        rows = await self._rows(list(ours.values()), within)
        notices = await self._links.notices(rows)
        # Bars come first: what may not come up for somebody is in no list, no count and no word of "more".
        candidates = {
            notice_id: [stored_key(entry) for entry in row["keys"]]
            for notice_id, row in rows.items()
            if _comes_up(notices.get(notice_id), within)
            and may_find(Marks.model_validate(row["marks"]), row["public"], asker)
        }
        found = found_among(ours, candidates, (each for each in candidates if notices[each]["minor"]))
        search_id = await self.searches.note(search, [hit.notice_id for hit in found.hits])
        hits = tuple((hit, notices[hit.notice_id]) for hit in found.hits)
        return Answer(search_id, hits, found.more, found.too_many_by_name)

    async def _rows(self, ours: list[MatchKey], within: Within) -> dict[str, Document]:
        """Find candidates, first by what tells somebody, so that those with the same name do not crowd them out."""
        where = {} if within.colour is None else {"colour": within.colour.value}
        tells = [key.key for key in ours if key.ground.reason not in TELLS_NOTHING]
        by_name = [key.key for key in ours if key.ground.reason in NAMES_ALONE]
        found: dict[str, Document] = {}
        for keys in (tells, by_name):
            found |= {row["_id"]: row for row in await self._links.notices_sharing(keys, where)}
        return found


def _comes_up(notice: Document | None, within: Within) -> bool:
    """Say whether a notice may be used as it stands; one that has just changed waits until its keys are as it is."""
    if notice is None or not may_be_used(notice) or "to_compare" in notice:
        return False
    return within.standing is None or notice["standing"] == within.standing.value
