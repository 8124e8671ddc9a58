"""Runs the referrals service: `python -m services.referrals`."""

from functools import partial

from runtime.environment import read_environment
from runtime.process import run
from services.referrals.app import open_service
from services.referrals.settings import Settings

if __name__ == "__main__":
    settings = read_environment(Settings)
    run("referrals", settings.telemetry, partial(open_service, settings))
