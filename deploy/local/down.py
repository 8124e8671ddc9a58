"""`down`: ends a stack that was left running, or left behind."""

import contextlib

import psutil

from deploy.local.problems import Problem
from deploy.local.settings import StackSettings
from deploy.local.state import SUPERVISOR, State, read_state, state_file, still_running

SECONDS_TO_STOP = 60.0
SECONDS_TO_DIE = 10.0


def down(settings: StackSettings) -> str:
    """End the stack of this data folder and say what was ended."""
    state = read_state(settings.var)
    if state is None:
        return f"no stack runs on {settings.var}"
    ended = end_stack(state)
    state_file(settings.var).unlink(missing_ok=True)
    if not ended:
        return "the stack had already ended; the data stay"
    return f"ended {', '.join(ended)}; the data stay"


def end_stack(state: State) -> list[str]:
    """Ask the supervisor to stop, then end whatever of its stack still runs."""
    running = still_running(state)
    names = list(running)
    if supervisor := running.pop(SUPERVISOR, None):
        _end(supervisor)
    left = list(running.values())
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, deaf = psutil.wait_procs(left, SECONDS_TO_DIE)
    for process in deaf:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return names


def _end(supervisor: psutil.Process) -> None:
    try:
        supervisor.terminate()
        supervisor.wait(SECONDS_TO_STOP)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        # Its processes die with it: see leash.py.
        supervisor.kill()
        supervisor.wait(SECONDS_TO_DIE)
    except psutil.AccessDenied as exc:
        raise Problem(f"the stack (pid {supervisor.pid}) belongs to another user") from exc
