"""What ties a referral to the United States: the place may travel, the detail behind it never does."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from schemas.events import Place
from schemas.vocabulary.facts import Evidence, NexusKind
from services.referrals.countries import HOME
from services.referrals.model.text import Country, Given, Paragraph

# Names of towns and gateways have no digits in them, so that no house or telephone number travels as a place.
_TOWN = r"^[\p{L}\p{M}][\p{L}\p{M} .,'’/()-]*$"
_GATEWAY = r"^(?:[A-Z]{2}[A-Z2-9]{3}|[\p{L}\p{M}][\p{L}\p{M} .,'’/()-]*)$"

Town = Annotated[str, Field(max_length=60, pattern=_TOWN)]


class GivenPlace(Given):
    """A place as far as the requester knows it."""

    country: Country = "US"
    state: str | None = Field(default=None, pattern=r"^[A-Z0-9]{1,3}$")
    county: Town | None = None
    city: Town | None = None
    zip: str | None = Field(default=None, pattern=r"^[0-9]{3}(?:[0-9]{2}(?:-[0-9]{4})?)?$")
    gateway: Annotated[str, Field(max_length=60, pattern=_GATEWAY)] | None = Field(
        default=None, description="IATA code, UN/LOCODE or common name of a gateway."
    )

    @property
    def is_empty(self) -> bool:
        """Nothing finer than a country is stated."""
        return not (self.state or self.county or self.city or self.zip or self.gateway)

    def read(self) -> Place:
        """Give the place as it may travel: a territory is a state of the US, and a ZIP code has five digits."""
        country, state = self.country, self.state
        if country in HOME and country != "US":
            country, state = "US", country
        return Place(
            country=country,
            state=state,
            county=self.county,
            city=self.city,
            zip=self.zip[:5] if self.zip else None,
            gateway=self.gateway,
        )


class Nexus(Given):
    """One tie to the United States."""

    kind: NexusKind
    place: GivenPlace | None = None
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=len(Evidence))
    as_of: date | None = Field(default=None, description="The day on which the tie was known to hold.")
    eta: AwareDatetime | None = None
    owner_office: str | None = Field(default=None, max_length=12, description="Who owns an existing US case.")
    deconflicted: bool = Field(default=False, description="The owner was confirmed by a deconfliction lookup.")
    detail: Paragraph | None = Field(
        default=None, description="Address, number or case that the tie rests on: person data, never leaves."
    )

    @property
    def is_empty(self) -> bool:
        """There is neither a place, nor a detail, nor an owner."""
        no_place = self.place is None or (self.place.is_empty and self.place.country == "US")
        return no_place and self.detail is None and self.owner_office is None
