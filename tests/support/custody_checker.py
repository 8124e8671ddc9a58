"""Holds the chains of custody that a run left behind to what was promised: design section 8, I7.

Like the other checker it shares no code with the services: it computes every digest and checks every signature itself.
"""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pymongo import MongoClient

from tests.support.checker import Violation

Keys = Mapping[str, Ed25519PublicKey]


def read_keys(jwks: Mapping[str, Any]) -> Keys:
    """Take the public keys out of what is published."""
    return {key["kid"]: Ed25519PublicKey.from_public_bytes(_bytes(key["x"])) for key in jwks["keys"]}


def check_custody(mongo: str, keys: Keys) -> list[Violation]:
    """Find every referral whose chain is not whole, not its own, or not signed."""
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    readings: dict[str, list[str]] = defaultdict(list)
    with MongoClient(mongo, tz_aware=True) as client:
        database = client["referrals"]
        for page in database["custody"].find().sort("_id", 1):
            pages[page["_id"].rpartition(".")[0]].extend(page["entries"])
        for reading in database["readings"].find({}, {"referral_id": 1}):
            readings[reading["referral_id"]].append(reading["_id"])
        return [
            Violation("I7", f"referral {record['_id']}", words)
            for record in database["referrals"].find({}, {"timeline": 1, "receipt": 1})
            for words in faults_of(record, pages[record["_id"]], readings[record["_id"]], keys)
        ]


def faults_of(
    record: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], readings: Sequence[str], keys: Keys
) -> Iterator[str]:
    """Say in words what is wrong with one chain."""
    yield from _broken(record["_id"], entries)
    for kind, told, found in (
        ("event", [entry.get("event_id") for entry in record["timeline"]], _named(entries, "event", "event_id")),
        ("reading", sorted(readings), sorted(_named(entries, "reading", "reading_id"))),
    ):
        if told != found:
            yield f"has {len(told)} of kind {kind}, and its chain other ones: {len(found)}"
    signed = [body.get("receipt") or body.get("mark") for body in (entry["body"] for entry in entries)]
    texts = [text for text in signed if text is not None]
    if not texts or texts[0] != record["receipt"]:
        yield "has a chain that does not begin with the receipt of its POST"
    yield from (f"has a signature that does not match: {text[-12:]}" for text in texts if not _is_signed(text, keys))
    stages = [(stated["stage"], stated["actor"], stated["proves"]) for stated in _stated(entries)]
    if len(stages) != len(set(stages)):
        yield "has a receipt twice"


def _broken(referral_id: str, entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    head = _digest(f"dragoman.custody.v1\n{referral_id}".encode())
    for number, entry in enumerate(entries, 1):
        covered = {name: value for name, value in entry.items() if name not in ("digest", "opened")}
        text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        head = _digest((head + text).encode())
        if (entry["number"], entry["digest"]) != (number, head):
            yield f"has a chain that is broken at entry {number}"
            return


def _named(entries: Sequence[Mapping[str, Any]], kind: str, name: str) -> list[Any]:
    """Name the entries of a kind; one that is sealed is named by what is opened beside it."""
    return [
        entry["body"].get(name) or entry.get("opened", {}).get("inside", {}).get(name)
        for entry in entries
        if entry["kind"] == kind
    ]


def _stated(entries: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        if entry["kind"] == "receipt":
            yield json.loads(_bytes(entry["body"]["receipt"].split(".")[1]))


def _is_signed(text: str, keys: Keys) -> bool:
    signed, _, signature = text.rpartition(".")
    try:
        keys[json.loads(_bytes(signed.split(".")[0]))["kid"]].verify(_bytes(signature), signed.encode())
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True


def _digest(content: bytes) -> str:
    return f"sha-256:{hashlib.sha256(content).hexdigest()}"


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
