"""INTERPOL notices in the demonstration: signed as the bureau signs, worked by invented people, and withdrawn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from standardwebhooks import Webhook

from deploy.demo.doors import Doors, Json, Unexpected, said, wait_for
from deploy.demo.matter import Matter
from deploy.demo.people import Desk, Officer
from deploy.demo.progress import Bar
from deploy.local.secret_keys import read_or_make_all

STEPS = 9
OFFICE = "SAC-BOS"


@dataclass(slots=True)
class NoticesSeen:
    """What became of the notices: each step in a sentence, and what did not go as it should."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    wrong: str = ""


async def notices_come(doors: Doors, var: Path, bar: Bar) -> NoticesSeen:
    """Let notices come, be gated, be acted on, be withdrawn and be sent again."""
    seen = NoticesSeen()
    try:
        await _happen(_Bureau(doors, read_or_make_all(var)["REFERRALS_NCB_SECRET"]), seen, bar)
    except Unexpected as error:
        seen.wrong = str(error)
    return seen


async def _happen(bureau: "_Bureau", seen: NoticesSeen, bar: Bar) -> None:
    def step(what: str, became: str) -> None:
        seen.steps.append((what, became))
        bar.advance()

    wanted, reference = bureau.notice("red", RED, BOSTON), bureau.notice("red", ELSEWHERE)
    told = await bureau.sends(wanted, reference)
    notice_id = told[0]["notice_id"]
    step("a red notice with a tie to Boston, and one without any", f"{told[0]['effect']}, {told[1]['effect']}")
    matter = await _referral_of(bureau.doors, notice_id)
    step("the one with a tie becomes a referral that asks to locate", f"waits at the desk {matter.desk}")
    if (await bureau.about(told[1]["notice_id"]))["referrals"]:
        raise Unexpected("a notice without any tie became a referral")
    step("the other stays for reference", "no referral")
    await _refused_while_gates_are_open(matter)
    step("the desk assigns it while gates are open", "refused: notice_gates_open")
    await _pass_gates(matter, bureau, wanted)
    step("the bureau confirms it, one person reviews it, a supervisor approves", "may act for 72 hours")
    await Desk(matter).acts("assign", office=OFFICE, ground="flag_reviewed")
    officer = Officer(matter, OFFICE)
    await officer.takes()
    step("the desk assigns it, an officer claims and accepts it", f"accepted by {OFFICE}")
    await bureau.sends(bureau.about_notice(wanted, "withdrawal"))
    await matter.stands("withdrawn")
    step("the bureau withdraws the notice", "withdrawn; nobody reads it any more")
    for office in {OFFICE, *await _outstanding(matter)}:
        await Officer(matter, office).says_of_recalled("erased")
    await matter.tells("erased")
    await bureau.is_purged(notice_id)
    step("every holder erases its copy", "keys deleted; a tombstone is left")
    again = await bureau.sends({**wanted, "message_id": bureau.new_id(), "sent_at": _written(datetime.now(UTC))})
    if again[0]["effect"] != "ended":
        raise Unexpected(f"a withdrawn notice came back: {again[0]}")
    step("the old notice is sent again", "ended: nothing comes back")


async def _referral_of(doors: Doors, notice_id: str) -> Matter:
    async def look() -> str | None:
        return next(iter((await said(await doors.referrals.get(f"/v1/notices/{notice_id}")))["referrals"]), None)

    matter = Matter(doors, await wait_for("the referral of a notice", look), "FR", "EUR")
    await matter.stands("triage")
    return matter


async def _refused_while_gates_are_open(matter: Matter) -> None:
    try:
        await Desk(matter).acts("assign", office=OFFICE, ground="flag_reviewed")
    except Unexpected as refusal:
        if "notice_gates_open" not in str(refusal):
            raise
    else:
        raise Unexpected("the desk could assign a referral that rests on a notice before its gates were passed")


async def _pass_gates(matter: Matter, bureau: "_Bureau", notice: Json) -> None:
    reply = bureau.about_notice(notice, "reply", valid=True, as_of=_written(datetime.now(UTC)))
    await bureau.sends(reply)
    await _passes(matter, "abuse-review", staff="TEST-R1", outcome="no_concern")
    await _passes(matter, "approval", staff="TEST-S1", role="supervisor")

    async def look() -> bool | None:
        case = await said(await matter.doors.routing.get(f"/v1/triage/{matter.referral_id}"))
        return not case["notice"]["open"] or None

    await wait_for("the desk to hear that all gates are passed", look)


async def _passes(matter: Matter, gate: str, **what: str) -> None:
    body = {"office": OFFICE, **what}
    await said(await matter.doors.referrals.post(f"{matter.path}/gates/{gate}", json=body))


async def _outstanding(matter: Matter) -> list[str]:
    recall = await said(await matter.doors.referrals.get(f"{matter.path}/recall"))
    return [str(office) for office in recall["outstanding"]]


class _Bureau:
    """INTERPOL Washington's adapter."""

    def __init__(self, doors: Doors, secret: str) -> None:
        self.doors = doors
        self._signer = Webhook(secret)
        self._sent_at = datetime.now(UTC) - timedelta(minutes=5)

    def new_id(self) -> str:
        """Make the id of a message."""
        return f"TEST-{uuid4().hex[:12]}"

    def notice(self, colour: str, body: Mapping[str, Any], nexus: tuple[Json, ...] = ()) -> Json:
        """Write a notice under a number of this run's own."""
        number = f"2099/{uuid4().int % 900_000 + 100_000}"
        return self._message("notice", colour, number, notice=dict(body), nexus=list(nexus), restrictions=RESTRICTIONS)

    def about_notice(self, notice: Json, kind: str, **what: Any) -> Json:
        """Write a message about a notice that was sent."""
        return self._message(kind, notice["colour"], notice["entity_id"], **what)

    def _message(self, kind: str, colour: str, number: str, **what: Any) -> Json:
        self._sent_at += timedelta(seconds=1)
        head = {"message_id": self.new_id(), "kind": kind, "sent_at": _written(self._sent_at), "source_ncb": "FR"}
        return {**head, "entity_id": number, "colour": colour, **what}

    async def sends(self, *messages: Json) -> list[Json]:
        """Post messages, signed, and give what became of each."""
        body, now = "\n".join(map(json.dumps, messages)), datetime.now(UTC)
        delivery = f"msg_{uuid4().hex}"
        headers = {
            "content-type": "application/x-ndjson",
            "webhook-id": delivery,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(delivery, now, body),
        }
        answer = await said(await self.doors.referrals.post("/v1/ncb/messages", content=body.encode(), headers=headers))
        if refused := [line for line in answer["lines"] if line["result"] != "accepted"]:
            raise Unexpected(f"the feed refused {[fault['code'] for line in refused for fault in line['faults']]}")
        return list(answer["lines"])

    async def about(self, notice_id: str) -> Json:
        """Read the record of a notice."""
        return await said(await self.doors.referrals.get(f"/v1/notices/{notice_id}"))

    async def is_purged(self, notice_id: str) -> None:
        """Wait until nothing but a tombstone is left."""

        async def look() -> bool | None:
            return (await self.about(notice_id))["purged_at"] is not None or None

        await wait_for("the notice to be purged", look)


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


RESTRICTIONS: Json = {"tlp": "TLP:AMBER", "handling": ["H1"], "interpol": {"purposes": ["locate"]}}
BOSTON: tuple[Json, ...] = ({"kind": "person_location", "place": {"state": "MA", "city": "Boston"}},)
RED: Json = {
    "name": "TESTSON",
    "forename": "Invented",
    "date_of_birth": "1980/02/00",
    "sex_id": "M",
    "nationalities": ["FR"],
    "arrest_warrants": [
        {
            "issuing_country_id": "FR",
            "charge": "Blanchiment aggravé",
            "charge_translation": "Aggravated money laundering",
        }
    ],
}
ELSEWHERE: Json = {**RED, "name": "EXAMPLETTE", "forename": "-", "date_of_birth": "1971", "nationalities": ["AL", "XK"]}
"""Invented people."""
