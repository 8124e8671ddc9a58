"""A folder of recorded answers is sorted by what the files are, and never left."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.referrals.feed.folder_source import FolderSource
from services.referrals.feed.query import ListName, Query
from services.referrals.feed.source import NONE_KNOWN, Having, SourceAway, Unreadable
from tests.support.feed_pages import detail, images, page, summary

ONE, TWO = "2099/10001", "2099/10002"


def source_of(folder: Path) -> FolderSource:
    return FolderSource(folder, 1_000_000, 100_000)


def write(path: Path, body: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")


async def test_pages_notices_and_lists_of_pictures_are_told_apart_by_shape(tmp_path: Path):
    write(tmp_path / "red/whatever.json", page([summary(ONE, thumbnail="63001")]))
    write(tmp_path / "red/deeper/still/x.json", detail(ONE))
    write(tmp_path / "red/2099-10001/images.json", images(["63001"]))
    source = source_of(tmp_path)

    listed = await source.page(ListName.RED, Query())
    notice = await source.detail(ListName.RED, ONE, NONE_KNOWN)
    pictures = await source.images(ListName.RED, ONE, NONE_KNOWN)

    assert (listed.total, listed.entity_ids) == (1, (ONE,))
    assert notice.content is not None
    assert notice.content.entity_id == ONE
    assert pictures.content == ("63001",)


@pytest.mark.parametrize(
    ("folder", "list_name"),
    [
        ("red", ListName.RED),
        ("Yellow", ListName.YELLOW),
        ("un/persons", ListName.UN_PERSONS),
        ("un-entities", ListName.UN_ENTITIES),
    ],
)
async def test_the_folders_above_name_the_list(tmp_path: Path, folder: str, list_name: ListName):
    write(tmp_path / folder / "one.json", detail(ONE))

    assert (await source_of(tmp_path).page(list_name, Query())).entity_ids == (ONE,)


async def test_else_the_address_of_the_answer_names_it(tmp_path: Path):
    address = "https://ws.example.org/notices/v1/yellow/2099-10001"
    write(tmp_path / "one.json", detail(ONE) | {"_links": {"self": {"href": address}}})
    write(tmp_path / "nobody knows.json", detail(TWO))

    assert (await source_of(tmp_path).page(ListName.YELLOW, Query())).entity_ids == (ONE,)
    assert (await source_of(tmp_path).page(ListName.RED, Query())).total == 0


async def test_pages_of_parts_add_up_to_the_total_that_the_whole_names(tmp_path: Path):
    write(tmp_path / "red/whole.json", page([summary(ONE)], total=3))
    write(tmp_path / "red/part.json", page([summary(TWO)], total=900, query={"nationality": "XK"}))

    listed = await source_of(tmp_path).page(ListName.RED, Query())

    assert (listed.total, listed.entity_ids) == (3, (ONE, TWO))


async def test_what_cannot_be_read_counts_so_that_nobody_takes_the_rest_for_everything(tmp_path: Path):
    write(tmp_path / "red/good.json", page([summary(ONE)]))
    write(tmp_path / "red/cut.json", '{"total": 3, "que')

    listed = await source_of(tmp_path).page(ListName.RED, Query())

    assert (listed.total, len(listed.entity_ids)) == (2, 1)
    assert [reason.code for reason in listed.refused] == ["not_json"]


async def test_a_notice_that_cannot_be_read_is_listed_and_refused_when_read(tmp_path: Path):
    write(tmp_path / "red/one.json", detail(ONE, height={"not": "a number"}))
    source = source_of(tmp_path)

    listed = await source.page(ListName.RED, Query())

    assert listed.entity_ids == (ONE,)
    with pytest.raises(Unreadable):
        await source.detail(ListName.RED, ONE, NONE_KNOWN)


async def test_nothing_outside_the_folder_is_read(tmp_path: Path):
    write(tmp_path / "elsewhere/secret.json", detail(ONE))
    (tmp_path / "feed/red").mkdir(parents=True)
    (tmp_path / "feed/red/link.json").symlink_to(tmp_path / "elsewhere/secret.json")
    (tmp_path / "feed/red/folder").symlink_to(tmp_path / "elsewhere")
    source = source_of(tmp_path / "feed")

    assert (await source.page(ListName.RED, Query())).total == 0
    assert (await source.detail(ListName.RED, ONE, NONE_KNOWN)).having is Having.MISSING


async def test_a_file_that_is_too_large_is_not_swallowed(tmp_path: Path):
    write(tmp_path / "red/large.json", " " * 2_000_000)

    listed = await source_of(tmp_path).page(ListName.RED, Query())

    assert [reason.code for reason in listed.refused] == ["too_big"]


async def test_a_folder_that_is_not_there_is_away(tmp_path: Path):
    with pytest.raises(SourceAway, match="folder_away"):
        await source_of(tmp_path / "nowhere").page(ListName.RED, Query())


async def test_a_sweep_looks_through_the_folder_anew(tmp_path: Path):
    write(tmp_path / "red/one.json", detail(ONE))
    source = source_of(tmp_path)
    await source.page(ListName.RED, Query())
    write(tmp_path / "red/two.json", detail(TWO))

    assert (await source.page(ListName.RED, Query())).entity_ids == (ONE, TWO)
