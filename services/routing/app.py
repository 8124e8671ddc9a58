"""Puts the routing service together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from runtime.consumer import Handler
from runtime.http import make_app
from runtime.process import Loop, Service
from runtime.stand import open_stand
from schemas.events import (
    ItemDeclined,
    ItemTransferAsked,
    NoticeGatesChanged,
    ReferralRecalled,
    ReferralReceived,
    ReferralSupplemented,
)
from schemas.topics import QUEUE_EVENTS, REFERRAL_EVENTS, published_by
from services.routing.activation_api import activation_routes
from services.routing.activation_desk import ActivationDesk
from services.routing.activations import ActivationStore
from services.routing.api import routes
from services.routing.call_back import CallBacks
from services.routing.desk_api import routes as desk_routes
from services.routing.gates import note_gates
from services.routing.handlers import route_referral
from services.routing.loaded import LoadedRulesets
from services.routing.office_handlers import (
    end_recalled,
    hand_referral_on,
    hold_to_what_was_added,
    take_declined_back,
)
from services.routing.past import PastDecisions
from services.routing.placing import TriageDesk
from services.routing.replay_api import Streams, replay_routes
from services.routing.replay_desk import ReplayDesk
from services.routing.replay_workers import ReplayWorkers
from services.routing.replays import ReplayStore
from services.routing.rules import RulesInForce
from services.routing.ruleset_api import ruleset_routes
from services.routing.ruleset_desk import RulesetDesk
from services.routing.rulesets import RulesetStore
from services.routing.settings import Settings
from services.routing.simulate_api import simulate_routes
from services.routing.store import DECISIONS, DecisionStore


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """Open what routing needs, and close it in reverse order."""
    async with open_stand(
        "routing", settings, published_by("routing"), collections=[DECISIONS], subject_name="referral_id"
    ) as stand:
        decisions, past = DecisionStore(stand.store), PastDecisions(stand.database)
        await decisions.prepare()
        rulesets, activations = RulesetStore(stand.database), ActivationStore(stand.database)
        desk = RulesetDesk(rulesets, activations)
        await desk.prepare()
        loaded = LoadedRulesets(rulesets)
        rules = RulesInForce(activations, rulesets, loaded, every=settings.rules_poll_seconds)
        await rules.refresh()
        replays = ReplayDesk(rulesets, ReplayStore(stand.database), past)
        await replays.prepare()
        workers = ReplayWorkers(replays.replays, settings)
        triage = TriageDesk(decisions, rules.on)
        route = partial(route_referral, rules_on=rules.on, decisions=decisions)
        given_on = partial(hand_referral_on, rules_on=rules.on, decisions=decisions)
        declined = partial(take_declined_back, rules_on=rules.on, decisions=decisions)
        added = partial(hold_to_what_was_added, rules_on=rules.on, decisions=decisions)
        handlers: dict[type[BaseModel], Handler] = {
            ReferralReceived: route,
            ReferralSupplemented: added,
            NoticeGatesChanged: note_gates,
            ReferralRecalled: end_recalled,
            ItemTransferAsked: given_on,
            ItemDeclined: declined,
        }
        topics = (REFERRAL_EVENTS, QUEUE_EVENTS)
        routing = stand.consumer(
            topics=[topic.name for topic in topics],
            handlers=handlers,
            ignores=[event for topic in topics for event in topic.events if event not in handlers],
        )

        def readiness() -> dict[str, Any]:
            return {**stand.readiness(), "rules": rules.readiness()}

        app = make_app(
            "Dragoman routing",
            "1",
            max_body_bytes=settings.max_body_bytes,
            ready=readiness,
            examples=Path(__file__).with_name("examples.json"),
        )
        app.include_router(routes(decisions))
        app.include_router(desk_routes(triage, decisions, desk.draft_with_row))
        app.include_router(activation_routes(desk, ActivationDesk(desk, activations), rules))
        app.include_router(ruleset_routes(desk))
        app.include_router(replay_routes(replays, Streams(settings.most_streams), workers.look))
        app.include_router(simulate_routes(desk, loaded, decisions, past))
        loops: list[Loop] = [routing, CallBacks(triage), rules, workers, stand.relay]
        yield Service(app, settings.http_host, settings.http_port, loops)
