"""Our three services and the feed worker, each a process of its own."""

import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.part import Part
from deploy.local.probes import answers
from deploy.local.settings import FEED

COMMANDS = {FEED: ("services.referrals.feed", "run")}
"""What is started otherwise than by the name of its service."""

READY_PATH = "/health/ready"


def make_part(name: str, port: int, checkout: Path, environment: Mapping[str, str]) -> Part:
    """Describe one service to the supervisor."""

    async def ready() -> bool:
        return await answers(port, READY_PATH)

    command = (sys.executable, "-m", *COMMANDS.get(name, (f"services.{name}",)))
    return Part(name, command, environment, checkout, ready)
