"""Public notices out of a folder of recorded answers, read as one complete reading of what the service had."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from services.referrals.feed.http_source import read_listed
from services.referrals.feed.query import ListName, Query
from services.referrals.feed.recorded import Recorded, look_through, read_at_most
from services.referrals.feed.source import Fetched, Having, SourceAway, Unreadable, Validators
from services.referrals.notices.images import read_images
from services.referrals.notices.listed import Page
from services.referrals.notices.notice import Notice
from services.referrals.notices.unreadable import UnreadableNotice

NO_CAP = 1_000_000_000

Content = TypeVar("Content")


class FolderSource:
    """A folder of recorded pages, notices and lists of pictures; asking it costs nobody anything."""

    name = "folder"
    cap = NO_CAP
    keeps_answers = False
    requests = 0

    def __init__(self, folder: Path, most_page_bytes: int, most_detail_bytes: int) -> None:
        self._folder = folder
        self._most_page_bytes = most_page_bytes
        self._most_detail_bytes = most_detail_bytes
        self._recorded: Mapping[ListName, Recorded] | None = None

    async def page(self, list_name: ListName, query: Query) -> Page:
        """Give everybody in the list, whatever is asked: a folder cannot be asked for a part."""
        return (await self._of(list_name, anew=not query.filters)).as_page()

    async def detail(self, list_name: ListName, entity_id: str, known: Validators) -> Fetched[Notice]:
        """Give a notice, if it was recorded."""
        path = (await self._of(list_name)).notices.get(entity_id)
        most = self._most_detail_bytes
        return await self._fetched(path, lambda raw: read_listed(list_name, entity_id, raw, most))

    async def images(self, list_name: ListName, entity_id: str, known: Validators) -> Fetched[tuple[str, ...]]:
        """Give the ids of a notice's pictures, if their list was recorded."""
        return await self._fetched((await self._of(list_name)).images.get(entity_id), read_images)

    async def _fetched(self, path: Path | None, read: Callable[[bytes], Content]) -> Fetched[Content]:
        if path is None:
            return Fetched(Having.MISSING)
        try:
            raw = await asyncio.to_thread(read_at_most, path, self._most_detail_bytes)
        except OSError as exc:
            raise SourceAway("folder_away") from exc
        try:
            return Fetched(Having.READ, read(raw))
        except UnreadableNotice as exc:
            raise Unreadable(exc.reasons, raw) from exc

    async def _of(self, list_name: ListName, *, anew: bool = False) -> Recorded:
        """Give what is recorded of a list; looked through again at the beginning of each sweep."""
        if self._recorded is None or anew:
            if not await asyncio.to_thread(self._folder.is_dir):
                raise SourceAway("folder_away")
            self._recorded = await asyncio.to_thread(look_through, self._folder, self._most_page_bytes)
        return self._recorded.get(list_name) or Recorded()
