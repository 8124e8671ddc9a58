"""What officers send to the triage desk; codes and ids only, for nothing they type may travel."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.events import Part
from schemas.marks import Consent
from schemas.vocabulary.facts import Category, Flag
from schemas.vocabulary.placements import PlacementGround
from schemas.vocabulary.queues import RefusalGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.acts import Assign, Move, SendBack, Split
from services.routing.domain.grounds import Ground
from services.routing.domain.rule_draft import Condition
from services.routing.ruleset_forms import VERSION

StaffId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="Staff id, never a name.")]
Code = Annotated[str, Field(max_length=20, description="Code of an office, programme or desk.")]
Numbers = Annotated[tuple[Annotated[int, Field(ge=0, lt=10_000)], ...], Field(max_length=200)]
MOST_SUPPORTING = 9


class ActRequest(BaseModel):
    """Who acts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    staff: StaffId


class ConsentRequest(BaseModel):
    """Whom the originator lets have it, and until when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recipients: tuple[Code, ...] = Field(min_length=1, max_length=60)
    until: AwareDatetime | None = None

    def consent(self) -> Consent:
        """Give it as marks have it."""
        return Consent(recipients=self.recipients, until=self.until)


class ReleaseRequest(ActRequest):
    """What an act says that may let a referral out."""

    copies: tuple[Code, ...] = Field(default=(), max_length=16)
    consent: ConsentRequest | None = Field(default=None, description="Only with the ground `consent_given`.")
    acknowledges: frozenset[Ground | Flag] = Field(
        default=frozenset(), description="Grounds in marks that hold it, and that the officer has seen."
    )

    def seen(self) -> frozenset[str]:
        """Give the acknowledged grounds as words."""
        return frozenset(str(ground) for ground in self.acknowledges)


class AssignRequest(ReleaseRequest):
    """Who is to lead, and who else gets what."""

    office: Code
    ground: PlacementGround
    supporting: tuple[Code, ...] = Field(default=(), max_length=MOST_SUPPORTING)
    category: Category | None = None
    urgency: Urgency | None = Field(default=None, description="Only to raise it.")

    def act(self) -> Assign:
        """Give the act as the domain judges it."""
        return Assign(
            self.office,
            self.ground,
            self.supporting,
            self.copies,
            self.category,
            self.urgency,
            self.consent.consent() if self.consent else None,
            self.seen(),
        )


class PartRequest(BaseModel):
    """What of a referral one office is to act on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office: Code
    offence_numbers: Numbers = ()
    nexus_numbers: Numbers = ()


class SplitRequest(ReleaseRequest):
    """Which offices act on which part, and which one leads."""

    parts: tuple[PartRequest, ...] = Field(min_length=2, max_length=MOST_SUPPORTING + 1)
    lead: Code
    ground: PlacementGround = PlacementGround.SEVERAL_OFFICES

    def act(self) -> Split:
        """Give the act as the domain judges it."""
        return Split(
            tuple(Part(**part.model_dump()) for part in self.parts),
            self.lead,
            self.ground,
            self.copies,
            self.consent.consent() if self.consent else None,
            self.seen(),
        )


class MergeRequest(ActRequest):
    """Which referral this one belongs to."""

    into: UUID
    acknowledges: frozenset[Ground | Flag] = frozenset()


class MoveRequest(ActRequest):
    """Which desk goes on deciding."""

    desk: Code
    ground: PlacementGround = PlacementGround.WRONG_DESK

    def act(self) -> Move:
        """Give the act as the domain judges it."""
        return Move(self.desk, self.ground)


class SendBackRequest(ActRequest):
    """Why it goes back to its requester."""

    ground: RefusalGround

    def act(self) -> SendBack:
        """Give the act as the domain judges it."""
        return SendBack(self.ground)


class RerouteRequest(ActRequest):
    """Why it is decided again."""

    ground: PlacementGround = PlacementGround.RULES_CHANGED


class DraftRuleRequest(ActRequest):
    """Which placement is to become a rule, and what of the referral the rule asks for."""

    version: str | None = Field(
        default=None,
        pattern=VERSION,
        description="Name of a draft ruleset to make of it: the one in force, with this row added.",
    )
    placement: int | None = Field(default=None, ge=2, description="Its number; the latest one if left out.")
    keep: frozenset[Condition] | None = Field(default=None, description="Conditions; by the ground if left out.")
