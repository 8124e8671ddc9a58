"""Signatures: compact JWS by Ed25519 (RFC 9864), under keys that are published and may be replaced.

A key is named by its own thumbprint (RFC 7638), so that a name cannot be given to another key.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.referrals.evidence.canonical import canonical

ALGORITHM = "Ed25519"
KEY_BYTES = 32

RECEIPT, MARK, SEAL = "dragoman-receipt", "dragoman-mark", "dragoman-seal"
"""What is signed, said in the header, so that one thing can never be shown for another."""

Jwks = dict[str, list[dict[str, str]]]


class BadSignature(Exception):
    """A signed text is not what it claims to be; says why in a clause."""


class BadKey(Exception):
    """A published key is not what its name says."""


class Signer:
    """Signs with the key of today, and publishes it beside those it has replaced."""

    def __init__(self, seed: bytes, retired: Iterable[str] = ()) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        today = published(_base64url(self._key.public_key().public_bytes_raw()))
        self._name = today["kid"]
        keys = {key["kid"]: key for key in (today, *map(published, retired))}
        self.jwks: Jwks = {"keys": list(keys.values())}

    def sign(self, kind: str, claims: Mapping[str, Any]) -> str:
        """Sign claims as a kind of statement; every byte of the answer is determined by them and the key."""
        # Put together here, for the library takes as long again as the signature itself, in every POST.
        header = canonical({"alg": ALGORITHM, "kid": self._name, "typ": kind})
        text = f"{_base64url(header)}.{_base64url(canonical(claims))}"
        return f"{text}.{_base64url(self._key.sign(text.encode()))}"


class Keyring:
    """Opens what was signed under known keys, by nothing but these."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._keys: dict[str, OKPKey] = {}
        for key in _keys_in(jwks):
            if not isinstance(key.get("x"), str) or key != published(key["x"]):
                raise BadKey("a key is not written as we publish keys, or its name is not its thumbprint")
            self._keys[key["kid"]] = OKPKey.import_key({"kty": key["kty"], "crv": key["crv"], "x": key["x"]})

    def open(self, kind: str, signed: str) -> dict[str, Any]:
        """Give the claims of a signed statement of a kind; raises `BadSignature`."""
        _refuse_second_spelling(signed)
        try:
            header = jws.extract_compact(signed.encode("ascii")).headers()
            key = self._keys.get(header.get("kid", ""))
            if key is None:
                raise BadSignature("its key is not among the keys")
            if header != {"alg": ALGORITHM, "kid": header["kid"], "typ": kind}:
                raise BadSignature("it is a statement of another kind")
            claims = json.loads(jws.deserialize_compact(signed, key, algorithms=[ALGORITHM]).payload)
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as exc:
            raise BadSignature("its signature does not match") from exc
        if not isinstance(claims, dict):
            raise BadSignature("it states nothing")
        return claims


def published(x: str) -> dict[str, str]:
    """Give a public key in the form in which we publish it, from its point in base64url."""
    try:
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x})
        thumbprint = key.thumbprint()
    except (JoseError, ValueError) as exc:
        raise BadKey("a key is no public key of Ed25519") from exc
    return {"alg": ALGORITHM, "crv": "Ed25519", "kid": thumbprint, "kty": "OKP", "use": "sig", "x": x}


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _keys_in(jwks: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise BadKey("there is no list of keys")
    return keys


def _refuse_second_spelling(signed: str) -> None:
    """Refuse base64url whose last character has bits to spare that are not zero: it would decode to the same bytes."""
    for part in signed.split("."):
        try:
            again = _base64url(base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True))
        except ValueError as exc:
            raise BadSignature("it is not written in base64url") from exc
        if again != part:
            raise BadSignature("it is not written in the one way that base64url allows")
