"""Runs the routing service: `python -m services.routing`."""

from functools import partial

from runtime.environment import read_environment
from runtime.process import run
from services.routing.app import open_service
from services.routing.settings import Settings

if __name__ == "__main__":
    settings = read_environment(Settings)
    run("routing", settings.telemetry, partial(open_service, settings))
