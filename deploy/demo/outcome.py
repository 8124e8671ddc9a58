"""How a demonstration went: what came of each POST, of each story, and of the proof."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.demo.notices import NoticesSeen
from deploy.demo.referrals import Ending, Invented
from deploy.demo.worked import Story

Json = dict[str, Any]


@dataclass(slots=True)
class Followed:
    """One POST: what was answered, and where the referral waits."""

    invented: Invented
    posted_at: datetime
    story: Story | None = None
    status: int = 0
    answer: Json | None = None
    queue: str | None = None
    role: str | None = None
    queued_at: datetime | None = None
    because: str = ""
    wrong: str = ""

    @property
    def referral_id(self) -> str:
        """Of one that was taken in."""
        return str((self.answer or {})["referral_id"])

    @property
    def codes(self) -> list[str]:
        """With which codes it was refused: those of the faults, or that of the whole."""
        answer = self.answer or {}
        return [fault["code"] for fault in answer.get("faults", [])] or [answer.get("code", "?")]

    @property
    def milliseconds(self) -> float | None:
        """From the POST until it was put into its queue."""
        return (self.queued_at - self.posted_at).total_seconds() * 1000 if self.queued_at else None


@dataclass(slots=True)
class Worked:
    """What came of one story."""

    followed: Followed
    story: Story
    who: Sequence[str] = ()
    """The offices and desks that worked on it, in order."""
    state: str = ""
    clock: str = ""
    wrong: str = ""


@dataclass(slots=True)
class Proof:
    """What is proved, and that it was checked by the files alone."""

    stages: Counter[str] = field(default_factory=Counter)
    by_referral: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The stages that each referral has a receipt of."""
    bundles: int = 0
    refusals: int = 0
    found: str = ""
    """What was said of a copy in which one byte was changed."""
    seconds: float = 0.0
    wrong: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a demonstration went."""

    followed: Sequence[Followed]
    worked: Sequence[Worked]
    notices: NoticesSeen
    proof: Proof
    seconds: float
    example_body: Path
    proof_folder: Path

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """What did not end as it should: of which referral, and what."""
        posted = [(one.invented.title, one.wrong) for one in self.followed if one.wrong]
        worked = [(one.story.title, one.wrong) for one in self.worked if one.wrong]
        notices = [("notices", self.notices.wrong)] if self.notices.wrong else []
        return [*posted, *worked, *notices, *(("proof", wrong) for wrong in self.proof.wrong)]

    @property
    def all_as_expected(self) -> bool:
        """Whether everything ended as it should."""
        return not self.wrong

    def ended(self, *endings: Ending) -> list[Followed]:
        """Those that were to end in one of these ways."""
        return [one for one in self.followed if one.invented.ending in endings]
