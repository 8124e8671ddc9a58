"""Where on the public service things are. Addresses are built here; links in what comes from there are not followed."""

from dataclasses import dataclass
from urllib.parse import urlencode

from schemas.notices import Colour
from services.referrals.feed.query import ListName, Query
from services.referrals.notices.notice import SubjectType
from services.referrals.notices.values import dashed

RECORDS_A_PAGE = 160
"""The service gives no more, whatever is asked for; and the first page of so many is all that can be reached."""

_PATHS = {
    ListName.RED: "/notices/v1/red",
    ListName.YELLOW: "/notices/v1/yellow",
    ListName.UN_PERSONS: "/notices/v1/un/persons",
    ListName.UN_ENTITIES: "/notices/v1/un/entities",
}
COLOURS = {
    ListName.RED: Colour.RED,
    ListName.YELLOW: Colour.YELLOW,
    ListName.UN_PERSONS: Colour.UN,
    ListName.UN_ENTITIES: Colour.UN,
}

SUBJECTS = {ListName.UN_PERSONS: SubjectType.PERSON, ListName.UN_ENTITIES: SubjectType.ENTITY}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of one service."""

    base: str

    def page(self, list_name: ListName, query: Query) -> str:
        """Give the address of the one page that shows all that can be reached of a query."""
        asked = (*query.filters, ("resultPerPage", str(RECORDS_A_PAGE)), ("page", "1"))
        return f"{self.base}{_PATHS[list_name]}?{urlencode(asked)}"

    def detail(self, list_name: ListName, entity_id: str) -> str:
        """Give the address of a notice; `dashed` refuses what is no id."""
        return f"{self.base}{_PATHS[list_name]}/{dashed(entity_id)}"

    def images(self, list_name: ListName, entity_id: str) -> str:
        """Give the address of the list of a notice's pictures."""
        return f"{self.detail(list_name, entity_id)}/images"
