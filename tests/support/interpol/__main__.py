"""Serve invented notices until Ctrl-C: `python -m tests.support.interpol --notices 7000 --fault truncated:detail:5`.

The first line printed is the address; `GET /_requests` says what it was asked so far.
"""

import argparse
import asyncio
from contextlib import suppress

from tests.support.interpol.answers import Kind
from tests.support.interpol.faults import FAULTS
from tests.support.interpol.server import EVERY_KIND, InterpolServer
from tests.support.interpol.service import PublicService
from tests.support.interpol.world import World


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.interpol", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--notices", type=int, default=7000, help="red notices")
    parser.add_argument("--yellow", type=int, default=800, help="yellow notices")
    parser.add_argument("--un-persons", type=int, default=620, help="persons of United Nations notices")
    parser.add_argument("--un-entities", type=int, default=110, help="entities of United Nations notices")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same notices")
    parser.add_argument("--etags", action="store_true", help="offer ETags and answer 304")
    parser.add_argument("--unknown-502", action="store_true", help="answer 502 to an unknown number instead of 404")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:KIND[:TIMES]]",
        help=f"have a fault happen; KIND is {', '.join(EVERY_KIND)}; NAME is one of {', '.join(sorted(FAULTS))}",
    )
    return parser.parse_args()


async def main(asked: argparse.Namespace) -> None:
    """Serve until stopped."""
    world = World.invented(
        asked.seed, red=asked.notices, yellow=asked.yellow, persons=asked.un_persons, entities=asked.un_entities
    )
    server = InterpolServer(PublicService(world, unknown_is_404=not asked.unknown_502), etags=asked.etags)
    for given in asked.fault:
        name, kind, times = (*given.split(":"), "", "")[:3]
        if name not in FAULTS or kind not in ("", *EVERY_KIND) or not (times == "" or times.isdigit()):
            raise SystemExit(f"--fault {given}: there is no such fault or kind; --help lists them")
        server.during(FAULTS[name], [Kind(kind)] if kind else EVERY_KIND, times=int(times) if times else None)
    async with server.serving(asked.port):
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


with suppress(KeyboardInterrupt):
    asyncio.run(main(arguments()))
