"""The facts of the corpus: the demonstration's referrals, and others at random in which everything meets everything."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from deploy.demo.referrals import Ending, invented_referrals
from schemas.events import ReferralReceived
from schemas.vocabulary.facts import AskGround, Category, Flag
from schemas.vocabulary.offices import OFFICES, PROGRAMMES
from schemas.vocabulary.requests import Channel, RequestType, Urgency
from services.referrals.facts import received
from services.referrals.intake import check
from services.referrals.model import read_referral
from services.routing.tables import DATA
from tests.golden.corpus import NOW
from tests.support.bodies import as_bytes

SEED = 1951
RANDOM, READ = 400, 100
EARLIER = "01934a2e-0000-7000-8000-000000000001"
KINDS = (
    "person_location",
    "destination_address",
    "goods_entry",
    "conveyance_arrival",
    "entity_registration",
    "bank_account",
    "phone",
    "ip_server",
    "associate",
    "victim_at_risk",
    "existing_us_case",
    "crypto_service",
)
MARKS: tuple[dict[str, Any], ...] = (
    {"tlp": "GREEN", "handling": ["H0"]},
    {"tlp": "AMBER", "handling": ["H1"]},
    {"tlp": "AMBER+STRICT", "handling": ["H0"]},
    {"tlp": "AMBER", "handling": ["H2"]},
    {"tlp": "AMBER", "handling": ["H2"], "consent": {"recipients": ["SAC-SAT", "SAC-NYC", "HSTC"]}},
    {"tlp": "RED", "handling": ["H0"]},
    {"tlp": "GREEN", "handling": ["H3"]},
    {"tlp": "GREEN", "handling": ["H0"], "release_to": ["SAC-SAT", "SAC-NYC", "SAC-LAX", "TTU"]},
    {"tlp": "GREEN", "handling": ["H0"], "us": {"ldc": ["NOFORN"]}},
    {"tlp": "GREEN", "handling": ["H0"], "us": {"protected_person": True}},
    {"tlp": "GREEN", "handling": []},
)


def invented_cases() -> Iterator[dict[str, Any]]:
    """Give every case with its title and its facts, not decided yet."""
    yield from _of_the_demonstration()
    chance = random.Random(SEED)
    for number in range(RANDOM):
        yield _at_random(chance, number)
    for number in range(READ):
        yield _as_read(chance, number)


def _of_the_demonstration() -> Iterator[dict[str, Any]]:
    for number, one in enumerate(invented_referrals(NOW.date(), 200)):
        if one.ending is Ending.ACCEPTED:
            referral = read_referral(as_bytes(one.body))
            event = received(referral, UUID(int=number), NOW, check(referral, NOW.date()))
            yield {
                "title": f"demonstration {number}: {one.title}",
                "facts": event.model_dump(mode="json", exclude_defaults=True),
            }


def _at_random(chance: random.Random, number: int) -> dict[str, Any]:
    follows = chance.random() < 0.08
    facts = {
        "referral_id": str(UUID(int=10_000 + number)),
        "received_at": NOW.isoformat(),
        "requester_country": chance.choice(("IT", "MX", "CA", "DE", "NG", "JP", "BR", "UA", "US", "XK", "AQ", "UK")),
        "channel": chance.choice(tuple(Channel)),
        "request_type": chance.choice((*RequestType, *[RequestType.INVESTIGATIVE_ASSISTANCE] * 12)),
        "urgency": chance.choice(tuple(Urgency)),
        "offences": [{"category": chance.choice(tuple(Category))} for _ in range(chance.choice((0, 1, 1, 1, 2)))],
        "nexus": [_nexus(chance) for _ in range(chance.choice((0, 1, 1, 2, 3)))],
        "marks": chance.choice((*MARKS, *[MARKS[0]] * 12)),
        "flags": [chance.choice(tuple(Flag))] if chance.random() < 0.1 else [],
        "earlier": [EARLIER] if follows else [],
    }
    owners = [chance.choice((*OFFICES, *PROGRAMMES))] if follows and chance.random() < 0.7 else []
    event = ReferralReceived.model_validate(facts)
    return {
        "title": f"at random {number}",
        "facts": event.model_dump(mode="json", exclude_defaults=True),
        "owners": owners,
    }


def _as_read(chance: random.Random, number: int) -> dict[str, Any]:
    """Give a referral of which nothing is known but what its charges were read as."""
    facts = {
        "referral_id": str(UUID(int=20_000 + number)),
        "received_at": NOW.isoformat(),
        "requester_country": chance.choice(("IT", "MX", "DE", "JP")),
        "channel": "attache",
        "request_type": chance.choice(("investigative_assistance", "fugitive", "person_location")),
        "urgency": chance.choice(tuple(Urgency)),
        "offences": [_charge(chance) for _ in range(chance.choice((1, 1, 2, 3)))],
        "nexus": [_nexus(chance)],
        "marks": MARKS[0],
    }
    event = ReferralReceived.model_validate(facts)
    return {"title": f"as read {number}", "facts": event.model_dump(mode="json", exclude_defaults=True)}


def _charge(chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.15:
        return {"charge_given": True, "ask": chance.choice(tuple(AskGround)).value}
    read = chance.sample(tuple(Category), chance.choice((1, 1, 2)))
    labels = [{"category": category.value, "confidence": 0.9, "words": ["act", "object"]} for category in read]
    sections = chance.choice(((), (), ("18 USC 1956",), ("18 USC 1343", "18 USC 1030")))
    return {"charge_given": True, "labels": labels, "sections": sections}


def _nexus(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(KINDS)
    if kind == "existing_us_case":
        return {"kind": kind, "owner_office": chance.choice(OFFICES), "deconflicted": chance.random() < 0.6}
    at_a_gateway = kind in ("goods_entry", "conveyance_arrival")
    place = {"gateway": chance.choice(_gateways())} if at_a_gateway else _address(chance)
    known = {"as_of": str(NOW.date() - timedelta(days=chance.choice((5, 30, 200, 365, 900))))}
    evidence = {"bank_account": ("branch", "bank_headquarters"), "destination_address": ("freight_forwarder",)}
    told = [chance.choice(evidence[kind])] if kind in evidence and chance.random() < 0.4 else []
    return {"kind": kind, "place": place, "evidence": told, **(known if chance.random() < 0.5 else {})}


def _address(chance: random.Random) -> dict[str, str]:
    county, state = chance.choice(_counties())
    return chance.choice(
        (
            {"state": state, "county": county},
            {"zip": chance.choice(("78040", "90012", "10001", "33101", "75201", "77002", "79901", "06390", "92243"))},
            {"zip": chance.choice(("922", "124", "798", "606", "021", "961", "006"))},
            {"state": chance.choice(("MA", "DC", "PR", "GU", "TX", "CA", "AE"))},
            {"country": chance.choice(("FR", "MX"))},
        )
    )


def _counties() -> list[tuple[str, str]]:
    rows = (line.split("\t") for line in (DATA / "counties.tsv").read_text("utf-8").splitlines()[1:])
    return [(county, state) for state, county, *_ in rows]


def _gateways() -> list[str]:
    rows = (line.split("\t") for line in (DATA / "gateways.tsv").read_text("utf-8").splitlines()[1:])
    return [code or names.split("|")[0] for _, code, _, _, names, *_ in rows]
