"""`var/stack.json`: where everything is and who runs it, for tools, tests and `make down`."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

SUPERVISOR = "supervisor"
CLOCK_SLACK_SECONDS = 3.0
"""A start time is counted from the boot time, which moves a little when the clock is set."""


@dataclass(frozen=True, slots=True)
class State:
    """What one running stack says of itself."""

    started_at: str
    supervisor_pid: int
    ready: bool
    addresses: Mapping[str, str]
    pids: Mapping[str, int]
    ports: Mapping[str, int]
    env: Mapping[str, str]
    created: Mapping[str, float] = field(default_factory=dict)
    """When each pid began, so that a number given to another program is not taken for ours."""


def state_file(var: Path) -> Path:
    """Say where a stack's state is."""
    return var / "stack.json"


def write_state(var: Path, state: State) -> None:
    """Replace the state whole, so that a reader never sees half of it."""
    draft = var / "stack.json.new"
    draft.write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
    draft.replace(state_file(var))


def read_state(var: Path) -> State | None:
    """Read the state that a stack left, if there is one."""
    try:
        return State(**json.loads(state_file(var).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def creation_times(pids: Mapping[str, int]) -> dict[str, float]:
    """Note when these processes, and this one, began."""
    times = {}
    for name, pid in {SUPERVISOR: os.getpid(), **pids}.items():
        try:
            times[name] = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            continue
    return times


def still_running(state: State) -> dict[str, psutil.Process]:
    """Find the processes of a state that still run and really are those it speaks of."""
    running = {}
    for name, pid in {SUPERVISOR: state.supervisor_pid, **state.pids}.items():
        try:
            process = psutil.Process(pid)
            same = abs(process.create_time() - state.created.get(name, 0.0)) < CLOCK_SLACK_SECONDS
            if same and process.status() != psutil.STATUS_ZOMBIE:
                running[name] = process
        except psutil.NoSuchProcess:
            continue
    return running
