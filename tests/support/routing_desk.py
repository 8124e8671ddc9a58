"""The routing service without its Kafka loops, and somebody who works with its rulesets over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from runtime.settings import KafkaSettings, MongoSettings
from services.routing.app import open_service
from services.routing.replay_workers import ReplayWorkers
from services.routing.rules import RulesInForce
from services.routing.settings import Settings


class RoutingDesk:
    """Asks the service, and gives what it answers."""

    def __init__(self, http: httpx.AsyncClient, rules: RulesInForce, workers: ReplayWorkers) -> None:
        self.http = http
        self.rules = rules
        self.workers = workers

    async def draft(self, version: str, *rows: dict[str, Any], staff: str = "anna", **more: Any) -> httpx.Response:
        """Draft a ruleset."""
        body = {"version": version, "staff": staff, "rows": list(rows), **more}
        return await self.http.post("/v1/rulesets", json=body)

    async def ask(self, version: str, *, staff: str = "anna", verb: str = "activate", **more: Any) -> httpx.Response:
        """Ask to put a ruleset in force."""
        body = {"staff": staff, "because": "tried in a replay", **more}
        return await self.http.post(f"/v1/rulesets/{version}/{verb}", json=body)

    async def confirm(self, version: str, number: int, *, staff: str = "bruno") -> httpx.Response:
        """Confirm what was asked for."""
        return await self.http.post(f"/v1/rulesets/{version}/confirm", json={"staff": staff, "number": number})

    async def put_in_force(self, version: str) -> None:
        """Ask and confirm, by two people."""
        asked = await self.ask(version)
        confirmed = await self.confirm(version, asked.json()["number"])
        assert confirmed.status_code == 200, confirmed.text

    async def in_force(self) -> str:
        """Tell which ruleset is in force."""
        return str((await self.http.get("/v1/rulesets/in-force")).json()["version"])

    async def replay(self, version: str, **more: Any) -> str:
        """Begin a replay, and give its address."""
        begun = await self.http.post(f"/v1/rulesets/{version}/replays", json={"staff": "anna", **more})
        assert begun.status_code == 202, begun.text
        return begun.headers["Location"]

    async def pages(self, address: str, rows: str, **filters: Any) -> Sequence[dict[str, Any]]:
        """Read a list to its end, page by page."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await self.http.get(address, params={**filters, **cursor})).json()
            found += page[rows]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}


@asynccontextmanager
async def open_routing_desk(kafka: KafkaSettings, mongo: MongoSettings) -> AsyncIterator[RoutingDesk]:
    """Open the service; of its loops only those that look after rules and replays run."""
    settings = Settings(http_port=0, rules_poll_seconds=0.1, kafka=kafka, mongo=mongo)
    async with open_service(settings) as service:
        rules = next(loop for loop in service.loops if isinstance(loop, RulesInForce))
        workers = next(loop for loop in service.loops if isinstance(loop, ReplayWorkers))
        transport = httpx.ASGITransport(service.app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://routing", timeout=60.0) as http,
            asyncio.TaskGroup() as tasks,
        ):
            for loop in (rules, workers):
                tasks.create_task(loop.run())
            yield RoutingDesk(http, rules, workers)
            for loop in (rules, workers):
                await loop.stop()
