"""Signatures, keys and their change, and the command that checks evidence."""

import base64
import json
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.referrals.evidence.__main__ import main
from services.referrals.evidence.canonical import digest_of
from services.referrals.evidence.receipts import refuse
from services.referrals.evidence.signing import RECEIPT, SEAL, BadKey, BadSignature, Keyring, Signer
from tests.support.evidence import BODY, RECEIVED, SIGNER, bundle, chain, queued, record, routed

SIGNED = SIGNER.sign(RECEIPT, {"number": 1})
NEW_SIGNER = Signer(b"\x07" * 32, [SIGNER.jwks["keys"][0]["x"]])


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_signature_is_plain_ed25519_over_the_text_before_it():
    text, _, signature = SIGNED.rpartition(".")

    Ed25519PublicKey.from_public_bytes(decoded(SIGNER.jwks["keys"][0]["x"])).verify(decoded(signature), text.encode())

    assert json.loads(decoded(text.split(".")[0])) == {
        "alg": "Ed25519",
        "kid": SIGNER.jwks["keys"][0]["kid"],
        "typ": "dragoman-receipt",
    }


def test_what_was_signed_is_opened_with_the_published_keys():
    assert Keyring(SIGNER.jwks).open(RECEIPT, SIGNED) == {"number": 1}


def test_the_published_keys_hold_no_secret():
    assert [sorted(key) for key in SIGNER.jwks["keys"]] == [["alg", "crv", "kid", "kty", "use", "x"]]


def test_after_a_change_of_keys_old_and_new_signatures_are_both_good():
    keyring = Keyring(NEW_SIGNER.jwks)

    assert len(NEW_SIGNER.jwks["keys"]) == 2
    assert keyring.open(RECEIPT, SIGNED) == {"number": 1}
    assert keyring.open(RECEIPT, NEW_SIGNER.sign(RECEIPT, {"number": 2})) == {"number": 2}


def test_a_key_that_is_not_published_any_more_proves_nothing():
    with pytest.raises(BadSignature, match="not among the keys"):
        Keyring(Signer(b"\x07" * 32).jwks).open(RECEIPT, SIGNED)


def test_a_signature_of_another_kind_is_refused():
    with pytest.raises(BadSignature, match="another kind"):
        Keyring(SIGNER.jwks).open(SEAL, SIGNED)


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "....", "é.é.é", SIGNED + "=", SIGNED + ".x", SIGNED[:-1]])
def test_what_is_no_signature_is_refused(text: str):
    with pytest.raises(BadSignature):
        Keyring(SIGNER.jwks).open(RECEIPT, text)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA", None])
def test_no_other_algorithm_is_taken(algorithm: str | None):
    header = {"alg": algorithm, "kid": SIGNER.jwks["keys"][0]["kid"], "typ": RECEIPT}
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()

    with pytest.raises(BadSignature):
        Keyring(SIGNER.jwks).open(RECEIPT, ".".join([head, *SIGNED.split(".")[1:]]))


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": "all"},
        {"keys": [1]},
        {"keys": [{}]},
        {"keys": [{**SIGNER.jwks["keys"][0], "kid": "another"}]},
        {"keys": [{**SIGNER.jwks["keys"][0], "x": "short"}]},
        {"keys": [{**SIGNER.jwks["keys"][0], "d": "more"}]},
    ],
)
def test_keys_that_are_not_as_we_publish_them_are_refused(jwks):
    with pytest.raises(BadKey):
        Keyring(jwks)


# ---- the command ----


@pytest.fixture
def keys(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(SIGNER.jwks))
    return file


@pytest.fixture
def whole(tmp_path):
    file = tmp_path / "custody.json"
    file.write_bytes(bundle(chain(routed(), queued())))
    return file


def test_a_valid_bundle_ends_with_0_and_says_by_which_keys(whole, keys, capsys):
    assert main(["verify", str(whole), "--keys", str(keys)]) == 0
    assert capsys.readouterr().out.startswith("Valid: 6 entries")

    assert main(["verify", str(whole)]) == 0
    assert "compare them with the published ones" in capsys.readouterr().out


def test_a_bad_bundle_ends_with_1_and_names_the_place(whole, capsys):
    whole.write_bytes(whole.read_bytes().replace(b"SAC-BOS leads", b"SAC-NYC leads"))

    assert main(["verify", str(whole), "--json"]) == 1

    verdict = json.loads(capsys.readouterr().out)
    assert (verdict["valid"], verdict["entry"], verdict["where"]) == (False, 3, "Entry 3")


def test_of_several_bundles_each_has_its_line_and_the_worst_is_the_end(tmp_path, whole, capsys):
    changed = tmp_path / "changed.json"
    changed.write_bytes(whole.read_bytes().replace(b"SAC-BOS leads", b"SAC-NYC leads"))

    assert main(["verify", str(whole), str(changed), str(whole), "--json"]) == 1

    verdicts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(verdict["file"], verdict["valid"]) for verdict in verdicts] == [
        (str(whole), True),
        (str(changed), False),
        (str(whole), True),
    ]


def test_a_file_that_is_not_there_ends_with_2(tmp_path, whole, capsys):
    assert main(["verify", str(tmp_path / "nowhere")]) == 2
    assert main(["verify", str(whole), "--keys", str(whole)]) == 2
    assert capsys.readouterr().out == ""


def test_one_receipt_is_checked_against_what_was_posted(tmp_path, keys, capsys):
    answer, posted = tmp_path / "answer.json", tmp_path / "posted.json"
    answer.write_text(json.dumps({"receipt": record()["receipt"]}))
    posted.write_bytes(BODY)

    assert main(["receipt", str(answer), "--keys", str(keys), "--content", str(posted)]) == 0
    assert "SUBMISSION_ACCEPTANCE" in capsys.readouterr().out

    posted.write_bytes(BODY + b" ")
    assert main(["receipt", str(answer), "--keys", str(keys), "--content", str(posted)]) == 1
    assert "another content" in capsys.readouterr().out


def test_a_signed_refusal_is_a_receipt_too(tmp_path, keys, capsys):
    file = tmp_path / "refusal"
    file.write_text(refuse(SIGNER, digest_of(BODY), RECEIVED))

    assert main(["receipt", str(file), "--keys", str(keys)]) == 0
    assert "SUBMISSION_REJECTION of a request that was refused" in capsys.readouterr().out


def test_a_receipt_that_is_no_text_cannot_be_read(tmp_path, keys, capsys):
    file = tmp_path / "receipt"
    file.write_bytes(b"\xff\xfe\x00")

    assert main(["receipt", str(file), "--keys", str(keys)]) == 2

    assert "there is no receipt in it" in capsys.readouterr().err


def test_the_command_needs_none_of_our_systems(whole):
    loaded = "import sys, services.referrals.evidence.__main__; print(*sys.modules)"

    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()

    assert [name for name in modules if name in ("motor", "pymongo", "aiokafka", "fastapi", "httpx")] == []
