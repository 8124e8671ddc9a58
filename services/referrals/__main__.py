"""Runs the referrals service: `python -m services.referrals`."""

from functools import partial

from runtime.process import run
from services.referrals.app import open_service
from services.referrals.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    run("referrals", settings.telemetry, partial(open_service, settings))
