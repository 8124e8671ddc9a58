"""What people send about rulesets."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from services.routing.row_edits import EditKind, RowEdit

VERSION = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
StaffId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="Staff id of whoever acts, never a name.")
]


def _as_stored(moment: datetime) -> datetime:
    """Give a moment in UTC and whole milliseconds, as the database keeps it."""
    if not 2000 <= moment.year < 2200:
        raise ValueError("no moment of this century or the next")
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[AwareDatetime, AfterValidator(_as_stored)]
Cells = dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=8_000)]]
FileName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}\.(tsv|toml)$")]
TableText = Annotated[str, Field(max_length=4_000_000)]


class Form(BaseModel):
    """A body that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid")


class EditForm(Form):
    """One row to add, to change or to take out."""

    file: FileName
    kind: Literal["add", "change", "remove"]
    row: Cells = Field(description="The cells of a new row, or enough of those of the row that is meant.")
    to: Cells = Field(default={}, description="For a change: the cells that become others.")

    def edit(self) -> RowEdit:
        """Give the edit that is meant."""
        return RowEdit(self.file, EditKind(self.kind), self.row, self.to)


class DraftForm(Form):
    """A new draft: what it is based on, and what differs."""

    version: str = Field(pattern=VERSION, description="Its name, which decisions made by it will give.")
    staff: StaffId
    based_on: str | None = Field(default=None, pattern=VERSION, description="Left out: the ruleset in force.")
    note: str = Field(default="", max_length=400, description="What it is for; about rules, never about a case.")
    tables: dict[FileName, TableText] = Field(default={}, max_length=60)
    rows: list[EditForm] = Field(default=[], max_length=1_000)


class TableForm(Form):
    """A whole table for a draft."""

    staff: StaffId
    text: TableText


class RowsForm(Form):
    """Rows of a draft to edit, all or none."""

    staff: StaffId
    rows: list[EditForm] = Field(min_length=1, max_length=1_000)


class AskForm(Form):
    """Who asks to put a ruleset in force, why, and from when."""

    staff: StaffId
    because: str = Field(min_length=1, max_length=400, description="Why; about rules, never about a case.")
    effective_from: Moment | None = Field(default=None, description="Left out: when it is confirmed.")


class SecondForm(Form):
    """Who confirms or withdraws which activation."""

    staff: StaffId
    number: int = Field(ge=1, le=1_000_000_000, description="Number of the activation that was read.")
