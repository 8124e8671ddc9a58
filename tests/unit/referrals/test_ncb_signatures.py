"""Who is let in to post messages."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from starlette.requests import Request

from runtime.http import Problem
from services.referrals.ncb.signatures import Signatures, secrets_in
from services.referrals.settings import Settings
from tests.support.ncb import SECRET, signed

OTHER = "whsec_" + base64.b64encode(b"another secret of the bureau").decode()
BODY = '{"name":"Müstermann"}'.encode()


def request(headers):
    """A request with these headers."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    return Request({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in pairs]})


def code(headers, body=BODY, secrets=(SECRET,)):
    with pytest.raises(Problem) as problem:
        Signatures(secrets).check(request(headers), body)
    return problem.value.code


def test_what_is_signed_is_let_in_and_gives_its_id():
    assert Signatures([SECRET]).check(request(signed(BODY, webhook_id="msg_1")), BODY) == "msg_1"


def test_with_two_secrets_each_of_them_opens():
    both = Signatures(secrets_in(SecretStr(f"{SECRET} {OTHER}")))

    for secret in (SECRET, OTHER):
        assert both.check(request(signed(BODY, webhook_id="msg_1", secret=secret)), BODY) == "msg_1"


def test_one_sound_signature_among_others_is_enough():
    headers = signed(BODY, webhook_id="msg_1")
    headers["webhook-signature"] = (
        f"v1a,AAAA {signed(BODY, secret=OTHER)['webhook-signature']} " + (headers["webhook-signature"])
    )

    assert Signatures([SECRET]).check(request(headers), BODY) == "msg_1"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_is_missing_twice_there_or_another_is_refused(name):
    headers = signed(BODY)
    without = {key: value for key, value in headers.items() if key != name}

    assert code(without) == "signature_refused"
    assert code([*headers.items(), (name, headers[name])]) == "signature_refused"
    assert code({**headers, name: headers[name][:-4] + "0000"}) == "signature_refused"


@pytest.mark.parametrize("signature", ["", "v1", "v1,", "v1,?", "v1,A", "v2,AAAA", "v1,AAAA,AAAA", ", ,", "v1 " * 100])
def test_what_is_no_signature_is_refused(signature):
    assert code({**signed(BODY), "webhook-signature": signature}) == "signature_refused"


@pytest.mark.parametrize("timestamp", ["", "nan", "1e9", "-1", "now", "9" * 12, "9" * 400])
def test_what_is_no_time_of_today_is_refused(timestamp):
    assert code({**signed(BODY), "webhook-timestamp": timestamp}) == "signature_refused"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_more_than_five_minutes_away_is_refused(minutes):
    at = datetime.now(UTC) + timedelta(minutes=minutes)

    assert code(signed(BODY, at=at)) == "signature_refused"


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_by_less(minutes):
    at = datetime.now(UTC) + timedelta(minutes=minutes)

    assert Signatures([SECRET]).check(request(signed(BODY, webhook_id="a", at=at)), BODY) == "a"


def test_another_secret_and_another_body_are_refused():
    assert code(signed(BODY, secret=OTHER)) == "signature_refused"
    assert code(signed(BODY), body=BODY + b" ") == "signature_refused"


def test_a_body_that_is_no_text_is_refused():
    assert code(signed(b""), body=b"\xff") == "body_not_utf8"


@pytest.mark.parametrize("setting", [None, SecretStr(""), SecretStr(" ")])
def test_without_a_secret_the_door_is_closed(setting):
    assert code(signed(BODY), secrets=secrets_in(setting)) == "ncb_door_closed"


@pytest.mark.parametrize("secret", ["whsec_", "whsec_AAAA", "not base64", "whsec_" + "A" * 200])
def test_a_secret_that_is_none_stops_the_service_from_starting(secret):
    with pytest.raises(ValueError, match="whsec_") as refused:
        Settings._are_secrets(SecretStr(secret))

    assert secret[6:] == "" or secret not in str(refused.value)
