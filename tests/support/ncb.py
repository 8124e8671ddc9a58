"""The bureau's adapter: invented messages, and how they are signed."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks import Webhook
from uuid6 import uuid7

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NUMBER = "2099/10001"
NAME = "TESTSON"
BODY = {
    "entity_id": NUMBER,
    "name": NAME,
    "forename": "Invented",
    "date_of_birth": "1980/02/00",
    "sex_id": "M",
    "nationalities": ["XK", "AL"],
    "country_of_birth_id": "XK",
    "height": 0,
    "weight": None,
    "hairs_id": ["OTHD"],
    "languages_spoken_ids": ["ALB"],
    "arrest_warrants": [
        {
            "issuing_country_id": "FR",
            "charge": "- Blanchiment aggravé\r\n- Association de malfaiteurs",
            "charge_translation": "Aggravated money laundering; criminal association",
        }
    ],
}
NEXUS = [{"kind": "destination_address", "place": {"state": "MA", "city": "Boston"}}]


def said(kind: str, at: float = 0, **more: Any) -> dict[str, Any]:
    """A message about one notice, sent so many hours after the first."""
    return {
        "message_id": f"USNCB-{uuid7()}",
        "kind": kind,
        "sent_at": (SENT + timedelta(hours=at)).isoformat(),
        "source_ncb": "FR",
        "entity_id": NUMBER,
        "colour": "red",
        **more,
    }


def notice(at: float = 0, kind: str = "notice", **more: Any) -> dict[str, Any]:
    """A message that brings the notice, with some fields of it changed."""
    fields = {name: more.pop(name) for name in BODY.keys() - {"entity_id"} if name in more}
    number = {"entity_id": more.get("entity_id", NUMBER)}
    return said(kind, at, notice={**BODY, **fields, **number}, **more)


def line(message: Mapping[str, Any]) -> bytes:
    """A message as it is sent."""
    return json.dumps(message).encode()


def lines(*messages: Mapping[str, Any]) -> bytes:
    """Messages as they are sent together."""
    return b"\n".join(map(line, messages))


def signed(
    body: bytes, *, webhook_id: str | None = None, at: datetime | None = None, secret: str = SECRET
) -> dict[str, str]:
    """The headers of a delivery."""
    webhook_id, at = webhook_id or f"msg_{uuid7()}", at or datetime.now(UTC)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, body.decode()),
        "content-type": "application/x-ndjson",
    }
