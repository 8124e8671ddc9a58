"""A clock as its reader sees it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from runtime.http import shown
from runtime.mongo import Document
from schemas.vocabulary.clocks import PauseGround
from schemas.vocabulary.requests import Urgency
from services.notify.clock.deadlines import Calendars, owed, tellings
from services.notify.clock.documents import history_of, told_of
from services.notify.clock.history import History
from services.notify.clock.reading import Forecast, StepReading, read_steps, times


def view(clock: Document, calendars: Calendars, now: datetime) -> dict[str, Any] | None:
    """Show how a clock stands; None as long as it has not begun."""
    history = history_of(clock)
    if history is None:
        return None
    return {
        "referral_id": clock["_id"],
        "office": history.holder.office,
        "desk": history.holder.desk,
        "urgency": history.urgency.value,
        "received_at": shown(history.received_at),
        "running": history.ended is None and not _stands_still(history, now),
        "ended": _ended(history),
        "time": _times(history, calendars, now),
        "steps": [_step(name, step) for name, step in read_steps(history, calendars, now).items()],
        "pauses": _pauses(history, calendars, now),
        "delays": [
            {"ground": told.ground.value, "told_at": shown(told.told_at), "expected_until": shown(told.expected)}
            for told in history.delays
        ],
        "escalations": _escalations(clock, history, calendars),
    }


def _ended(history: History) -> dict[str, Any] | None:
    ended = history.ended
    return {"at": shown(ended.at), "because": ended.because.value} if ended is not None else None


def _times(history: History, calendars: Calendars, now: datetime) -> dict[str, int]:
    found = times(history, calendars, now)
    return {
        "gross_seconds": _seconds(found.gross),
        "paused_seconds": _seconds(found.paused),
        "closed_seconds": _seconds(found.closed),
        "net_seconds": _seconds(found.net),
    }


def _step(name: str, step: StepReading) -> dict[str, Any]:
    return {
        "step": str(name),
        "span": step.deadline.span.words,
        "due_at": _moment(step.deadline.due_at),
        "taken_at": _moment(step.taken_at),
        "share_used": round(float(step.share), 3),
        "late": step.late,
        "forecast": _forecast(step.forecast),
    }


def _forecast(forecast: Forecast | None) -> dict[str, Any] | None:
    if forecast is None:
        return None
    return {
        "expected_at": _moment(forecast.expected_at),
        "breach_expected": forecast.breach,
        "basis": forecast.basis.value,
    }


def _pauses(history: History, calendars: Calendars, now: datetime) -> list[dict[str, Any]]:
    """Show what stood still and why; for a routine referral also that its office is closed now."""
    found = [
        {
            "ground": pause.ground.value,
            "from": shown(pause.start),
            "until": _moment(pause.end),
            "expected_until": _moment(pause.expected),
            "question_id": pause.question,
        }
        for pause in history.pauses
    ]
    is_counted = history.urgency is Urgency.ROUTINE and history.ended is None
    if is_counted and (closed := calendars[history.holder.office].closed_now(now)) is not None:
        ground = PauseGround.OFFICE_CLOSED.value
        nothing = {"expected_until": None, "question_id": None}
        found.append({"ground": ground, "from": shown(closed[0]), "until": shown(closed[1]), **nothing})
    return found


def _escalations(clock: Document, history: History, calendars: Calendars) -> dict[str, Any]:
    coming = tellings(owed(history, calendars), told_of(clock))
    return {
        "told": [
            {
                "step": told["step"],
                "level": told["level"],
                "due_at": shown(told["due_at"]),
                "told_at": shown(told["told_at"]),
            }
            for told in clock["told"]
        ],
        "next": {"step": coming[0].step.value, "level": coming[0].level.value, "at": shown(coming[0].at)}
        if coming
        else None,
    }


def _stands_still(history: History, now: datetime) -> bool:
    return any(pause.start <= now and (pause.end is None or now < pause.end) for pause in history.pauses)


def _moment(moment: datetime | None) -> str | None:
    return shown(moment) if moment is not None else None


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def views(clocks: Collection[Document], calendars: Calendars, now: datetime) -> list[dict[str, Any]]:
    """Show some clocks that have begun."""
    return [shown_one for clock in clocks if (shown_one := view(clock, calendars, now)) is not None]
