"""Referrals and rulesets at random, for the properties that hold of every decision."""

import random
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st
from routing_cases import TODAY, received

from schemas.events import ReferralReceived
from schemas.marks import Condition, HandlingCode
from schemas.vocabulary.facts import Category, Evidence, Flag, NexusKind
from schemas.vocabulary.offices import OFFICES, QUEUES
from schemas.vocabulary.requests import Channel, RequesterKind, RequestType, Urgency
from services.routing.domain.rules import Dimension
from services.routing.domain.ruleset import Ruleset
from services.routing.tables import load_ruleset
from tests.support.invented_rules import any_rules, with_rules, words_of

SHIPPED = load_ruleset(TODAY)
DAYS = st.dates(date(2018, 1, 1), date(2030, 1, 1))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))
RECIPIENTS = st.lists(st.sampled_from(sorted(QUEUES)), min_size=1, max_size=12)
WORDS = st.none() | st.text(max_size=6)
COUNTIES = st.sampled_from(["Kings", "Imperial", "Terrell", "Orange", "Nowhere"])
PLACES = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["US", "PR", "UM", "GB", "YU", "AQ"]) | st.text(max_size=3),
        "state": st.sampled_from(["AZ", "TX", "CA", "NY", "FL", "AE", "XX"]) | WORDS,
        "county": COUNTIES | WORDS,
        "city": st.sampled_from(["Los Angeles", "Sebastian"]) | WORDS,
        "zip": st.sampled_from(["78040", "798", "06390", "96940", "09012", "99999"]) | WORDS,
        "gateway": st.sampled_from(["CVG", "Columbus", "Nassau", "DUB", "USLGB"]) | WORDS,
    },
)
NEXUS = st.fixed_dictionaries(
    {"kind": st.sampled_from(NexusKind), "place": PLACES},
    optional={
        "evidence": st.lists(st.sampled_from(Evidence), max_size=3),
        "as_of": st.none() | DAYS,
        "eta": st.none() | MOMENTS,
        "owner_office": st.none() | st.sampled_from([*OFFICES, "SAC-XXX"]),
        "deconflicted": st.booleans(),
    },
)
OFFENCES = st.fixed_dictionaries(
    {},
    optional={
        "category": st.none() | st.sampled_from(Category),
        "section": st.sampled_from(["18 USC 1956", "18 USC 1956(c)(7)", "50 USC 1705", "8 USC 1253"]) | WORDS,
        "charge_given": st.booleans(),
    },
)
MARKS = st.fixed_dictionaries(
    {"tlp": st.sampled_from(["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"])},
    optional={
        "handling": st.lists(st.sampled_from(HandlingCode), max_size=3, unique=True),
        "conditions": st.lists(st.sampled_from(Condition), max_size=2),
        "us": st.fixed_dictionaries({"protected_person": st.booleans(), "ldc": st.sampled_from([(), ("NOFORN",)])}),
        "release_to": st.none() | RECIPIENTS,
        "consent": st.none() | st.fixed_dictionaries({"recipients": RECIPIENTS, "until": st.none() | MOMENTS}),
        "expires": st.none() | DAYS,
        "review_due": st.none() | DAYS,
    },
)


def referrals(**fixed: Any) -> st.SearchStrategy[ReferralReceived]:
    parts = {
        "requester_country": st.sampled_from(["IT", "US", "AQ", "YU", "UK"]) | st.text(max_size=3),
        "requester_kind": st.sampled_from(RequesterKind),
        "channel": st.sampled_from(Channel),
        "request_type": st.sampled_from(RequestType),
        "urgency": st.sampled_from(Urgency),
        "offences": st.lists(OFFENCES, max_size=3),
        "nexus": st.lists(NEXUS, max_size=5),
        "marks": MARKS,
        "flags": st.lists(st.sampled_from(Flag), max_size=1),
    }
    return st.fixed_dictionaries({**parts, **fixed}).map(lambda changes: received(**changes))


ANY = referrals()
LIKELY = referrals(
    requester_country=st.just("IT"),
    request_type=st.just("fugitive"),
    offences=st.lists(st.fixed_dictionaries({"category": st.sampled_from(Category)}), min_size=1, max_size=2),
    nexus=st.lists(
        st.fixed_dictionaries(
            {
                "kind": st.sampled_from(NexusKind),
                "place": st.builds(lambda s: {"state": s}, st.sampled_from(["AZ", "WA", "GA"])),
            }
        ),
        max_size=4,
    ),
    flags=st.just([]),
)

NEAR = words_of(SHIPPED.places) | {
    Dimension.PLACE: [
        "US",
        "AZ",
        "TX",
        "WA",
        "SAC-SAT",
        "SAC-PHX",
        "ZIP 780",
        "ZIP 78040",
        "gateway CVG",
        "country GB",
    ],
    Dimension.REQUESTER: ["IT", "US", "EUR", "SPECOPS", "international-body"],
}
"""Words that these referrals often meet, so that most rules fit some of them."""


MIXES = st.just((0, 0)) | st.tuples(st.integers(0, 200), st.integers(0, 2**32))
"""How many invented rules stand among the shipped ones, and from which seed: short to read where a test fails."""


def mixed(mix: tuple[int, int]) -> Ruleset:
    """Give the shipped rules with invented ones among them, and with stand-ins for some offices."""
    count, seed = mix
    chance = random.Random(seed)
    rules = any_rules(count, chance, NEAR)
    present, away = chance.sample(OFFICES, 2), chance.sample(OFFICES, min(count, 6))
    stand_ins = {office: chance.choice(present) for office in away if office not in present}
    return replace(with_rules(SHIPPED, rules), stand_ins=stand_ins)
