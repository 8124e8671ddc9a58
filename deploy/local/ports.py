"""Chooses the ports of a stack, so that two stacks on one machine never meet on one."""

import fcntl
import random
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from deploy.local.problems import Problem
from deploy.local.settings import DEFAULT_PORTS, HOST, PORT_VARIABLES

# Below the range from which the system picks ports for outgoing connections (32768 and up on Linux):
# a client that keeps trying a dead listener in that range may be given the listener's own port.
FREE_RANGE = range(20_000, 32_000)


class Ports:
    """The ports that one stack holds, claimed against every other stack of this user."""

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "ports"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._claims: list[TextIO] = []
        self.chosen: dict[str, int] = {}

    def choose(self, names: Iterable[str], explicit: Mapping[str, int], *, free: bool) -> None:
        """Take a port for each name: the one asked for, else the default, else any free one."""
        for name in names:
            if name in explicit:
                self.chosen[name] = self._take_exactly(name, explicit[name])
            else:
                self.chosen[name] = self._take_any(() if free else (DEFAULT_PORTS[name],))

    def release(self) -> None:
        """Give the ports back."""
        for claim in self._claims:
            claim.close()
        self._claims.clear()

    def _take_exactly(self, name: str, port: int) -> int:
        if self._take(port):
            return port
        raise Problem(
            f"port {port} for {name} is taken: end what listens there,"
            f" or set {PORT_VARIABLES[name]} to another port or to nothing"
        )

    def _take_any(self, preferred: tuple[int, ...]) -> int:
        for port in (*preferred, *random.sample(FREE_RANGE, len(FREE_RANGE))):
            if self._take(port):
                return port
        raise Problem(f"no free port between {FREE_RANGE.start} and {FREE_RANGE.stop}")

    def _take(self, port: int) -> bool:
        """Claim a port that nobody listens on; the claim ends with this process."""
        claim = (self._folder / str(port)).open("a", encoding="utf-8")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.close()
            return False
        if not is_free(port):
            claim.close()
            return False
        self._claims.append(claim)
        return True


def is_free(port: int) -> bool:
    """Find out whether a server could listen on this port now."""
    with socket.socket() as probe:
        # As servers do: connections that ended a moment ago do not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True
