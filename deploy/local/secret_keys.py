"""The secret keys of this machine's data: each made once, readable by its owner only."""

import base64
import os
import secrets
from pathlib import Path

BYTES = 32

VARIABLES = ("REFERRALS_MASTER_KEY", "REFERRALS_SIGNING_KEY", "REFERRALS_NCB_SECRET")
"""What seals person data, what signs receipts, what the bureau signs its posts with; all are any 32 random bytes."""


def read_or_make_all(var: Path) -> dict[str, str]:
    """Give the keys of this checkout's data by their variables, making what is not there yet."""
    return {variable: read_or_make(var / "secrets" / variable.lower()) for variable in VARIABLES}


def read_or_make(file: Path) -> str:
    """Give the key that a file holds, making it on the first run."""
    if file.exists():
        return file.read_text(encoding="ascii").strip()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = base64.b64encode(secrets.token_bytes(BYTES)).decode()
    # Whole or not at all: data sealed with a key that was cut short could never be read again.
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("w", encoding="ascii") as stream:
        stream.write(key + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    return key
