"""What the public service would serve of one invented notice: its detail, its short form, and its pictures."""

from dataclasses import dataclass, field
from typing import Any

ADDRESS = "https://ws-public.interpol.int/notices/v1"

LIST_PATHS = {"red": "red", "yellow": "yellow", "un-persons": "un/persons", "un-entities": "un/entities"}


@dataclass(frozen=True, slots=True)
class Served:
    """A notice as it is served at one time."""

    list_name: str
    detail: dict[str, Any]
    pictures: tuple[str, ...] = ()
    links: dict[str, Any] = field(default_factory=dict)
    """Links that are not as they always are, by name."""

    @property
    def entity_id(self) -> str:
        """INTERPOL's own number of it."""
        return str(self.detail["entity_id"])

    @property
    def address(self) -> str:
        """Where its detail is."""
        return f"{ADDRESS}/{LIST_PATHS[self.list_name]}/{self.entity_id.replace('/', '-')}"

    @property
    def summary(self) -> dict[str, Any]:
        """Its entry in a list."""
        names = ["entity_id", "name", "date_of_birth"]
        names += ["un_reference"] if self.list_name.startswith("un") else ["forename", "nationalities"]
        short = {name: self.detail[name] for name in names if name in self.detail}
        return short | {"_links": self._links()}

    @property
    def whole(self) -> dict[str, Any]:
        """Its detail with the links that stand in it."""
        return self.detail | {"_embedded": {"links": []}, "_links": self._links()}

    @property
    def images(self) -> dict[str, Any]:
        """The list of its pictures."""
        images = [
            {"picture_id": picture, "_links": {"self": {"href": f"{self.address}/images/{picture}"}}}
            for picture in self.pictures
        ]
        return {"_embedded": {"images": images}, "_links": self._links() | {"notice": {"href": self.address}}}

    def _links(self) -> dict[str, Any]:
        links: dict[str, Any] = {"self": {"href": self.address}, "images": {"href": f"{self.address}/images"}}
        if self.pictures:
            links["thumbnail"] = {"href": f"{self.address}/images/{self.pictures[0]}"}
        return links | self.links
