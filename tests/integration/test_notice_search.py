"""Looking for notices on real systems: by what is known, on record, and never what may not come up."""

from datetime import timedelta

import pytest

from schemas.notices import Colour, NoticeStanding
from services.referrals.notices.notice import Document, NoticeName
from tests.support.notices import BEGIN, ENTITY, KEY, SURNAME, Shelf, by_bureau, in_public, invented, word
from tests.support.referrals_service import running_referrals
from tests.support.waiting import until

WHO = {"office": "SAC-BOS", "staff": "B-2207", "purpose": "locate"}
NAME = f"Testa {SURNAME}"
BORN = {"names": [NAME], "birth": "1980-03-09"}
PAPER = (Document(type="Passport", number="YA0000007", country="IT"),)


class Desk:
    """The running service, and beside it a book that another process would write."""

    def __init__(self, service, shelf):
        self.service, self.shelf, self.book = service, shelf, shelf.book

    async def seen(self, notice, sighting):
        """Let a notice be seen, and wait until it has been compared."""
        notice_id = str((await self.book.observe(notice, sighting)).notice_id)
        rows = self.service.database["notices"]
        settled = {name: {"$exists": False} for name in ("to_compare", "follow_up_due")}
        await until(lambda: rows.find_one({"_id": notice_id, **settled}))
        return notice_id

    async def answer(self, **asked):
        return await self.service.post("/v1/notices/search", {**WHO, **asked})

    async def hits(self, **asked):
        return [hit["notice_id"] for hit in (await self.answer(**asked))["hits"]]


@pytest.fixture
async def desk(kafka, kafka_settings, mongo_settings):
    async with running_referrals(kafka, kafka_settings, mongo_settings) as running:
        yield Desk(running, await Shelf(running.database).prepare())


def born(entity_id=ENTITY, **changes):
    return invented(entity_id, **{"birth": "1980-03-09", **changes})


async def test_a_notice_is_found_by_whatever_is_known_and_nobody_else_is(desk):
    notice_id = await desk.seen(born(documents=PAPER), in_public(1))
    await desk.seen(invented("2099/2", names=(NoticeName(name="Other", forename="Quite"),)), in_public(1))

    for asked in (
        BORN,
        {"names": ["Тестсон, Теста"], "birth": "1980"},
        {"entity_id": ENTITY},
        {"document": {"number": "ya 0000007"}},
        {"document": {"number": "YA0000007", "kind": "passport", "country": "IT"}, "colour": "red"},
    ):
        assert await desk.hits(**asked) == [notice_id], asked
    assert await desk.hits(**BORN, colour="yellow") == []
    assert await desk.hits(**BORN, standing="in_force") == []
    assert await desk.hits(names=[NAME], birth="1980-03-10") == []


async def test_a_hit_says_why_and_nothing_that_stands_in_the_notice(desk):
    notice_id = await desk.seen(born(documents=PAPER), in_public(1))

    answer = await desk.answer(**BORN, document={"number": "YA0000007", "kind": "passport", "country": "IT"})

    assert answer["hits"] == [
        {
            "notice_id": notice_id,
            "colour": "red",
            "standing": "unconfirmed",
            "listed": True,
            "minor": False,
            "score": 99,
            "name_only": False,
            "grounds": [
                {"reason": "same_identifier", "kind": "passport"},
                {"reason": "same_name_and_day_of_birth", "kind": None},
            ],
            "referrals": [],
        }
    ]
    assert (answer["more"], answer["too_many_by_name"]) == (False, False)


async def test_a_search_is_on_record_without_what_was_asked(desk):
    notice_id = await desk.seen(born(), in_public(1))
    answers = [await desk.answer(**BORN), await desk.answer(**BORN), await desk.answer(entity_id="2099/999")]

    listed = await desk.service.get("/v1/notices/searches?limit=2")
    rest = await desk.service.get(f"/v1/notices/searches?limit=2&cursor={listed['next']}")
    of_notice = await desk.service.get(f"/v1/notices/searches?notice_id={notice_id}")
    stored = [row async for row in desk.service.database["notice_searches"].find()]

    searches = [*listed["searches"], *rest["searches"]]
    assert [search["search_id"] for search in searches] == [answer["search_id"] for answer in reversed(answers)]
    assert [search["given"] for search in searches] == [[], [notice_id], [notice_id]]
    assert searches[1]["digest"] == searches[2]["digest"] != searches[0]["digest"]
    assert {(search["reader"], search["purpose"]) for search in searches} == {("SAC-BOS/B-2207", "locate")}
    assert len(of_notice["searches"]) == 2
    assert all(secret not in str([*stored, *searches]) for secret in (SURNAME, NAME, "1980-03-09", ENTITY))


async def test_by_a_name_alone_a_few_are_shown_as_such_and_many_are_not(desk):
    ids = [await desk.seen(born(f"2099/{n}"), in_public(1)) for n in range(5)]
    few = await desk.answer(names=[NAME])
    await desk.seen(born("2099/5"), in_public(1))
    many = await desk.answer(names=[NAME])
    with_birth = await desk.answer(**BORN)

    assert {hit["notice_id"] for hit in few["hits"]} == {*ids}
    assert all(hit["name_only"] and hit["score"] == 30 for hit in few["hits"])
    assert (many["hits"], many["too_many_by_name"]) == ([], True)
    assert (len(with_birth["hits"]), with_birth["too_many_by_name"]) == (6, False)


async def test_a_missing_child_comes_up_by_more_than_a_name_and_nothing_is_said_of_it(desk):
    child = born(colour=Colour.YELLOW, warrants=(), birth="2015-03-09")
    notice_id = await desk.seen(child, in_public(1))

    by_name = await desk.answer(names=[NAME])
    [hit] = (await desk.answer(names=[NAME], birth="2015-03-09"))["hits"]

    assert by_name["hits"] == []
    assert (hit["notice_id"], hit["minor"], hit["grounds"]) == (notice_id, True, [])


@pytest.mark.parametrize("ends", ["suspended", "withdrawn", "cancelled", "deleted"])
async def test_what_is_shut_comes_up_nowhere_from_that_moment_not_even_in_counts(desk, ends):
    context = {"source_ncb": "FR", "restrictions": {"tlp": "TLP:AMBER", "handling": ["H0"]}}
    shut = await desk.seen(born(), by_bureau(1, context=context))
    others = [await desk.seen(born(f"2099/{n}"), in_public(1)) for n in range(5)]
    before = await desk.answer(names=[NAME])

    if ends == "suspended":
        await desk.book.suspend(KEY, word(2))
    else:
        await desk.book.end(KEY, NoticeStanding(ends), word(2))
    after = await desk.answer(names=[NAME])

    assert before["too_many_by_name"]
    assert ({hit["notice_id"] for hit in after["hits"]}, after["too_many_by_name"]) == ({*others}, False)
    assert await desk.hits(entity_id=ENTITY) == []
    assert shut not in str(await desk.answer(**BORN))


async def test_what_is_in_force_again_comes_up_again_and_what_was_purged_does_not(desk):
    context = {"source_ncb": "FR", "restrictions": {"tlp": "TLP:AMBER", "handling": ["H0"]}}
    notice_id = await desk.seen(born(), by_bureau(1, context=context))
    await desk.book.suspend(KEY, word(2))
    await desk.book.reinstate(KEY, word(3))
    await desk.seen(born(birth="1980-03"), by_bureau(4, context=context))
    again = await desk.hits(entity_id=ENTITY)

    public = await desk.seen(born("2099/2"), in_public(1))
    for sweep in (2, 3):
        await desk.book.close_sweep("red", sweep, BEGIN)
    await desk.shelf.retention.settle(BEGIN + timedelta(days=31))

    assert again == [notice_id]
    assert public not in await desk.hits(**BORN)


async def test_what_the_owner_restricts_comes_up_only_for_whom_it_may(desk):
    held = {"source_ncb": "FR", "restrictions": {"tlp": "TLP:AMBER", "handling": ["H2"]}}
    notice_id = await desk.seen(born(), by_bureau(1, context=held))
    for number, restrictions in enumerate(
        (
            {"tlp": "TLP:AMBER", "handling": ["H0"], "interpol": {"denied_members": ["US"]}},
            {"tlp": "TLP:AMBER", "handling": ["H0"], "interpol": {"level": "CONFIDENTIAL"}},
            {"tlp": "TLP:AMBER", "handling": ["H0"], "interpol": {"purposes": ["warn"]}},
        )
    ):
        context = {"source_ncb": "FR", "restrictions": restrictions}
        await desk.seen(born(f"2099/{number}"), by_bureau(1, context=context))

    office = await desk.answer(**BORN)
    at_desk = await desk.answer(**BORN, office="EUR")

    assert (office["hits"], office["too_many_by_name"], office["more"]) == ([], False, False)
    assert [hit["notice_id"] for hit in at_desk["hits"]] == [notice_id]


async def test_a_notice_that_became_a_referral_is_found_with_it(desk):
    notice_id = await desk.seen(born(nationalities=("US",)), in_public(1))
    referral = await desk.service.database["referrals"].find_one({"notice.notice_id": notice_id})

    [hit] = (await desk.answer(**BORN))["hits"]

    assert (hit["notice_id"], hit["referrals"]) == (notice_id, [referral["_id"]])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"office": "NOBODY"}, "office_unknown"),
        ({"staff": "Mario Rossi"}, "invalid_request"),
        ({"purpose": "curiosity"}, "invalid_request"),
        ({"names": [], "birth": None, "nationality": "AL"}, "search_too_wide"),
        ({"names": [SURNAME]}, "search_too_wide"),
        ({"names": [], "document": {"number": "12"}}, "search_too_wide"),
        ({"entity_id": "../2099"}, "invalid_request"),
        ({"birth": "soon"}, "invalid_request"),
        ({"wish": 1}, "invalid_request"),
    ],
)
async def test_a_question_that_says_too_little_or_what_it_may_not_is_refused(desk, change, code):
    refused = await desk.service.post("/v1/notices/search", {**WHO, **BORN, **change}, 422)

    assert refused["code"] == code
    assert SURNAME not in str(refused)
    assert await desk.service.database["notice_searches"].count_documents({}) == 0
