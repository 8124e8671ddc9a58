"""The two sides talk about a referral through the public doors: asked and answered, released by a step, recalled."""

from tests.support.bodies import body_for
from tests.support.officer import Officer
from tests.support.waiting import until

MARKS = {"tlp": "AMBER", "handling": ["H0"]}


class Matter:
    """One referral with the office that leads it, seen from both sides."""

    def __init__(self, liaison, officer, referral_id, body):
        self.liaison, self.officer = liaison, officer
        self.id, self.country = referral_id, body["requester"]["country"]
        self.item, self.token = f"{referral_id}.{officer.office}", None

    async def says(self, path, **said):
        answer = await self.liaison.http.post(f"/v1/referrals/{self.id}/{path}", json=said)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def reads(self, path):
        answer = await self.liaison.http.get(f"/v1/referrals/{self.id}/{path}".rstrip("/"))
        return answer.status_code, answer.json()

    async def deposits(self, path, **said):
        return await self.says(path, office=self.officer.office, staff=self.officer.officer, **said)

    async def stands(self, state):
        async def is_so():
            told = await self.liaison.timeline(self.id)
            return told if told["state"] == state else None

        return await until(is_so)


async def led_by(office, liaison, notify):
    """Post a referral that an office then leads, claims and accepts."""
    body = body_for(office)
    officer = Officer(notify, office)
    receipt = await liaison.accepted(body)
    matter = Matter(liaison, officer, receipt["referral_id"], body)

    async def item():
        found = [one for one in await officer.queue() if one["referral_id"] == matter.id]
        return found[0]["item_id"] if found else None

    matter.item = await until(item)
    matter.token = await officer.holds(matter.item)
    await matter.stands("accepted")
    return matter


async def test_a_question_back_and_an_answer_go_out_with_the_steps_that_release_them(liaison, notify):
    matter = await led_by("SAC-BOS", liaison, notify)

    question = await matter.deposits("questions", text="Which container?")
    _, before = await matter.reads("questions")
    returned = await matter.officer.step(
        matter.item, "return", lease_token=matter.token, question_id=question["question_id"]
    )
    await matter.stands("returned")
    _, asked = await matter.reads("questions")
    await matter.says(f"questions/{question['question_id']}/answer", country=matter.country, text="The third.")
    await matter.stands("accepted")
    answer = await matter.deposits("answers", kind="final", text="Found at the port.", marks=MARKS)
    said = {"answer_id": answer["answer_id"], "kind": "final"}
    late = await matter.officer.step(matter.item, "answer", lease_token="somebody-elses-token", **said)
    _, held = await matter.reads("answers")
    in_time = await matter.officer.step(matter.item, "answer", lease_token=matter.token, **said)
    await matter.stands("answered")
    _, given = await matter.reads("answers")
    closed = await matter.officer.step(matter.item, "close", lease_token=matter.token, code="information_given")
    told = await matter.stands("closed")

    assert returned.status_code == in_time.status_code == closed.status_code == 200
    assert before["questions"] == held["answers"] == []
    assert [one["text"] for one in asked["questions"]] == ["Which container?"]
    assert late.status_code in (409, 422)
    assert [one["text"] for one in given["answers"]] == ["Found at the port."]
    types = [entry["type"] for entry in told["timeline"]]
    wanted = ["returned", "question-answered", "resumed", "answered", "closed"]
    assert [type_ for type_ in types if type_ in wanted] == wanted


async def test_a_recalled_referral_is_closed_to_everybody_and_erased_once_all_have_said_so(liaison, notify):
    matter = await led_by("SAC-CHI", liaison, notify)

    recall = await matter.says("recall", country=matter.country, ground="case_closed")
    content = await matter.reads("")
    await matter.stands("withdrawn")

    async def refused():
        answer = await matter.officer.step(matter.item, "close", lease_token=matter.token, code="nothing_found")
        return answer if answer.json().get("code") == "item_recalled" else None

    step = await until(refused)
    for office in recall["outstanding"]:
        officer = Officer(notify, office)
        [item] = [one for one in await officer.queue() if one["referral_id"] == matter.id]
        said = await officer.step(item["item_id"], "acknowledge-recall", staff="officer-1", outcome="erased")
        assert said.status_code == 200, said.text
    await liaison.until(matter.id, "erased")
    _, standing = await matter.reads("recall")

    assert "SAC-CHI" in recall["outstanding"]
    assert (content[0], content[1]["code"]) == (410, "recalled")
    assert step.status_code == 409
    assert standing["outstanding"] == []
    assert {holder["outcome"] for holder in standing["holders"]} == {"erased"}
    assert (await matter.reads(""))[1]["code"] == "erased"
