"""Runs the notify service: `python -m services.notify`."""

from functools import partial

from runtime.environment import read_environment
from runtime.process import run
from services.notify.app import open_service
from services.notify.settings import Settings

if __name__ == "__main__":
    settings = read_environment(Settings)
    run("notify", settings.telemetry, partial(open_service, settings))
