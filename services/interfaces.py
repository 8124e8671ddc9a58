"""Each service's HTTP interface by itself, so that it can be described where neither Kafka nor MongoDB is.

No route touches what it stands on before it is called. `tests/e2e/test_interfaces.py` holds each of these to what the
running service says of itself: a router that is put into a service's `app.py` is put here, too.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI

from runtime.http import make_app
from services.notify.api import routes as queue_routes
from services.notify.clock.api import clock_routes
from services.notify.step_api import step_routes
from services.referrals.api import posting
from services.referrals.api import routes as referral_routes
from services.referrals.charges_api import charge_routes
from services.referrals.evidence.api import evidence_routes
from services.referrals.exchange_api import exchange_routes
from services.referrals.feed.api import feed_routes
from services.referrals.gates.api import gate_routes
from services.referrals.liaison_api import liaison_routes
from services.referrals.links.linking import linking_routes
from services.referrals.ncb.door import ncb_routes
from services.referrals.notices.notice_api import notice_routes
from services.referrals.recall_api import recall_routes
from services.referrals.record_api import record_routes
from services.referrals.statistics.api import statistics_routes
from services.routing.activation_api import activation_routes
from services.routing.api import routes as decision_routes
from services.routing.desk_api import routes as desk_routes
from services.routing.replay_api import replay_routes
from services.routing.ruleset_api import ruleset_routes
from services.routing.simulate_api import simulate_routes

ABSENT: Any = None
"""Stands for a part that is not there while an interface is only described."""


def interfaces() -> Mapping[str, FastAPI]:
    """Make the application of every service, by its name, with nothing behind it."""
    routers = {"referrals": _referrals(), "routing": _routing(), "notify": _notify()}
    return {service: _application(service, found) for service, found in routers.items()}


def _referrals() -> list[APIRouter]:
    return [
        liaison_routes(ABSENT, ABSENT),
        referral_routes(posting(ABSENT), ABSENT),
        charge_routes(),
        record_routes(ABSENT),
        exchange_routes(ABSENT),
        recall_routes(ABSENT),
        evidence_routes(ABSENT),
        linking_routes(ABSENT, ABSENT),
        notice_routes(ABSENT, ABSENT, ABSENT),
        gate_routes(ABSENT, ABSENT),
        ncb_routes(ABSENT, ABSENT, ABSENT),
        statistics_routes(ABSENT),
        feed_routes(ABSENT),
    ]


def _routing() -> list[APIRouter]:
    return [
        decision_routes(ABSENT),
        desk_routes(ABSENT, ABSENT, ABSENT),
        activation_routes(ABSENT, ABSENT, ABSENT),
        ruleset_routes(ABSENT),
        replay_routes(ABSENT, ABSENT, ABSENT),
        simulate_routes(ABSENT, ABSENT, ABSENT, ABSENT),
    ]


def _notify() -> list[APIRouter]:
    return [queue_routes(ABSENT, ABSENT, ABSENT), step_routes(ABSENT), clock_routes(ABSENT, ABSENT, ABSENT)]


def _application(service: str, routers: list[APIRouter]) -> FastAPI:
    examples = Path(__file__).with_name(service) / "examples.json"
    app = make_app(f"Dragoman {service}", "1", max_body_bytes=0, ready=dict, examples=examples)
    for router in routers:
        app.include_router(router)
    return app
