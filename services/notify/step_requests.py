"""What officers send to take a step: codes, ids and times only, for nothing they type may travel."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.vocabulary.clocks import DelayGround, PauseGround
from schemas.vocabulary.offices import OFFICES, PROGRAMMES
from schemas.vocabulary.queues import AnswerKind, CloseCode, RefusalGround, TransferGround
from schemas.vocabulary.recalls import KeepGround, RecallOutcome
from services.notify.states import Verb
from services.notify.step_faults import Fault, refuse_faults, unless_to_come
from services.notify.steps import Step

StaffId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="Staff id, never a name.")]
Token = Annotated[
    str, Field(min_length=1, max_length=64, description="The token of the lease under which the item was claimed.")
]
Numbers = Annotated[tuple[Annotated[int, Field(ge=0, lt=10_000)], ...], Field(max_length=200)]

TARGETS = frozenset([*OFFICES, *PROGRAMMES])
"""Who may be handed a referral by an office; a desk gets it by declining."""


class StepRequest(BaseModel, ABC):
    """What every step says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def step(self, now: datetime) -> Step:
        """Give the step that is asked for; raises a problem with every fault in what belongs together."""
        refuse_faults(self.faults(now))
        return self.as_step()

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Name what does not fit together."""
        return iter(())

    @abstractmethod
    def as_step(self) -> Step:
        """Give the step."""


class ClaimRequest(StepRequest):
    """Who claims, under which lease."""

    officer: StaffId
    lease_token: Token

    def as_step(self) -> Step:
        """Give the step."""
        return Step(Verb.CLAIM, at="claimed_at", token=self.lease_token, staff=self.officer)


class AcceptRequest(StepRequest):
    """Under which claim the office accepts."""

    lease_token: Token

    def as_step(self) -> Step:
        """Give the step."""
        return Step(Verb.ACCEPT, at="accepted_at", token=self.lease_token)


class GiveBackRequest(StepRequest):
    """Who puts an item back: its officer under the token, or anyone of the office when its officer cannot."""

    lease_token: Token | None = None
    staff: StaffId | None = Field(default=None, description="Who takes it from an officer who cannot give it back.")

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for one of the two."""
        if (self.lease_token is None) == (self.staff is None):
            yield "one_of_two", "lease_token"

    def as_step(self) -> Step:
        """Give the step."""
        notes = {"given_back_by": self.staff} if self.staff is not None else {}
        return Step(Verb.GIVE_BACK, at="given_back_at", notes=notes, token=self.lease_token, staff=self.staff)


class SnoozeRequest(StepRequest):
    """Until when a leased item is not offered again."""

    officer: StaffId
    lease_token: Token
    until: AwareDatetime

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for a moment to come."""
        return unless_to_come(self.until, now, "until")

    def as_step(self) -> Step:
        """Give the step."""
        return Step(
            Verb.SNOOZE,
            {"until": self.until},
            notes={"snoozed_until": self.until},
            token=self.lease_token,
            staff=self.officer,
        )


class ReturnRequest(StepRequest):
    """Which question goes back to the requester; its text was deposited with the referral."""

    lease_token: Token
    question_id: UUID

    def as_step(self) -> Step:
        """Give the step."""
        return Step(
            Verb.RETURN,
            {"question_id": self.question_id},
            at="returned_at",
            notes={"question_id": str(self.question_id)},
            token=self.lease_token,
        )


class PauseRequest(StepRequest):
    """For what the clock is to stand still; a question back and closing hours pause it by themselves."""

    lease_token: Token
    ground: PauseGround = PauseGround.JUDICIAL_LEAVE
    expected_until: AwareDatetime

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for a ground that an officer may give, and for a moment to come."""
        if self.ground is not PauseGround.JUDICIAL_LEAVE:
            yield "ground_not_yours", "ground"
        yield from unless_to_come(self.expected_until, now, "expected_until")

    def as_step(self) -> Step:
        """Give the step."""
        said = {"ground": self.ground, "expected_until": self.expected_until}
        written = {"ground": self.ground.value, "expected_until": self.expected_until}
        return Step(Verb.PAUSE, said, at="paused_at", notes={"paused": written}, token=self.lease_token)


class ResumeRequest(StepRequest):
    """Under which claim the clock runs again; a question that is still open is taken back with it."""

    lease_token: Token

    def as_step(self) -> Step:
        """Give the step."""
        return Step(Verb.RESUME, at="resumed_at", token=self.lease_token)


class DelayRequest(StepRequest):
    """Why an answer will be late, and when it is expected; the requester is told."""

    lease_token: Token
    ground: DelayGround
    expected_until: AwareDatetime

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for a moment to come."""
        return unless_to_come(self.expected_until, now, "expected_until")

    def as_step(self) -> Step:
        """Give the step."""
        said = {"ground": self.ground, "expected_until": self.expected_until}
        written = {"ground": self.ground.value, "expected_until": self.expected_until}
        return Step(Verb.DELAY, said, at="told_at", notes={"delay": written}, token=self.lease_token)


class TransferRequest(StepRequest):
    """Which office or programme is to have the referral, and why."""

    lease_token: Token
    to: Annotated[str, Field(max_length=20, description="Code of an office or programme.")]
    ground: TransferGround

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for somebody who can have it."""
        if self.to not in TARGETS:
            yield "target_unknown", "to"

    def as_step(self) -> Step:
        """Give the step."""
        notes = {"moving_to": self.to, "transfer_ground": self.ground.value}
        said = {"to": self.to, "ground": self.ground}
        return Step(Verb.TRANSFER, said, at="asked_at", notes=notes, token=self.lease_token)


class DeclineRequest(StepRequest):
    """Why the office does not act, on all of it or on some offences."""

    lease_token: Token
    ground: RefusalGround
    offence_numbers: Numbers = Field(default=(), description="Offences by their places in the referral; none: all.")
    duplicate_of: UUID | None = Field(default=None, description="With the ground `duplicate_of`, and only then.")

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for what belongs to each ground."""
        is_duplicate = self.ground is RefusalGround.DUPLICATE_OF
        if is_duplicate and self.duplicate_of is None:
            yield "duplicate_missing", "duplicate_of"
        if not is_duplicate and self.duplicate_of is not None:
            yield "duplicate_not_asked", "duplicate_of"
        if self.ground is RefusalGround.WRONG_OFFICE and self.offence_numbers:
            yield "whole_only", "offence_numbers"

    def as_step(self) -> Step:
        """Give the step."""
        numbers = tuple(sorted(set(self.offence_numbers)))
        said = {"ground": self.ground, "offence_numbers": numbers, "duplicate_of": self.duplicate_of}
        written = {"ground": self.ground.value, "offence_numbers": list(numbers)}
        verb = Verb.DECLINE_PART if numbers else Verb.DECLINE
        return Step(verb, said, at="declined_at", notes={"declined": written}, token=self.lease_token)


class AnswerRequest(StepRequest):
    """Which answer goes out, and how far it answers; its text was deposited with the referral."""

    lease_token: Token
    answer_id: UUID
    kind: AnswerKind

    def as_step(self) -> Step:
        """Give the step."""
        verb = Verb.ANSWER_PART if self.kind is AnswerKind.PARTIAL else Verb.ANSWER
        said = {"answer_id": self.answer_id, "kind": self.kind}
        written = {"answer_id": str(self.answer_id), "kind": self.kind.value}
        return Step(verb, said, at="answered_at", notes={"answer": written}, token=self.lease_token)


class CloseRequest(StepRequest):
    """With what result the office closes its work."""

    lease_token: Token
    code: CloseCode

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for a result."""
        if self.code is CloseCode.DECLINED:
            yield "decline_instead", "code"

    def as_step(self) -> Step:
        """Give the step."""
        return Step(
            Verb.CLOSE, {"code": self.code}, at="closed_at", notes={"code": self.code.value}, token=self.lease_token
        )


class AcknowledgeRecallRequest(StepRequest):
    """What became of the office's copy of a recalled referral."""

    staff: StaffId
    outcome: RecallOutcome
    ground: KeepGround | None = Field(default=None, description="Why it is kept; with `kept`, and only then.")

    def faults(self, now: datetime) -> Iterator[Fault]:
        """Ask for a ground where one belongs."""
        if self.outcome is RecallOutcome.KEPT and self.ground is None:
            yield "keep_ground_missing", "ground"
        if self.outcome is RecallOutcome.ERASED and self.ground is not None:
            yield "keep_ground_not_asked", "ground"

    def as_step(self) -> Step:
        """Give the step."""
        verb = Verb.KEPT if self.outcome is RecallOutcome.KEPT else Verb.ERASED
        said = {"outcome": self.outcome, "ground": self.ground, "acknowledged_by": self.staff}
        written = {"outcome": self.outcome.value, "ground": self.ground and self.ground.value, "by": self.staff}
        return Step(verb, said, at="acknowledged_at", notes={"acknowledged": written}, staff=self.staff)


ItemIds = Annotated[
    frozenset[Annotated[str, Field(pattern=r"^[0-9a-f-]{36}\.[A-Z0-9-]{2,20}(\.[0-9]{1,6})?$")]],
    Field(min_length=1, max_length=100, description="Ids of items of one lease."),
]


class ClaimSeveralRequest(ClaimRequest):
    """Who claims which items of one lease."""

    items: ItemIds


class AcceptSeveralRequest(AcceptRequest):
    """Which items claimed under one token the office accepts."""

    items: ItemIds


SeveralRequest = ClaimSeveralRequest | AcceptSeveralRequest
