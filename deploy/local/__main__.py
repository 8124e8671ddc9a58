"""`python -m deploy.local up|down|demo|status|clean-data|fetch|lock`."""

import argparse
import asyncio
import errno
import os
import runpy
import sys
from dataclasses import replace

from deploy.local.problems import Problem
from deploy.local.settings import StackSettings

COMMANDS = {
    "up": "start everything and stay until Ctrl-C",
    "down": "end a stack that was left running",
    "demo": "start everything with invented referrals",
    "status": "say what runs and where",
    "clean-data": "remove the data of this checkout, after asking",
    "fetch": "fetch and check what the stack needs, start nothing",
    "lock": "write the lists of jars and their sha256 anew",
}


def main() -> int:
    """Run one command; what only a person can mend is told in one line."""
    arguments = _arguments()
    try:
        return _run(arguments)
    except Problem as problem:
        print(f"dragoman: {problem}", file=sys.stderr)
    except OSError as exc:
        if exc.errno != errno.ENOSPC:
            raise
        print(f"dragoman: no space left on the disk ({exc.filename}): free some", file=sys.stderr)
    return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description="Dragoman on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, description in COMMANDS.items():
        command = commands.add_parser(name, help=description, description=description)
        if name == "status":
            command.add_argument("--json", action="store_true", help="for programs")
        if name == "clean-data":
            command.add_argument("--yes", action="store_true", help="do not ask")
        if name == "up":
            command.add_argument("parts", nargs="*", help="only these parts, such as: kafka mongo")
    return parser.parse_args()


def _run(arguments: argparse.Namespace) -> int:
    settings = StackSettings.from_environment(os.environ)
    match arguments.command:
        case "up":
            _up(settings, tuple(arguments.parts))
        case "demo":
            runpy.run_module("deploy.demo", run_name="__main__")
        case "status":
            return _status(settings, as_json=arguments.json)
        case _:
            print(_short(arguments, settings))
    return 0


def _up(settings: StackSettings, parts: tuple[str, ...]) -> None:
    from deploy.local.up import up

    asyncio.run(up(replace(settings, parts=parts) if parts else settings))


def _status(settings: StackSettings, *, as_json: bool) -> int:
    from deploy.local.status import status

    text, runs = status(settings, as_json=as_json)
    print(text)
    return 0 if runs else 3


def _short(arguments: argparse.Namespace, settings: StackSettings) -> str:
    """Run a command that does one thing and says what it did."""
    from deploy.local import clean, down, supplies

    match arguments.command:
        case "down":
            return down.down(settings)
        case "clean-data":
            return clean.clean_data(settings, sure=arguments.yes)
        case "fetch":
            return supplies.fetch_all(settings.cache)
    return supplies.lock(settings.cache)


if __name__ == "__main__":
    sys.exit(main())
