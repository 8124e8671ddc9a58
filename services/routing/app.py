"""Puts the routing service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from runtime.http import make_app
from runtime.process import Service
from runtime.stand import open_stand
from schemas.events import ReferralReceived
from schemas.topics import REFERRAL_EVENTS, published_by
from services.routing.api import routes
from services.routing.call_back import CallBacks
from services.routing.desk_api import routes as desk_routes
from services.routing.handlers import route_referral
from services.routing.placing import TriageDesk
from services.routing.rules import RulesInForce
from services.routing.settings import Settings
from services.routing.store import DECISIONS, DecisionStore
from services.routing.tables import load_ruleset


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open what routing needs, and close it in reverse order."""
    rules = RulesInForce(load_ruleset, datetime.now(UTC).date())
    async with open_stand(
        "routing", settings, published_by("routing"), collections=[DECISIONS], subject_name="referral_id"
    ) as stand:
        decisions = DecisionStore(stand.store)
        await decisions.prepare()
        triage = TriageDesk(decisions, rules.on)
        route = partial(route_referral, rules_on=rules.on, decisions=decisions)
        routing = stand.consumer(topics=[REFERRAL_EVENTS.name], handlers={ReferralReceived: route})
        app = make_app("Dragoman routing", "1", max_body_bytes=settings.max_body_bytes, ready=stand.readiness)
        app.include_router(routes(decisions))
        app.include_router(desk_routes(triage, decisions))
        yield Service(app, settings.http_host, settings.http_port, [routing, CallBacks(triage), stand.relay])
