"""What is answered about rulesets and their activations, as the interface describes it."""

from datetime import date, datetime

from pydantic import Field

from runtime.described import Shown
from services.routing.activations import ActivationState
from services.routing.rulesets import RulesetState


class CheckedShown(Shown):
    """What the last validation of these tables came to."""

    digest: str
    day: date
    faults: int
    at: datetime


class RulesetListed(Shown):
    """A ruleset in a list."""

    version: str
    state: RulesetState
    revision: int = Field(description="Grows with each edit; the ETag.")
    digest: str = Field(description="Of all tables.")
    based_on: str | None
    created_by: str
    created_at: datetime
    note: str
    checked: CheckedShown | None


class RulesetsShown(Shown):
    """One page of rulesets."""

    rulesets: list[RulesetListed]
    next: str | None = Field(description="The cursor of the next page.")


class TableShown(Shown):
    """One table of a ruleset."""

    file: str
    digest: str


class HistoryShown(Shown):
    """What somebody did to a ruleset."""

    at: datetime
    by: str
    what: str


class RulesetShown(RulesetListed):
    """What a ruleset consists of, and who did what to it."""

    tables: list[TableShown]
    history: list[HistoryShown]


class CellShown(Shown):
    """What one cell said, and what it says now."""

    column: str
    before: str
    after: str


class RowShown(Shown):
    """One row that was added, removed or changed."""

    file: str
    kind: str = Field(description="`added`, `removed` or `changed`.")
    key: str
    row: int | None = Field(description="Number of the row; of a removed one, in the old table.")
    cells: list[CellShown]


class DiffShown(Shown):
    """One page of the rows in which two rulesets differ."""

    version: str
    against: str
    differ: int = Field(description="How many rows differ in all.")
    changes: list[RowShown]
    next: str | None = Field(description="The cursor of the next page.")


class TableFaultShown(Shown):
    """One fault of a table, where it stands and how to mend it."""

    file: str
    row: int | None = Field(description="None where the whole file is at fault.")
    code: str
    problem: str
    mend: str


class ValidatedShown(Shown):
    """Every fault of a ruleset."""

    version: str
    digest: str
    valid: bool
    faults: list[TableFaultShown]


class ActivationShown(Shown):
    """That somebody wants a ruleset in force, and what was said to it."""

    number: int
    version: str
    digest: str = Field(description="Of the tables that were asked for.")
    state: ActivationState
    effective_from: datetime
    asked_by: str
    asked_at: datetime
    because: str
    rolls_back: int | None = Field(description="Number of the activation that a roll-back takes out of force.")
    confirmed_by: str | None
    confirmed_at: datetime | None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


class ActivationsShown(Shown):
    """One page of activations."""

    activations: list[ActivationShown]
    next: str | None = Field(description="The cursor of the next page.")


class InForceShown(Shown):
    """Which ruleset is in force at a moment."""

    version: str
    digest: str
    activation: ActivationShown
