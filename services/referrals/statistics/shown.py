"""What statistics answer, as the interface describes it."""

from datetime import date

from pydantic import Field

from runtime.described import Shown
from schemas.vocabulary.queues import RefusalGround
from services.referrals.statistics.report import Dimension, Step


class ElapsedShown(Shown):
    """How long a step took, from the receipt of the request, with all pauses."""

    count: int = Field(description="How many referrals took it.")
    median: int | None = Field(description="Seconds; None if none took it.")
    p90: int | None = Field(description="Seconds within which nine of ten took it; None if none took it.")


class CountsShown(Shown):
    """What was counted of some referrals."""

    requests: int
    urgent: int
    not_urgent: int
    answered: int
    refused: int
    recalled: int
    closed: int
    open: int
    judicial_leave: int
    partly_answered: int
    partly_refused: int
    refused_on: dict[RefusalGround, int] = Field(description="Refused referrals by ground.")
    elapsed_seconds: dict[Step, ElapsedShown]


class CountsRow(CountsShown):
    """What was counted of the referrals that are alike in what `by` names; only that is there."""

    country: str | None = None
    channel: str | None = None
    category: str | None = None
    office: str | None = None
    urgency: str | None = None
    outcome: str | None = None
    ground: str | None = None


class StatisticsShown(Shown):
    """The referrals received in a period: what became of them, and how long it took."""

    first: date = Field(alias="from", description="First day of receipt, in UTC.")
    last: date = Field(alias="to", description="Last day, included.")
    by: list[Dimension]
    rows: list[CountsRow]
    total: CountsShown
