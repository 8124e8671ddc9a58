"""Cases of routing as people write them: a referral and its nexus in, what must come out, and why.

A row says `key=value, key=value`. Of a nexus the first word is its kind, `+word` is a piece of evidence, `age=31` is
days before `TODAY`, `eta=47h` is hours after `NOW`, and `|` stands between two nexus. Of what must come out an empty
cell says nothing and `-` says nobody; `names` are words that the reason must hold, with `|` between them.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from schemas.events import ReferralReceived
from services.routing.domain import Decision

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FOLDER = Path(__file__).parents[1] / "unit" / "routing" / "cases"
COLUMNS = (
    "referral", "nexus", "outcome", "lead", "supporting", "desk", "copies", "category", "suggests", "names", "reason"
)  # fmt: skip
NOBODY = "-"
_PLACE = frozenset({"country", "state", "county", "city", "zip", "gateway"})
_REFERRAL = {
    "requester": "requester_country",
    "requester_kind": "requester_kind",
    "channel": "channel",
    "type": "request_type",
    "urgency": "urgency",
}
_PLAIN: dict[str, Any] = {
    "referral_id": UUID("01934a2e-0000-7000-8000-000000000000"),
    "received_at": NOW,
    "requester_country": "IT",
    "channel": "attache",
    "request_type": "investigative_assistance",
    "urgency": "U2",
    "marks": {"tlp": "GREEN", "handling": ["H0"]},
}
_EARLIER = UUID("01934a2e-0000-7000-8000-000000000001")


class BadCase(Exception):
    """A row of a case file cannot be read."""


@dataclass(frozen=True)
class Case:
    """One row of a case file."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def told(self) -> tuple[str, str]:
        """What is told to routing: two rows that tell the same are one case."""
        return self["referral"], self["nexus"]

    @property
    def owners(self) -> tuple[str, ...]:
        """Who holds the referrals that this one follows."""
        return tuple(dict(_pairs(self["referral"], self.where)).get("owners", "").split())

    def event(self) -> ReferralReceived:
        """Give the referral of this case as it reaches routing."""
        told: dict[str, Any] = {"offences": []}
        for key, value in _pairs(self["referral"], self.where):
            if key in ("category", "section"):
                told["offences"].append({key: value})
            elif key == "earlier":
                told["earlier"] = [_EARLIER]
            elif key in _REFERRAL:
                told[_REFERRAL[key]] = value
            elif key != "owners":
                raise BadCase(f"{self.where}: a referral has no {key!r}")
        told["offences"] = told["offences"] or [{"category": "money-laundering"}]
        ties = [_nexus(tie, self.where) for tie in self["nexus"].split("|") if tie.strip()]
        return ReferralReceived.model_validate({**_PLAIN, **told, "nexus": ties})

    def faults(self, decision: Decision) -> list[str]:
        """List what a decision has otherwise than this case."""
        found = {
            "outcome": str(decision.outcome),
            "lead": (decision.office or decision.proposed) or NOBODY,
            "supporting": " ".join(decision.supporting) or NOBODY,
            "desk": decision.desk,
            "copies": " ".join(sorted(decision.copies)) or NOBODY,
            "category": str(decision.category),
            "suggests": decision.suggested_urgency or NOBODY,
        }
        expected = {**self.cells, "copies": " ".join(sorted(self["copies"].split()))}
        faults = [
            f"{column} is {given}, not {expected[column]}"
            for column, given in found.items()
            if expected[column] and given != expected[column]
        ]
        reason = reason_of(decision)
        return faults + [f"{word!r} is not named" for word in self["names"].split("|") if word and word not in reason]


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Read every case file of a folder."""
    return [case for path in sorted(folder.glob("*.tsv")) for case in _read(path)]


def reason_of(decision: Decision) -> str:
    """Put together what a decision says of those who are told, or in triage of everybody who was looked at."""
    lead = decision.office or decision.proposed
    told = {lead, *decision.supporting}
    lines = [
        f"{c.kind.replace('_', ' ')} {c.place} at rank {c.rank}, confidence {c.confidence:g}, {c.lost}"
        for c in decision.candidates
        if c.office in told or lead is None
    ]
    return "\n".join([decision.because, *decision.grounds, *lines])


def _read(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(next(reader, ())) != COLUMNS:
            raise BadCase(f"{path.name}: the columns must be {', '.join(COLUMNS)}")
        for cells in reader:
            where = f"{path.name}:{reader.line_num}"
            if len(cells) != len(COLUMNS):
                raise BadCase(f"{where}: {len(cells)} cells instead of {len(COLUMNS)}")
            case = Case(where, dict(zip(COLUMNS, (cell.strip() for cell in cells), strict=True)))
            for column in ("outcome", "lead", "names", "reason"):
                if not case[column]:
                    raise BadCase(f"{where}: {column} is empty")
            yield case


def _pairs(text: str, where: str) -> list[tuple[str, str]]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if any(part.startswith("=") for part in parts):
        raise BadCase(f"{where}: a value without a key")
    return [(key.strip(), value.strip()) for key, _, value in (part.partition("=") for part in parts)]


def _nexus(text: str, where: str) -> dict[str, Any]:
    (kind, _), *pairs = _pairs(text, where)
    told: dict[str, Any] = {"kind": kind, "place": {}, "evidence": []}
    for key, value in pairs:
        if key in _PLACE:
            told["place"][key] = value
        elif key.startswith("+"):
            told["evidence"].append(key[1:])
        elif key == "age":
            told["as_of"] = TODAY - timedelta(days=int(value))
        elif key == "eta":
            told["eta"] = NOW + timedelta(hours=int(value.removesuffix("h")))
        elif key == "owner":
            told["owner_office"] = value
        elif key == "deconflicted":
            told["deconflicted"] = True
        else:
            raise BadCase(f"{where}: a nexus has no {key!r}")
    return told
