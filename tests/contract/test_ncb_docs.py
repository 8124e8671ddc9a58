"""The page of the NCB feed is what the code does: its examples are taken, its tables are those of the code."""

import json
import re
from datetime import UTC, datetime

from deploy.local.settings import CHECKOUT
from schemas.notices import NoticeKind
from services.referrals.ncb.faults import OF_MESSAGES
from services.referrals.ncb.ledger import Effect
from services.referrals.ncb.message import FORMS, MessageKind, WithNotice
from services.referrals.ncb.reading import denial_in, lines_of, notice_in, read_message
from tests.contract.test_docs import rows

PAGE = (CHECKOUT / "docs/ncb.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def section(heading: str) -> str:
    return PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_every_example_is_a_sound_message_and_every_kind_has_one():
    [block] = re.findall(r"```json\n(.*?)```", section("Examples"), re.DOTALL)

    messages = [read_message(line, NOW) for line in lines_of(block.encode())]

    assert {message.kind for message in messages} == {*MessageKind}
    brought = [message for message in messages if isinstance(message, WithNotice)]
    assert [denial_in(message) for message in brought] == [None] * len(brought)
    assert all(notice_in(message, NoticeKind.NOTICE).names for message in brought)


def test_every_field_is_described_and_no_other():
    described = {row[0].strip("`").split(".")[0] for row in rows(PAGE, "`[a-z_.]+`") if len(row) == 4}

    assert described == {name for form in FORMS.values() for name in form.model_fields}


def test_every_kind_and_every_effect_is_described():
    kinds = [row[0].strip("`") for row in rows(section("What every message says"), "`[a-z]+`") if len(row) == 3][1:]
    effects = set(re.findall(r"`([a-z_]+)`", "".join(row[0] for row in rows(section("The answer to a POST"), ".*"))))

    assert kinds == [kind.value for kind in MessageKind]
    assert {effect.value for effect in Effect} - effects == {"denied"}, "told as a refusal"


def test_the_table_of_faults_is_that_of_the_code():
    told = {
        code.strip("`"): rest for code, *rest in rows(section("The answer to a POST"), "`[a-z_]+`") if len(rest) == 2
    }

    assert told == {code: [remedy.problem, remedy.mend] for code, remedy in OF_MESSAGES.items()}


def test_the_answer_that_is_shown_is_json():
    [block] = re.findall(r"```json\n(.*?)```", section("The answer to a POST"), re.DOTALL)

    assert [entry["result"] for entry in json.loads(block)["lines"]] == ["accepted", "already", "refused"]
