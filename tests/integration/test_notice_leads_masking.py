"""A missing child on real systems: who sees its referral, and the words about it, and how."""

from datetime import UTC, datetime

from schemas.events import ItemAnswered, ItemReturned
from schemas.notices import Colour
from services.referrals.masking import MASKED
from services.referrals.notices.notice import Event
from tests.support.notices import SURNAME, in_public, invented


def missing_child():
    return invented(
        "2099/20001",
        colour=Colour.YELLOW,
        birth="2015-06-01",
        warrants=(),
        nationalities=("FR",),
        event=Event(date="2026-11-20", place="Springfield, Massachusetts", country="US"),
        distinguishing_marks=f"answers to {SURNAME}",
        images=("1",),
    )


async def test_a_missing_child_is_masked_but_for_its_holder_with_a_ground(leads):
    notice_id = (await leads.book.observe(missing_child(), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    await leads.queued(referral_id)
    path = f"/v1/referrals/{referral_id}"

    masked = await leads.http.get(path, headers={"Dragoman-Reader": "SAC-BOS/B-1"})
    version = await leads.http.get(f"{path}/versions/1")
    nobody = await leads.http.get(path, params={"unmask": "locating"})
    other = await leads.http.get(path, params={"unmask": "locating"}, headers={"Dragoman-Reader": "SAC-NYC/B-1"})
    holder = await leads.http.get(path, params={"unmask": "locating"}, headers={"Dragoman-Reader": "SAC-BOS/B-1"})
    readings = await leads.service.get(f"{path}/readings")
    remarks = f"Ask who {SURNAME} fled from."
    await leads.says(referral_id, "abuse-review", staff="B-2", outcome="no_concern", remarks=remarks)
    said = [
        await leads.http.get(f"{path}/gates/abuse-review", headers={"Dragoman-Reader": f"{office}/B-1"})
        for office in ("SAC-BOS", "SAC-NYC")
    ]

    assert [answer.json()["reviews"][0]["remarks"] for answer in said] == [remarks, MASKED]
    for answer in (masked, version):
        assert answer.status_code == 200
        assert all(secret not in answer.text for secret in (SURNAME, "TESTA", "2099/20001", "2015-06", "picture"))
    assert masked.json()["masked"] is True
    assert masked.json()["request"]["subjects"][0] | {"sex": ""} == {
        "type": "person",
        "role": "missing",
        "sex": "",
        "nationalities": ["FR"],
        "minor": True,
        "birth": "2015",
    }
    assert [(answer.status_code, answer.json()["code"]) for answer in (nobody, other)] == [(403, "not_the_holder")] * 2
    assert holder.json()["request"]["subjects"][0]["names"][0]["text"] == f"TESTA {SURNAME}"
    assert holder.json()["masked"] is False
    assert [(row["what"], row["parts"]) for row in readings["readings"]] == [
        ("referral", []),
        ("version", ["1"]),
        ("referral-unmasked", ["locating"]),
    ]


async def test_the_words_about_a_missing_child_are_masked_as_its_referral_is(leads):
    notice_id = (await leads.book.observe(missing_child(), in_public(1))).notice_id
    referral_id = await leads.opened(notice_id)
    item = await leads.queued(referral_id)
    path, words = f"/v1/referrals/{referral_id}", f"Seen with an aunt of {SURNAME}"
    said = {"office": "SAC-BOS", "staff": "B-1", "text": words}
    marks = {"tlp": "AMBER", "handling": ["H0"], "restriction_text": f"Not for a {SURNAME}"}
    question = (await leads.service.post(f"{path}/questions", said, 201))["question_id"]
    given = {**said, "kind": "partial", "marks": marks}
    answer = (await leads.service.post(f"{path}/answers", given, 201))["answer_id"]
    now = datetime.now(UTC)
    await leads.service.says("notify", ItemReturned(**item, question_id=question, returned_at=now), 2)
    await leads.service.says("notify", ItemAnswered(**item, answer_id=answer, kind="partial", answered_at=now), 3)
    await leads.entry(referral_id, "answered")
    reply = {"country": "US", "text": f"{SURNAME} has no aunt."}
    await leads.service.post(f"{path}/questions/{question}/answer", reply)
    parts = ("questions", "answers", f"answers/{answer}")

    async def read(office, **params):
        headers = {"Dragoman-Reader": f"{office}/B-1"}
        return [await leads.http.get(f"{path}/{part}", params=params, headers=headers) for part in parts]

    masked = await read("SAC-BOS")
    other = await read("SAC-NYC", unmask="locating")
    holder = await read("SAC-BOS", unmask="locating")
    readings = (await leads.service.get(f"{path}/readings"))["readings"]

    assert [(each.status_code, SURNAME in each.text, MASKED in each.text) for each in masked] == [
        (200, False, True)
    ] * 3
    assert [each.json()["code"] for each in other] == ["not_the_holder"] * 3
    [asked], [given] = holder[0].json()["questions"], holder[1].json()["answers"]
    assert (asked["text"], asked["answer"]["text"], given["text"]) == (words, reply["text"], words)
    assert (given["restriction_text"], holder[2].json()) == (marks["restriction_text"], given)
    assert [(row["what"], row["parts"]) for row in readings] == [
        ("questions", [question]),
        ("answers", [answer]),
        ("answers", [answer]),
        ("questions-unmasked", [question, "locating"]),
        ("answers-unmasked", [answer, "locating"]),
        ("answers-unmasked", [answer, "locating"]),
    ]
