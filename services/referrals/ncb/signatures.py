"""Who posts here: INTERPOL Washington's adapter alone, known by its signature over every byte (Standard Webhooks)."""

import re
from collections.abc import Sequence

from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request

from runtime.http import Problem

_ID = re.compile(r"[\x21-\x7e]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,12}")
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Signatures:
    """Checks signatures with one of several secrets, so that they can be changed without a gap."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [Webhook(secret) for secret in secrets]

    def check(self, request: Request, body: bytes) -> str:
        """Give the id of a delivery that is signed, and not more than five minutes off; else raises a `Problem`."""
        if not self._secrets:
            raise Problem(
                503,
                "ncb_door_closed",
                "This door is not set up",
                detail="Whoever runs this service must set REFERRALS_NCB_SECRET to the secret that both sides share.",
            )
        headers = {name: _only(request, name) for name in NAMES}
        if _ID.fullmatch(headers["webhook-id"]) is None or _SECONDS.fullmatch(headers["webhook-timestamp"]) is None:
            raise _refused()
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise Problem(400, "body_not_utf8", "The body is not UTF-8", detail="Send JSON in UTF-8.") from None
        if not any(_is_signed(secret, text, headers) for secret in self._secrets):
            raise _refused()
        return headers["webhook-id"]


def secrets_in(setting: SecretStr | None) -> list[str]:
    """Give the secrets of a setting, newest first or in any order."""
    return setting.get_secret_value().split() if setting is not None else []


def _is_signed(secret: Webhook, body: str, headers: dict[str, str]) -> bool:
    try:
        secret.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the library reads a signature without asking whether it is one
        return False
    return True


def _only(request: Request, name: str) -> str:
    values = request.headers.getlist(name)
    return values[0] if len(values) == 1 else ""


def _refused() -> Problem:
    # The same for whatever is wrong: who is not let in is not told how near it was.
    return Problem(
        401,
        "signature_refused",
        "The signature does not hold",
        detail="Sign `id.timestamp.body` over exactly the bytes that are sent, with the shared secret, at most five "
        "minutes before; send webhook-id, webhook-timestamp and webhook-signature once each.",
    )
