"""Whoever reads a topic handles every event of it or says that it ignores it: anything else would be set aside."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from pydantic import BaseModel

import services.notify.app as notify
import services.referrals.app as referrals
import services.routing.app as routing
from runtime import stand
from runtime.consumer import Consumer
from runtime.settings import KafkaSettings, MongoSettings
from schemas.events import name_of
from schemas.topics import TOPICS
from services.notify.settings import Settings as NotifySettings
from services.referrals.settings import Settings as ReferralsSettings
from services.routing.settings import Settings as RoutingSettings

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

OPENS: Mapping[str, tuple[Callable[[Any], AbstractAsyncContextManager[Any]], type[Any], dict[str, str]]] = {
    "referrals": (referrals.open_service, ReferralsSettings, {"master_key": KEY, "signing_key": KEY}),
    "routing": (routing.open_service, RoutingSettings, {}),
    "notify": (notify.open_service, NotifySettings, {}),
}
EVENTS = {topic.name: topic.events for topic in TOPICS}

Made = list[tuple[str, list[str], set[type[BaseModel]], set[type[BaseModel]]]]
"""Of each consumer: its group, what it reads, handles and ignores."""


@pytest.fixture(params=OPENS)
async def made(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, mongo_settings: MongoSettings
) -> AsyncIterator[tuple[str, Made]]:
    """The consumers that a service makes for itself as it opens; none of them runs."""
    found: Made = []

    class Listed(Consumer):
        def __init__(self, *given: Any, group: str, topics: Any, handlers: Any, ignores: Any = (), **more: Any) -> None:
            found.append((group, list(topics), set(handlers), set(ignores)))
            super().__init__(*given, group=group, topics=topics, handlers=handlers, ignores=ignores, **more)

    monkeypatch.setattr(stand, "Consumer", Listed)
    open_service, settings, more = OPENS[request.param]
    nowhere = KafkaSettings(bootstrap_servers="127.0.0.1:1")
    async with open_service(settings(http_port=0, kafka=nowhere, mongo=mongo_settings, **more)):
        yield request.param, found


async def test_every_reader_handles_or_names_each_event_of_its_topics_and_nothing_else(made):
    _, consumers = made

    for group, topics, handled, ignored in consumers:
        told = {event for topic in topics for event in EVENTS[topic]}
        assert {name_of(event) for event in told - handled - ignored} == set(), f"{group} would set these aside"
        assert {name_of(event) for event in (handled | ignored) - told} == set(), f"{group} never gets these"
        assert {name_of(event) for event in handled & ignored} == set(), f"{group} ignores what it handles"


async def test_who_reads_what_is_what_the_registry_of_topics_says(made):
    service, consumers = made

    # Streams follow the feeds of offices and liaisons without a group of their own.
    said = {topic.name for topic in TOPICS if service in topic.readers and not topic.name.endswith(".feed")}
    assert {name for _, topics, _, _ in consumers for name in topics} == said
