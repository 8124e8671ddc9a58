"""Fetches what proves each referral's way, and checks all of it by the files alone, as anybody could."""

import asyncio
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from deploy.demo.outcome import Followed, Proof
from deploy.demo.progress import Bar

CHECKOUT = Path(__file__).resolve().parents[2]
AT_ONCE = 4
CHECK = (sys.executable, "-m", "services.referrals.evidence")
BEGINNING = ("SUBMISSION_ACCEPTANCE", "RELAY_ACCEPTANCE")


class Folder:
    """Where the files lie: keys, bundles and signed refusals of this run."""

    def __init__(self, var: Path) -> None:
        self.path = var / "demo" / "proof"
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)
        self.keys = self.path / "keys.json"
        self.changed = self.path / "one-byte-changed.json"

    def bundle(self, one: Followed) -> Path:
        """Name the bundle of one referral."""
        return self.path / f"custody-{one.referral_id}.json"


async def prove(liaison: httpx.AsyncClient, followed: Sequence[Followed], folder: Folder, bar: Bar) -> Proof:
    """Fetch all bundles, check them and the refusals, and show that a changed one is found out."""
    began = time.monotonic()
    accepted = [one for one in followed if one.status == 201 and one.invented.repeats is None]
    folder.keys.write_bytes((await liaison.get("/v1/receipts/keys")).raise_for_status().content)
    missing = await _fetch(liaison, accepted, folder, bar)
    refused = [_keep(one, number, folder) for number, one in enumerate(followed) if "receipt" in _refusal(one)]
    proof = await _check([one for one in accepted if folder.bundle(one).exists()], refused, folder)
    proof.wrong = [*missing, *proof.wrong]
    proof.seconds = time.monotonic() - began
    return proof


async def _check(held: Sequence[Followed], refused: Sequence[Path], folder: Folder) -> Proof:
    """Check the bundles, a changed copy and the refusals, and compare the receipts with what is owed."""
    bundles = [folder.bundle(one) for one in held]
    said, receipts = await asyncio.gather(
        _checked("verify", folder, [*bundles, *_changed(folder, bundles)]), _checked("receipt", folder, refused)
    )
    checked, changed = said[: len(held)], said[len(held) :]
    wrong = [verdict["sentence"] for verdict in (*checked, *receipts) if not verdict["valid"]]
    wrong += ["a changed byte was not found out" for verdict in changed if verdict["valid"]]
    good = [one for one, verdict in zip(held, checked, strict=True) if verdict["valid"]]
    by_referral = {one.referral_id: _stages(folder.bundle(one)) for one in good}
    stages = Counter(stage for stages in by_referral.values() for stage in stages)
    stages["SUBMISSION_REJECTION"] += sum(verdict["valid"] for verdict in receipts)
    found = " ".join(verdict["sentence"] for verdict in changed)
    return Proof(stages, by_referral, len(checked), len(receipts), found, wrong=[*wrong, *_others(good, by_referral)])


async def _fetch(liaison: httpx.AsyncClient, accepted: Sequence[Followed], folder: Folder, bar: Bar) -> list[str]:
    """Fetch the bundle of each, and say whose could not be had."""
    places = asyncio.Semaphore(AT_ONCE)

    async def fetch(one: Followed) -> str:
        async with places:
            answer = await liaison.get(f"/v1/referrals/{one.referral_id}/custody")
        bar.advance()
        if answer.status_code != 200:
            return f"{one.invented.title}: its custody file was answered {answer.status_code}"
        folder.bundle(one).write_bytes(answer.content)
        return ""

    return [wrong for wrong in await asyncio.gather(*(fetch(one) for one in accepted)) if wrong]


def _refusal(one: Followed) -> dict[str, Any]:
    return (one.answer or {}) if one.status == 422 else {}


def _keep(one: Followed, number: int, folder: Folder) -> Path:
    path = folder.path / f"refusal-{number:03d}.json"
    path.write_text(json.dumps(one.answer), "utf-8")
    return path


async def _checked(command: str, folder: Folder, files: Sequence[Path]) -> list[dict[str, Any]]:
    """Run the command that checks evidence, and give what it says of each file."""
    if not files:
        return []
    names = [str(file) for file in files]
    process = await asyncio.create_subprocess_exec(
        *CHECK, command, *names, "--keys", str(folder.keys), "--json", cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    verdicts = [json.loads(line) for line in out.splitlines()]
    missing = [{"valid": False, "sentence": f"the check of {command} ended early"}] * (len(files) - len(verdicts))
    return [*verdicts, *missing]


def _changed(folder: Folder, bundles: Sequence[Path]) -> list[Path]:
    """Change one byte in a copy of the longest bundle, if there is one."""
    if not bundles:
        return []
    content = bytearray(max((file.read_bytes() for file in bundles), key=len))
    content[len(content) // 2] ^= 1
    folder.changed.write_bytes(content)
    return [folder.changed]


def _stages(bundle: Path) -> list[str]:
    entries = json.loads(bundle.read_bytes())["entries"]
    return [entry["body"]["stage"] for entry in entries if entry["kind"] == "receipt"]


def _others(accepted: Sequence[Followed], by_referral: dict[str, list[str]]) -> list[str]:
    """Name whose receipts are others than its way calls for."""
    wrong = []
    for one in accepted:
        found, owed = Counter(by_referral[one.referral_id]), Counter(_owed(one))
        if found != owed:
            more, less = sorted((found - owed).elements()), sorted((owed - found).elements())
            wrong.append(f"{one.invented.title}: receipts too many {more}, missing {less}")
    return wrong


def _owed(one: Followed) -> tuple[str, ...]:
    if one.story is not None:
        return (*BEGINNING, *one.story.receipts)
    return BEGINNING if one.invented.triage else (*BEGINNING, "DELIVERY")
