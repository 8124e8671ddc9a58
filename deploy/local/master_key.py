"""The key that seals person data on this machine: made once, readable by its owner only."""

import base64
import os
import secrets
from pathlib import Path

BYTES = 32


def read_or_make(var: Path) -> str:
    """Give the key of this checkout's data, making it on the first run."""
    file = var / "secrets" / "referrals_master_key"
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
