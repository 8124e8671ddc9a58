"""The numbers of the feed as a plain page, for whoever has no other dashboard; no script, nothing from elsewhere."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}table{border-collapse:collapse}"
    "th,td{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ccc;vertical-align:top}"
    ".bad{color:#a00;font-weight:600}"
)

GOOD = frozenset(("complete", "running", "closed"))

COLUMNS = (
    *("List", "Last complete", "Age", "Coverage", "Total", "New", "Changed", "Image changed", "Relisted"),
    *("Not listed", "Quarantined", "Requests", "Now", "Alarms"),
)


def status_page(status: Mapping[str, Any]) -> str:
    """Write the page."""
    circuit = status["circuit"]
    until = f", until {_moment(circuit['until'])}" if circuit["until"] is not None else ""
    rows = "".join(_row(_cells(each)) for each in status["lists"])
    rows = rows or f"<tr><td colspan={len(COLUMNS)}>No list has been read yet.</td></tr>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="15">'
        f"<title>Dragoman: feed</title><style>{STYLE}</style></head><body><h1>The feed of INTERPOL notices</h1>"
        f"<p>Circuit: {_state(circuit['state'])}{escape(until)}; opened {circuit['times_opened']} times; "
        f"{circuit['refusals']} refusals in a row. As of {_moment(status['at'])}.</p>"
        f"<table><thead><tr>{''.join(f'<th>{escape(name)}</th>' for name in COLUMNS)}</tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>\n"
    )


def _cells(each: Mapping[str, Any]) -> list[str]:
    """Write what is shown of a list, each cell safe as HTML."""
    complete, last = each["last_complete"] or {}, each["last"] or {}
    counts = complete.get("counts") or {}
    requests = complete.get("requests") or {}
    return [
        escape(each["list"]),
        _moment(complete.get("ended_at")),
        age(complete.get("age_s")),
        share(complete.get("coverage")),
        _number(complete.get("total")),
        *(_number(counts.get(name)) for name in ("new", "changed", "image_changed", "relisted")),
        *(_number(counts.get(name)) for name in ("not_listed", "quarantined")),
        _number(sum(requests.values()) if requests else None),
        _now(last),
        _alarms(last.get("alarms") or ()),
    ]


def _row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _now(last: Mapping[str, Any]) -> str:
    if not last:
        return ""
    said = _state(last["state"])
    if last["reason"]:
        said += f": {escape(str(last['reason']))}"
    progress = last["progress"]
    if progress and "of" in progress:
        said += f" ({escape(progress['phase'])} {progress['done']} of {progress['of']})"
    return said


def _alarms(alarms: Iterable[Mapping[str, Any]]) -> str:
    told = [
        f"{', '.join(f'{name}={value}' for name, value in alarm['filters'].items()) or 'the whole list'}: "
        f"{alarm['known']} of {alarm['total']}"
        for alarm in alarms
    ]
    return f'<span class="bad">{"<br>".join(map(escape, told[:10]))}</span>' if told else ""


def _state(state: str) -> str:
    return escape(state) if state in GOOD else f'<span class="bad">{escape(state)}</span>'


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else ""


def _number(number: int | None) -> str:
    return f"{number:,}" if number is not None else ""


def age(seconds: float | None) -> str:
    """Write how long ago something was."""
    return str(timedelta(seconds=round(seconds))) if seconds is not None else ""


def share(coverage: float | None) -> str:
    """Write a coverage in percent, never rounded up to a whole that it is not."""
    return f"{int(coverage * 10_000) / 100:.2f} %" if coverage is not None else ""
