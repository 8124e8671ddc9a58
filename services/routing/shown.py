"""What is answered about decisions and at the desk, as the interface describes it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from runtime.described import Shown
from schemas.events import Part, ReferralReceived
from schemas.marks import Marks
from schemas.notices import Colour, Gate, NoticeAction, NoticeSource
from schemas.vocabulary.facts import Category, NexusKind
from schemas.vocabulary.placements import PlacementCause, PlacementGround
from schemas.vocabulary.requests import Urgency
from services.routing.domain.decision import Outcome
from services.routing.domain.offences import KnownBy
from services.routing.domain.placements import Standing
from services.routing.domain.suggestions import Why


class CandidateShown(Shown):
    """One office that a nexus speaks for, and why it does not lead."""

    office: str | None = Field(description="None where its place led to no single office.")
    nexus: int = Field(description="Number of the nexus in the referral, from 0.")
    kind: NexusKind
    rank: int = Field(description="How much this kind of nexus counts: 1 counts most.")
    confidence: float = Field(description="How surely it leads there, from 0 to 1.")
    place: str
    lost: str = Field(description="Why it does not lead; empty for the one that does.")


class DecidedShown(Shown):
    """What was decided, and why."""

    version: int = Field(description="Grows with each placement.")
    decided_at: datetime
    outcome: Outcome
    office: str | None = Field(description="Who leads; none in triage.")
    proposed: str | None = Field(description="In triage, who would lead.")
    supporting: list[str]
    copies: list[str] = Field(description="Programmes that are told.")
    withheld: list[str] = Field(description="Who was owed word of it and does not get it.")
    desk: str
    category: Category
    category_by: KnownBy
    labels: list[Category] = Field(description="Other categories that it belongs to.")
    urgency: Urgency
    suggested_urgency: Urgency | None
    confidence: float = Field(description="How sure the decision is, from 0 to 1.")
    candidates: list[CandidateShown]
    grounds: list[str] = Field(description="Why a person is asked; also marks that a rule has given it.")
    rule: str
    ruleset: str
    because: str


class SeatShown(Shown):
    """Who has which part in a referral."""

    desk: str
    category: Category
    urgency: Urgency
    marks: Marks
    office: str | None
    supporting: list[str]
    copies: list[str]
    proposed: str | None
    grounds: list[str]
    parts: list[Part]
    joins: list[UUID] = Field(description="The referral that it was merged into.")


class AskedPlacementShown(SeatShown):
    """A placement that a second person is asked to let take effect, or to confirm."""

    cause: PlacementCause
    ground: PlacementGround
    rule: str
    ruleset: str
    because: str


class PlacementShown(SeatShown):
    """One act, or one addition, that changed where a referral is; the reasons are there where rules decided again."""

    number: int = Field(description="The version of the decision that it made.")
    at: datetime
    standing: Standing
    placed_by: str = Field(description="Staff id, an office that declined, or `system`.")
    released_by: str | None = Field(description="The second person.")
    cause: str = Field(description="A cause of the events, or `sent_back`.")
    ground: str
    rule: str | None = None
    ruleset: str | None = None
    because: str | None = None
    outcome: Outcome | None = None
    candidates: list[CandidateShown] | None = None
    labels: list[Category] | None = None
    withheld: list[str] | None = None
    confidence: float | None = Field(default=None, description="From 0 to 1.")
    suggested_urgency: Urgency | None = None
    owners: list[str] | None = None


class ReleaseShown(Shown):
    """What awaits the word of a second person."""

    release_id: UUID
    asked_by: str
    asked_at: datetime
    acknowledges: list[str]
    confirm_by: datetime | None = Field(description="Set for a release for life: it is called back then.")
    placement: AskedPlacementShown


class ActShown(Shown):
    """What an act did; the same however often it is sent."""

    act: str
    staff: str
    at: datetime
    revision: int = Field(description="The revision that it made; the ETag.")
    standing: Standing
    holder: str | None
    placement: PlacementShown | None = Field(description="None while a second person is awaited.")
    release: ReleaseShown | None


class AcknowledgedShown(Shown):
    """Who has seen a referral that the desk is paged for."""

    by: str
    at: datetime


class GatesShown(Shown):
    """What was last said of the gates of a notice."""

    action: NoticeAction
    open: list[Gate]
    valid_until: datetime | None
    sequence: int = Field(description="Which word of the referrals service this was; 0: it has said nothing yet.")


class DecisionShown(DecidedShown):
    """A decision, what it became by the acts of people, and where the referral is now."""

    referral_id: UUID
    revision: int = Field(description="Grows with each change; the ETag.")
    facts: ReferralReceived = Field(description="What it was decided on.")
    owners: list[str] = Field(description="Who held the referrals that it follows.")
    standing: Standing
    holder: str | None = Field(description="Who holds it now; nobody when it is over.")
    desk_now: str
    urgency_now: Urgency
    category_now: Category
    grounds_now: list[str]
    since_now: datetime
    placements: list[PlacementShown]
    acts: list[ActShown]
    merged_into: UUID | None
    release: ReleaseShown | None = None
    confirm_by: datetime | None = None
    acknowledged: AcknowledgedShown | None = None
    gates: GatesShown | None = None
    recalled_at: datetime | None = None


class NoticeShown(Shown):
    """The INTERPOL notice that a referral rests on; it is no warrant."""

    notice_id: UUID
    colour: Colour
    source: NoticeSource
    action: NoticeAction
    open: list[Gate] = Field(description="Gates that nobody has passed.")
    valid_until: datetime | None = Field(description="Until when the owner's word holds that it is in force.")
    gates: str = Field(description="Where its gates are passed: at the referrals service.")


class ListedShown(Shown):
    """One row of a desk's list."""

    referral_id: UUID
    revision: int
    standing: Standing
    holder: str | None
    desk: str
    urgency: Urgency
    category: Category
    grounds: list[str]
    since: datetime = Field(description="Since when it has been here.")
    proposed: str | None
    requester_country: str
    request_type: str
    two_must_release: bool
    awaits: str | None = Field(description="`release` or `confirmation` when a second person is awaited.")
    confirm_by: datetime | None
    notice: NoticeShown | None
    page: bool = Field(description="Whether the duty officer must be called now.")


class WaitingShown(Shown):
    """One page of what waits for a person at a desk."""

    desk: str
    referrals: list[ListedShown]
    next: str | None = Field(description="The cursor of the next page.")


class ExplainedShown(Shown):
    """One ground as an officer reads it."""

    ground: str
    meaning: str
    to_do: str


class GateToPass(Shown):
    """A gate that is still to be passed, and what to do."""

    code: str
    pointer: str
    problem: str
    mend: str


class OfficeSuggested(Shown):
    """An office or programme that could lead."""

    office: str
    why: Why
    explained: str
    confidence: float = Field(description="From 0 to 1.")
    may_lead: bool = Field(description="Whether the marks let it lead.")
    may_join: bool = Field(description="Whether it could have a part or a copy beside another lead.")


class CategorySuggested(Shown):
    """A category that the referral speaks of."""

    category: Category
    confidence: float | None = Field(description="From 0 to 1, where a charge was read.")
    explained: str
    words: list[str] = Field(description="Words of our own tables that led to it.")


class DeskSuggested(Shown):
    """Another desk, because a place lies in its region."""

    desk: str
    explained: str


class SuggestionsShown(Shown):
    """What may be done, best first."""

    offices: list[OfficeSuggested]
    also_owed_word: list[str]
    categories: list[CategorySuggested]
    desks: list[DeskSuggested]
    urgency: Urgency | None


class CaseShown(ListedShown):
    """Everything an officer needs to decide on one referral."""

    explained: list[ExplainedShown]
    gates_to_pass: list[GateToPass]
    to_acknowledge: list[str]
    suggestions: SuggestionsShown
    decision: DecisionShown


class DraftedShown(Shown):
    """The draft ruleset that has the row."""

    version: str
    based_on: str
    digest: str
    revision: int


class DraftRuleShown(Shown):
    """A placement as a row of rules."""

    referral_id: UUID
    file: str
    columns: list[str]
    row: dict[str, str] = Field(description="Cells by column.")
    draft: DraftedShown | None = Field(description="None if no name was given.")
