"""Checks a custody bundle by itself: no network, no database, nothing but the file and the keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.referrals.evidence.bundle import Misshapen, read_bundle
from services.referrals.evidence.canonical import canonical, digest_of
from services.referrals.evidence.chain import Kind, genesis, link_digest
from services.referrals.evidence.signing import MARK, RECEIPT, SEAL, BadKey, BadSignature, Keyring


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a check: valid, or the first place that is bad and what is wrong there, in a sentence."""

    valid: bool
    sentence: str
    where: str = ""
    entry: int | None = None
    referral_id: str | None = None
    entries: int = 0
    receipts: int = 0


class _Bad(Exception):
    """The first thing that is wrong."""

    def __init__(self, where: str, what: str, entry: int | None = None) -> None:
        super().__init__(f"{where}: {what}.")
        self.where = where
        self.entry = entry


def verify(content: bytes, trusted: Mapping[str, Any] | None = None) -> Verdict:
    """Check a bundle, by keys that are trusted or else by those in the file itself."""
    try:
        return _verified(content, trusted)
    except Misshapen as exc:
        where = str(exc).split(":")[0]
        entry = int(where.split()[1]) if where.startswith("Entry") else None
        return Verdict(False, f"{exc}.", where, entry)
    except _Bad as exc:
        return Verdict(False, str(exc), exc.where, exc.entry)


def _verified(content: bytes, trusted: Mapping[str, Any] | None) -> Verdict:
    bundle = read_bundle(content)
    keys = _read(bundle.keys, "The keys")
    try:
        own = Keyring(keys)
    except BadKey as exc:
        raise _Bad("The keys", str(exc)) from None
    keyring = Keyring(trusted) if trusted is not None else own
    seal = _opened(keyring, SEAL, _read(bundle.seal, "The seal"), "The seal")
    record = _read_record(bundle.record)
    for where, text, sealed in (("The record", bundle.record, "record"), ("The keys", bundle.keys, "keys")):
        if digest_of(text) != seal.get(sealed):
            raise _Bad(where, "they are not what was sealed" if where == "The keys" else "it is not what was sealed")
    chain = _Chain(keyring, record["referral_id"], record["content"])
    for number, text in enumerate(bundle.entries, 1):
        chain.take(number, text)
    chain.end(seal)
    return Verdict(
        True,
        f"Valid: {chain.number} entries of referral {record['referral_id']}, unbroken, with {chain.receipts} receipts.",
        referral_id=record["referral_id"],
        entries=chain.number,
        receipts=chain.receipts,
    )


class _Chain:
    """A chain as far as it has been checked."""

    def __init__(self, keyring: Keyring, referral_id: str, content: str) -> None:
        self._keyring = keyring
        self._referral_id = referral_id
        self._content = content
        self.head = genesis(referral_id)
        self.number = 0
        self.receipts = 0
        self._last_receipt: str | None = None

    def take(self, number: int, text: bytes) -> None:
        """Check the next entry and go on from it."""
        where = f"Entry {number}"
        entry = _read(text, where, number)
        if not isinstance(entry, dict) or not isinstance(entry.get("body"), dict):
            raise _Bad(where, "it is not of the form of an entry", number)
        if entry.get("number") != number:
            raise _Bad(where, f"it is numbered {entry.get('number')!r}, so one is missing, doubled or moved", number)
        if link_digest(self.head, entry) != entry.get("digest"):
            raise _Bad(where, "its digest is not that of its content after the entry before it", number)
        if "opened" in entry and digest_of(canonical(entry["opened"])) != entry.get("sealed"):
            raise _Bad(where, "what is opened is not what was sealed in it", number)
        self._check_signed(entry, number, where)
        self.head, self.number = entry["digest"], number

    def end(self, seal: Mapping[str, Any]) -> None:
        """Check that this is all that was sealed, and nothing more."""
        sealed = seal.get("entries")
        if self.number != sealed:
            first = min(self.number, sealed if isinstance(sealed, int) else self.number) + 1
            raise _Bad(f"Entry {first}", f"there are {self.number} entries, and {sealed} were sealed", first)
        if self.head != seal.get("head"):
            raise _Bad(f"Entry {self.number}", "its digest is not the one that was sealed", self.number)

    def _check_signed(self, entry: Mapping[str, Any], number: int, where: str) -> None:
        """Hold a receipt or a mark to where it stands: it was signed over the very entry before it."""
        kind, body = entry.get("kind"), entry["body"]
        wanted: dict[str, Any] = {"referral_id": self._referral_id, "after": self.head}
        if kind == Kind.RECEIPT.value:
            claims = _opened(self._keyring, RECEIPT, body.get("receipt"), where, number)
            wanted |= {"content": self._content, "number": self.receipts + 1, "previous": self._last_receipt}
            wanted["stage"] = body.get("stage")
            self.receipts, self._last_receipt = self.receipts + 1, digest_of(body["receipt"].encode())
        elif kind == Kind.MARK.value:
            claims = _opened(self._keyring, MARK, body.get("mark"), where, number)
            wanted["entries"] = self.number
        else:
            return
        for name, value in wanted.items():
            if claims.get(name) != value:
                raise _Bad(where, f"its signed `{name}` does not fit where it stands", number)


def _read_record(text: bytes) -> dict[str, str]:
    record = _read(text, "The record")
    if not isinstance(record, dict) or not all(
        isinstance(record.get(name), str) for name in ("referral_id", "content")
    ):
        raise _Bad("The record", "it does not name a referral and the digest of its content")
    return record


def _read(text: bytes, where: str, entry: int | None = None) -> Any:
    try:
        value = json.loads(text.decode())
        if canonical(value) == text:
            return value
    except (ValueError, RecursionError):
        raise _Bad(where, "it cannot be read as JSON", entry) from None
    raise _Bad(where, "it is not written in the one way that is allowed", entry)


def _opened(keyring: Keyring, kind: str, signed: Any, where: str, entry: int | None = None) -> dict[str, Any]:
    if not isinstance(signed, str):
        raise _Bad(where, "it is not signed", entry)
    try:
        return keyring.open(kind, signed)
    except BadSignature as exc:
        raise _Bad(where, str(exc), entry) from None
