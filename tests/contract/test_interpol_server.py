"""The server of invented notices, held to what was seen of the public service: it is what the feed is tried against."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Any

import httpx
import pytest

from tests.support.interpol.answers import Kind
from tests.support.interpol.faults import FAULTS, redirect_to
from tests.support.interpol.filters import CAP, age
from tests.support.interpol.people import LARGEST
from tests.support.interpol.server import InterpolServer, interpol
from tests.support.interpol.stranger import StrangeService
from tests.support.interpol.world import World

SEED = 5
ENDLESS = {"dripping", "endless", "endless_space", "gzip_bomb", "huge", "silent"}


@pytest.fixture(scope="module")
def drawn() -> World:
    return World.invented(SEED, red=1400, yellow=200, persons=180, entities=110)


@pytest.fixture
def world(drawn: World) -> World:
    """The same invented notices for each test, to be changed by it alone."""
    copied = World()
    for name, notices in drawn.lists.items():
        copied.replace(name, notices.values())
    return copied


@pytest.fixture
async def server(world: World) -> AsyncIterator[InterpolServer]:
    async with interpol(world) as serving:
        yield serving


@pytest.fixture
async def http(server: InterpolServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{server.base_url}/notices/v1", timeout=5.0) as client:
        yield client


async def listed(http: httpx.AsyncClient, path: str = "/red", **asked: Any) -> dict[str, Any]:
    answer = await http.get(path, params=asked)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def numbers(page: dict[str, Any]) -> list[str]:
    return [notice["entity_id"] for notice in page["_embedded"]["notices"]]


def test_a_seed_gives_one_world_and_another_seed_another():
    first, again, other = (World.invented(seed, red=50, yellow=20, persons=9, entities=9) for seed in (3, 3, 4))

    assert first.lists == again.lists
    assert first.lists != other.lists


def test_people_are_spread_as_the_real_ones_are(world):
    red = [standing.detail for standing in world.lists["red"].values()]
    births = [str(detail["date_of_birth"]) for detail in red]

    assert sum(LARGEST in (detail["nationalities"] or ()) for detail in red) == 600
    assert 20 < sum(age(detail["date_of_birth"], world.today) is None for detail in red) < 100
    assert {len(birth.split("/")) for birth in births} == {1, 2, 3}
    assert any(birth.endswith("/00/00") for birth in births)
    assert any(birth.endswith("/00") and not birth.endswith("/00/00") for birth in births)
    for name, odd in (("forename", "-"), ("forename", None), ("nationalities", None), ("height", 0), ("weight", None)):
        assert any(detail[name] == odd for detail in red), f"nobody has {odd} as {name}"
    assert any(len(detail["nationalities"] or ()) == 2 for detail in red)
    assert any(len(detail["arrest_warrants"]) > 1 for detail in red)
    children = [age(standing.detail["date_of_birth"], world.today) for standing in world.lists["yellow"].values()]
    assert sum(years is not None and years < 18 for years in children) > 100


def test_no_number_is_a_real_one_or_there_twice(world):
    everything = [number for notices in world.lists.values() for number in notices]

    assert len(everything) == len(set(everything))
    assert min(everything) >= "2080"


async def test_a_page_has_twenty_and_the_last_is_reckoned_with_the_cap(http):
    page = await listed(http)

    assert (page["total"], page["query"], len(numbers(page))) == (1400, {"page": 1, "resultPerPage": 20}, 20)
    assert page["_links"]["last"]["href"].endswith("/red?&resultPerPage=20&page=8")
    assert page["_links"]["next"]["href"].endswith("&page=2")


async def test_nothing_past_the_cap_can_be_reached(http):
    last, clamped = await listed(http, page=8), await listed(http, page=9000)
    whole = await listed(http, resultPerPage=5000)
    pages = [await listed(http, page=page) for page in range(1, 9)]

    assert clamped["query"]["page"] == 8
    assert numbers(clamped) == numbers(last)
    assert "next" not in last["_links"]
    assert whole["query"]["resultPerPage"] == CAP
    assert "next" not in whole["_links"]
    assert numbers(whole) == [number for page in pages for number in numbers(page)]


async def test_filters_are_joined_by_and(http, world):
    page = await listed(http, nationality=LARGEST, ageMin=30, ageMax=32, sexId="M", resultPerPage=CAP)

    expected = [
        number
        for number, standing in world.lists["red"].items()
        if LARGEST in (standing.detail["nationalities"] or ())
        and (age(standing.detail["date_of_birth"], world.today) or 0) in (30, 31, 32)
        and standing.detail["sex_id"] == "M"
    ]
    assert numbers(page) == expected[:CAP]
    assert page["total"] == len(expected) > 0
    assert page["query"] == {
        "nationality": LARGEST, "ageMin": 30, "ageMax": 32, "sexId": "M", "page": 1, "resultPerPage": CAP
    }  # fmt: skip


async def test_who_has_no_birth_date_is_in_no_age(http, world):
    aged = await listed(http, ageMin=0, ageMax=200)

    born = [one for one in world.lists["red"].values() if age(one.detail["date_of_birth"], world.today) is not None]
    assert aged["total"] == len(born) < 1400


async def test_names_are_found_by_parts_and_by_patterns(http, world):
    names = [standing.detail["name"] for standing in world.lists["red"].values()]

    part, five = await listed(http, name="ov"), await listed(http, name="^.....$")

    assert part["total"] == sum("OV" in (name or "") for name in names) > 0
    assert five["total"] == sum(len(name or "") == 5 for name in names) > 0
    assert (await listed(http, "/un", name="^.....$"))["total"] == 0, "there it is plain text"


async def test_what_a_list_does_not_know_is_passed_over(http):
    page = await listed(http, "/yellow", arrestWarrantCountryId="FR", sexId="")

    assert page["total"] == 200
    assert page["query"] == {"page": 1, "resultPerPage": 20}


async def test_the_united_nations_have_two_halves_and_details_in_each_only(http, world):
    both, persons, entities = [await listed(http, path) for path in ("/un", "/un/persons", "/un/entities")]
    number = numbers(entities)[0].replace("/", "-")

    assert (both["total"], persons["total"], entities["total"]) == (290, 180, 110)
    assert (await http.get(f"/un/entities/{number}")).status_code == 200
    assert (await http.get(f"/un/persons/{number}")).status_code == 404
    assert (await http.get(f"/un/{number}")).status_code == 404
    assert (await listed(http, "/un", unReference="QDe."))["total"] > 0
    assert 0 < (await listed(http, "/un", unResolution=1267))["total"] < 290


async def test_pictures_are_listed_and_their_bytes_given(http, world):
    shown = next(standing for standing in world.lists["red"].values() if standing.pictures)
    bare = next(standing for standing in world.lists["red"].values() if not standing.pictures)
    at, without = (f"/red/{standing.entity_id.replace('/', '-')}" for standing in (shown, bare))

    images, none = (await http.get(f"{at}/images")).json(), (await http.get(f"{without}/images")).json()

    assert [image["picture_id"] for image in images["_embedded"]["images"]] == shown.pictures
    assert (await http.get(f"{at}/images/{shown.pictures[0]}")).headers["content-type"] == "image/jpeg"
    assert none["_embedded"]["images"] == []
    assert "thumbnail" in (await http.get(at)).json()["_links"]
    assert "thumbnail" not in (await http.get(without)).json()["_links"]


@pytest.mark.parametrize("is_404", [True, False])
async def test_an_unknown_number_is_answered_as_in_one_year_or_the_other(world, is_404):
    async with interpol(world, unknown_is_404=is_404) as server, httpx.AsyncClient(base_url=server.base_url) as http:
        answer = await http.get("/notices/v1/red/1900-1")

    assert answer.status_code == (404 if is_404 else 502)
    assert answer.headers["content-type"] == ("application/json" if is_404 else "text/html")


async def test_free_text_breaks_the_gateway(http):
    assert (await http.get("/red", params={"freeText": "x"})).status_code == 502


async def test_an_etag_is_honoured_where_it_is_offered(world):
    async with interpol(world, etags=True) as server, httpx.AsyncClient(base_url=server.base_url) as http:
        first = await http.get("/notices/v1/red")
        again = await http.get("/notices/v1/red", headers={"If-None-Match": first.headers["etag"]})
        world.remove("red", first.json()["_embedded"]["notices"][0]["entity_id"])
        changed = await http.get("/notices/v1/red", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content, changed.status_code) == (200, 304, b"", 200)


@pytest.mark.parametrize("name", sorted(set(FAULTS) - ENDLESS))
async def test_each_fault_spoils_the_answer_and_can_be_mended(server, http, world, name):
    number = next(iter(world.lists["red"])).replace("/", "-")
    paths = (f"/red/{number}", "/red")
    sound = [await http.get(path) for path in paths]

    server.during(FAULTS[name])
    spoilt = [await heard(http, path) for path in paths]
    server.mend()
    mended = [await http.get(path) for path in paths]

    as_it_was = [(answer.status_code, answer.content) for answer in sound]
    assert [(answer.status_code, answer.content) for answer in mended] == as_it_was
    if name in ("slow", "packed"):
        assert spoilt == as_it_was, "these are strange, and still right"
    else:
        assert spoilt != as_it_was


async def heard(http: httpx.AsyncClient, path: str) -> tuple[int, bytes] | str:
    try:
        answer = await http.get(path)
    except httpx.TransportError as exc:
        return type(exc).__name__
    return answer.status_code, answer.content


@pytest.mark.parametrize("name", sorted(ENDLESS))
async def test_what_never_ends_is_still_coming_after_a_megabyte_or_a_while(server, http, name):
    server.during(FAULTS[name], times=1)

    got = 0
    with pytest.raises(httpx.ReadTimeout) if name == "silent" else nullcontext():
        async with http.stream("GET", "/red", timeout=0.3) as answer:
            async for piece in answer.aiter_bytes():
                got += len(piece)
                if got > (20 if name == "dripping" else 1 << 20):
                    break

    assert got > (20 if name == "dripping" else 1 << 20) or name == "silent"
    assert (await http.get("/red")).status_code == 200, "it happened once"


async def test_a_fault_can_be_for_some_requests_only(server, http):
    plan = server.during(FAULTS["bad_gateway"], [Kind.LIST], times=2, only=lambda asked: asked.list_name == "yellow")

    statuses = [(await http.get(path)).status_code for path in ("/red", "/yellow", "/red", "/yellow", "/yellow")]

    assert statuses == [200, 502, 200, 502, 200]
    assert len(plan.happened) == 2


async def test_a_redirect_leads_elsewhere(server, http):
    server.during(redirect_to("http://127.0.0.2:9"), times=1)

    answer = await http.get("/red")

    assert (answer.status_code, answer.headers["location"]) == (302, "http://127.0.0.2:9/notices/v1/red")


async def test_it_remembers_what_it_was_asked(server, http):
    await listed(http, resultPerPage=160)
    await listed(http, resultPerPage=160)
    await http.get("/yellow")

    assert server.count(Kind.LIST) == 3
    assert server.count(list_name="yellow") == 1
    assert server.asked_again() == {("/notices/v1/red", "resultPerPage=160"): 2}


async def test_the_world_can_change_while_it_is_read(server, http, world):
    first, second = list(world.lists["red"])[:2]

    taken = world.remove("red", first)
    assert numbers(await listed(http))[0] == second
    world.add("red", taken.detail, taken.pictures)
    assert numbers(await listed(http))[:2] == [first, second]
    world.change("red", first, name="ANOTHER")
    world.leave_out("red", first, "place_of_birth")
    world.change_pictures("red", first, ["1"])
    changed = (await http.get(f"/red/{first.replace('/', '-')}")).json()

    assert changed["name"] == "ANOTHER"
    assert "place_of_birth" not in changed
    assert changed["_links"]["thumbnail"]["href"].endswith("/images/1")


async def test_turning_a_notice_round_changes_its_order_only(world):
    number = next(n for n, one in world.lists["red"].items() if len(one.detail["arrest_warrants"]) > 1)
    before = world.lists["red"][number].detail

    world.reorder("red", number)

    after = world.lists["red"][number].detail
    assert list(after) == list(before)[::-1]
    assert after["arrest_warrants"] == before["arrest_warrants"][::-1]
    assert {name: value for name, value in after.items() if not isinstance(value, list)} == {
        name: value for name, value in before.items() if not isinstance(value, list)
    }


async def test_the_stranger_does_the_same_in_another_manner(world):
    async with (
        InterpolServer(StrangeService(world)).serving() as server,
        httpx.AsyncClient(base_url=f"{server.base_url}/notices/v1") as http,
    ):
        page = await listed(http, resultPerPage=CAP, arrestWarrantCountryId="FR")
        number = numbers(page)[0].replace("/", "-")
        detail, images = (await http.get(f"/red/{number}")).json(), (await http.get(f"/red/{number}/images")).json()

    assert (page["total"], len(numbers(page))) == (1400, CAP)
    assert page["query"] == {"resultPerPage": "160", "page": "1"}
    assert "_links" not in page
    assert numbers(page) != list(world.lists["red"])[:CAP]
    assert detail["entity_id"] == numbers(page)[0]
    assert isinstance(images["_embedded"]["images"], list)
