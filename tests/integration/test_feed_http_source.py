"""The public service over HTTP, however it answers: politely asked, within limits, and believed only when readable."""

import asyncio
import base64
import gzip
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from runtime.mongo import Database
from runtime.settings import KafkaSettings, MongoSettings
from services.referrals.feed.circuit_keeper import CircuitKeeper, read_circuit
from services.referrals.feed.http_source import HttpSource, open_http_source
from services.referrals.feed.query import ListName, Query
from services.referrals.feed.settings import FeedSettings
from services.referrals.feed.source import NONE_KNOWN, Having, SourceAway, Unreadable, Validators
from services.referrals.settings import RecordSettings
from tests.support.feed_pages import detail, images, page, summary
from tests.support.scripted_http import Asked, Script, ScriptedServer, giving, head_of, saying, scripted

ONE = "2099/10001"
MASTER_KEY = base64.b64encode(bytes(range(32))).decode()

Opener = Callable[..., Any]


@pytest.fixture
def asking(database: Database, kafka_settings: KafkaSettings, mongo_settings: MongoSettings) -> Opener:
    """Opens a source on a server by scripts."""

    @asynccontextmanager
    async def opened(*scripts: Script, **settings: Any) -> AsyncIterator[tuple[HttpSource, ScriptedServer]]:
        async with scripted(*scripts) as server:
            chosen = FeedSettings(
                **{
                    "base_url": server.base_url,
                    "requests_per_second": 1e6,
                    "back_off_s": 0.001,
                    "time_out_s": 5,
                    **settings,
                },
                records=RecordSettings(master_key=MASTER_KEY),
                kafka=kafka_settings,
                mongo=mongo_settings,
            )
            circuit = CircuitKeeper(database, chosen.circuit_open_s)
            await circuit.prepare()
            async with open_http_source(chosen, circuit) as source:
                yield source, server

    return opened


async def codes_of(source: HttpSource) -> list[str]:
    """Why a page was not readable."""
    with pytest.raises(Unreadable) as refused:
        await source.page(ListName.RED, Query())
    return [reason.code for reason in refused.value.reasons]


async def test_a_page_a_notice_and_its_pictures_are_read(asking: Opener):
    answers = [giving(page([summary(ONE)])), giving(detail(ONE)), giving(images(["63001", "63002"]))]
    async with asking(*answers) as (source, server):
        listed = await source.page(ListName.RED, Query((("nationality", "XK"),)))
        notice = await source.detail(ListName.RED, ONE, NONE_KNOWN)
        pictures = await source.images(ListName.RED, ONE, NONE_KNOWN)

    assert (listed.total, listed.entity_ids) == (1, (ONE,))
    assert notice.content is not None
    assert notice.content.warrants[0].issuing_country == "FR"
    assert pictures.content == ("63001", "63002")
    assert [each.target for each in server.asked] == [
        "/notices/v1/red?nationality=XK&resultPerPage=160&page=1",
        "/notices/v1/red/2099-10001",
        "/notices/v1/red/2099-10001/images",
    ]


async def test_we_say_who_asks_keep_no_cookie_and_send_nothing_else(asking: Opener):
    body = giving(page([]), set_cookie="tracked=1; Path=/")
    async with asking(body, contact="desk@example.org") as (source, server):
        await source.page(ListName.RED, Query())
        await source.page(ListName.RED, Query())

    for each in server.asked:
        assert set(each.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}
        assert each.headers["user-agent"].startswith("Dragoman/")
        assert "desk@example.org" in each.headers["user-agent"]


@pytest.mark.parametrize("status", [408, 413, 429, 500, 502, 503, 504])
async def test_what_asks_for_a_moment_gets_it_and_is_asked_again(asking: Opener, status: int):
    async with asking(saying(status, b"<html>", retry_after="0"), giving(page([summary(ONE)]))) as (source, server):
        assert (await source.page(ListName.RED, Query())).total == 1

    assert len(server.asked) == source.requests == 2


async def test_nothing_is_asked_for_more_often_than_is_set(asking: Opener):
    async with asking(saying(503), tries=3) as (source, server):
        with pytest.raises(SourceAway, match="status_503"):
            await source.page(ListName.RED, Query())

    assert len(server.asked) == 3


async def test_who_is_told_to_wait_long_leaves_off_until_then(asking: Opener):
    async with asking(saying(429, retry_after="3600")) as (source, server):
        with pytest.raises(SourceAway, match="told_to_wait") as away:
            await source.page(ListName.RED, Query())

    assert away.value.until is not None
    assert len(server.asked) == 1


async def test_an_unknown_id_is_missing_by_404_at_once_and_by_502_after_a_second_try(asking: Opener):
    body = json.dumps({"status": 404, "name": "NotFound", "message": "no such notice"}).encode()
    async with asking(saying(404, body), saying(502, b"<html>")) as (source, server):
        first = await source.detail(ListName.RED, ONE, NONE_KNOWN)
        asked_first = len(server.asked)
        second = await source.detail(ListName.RED, ONE, NONE_KNOWN)

    assert (first.having, second.having) == (Having.MISSING, Having.MISSING)
    assert (asked_first, len(server.asked)) == (1, 3)


async def test_a_third_refusal_in_a_row_stops_everything_also_after_a_restart(asking: Opener, database: Database):
    async with asking(saying(403)) as (source, server):
        with pytest.raises(SourceAway, match="circuit_open"):
            await source.page(ListName.RED, Query())
        with pytest.raises(SourceAway, match="circuit_open"):
            await source.detail(ListName.RED, ONE, NONE_KNOWN)
    async with asking(giving(page([]))) as (restarted, server_then):
        with pytest.raises(SourceAway, match="circuit_open") as away:
            await restarted.page(ListName.RED, Query())

    assert (len(server.asked), len(server_then.asked)) == (3, 0)
    assert away.value.until == (await read_circuit(database)).open_until


async def test_once_the_time_is_over_one_try_decides(asking: Opener, database: Database):
    async with asking(saying(403), circuit_open_s=0.01) as (source, _):
        with pytest.raises(SourceAway, match="circuit_open"):
            await source.page(ListName.RED, Query())
    await asyncio.sleep(0.02)
    async with asking(saying(403)) as (source, server):
        with pytest.raises(SourceAway, match="circuit_open"):
            await source.page(ListName.RED, Query())
        assert len(server.asked) == 1
    await database["feed_circuit"].update_one({}, {"$set": {"open_until": (await read_circuit(database)).opened_at}})
    async with asking(giving(page([summary(ONE)]))) as (source, _):
        assert (await source.page(ListName.RED, Query())).total == 1

    circuit = await read_circuit(database)
    assert (circuit.open_until, circuit.refusals, circuit.times_opened) == (None, 0, 2)


async def test_what_was_offered_is_sent_back_and_unchanged_is_an_answer(asking: Opener):
    modified = "Wed, 25 Nov 2026 08:00:00 GMT"
    async with asking(giving(detail(ONE), etag='"one"', last_modified=modified), saying(304)) as (source, server):
        first = await source.detail(ListName.RED, ONE, NONE_KNOWN)
        second = await source.detail(ListName.RED, ONE, first.validators)

    assert first.validators == Validators('"one"', modified)
    assert (second.having, second.content, second.validators) == (Having.UNCHANGED, None, first.validators)
    assert server.asked[1].headers["if-none-match"] == '"one"'
    assert server.asked[1].headers["if-modified-since"] == modified


async def test_unchanged_is_no_answer_to_who_has_nothing(asking: Opener):
    async with asking(saying(304)) as (source, server):
        assert await codes_of(source) == ["unchanged_unasked"]

    assert len(server.asked) == 2


async def test_nobody_is_followed_elsewhere(asking: Opener):
    async with scripted(giving(page([]))) as elsewhere, asking(saying(302, location=elsewhere.base_url)) as (source, _):
        assert await codes_of(source) == ["led_elsewhere"]

    assert elsewhere.asked == []


async def test_links_in_an_answer_are_not_followed(asking: Opener):
    async with scripted(giving(detail(ONE))) as elsewhere:
        entry = summary(ONE) | {"_links": {"self": {"href": f"{elsewhere.base_url}/notices/v1/red/2099-10001"}}}
        async with asking(giving(page([entry])), giving(detail(ONE))) as (source, server):
            [entity_id] = (await source.page(ListName.RED, Query())).entity_ids
            await source.detail(ListName.RED, entity_id, NONE_KNOWN)

    assert elsewhere.asked == []
    assert server.asked[1].path == "/notices/v1/red/2099-10001"


async def test_a_notice_about_somebody_else_is_refused(asking: Opener):
    async with asking(giving(detail("2099/10002"))) as (source, _):
        with pytest.raises(Unreadable, match="other_notice"):
            await source.detail(ListName.RED, ONE, NONE_KNOWN)


async def cut_short(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head_of(200, {"content-length": "5000"}) + b'{"total": 1, "que')


async def dripping(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head_of(200, {"content-length": "5000"}))
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head_of(200, {"transfer-encoding": "chunked"}))
    while True:
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()


async def silent(_: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


EVIL: dict[str, tuple[Script, str]] = {
    "truncated JSON": (saying(200, b'{"total": 3, "query": {'), "not_json"),
    "HTML": (saying(200, b"<html>"), "not_json"),
    "wrong types": (giving({"total": "many", "query": [], "_embedded": 7}), "wrong_type"),
    "deep nesting": (saying(200, b"[" * 100_000 + b"]" * 100_000), "too_deep"),
    "NaN": (saying(200, b'{"total": NaN}'), "not_json"),
    "too large": (saying(200, b" " * 2_000_000), "body_too_large"),
    "endless": (endless, "body_too_large"),
    "bomb": (saying(200, gzip.compress(b" " * 50_000_000), content_encoding="gzip"), "body_too_large"),
    "packed otherwise": (saying(200, b"whatever", content_encoding="br"), "body_packed_badly"),
    "cut short": (cut_short, "body_cut_short"),
    "dripping": (dripping, "body_cut_short"),
    "teapot": (saying(418), "status_unexpected"),
    "no such list": (saying(404), "status_unexpected"),
}


@pytest.mark.parametrize("name", EVIL)
async def test_whatever_else_comes_is_refused_with_a_reason(asking: Opener, name: str):
    script, code = EVIL[name]
    async with asking(script, tries=2, time_out_s=0.5) as (source, server):
        assert code in await codes_of(source)

    assert len(server.asked) == 2


@pytest.mark.parametrize("first", [script for script, _ in EVIL.values()], ids=list(EVIL))
async def test_what_is_evil_once_is_asked_for_again(asking: Opener, first: Script):
    async with asking(first, giving(page([summary(ONE)])), time_out_s=0.5) as (source, _):
        assert (await source.page(ListName.RED, Query())).total == 1


async def test_who_says_nothing_is_away(asking: Opener):
    async with asking(silent, tries=2, time_out_s=0.2) as (source, server):
        with pytest.raises(SourceAway, match="no_answer"):
            await source.page(ListName.RED, Query())

    assert len(server.asked) == 2


async def test_who_is_not_there_is_away(asking: Opener):
    async with asking(giving(page([])), base_url="http://127.0.0.1:9", tries=2) as (source, _):
        with pytest.raises(SourceAway, match="no_answer"):
            await source.page(ListName.RED, Query())


async def test_the_process_does_not_grow_with_what_it_is_sent():
    async def large(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head_of(200, {"content-length": str(100_000_000)}))
        for _ in range(1_000):
            writer.write(b" " * 100_000)
            await writer.drain()

    bomb = saying(200, gzip.compress(b"\0" * 300_000_000), content_encoding="gzip")
    deep = saying(200, b"[" * 400_000)
    strings = saying(200, b'{"total": 1, "query": {"' + b'a": 1, "' * 100_000)
    async with scripted(giving(page([summary(ONE)])), large, bomb, deep, strings, endless) as server:
        variables = {"KAFKA_BOOTSTRAP_SERVERS": "nowhere:1", "MONGO_URI": "mongodb://nowhere"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.hungry_feed", server.base_url, "5"),
            env={**os.environ, **variables, "REFERRALS_MASTER_KEY": MASTER_KEY},
            stdout=subprocess.PIPE,
        )
        out, _ = await process.communicate()

    grown, *became = out.decode().split()
    assert became == ["1", "body_too_large", "body_too_large", "too_deep", "not_json", "body_too_large"]
    assert int(grown) < 64 * 1024
