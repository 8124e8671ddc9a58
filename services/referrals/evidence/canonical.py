"""The one way in which evidence is written down, so that a digest of it means one thing."""

import hashlib
import json
from typing import Any

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> bytes:
    """Write JSON with sorted names, no spaces, in UTF-8; raises `ValueError` for what that cannot express."""
    return _ENCODER.encode(value).encode()


def digest_of(content: bytes) -> str:
    """Give the SHA-256 of some bytes, with its name before it."""
    return f"sha-256:{hashlib.sha256(content).hexdigest()}"
