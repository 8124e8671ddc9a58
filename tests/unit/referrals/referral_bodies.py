"""A sound body, and how tests change it."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.referrals.completeness import faults_of_body
from services.referrals.faults import Fault
from services.referrals.intake import Intake, check
from services.referrals.model import Referral, read_referral

TODAY = date(2026, 11, 23)

SECRET = "Zzyzx-Canary"
"""Stands wherever a body may hold person data, and may never come back in a fault or an event."""

_SOUND: dict[str, Any] = {
    "requester": {
        "country": "IT",
        "agency": f"Test Customs Service {SECRET}",
        "channel": "attache",
        "reference": f"TEST-{SECRET}",
    },
    "request_type": "investigative_assistance",
    "urgency": {"level": "U2"},
    "purpose": "criminal_investigation",
    "link": f"{SECRET} signed the packing list.",
    "offences": [
        {
            "category": "cultural-property",
            "section": "19 USC 2609",
            "charge": {"text": f"Ricettazione, {SECRET}", "language": "it", "translation": f"Receiving, {SECRET}"},
        }
    ],
    "subjects": [
        {
            "type": "person",
            "role": "suspect",
            "names": [{"text": f"Тест {SECRET}", "script": "Cyrl", "transliteration": SECRET, "kind": "legal"}],
            "birth": "1971-04",
            "sex": "male",
            "nationalities": ["IT"],
            "identifiers": [{"kind": "passport", "value": SECRET, "country": "IT"}],
        },
        {"type": "organisation", "role": "associate", "names": [{"text": f"{SECRET} Ltd"}], "country": "IT"},
    ],
    "nexus": [
        {
            "kind": "destination_address",
            "place": {"state": "MA", "county": "Suffolk", "city": "Boston", "zip": "02108-1234"},
            "evidence": ["freight_forwarder"],
            "as_of": "2026-11-10",
            "detail": f"1 Example Street, {SECRET}",
        },
        {"kind": "conveyance_arrival", "place": {"gateway": "JFK"}, "eta": "2026-11-25T10:00:00Z"},
    ],
    "language": "it",
    "narrative": f"La merce è stata spedita a Boston da {SECRET}.\r\nSegue altro.",
    "marks": {
        "tlp": "TLP:AMBER",
        "handling": ["H1"],
        "restriction_text": SECRET,
        "evaluation": [{"scheme": "4x4", "source": "B", "information": "2", "applies_to": "/subjects/0"}],
        "interpol": {"denied_members": ["FR"], "purposes": ["locate"]},
        "us": {"cui": ["LEI"]},
        "consent": {"recipients": ["SAC-BOS"], "until": "2027-01-01T00:00:00Z"},
    },
    "earlier": [{"referral_id": "0193f3a0-0000-7000-8000-000000000001", "kind": "follow_up"}],
}

Change = Callable[[dict[str, Any]], object]


def sound(*changes: Change) -> dict[str, Any]:
    """Give the sound body, changed."""
    body = deepcopy(_SOUND)
    for change in changes:
        change(body)
    return body


def put(pointer: str, value: object) -> Change:
    """Set what a JSON pointer names, or add it."""

    def change(body: Any) -> None:
        *steps, last = pointer.split("/")[1:]
        for step in steps:
            body = body[int(step)] if isinstance(body, list) else body[step]
        if isinstance(body, list):
            body[int(last)] = value
        else:
            body[last] = value

    return change


def drop(pointer: str) -> Change:
    """Remove what a JSON pointer names."""

    def change(body: Any) -> None:
        *steps, last = pointer.split("/")[1:]
        for step in steps:
            body = body[int(step)] if isinstance(body, list) else body[step]
        del body[last]

    return change


def as_bytes(body: object) -> bytes:
    """Write a body as a client would."""
    return json.dumps(body, ensure_ascii=False).encode()


def read(*changes: Change) -> Referral:
    """Read the sound body, changed."""
    return read_referral(as_bytes(sound(*changes)))


def taken_in(*changes: Change) -> Intake:
    """Check the sound body, changed."""
    return check(read(*changes), TODAY)


def faults_in(body: bytes) -> tuple[Fault, ...]:
    """Find all faults of a body, as the HTTP edge does."""
    try:
        return check(read_referral(body), TODAY).faults
    except ValidationError as error:
        return faults_of_body(body, error, TODAY)
