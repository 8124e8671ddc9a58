"""Checks evidence without a network or a database: `python -m services.referrals.evidence verify FILE ...`."""

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.referrals.evidence.signing import RECEIPT, BadKey, BadSignature, Keyring
from services.referrals.evidence.verify import Verdict, verify

VALID, BAD, UNREADABLE = 0, 1, 2
"""Exit codes."""


class Unreadable(Exception):
    """A file that is needed for the check cannot be used."""


def main(arguments: list[str] | None = None) -> int:
    """Check each file, say what came of it, and give the worst exit code."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command == "receipt" and asked.content is not None and len(asked.files) > 1:
        parser.error("--content is of one receipt: give one file")
    return max([_check(file, asked) for file in asked.files])


def _check(file: Path, asked: argparse.Namespace) -> int:
    try:
        verdict = _bundle(file, asked) if asked.command == "verify" else _receipt(file, asked)
    except (OSError, Unreadable, BadKey) as exc:
        print(f"{file}: {exc}", file=sys.stderr)
        return UNREADABLE
    print(_said(verdict, file, asked))
    if not asked.json and verdict.valid and asked.keys is None:
        print("Checked by the keys in the file itself: compare them with the published ones, or give --keys.")
    return VALID if verdict.valid else BAD


def _said(verdict: Verdict, file: Path, asked: argparse.Namespace) -> str:
    """Say a verdict in one line, after the name of its file if there are several."""
    several = len(asked.files) > 1
    if asked.json:
        return json.dumps(({"file": str(file)} if several else {}) | asdict(verdict))
    return f"{file}: {verdict.sentence}" if several else verdict.sentence


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.referrals.evidence", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    bundle = commands.add_parser("verify", help="check custody bundles")
    receipt = commands.add_parser("receipt", help="check receipts: the text itself, or an answer that it is in")
    receipt.add_argument("--content", type=Path, help="the request as it was posted, to compare its digest")
    for command in (bundle, receipt):
        command.add_argument("files", type=Path, nargs="+", metavar="FILE")
        command.add_argument("--keys", type=Path, required=command is receipt, help="the published keys, as JWKS")
        command.add_argument("--json", action="store_true", help="answer in JSON, a line for each file")
    return parser


def _bundle(file: Path, asked: argparse.Namespace) -> Verdict:
    return verify(file.read_bytes(), _keys(asked.keys) if asked.keys is not None else None)


def _receipt(file: Path, asked: argparse.Namespace) -> Verdict:
    try:
        claims = Keyring(_keys(asked.keys)).open(RECEIPT, _signed(file))
    except BadSignature as exc:
        return Verdict(False, f"The receipt: {exc}.", "The receipt")
    if asked.content is not None:
        digest = f"sha-256:{hashlib.sha256(asked.content.read_bytes()).hexdigest()}"
        if digest != claims.get("content"):
            return Verdict(False, "The receipt: it is for another content than the one given.", "The receipt")
    about = claims.get("referral_id") or "a request that was refused"
    return Verdict(True, f"Valid: {claims.get('stage')} of {about} at {claims.get('at')}.", receipts=1)


def _signed(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
        return str(json.loads(text)["receipt"]) if text.startswith("{") else text
    except (ValueError, KeyError) as exc:
        raise Unreadable("there is no receipt in it") from exc


def _keys(file: Path) -> Mapping[str, Any]:
    try:
        keys: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as exc:
        raise Unreadable("the keys cannot be read") from exc
    return keys


if __name__ == "__main__":
    sys.exit(main())
