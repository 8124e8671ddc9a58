"""`status`: what runs, for people and for programs."""

import json
from dataclasses import asdict

from deploy.local.settings import StackSettings
from deploy.local.state import SUPERVISOR, State, read_state, still_running


def status(settings: StackSettings, *, as_json: bool) -> tuple[str, bool]:
    """Describe the stack of this data folder, and say whether it runs."""
    state = read_state(settings.var)
    running = still_running(state) if state else {}
    runs = SUPERVISOR in running
    if as_json:
        return json.dumps({"running": sorted(running), "state": asdict(state) if state else None}, indent=2), runs
    if state is None or not running:
        return f"no stack runs on {settings.var}", runs
    return _table(state, set(running)), runs


def _table(state: State, running: set[str]) -> str:
    head = "ready" if state.ready else "not ready"
    lines = [f"{head}; started {state.started_at}, supervisor pid {state.supervisor_pid}", ""]
    for name, address in state.addresses.items():
        pid = state.pids.get(name)
        how = f"pid {pid}" if name in running else "ended" if pid else "elsewhere"
        lines.append(f"  {name:<10} {how:<12} {address}")
    return "\n".join(lines)
