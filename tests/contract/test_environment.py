"""What whoever starts a process reads when a setting is missing or wrong."""

import os
import subprocess
import sys

import pytest

from tests.support.variables import all_variables

KAFKA = "KAFKA_BOOTSTRAP_SERVERS"
MONGO = "MONGO_URI"
MASTER = "REFERRALS_MASTER_KEY"
SIGNING = "REFERRALS_SIGNING_KEY"

REQUIRED = {
    "services.referrals": [KAFKA, MONGO, MASTER, SIGNING],
    "services.routing": [KAFKA, MONGO],
    "services.notify": [KAFKA, MONGO],
    "services.referrals.feed status": [KAFKA, MONGO, MASTER],
    "services.referrals.statistics": [MONGO],
    "services.routing.replay v1 --staff D-1": [MONGO],
    "deploy.topics": [KAFKA],
}


def start(command, **environment):
    """Start a process with these variables of ours and no others, and wait for its end."""
    ours = {name for name in os.environ if name in all_variables()}
    return subprocess.run(
        [sys.executable, "-m", *command.split()],
        capture_output=True,
        text=True,
        timeout=60,
        env={name: value for name, value in os.environ.items() if name not in ours} | environment,
    )


@pytest.mark.parametrize("command", REQUIRED)
def test_a_process_names_every_required_setting_that_is_missing(command):
    ended = start(command)

    lines = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sorted(line.split()[0] for line in lines) == sorted(REQUIRED[command])
    for line in lines:
        name = line.split()[0]
        description = all_variables()[name].description
        assert line == f'{name} is not set. Set it: {description} See docs/operations.md, "Settings".'


def test_every_wrong_setting_is_told_at_once_and_none_of_their_values():
    wrong = {
        KAFKA: "hunter2",
        MONGO: "postgres://desk:hunter2@host",
        MASTER: "hunter2",
        SIGNING: "aHVudGVyMg==",
        "REFERRALS_HTTP_PORT": "hunter2",
        "REFERRALS_NCB_SECRET": "whsec_hunter2",
        "LOG_LEVEL": "hunter2",
    }

    ended = start("services.referrals", **wrong)

    assert ended.returncode == 2
    assert sorted(line.split(" is wrong: ")[0] for line in ended.stderr.splitlines()) == sorted(wrong)
    assert "hunter2" not in ended.stderr
    assert f"{MASTER} is wrong: must be the base64 form of exactly 32 bytes. Set it: Base64 of" in ended.stderr
    assert "LOG_LEVEL is wrong: string should match pattern" in ended.stderr


def test_a_variable_that_the_library_would_take_for_whole_settings_is_told():
    ended = start("services.notify", NOTIFY_KAFKA="hunter2")

    assert ended.returncode == 2
    assert ended.stderr == 'NOTIFY_KAFKA is not a setting: unset it. See docs/operations.md, "Settings".\n'
