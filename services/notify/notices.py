"""What an item that rests on an INTERPOL notice waits for before its office may act: ICE Directive 15006.1 (2023).

The gates are passed in the referrals service, and lapse there. A notice is no warrant, with all of them passed neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.mongo import Document
from schemas.events import NoticeFact
from schemas.notices import Colour, Gate, NoticeAction, NoticeSource, lacking
from services.notify.refusals import Refusal, RefusalCode, refuse


@dataclass(frozen=True, slots=True)
class Gates:
    """What was said of the gates of a referral, and as which of the events on it; nobody has said anything at 0."""

    said: int
    open: tuple[Gate, ...]
    valid_until: datetime | None
    action: NoticeAction


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice that a referral rests on, and what its office may do by it."""

    notice_id: UUID
    colour: Colour
    source: NoticeSource
    gates: Gates
    life_until: datetime | None = None
    """Until when one person's release for protection of life lets its lead act with gates open."""

    @property
    def may_act_until(self) -> datetime | None:
        """Say until when an office may act if nothing else is said; None: it may not."""
        passed = None if self.gates.open else self.gates.valid_until
        return max((until for until in (passed, self.life_until) if until is not None), default=None)

    def refusal(self, now: datetime) -> Refusal | None:
        """Refuse to let an office act now, naming what is to be done first."""
        if self.may_act_until is not None and self.may_act_until > now:
            return None
        missing = lacking(self.gates.open, self.gates.valid_until, now)
        if missing == (Gate.VALIDITY,) and self.gates.valid_until is not None:
            return refuse(RefusalCode.NOTICE_VALIDITY_STALE)
        names = ", ".join(missing)
        return refuse(RefusalCode.NOTICE_GATES_OPEN, f"Still to be passed, at the referral's `gates`: {names}.")


def notice_of(fact: NoticeFact | None, life_until: datetime | None = None) -> Notice | None:
    """Take from a decision what a referral rests on; every gate is open until somebody says otherwise."""
    if fact is None:
        return None
    gates = Gates(0, tuple(Gate), None, fact.action)
    return Notice(fact.notice_id, fact.colour, fact.source, gates, life_until)


def with_latest(notice: Notice | None, said: Iterable[Gates | None]) -> Notice | None:
    """Give a notice the gates that were said last."""
    if notice is None:
        return None
    known = [notice.gates, *(gates for gates in said if gates is not None)]
    return replace(notice, gates=max(known, key=lambda gates: gates.said))


def written_gates(gates: Gates) -> Document:
    """Write gates down."""
    return {
        "said": gates.said,
        "open": [gate.value for gate in gates.open],
        "valid_until": gates.valid_until,
        "action": gates.action.value,
    }


def read_gates(document: Document) -> Gates:
    """Read gates."""
    gates = tuple(Gate(gate) for gate in document["open"])
    return Gates(document["said"], gates, document["valid_until"], NoticeAction(document["action"]))


def written_notice(notice: Notice) -> Document:
    """Write a notice down; until when its office may act is there by itself, for queries to ask."""
    return {
        "notice_id": str(notice.notice_id),
        "colour": notice.colour.value,
        "source": notice.source.value,
        **written_gates(notice.gates),
        "life_until": notice.life_until,
        "may_act_until": notice.may_act_until,
    }


def read_notice(document: Document | None) -> Notice | None:
    """Read a notice; nearly all items rest on none."""
    if document is None:
        return None
    return Notice(
        UUID(document["notice_id"]),
        Colour(document["colour"]),
        NoticeSource(document["source"]),
        read_gates(document),
        document["life_until"],
    )


WORDS = {
    NoticeAction.LOCATE: "locate",
    NoticeAction.INFORM: "inform",
    NoticeAction.ON_US_WARRANT: "on US warrant",
}


def _action_now(document: Document) -> NoticeAction:
    """Say what an office may do: who acts for life alone, with gates open, finds the missing and does no more."""
    action = NoticeAction(document["action"])
    for_life_alone = document["life_until"] is not None and document["open"]
    return NoticeAction.LOCATE if for_life_alone and action is NoticeAction.ON_US_WARRANT else action


def notice_shown(document: Document, referral_id: str) -> dict[str, Any]:
    """Show what an item rests on, in a sentence too, and where its gates are passed."""
    until = document["may_act_until"]
    acts = f"an office may act until {until:%Y-%m-%d %H:%M} UTC" if until is not None else "no office may act yet"
    colour = "UN special" if document["colour"] == Colour.UN else document["colour"]
    action = _action_now(document)
    return {
        **{name: value for name, value in document.items() if name != "said"},
        "action": action.value,
        "says": f"rests on an INTERPOL {colour} notice, which is no warrant; action: {WORDS[action]}; {acts}",
        "gates": f"/v1/referrals/{referral_id}/gates",
    }
