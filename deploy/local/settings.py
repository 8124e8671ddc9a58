"""What one stack is made of: which parts, where their data lies, on which ports."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.problems import Problem

CHECKOUT = Path(__file__).resolve().parents[2]

SERVICES = ("referrals", "routing", "notify")
SYSTEMS = ("mongo", "kafka", "zipkin")
ALL_PARTS = (*SYSTEMS, *SERVICES)
FEED = "feed"
"""The worker of `referrals` that reads public notices: part of a stack only if that is told where they are."""

HOST = "127.0.0.1"

PORT_VARIABLES = {
    "referrals": "REFERRALS_HTTP_PORT",
    "routing": "ROUTING_HTTP_PORT",
    "notify": "NOTIFY_HTTP_PORT",
    FEED: "FEED_HTTP_PORT",
    "kafka": "KAFKA_PORT",
    "kafka_controller": "KAFKA_CONTROLLER_PORT",
    "mongo": "MONGO_PORT",
    "zipkin": "ZIPKIN_PORT",
}
DEFAULT_PORTS = {
    "referrals": 8101,
    "routing": 8102,
    "notify": 8103,
    FEED: 8104,
    "kafka": 9092,
    "kafka_controller": 9093,
    "mongo": 27017,
    "zipkin": 9411,
}


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Say where fetched things are kept, outside every checkout."""
    if chosen := environment.get("DRAGOMAN_CACHE"):
        return Path(chosen).expanduser().resolve()
    home = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "dragoman"


def var_folder(environment: Mapping[str, str]) -> Path:
    """Say where this checkout keeps its data, logs and state."""
    chosen = environment.get("DRAGOMAN_VAR")
    return Path(chosen).expanduser().resolve() if chosen else CHECKOUT / "var"


@dataclass(frozen=True, slots=True)
class StackSettings:
    """One stack: its parts, its data, its ports and the environment it is started from."""

    var: Path
    parts: tuple[str, ...] = ALL_PARTS
    ports: Mapping[str, int] = field(default_factory=dict)
    """Ports that must be these and no others; what is not named here is chosen."""
    free_ports: bool = False
    """Choose every port freely, so that a stack can run beside others without taking their defaults."""
    echo: bool = False
    """Print what becomes of the parts, each line under its name."""
    logs: bool = True
    """With `echo`, print what the processes log as well; it is in the log files in any case."""
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def __post_init__(self) -> None:
        if unknown := set(self.parts) - {*ALL_PARTS, FEED}:
            raise Problem(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join((*ALL_PARTS, FEED))}")

    @property
    def cache(self) -> Path:
        """Say where fetched things are kept."""
        return cache_folder(self.environment)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "StackSettings":
        """Read the stack that `make up` starts."""
        ports = {
            name: _port(variable, environment[variable])
            for name, variable in PORT_VARIABLES.items()
            if environment.get(variable)
        }
        has_feed = environment.get("FEED_BASE_URL") or environment.get("FEED_FOLDER")
        parts = (*ALL_PARTS, FEED) if has_feed else ALL_PARTS
        return cls(var_folder(environment), parts, ports, echo=True, environment=dict(environment))


def _port(variable: str, text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise Problem(f"{variable} is {text!r}, which is not a port (1 to 65535)")
