"""Addresses are made here and nowhere else, and say who asks."""

import tomllib

import pytest
from pydantic import ValidationError

from deploy.local.settings import CHECKOUT
from services.referrals.feed.addresses import Addresses
from services.referrals.feed.http_source import VERSION, headers
from services.referrals.feed.query import ListName, Query
from services.referrals.feed.settings import FeedSettings

ADDRESSES = Addresses("https://ws.example.org/base")


def test_a_page_is_asked_for_with_its_filters_and_all_that_can_be_reached():
    query = Query((("name", "^A.&b$"), ("nationality", "FR")))

    address = ADDRESSES.page(ListName.RED, query)

    assert address == (
        "https://ws.example.org/base/notices/v1/red?name=%5EA.%26b%24&nationality=FR&resultPerPage=160&page=1"
    )


@pytest.mark.parametrize(
    ("list_name", "path"),
    [
        (ListName.RED, "/notices/v1/red/2024-12345"),
        (ListName.YELLOW, "/notices/v1/yellow/2024-12345"),
        (ListName.UN_PERSONS, "/notices/v1/un/persons/2024-12345"),
        (ListName.UN_ENTITIES, "/notices/v1/un/entities/2024-12345"),
    ],
)
def test_a_notice_is_below_its_list(list_name: ListName, path: str):
    assert ADDRESSES.detail(list_name, "2024/12345") == f"https://ws.example.org/base{path}"
    assert ADDRESSES.images(list_name, "2024/12345") == f"https://ws.example.org/base{path}/images"


@pytest.mark.parametrize("entity_id", ["../../etc/passwd", "2024/1/../2", "2024-1", "2024/1?x=", "2024/1#", "٢٠٢٤/١"])
def test_no_address_is_made_of_what_is_no_id(entity_id: str):
    with pytest.raises(ValueError, match="not the number"):
        ADDRESSES.detail(ListName.RED, entity_id)


def test_we_say_who_asks_and_pretend_nothing():
    sent = headers("desk@example.org")

    assert sent["User-Agent"] == f"Dragoman/{VERSION} (+desk@example.org)"
    assert {name.lower() for name in sent} == {"user-agent", "accept", "accept-encoding"}


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == VERSION


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "ftp://host"},
        {"base_url": "https://"},
        {"base_url": "https://host/?x=1"},
        {"lists": "red,red"},
        {"lists": "red,blue"},
        {"lists": ""},
        {"requests_per_second": 0},
        {"contact": "two\r\nlines"},
        {"contact": "some(one)"},
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object]):
    monkeypatch.setenv("REFERRALS_MASTER_KEY", "A" * 43 + "=")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("MONGO_URI", "mongodb://database")

    with pytest.raises(ValidationError) as refused:
        FeedSettings(**wrong)

    assert [error["loc"] for error in refused.value.errors()] == [tuple(wrong)]
