from datetime import timedelta

import pytest
from routing_cases import TODAY, days_ago

from schemas.vocabulary.facts import Evidence, NexusKind
from services.routing.domain import Nexus, Ruleset
from services.routing.domain.weights import age_factor, confidence_of


@pytest.mark.parametrize(
    ("days", "factor"),
    [
        (0, 1.0),
        (30, 1.0),
        (31, 0.9985),
        (197, 0.7507),
        (365, 0.5),
        (730, 0.25),
        (1095, 0.125),
        (1460, 0.1),
        (9000, 0.1),
        (-10, 1.0),
    ],
)
def test_age_counts_to_the_figures(ruleset: Ruleset, days: int, factor: float) -> None:
    assert age_factor(TODAY - timedelta(days=days), ruleset.weights, TODAY) == pytest.approx(factor, abs=1e-4)


def test_an_older_tie_never_counts_more(ruleset: Ruleset) -> None:
    factors = [age_factor(days_ago(days), ruleset.weights, TODAY) for days in range(2000)]

    assert factors == sorted(factors, reverse=True)


def test_a_tie_without_a_date_is_taken_as_stated_now(ruleset: Ruleset) -> None:
    assert age_factor(None, ruleset.weights, TODAY) == 1.0


BASES = {
    **dict.fromkeys(NexusKind, 1.0),
    NexusKind.ENTITY_REGISTRATION: 0.7,
    NexusKind.BANK_ACCOUNT: 0.6,
    NexusKind.CRYPTO_SERVICE: 0.4,
    NexusKind.PHONE: 0.3,
    NexusKind.IP_SERVER: 0.3,
    NexusKind.ONLINE_PROVIDER: 0.0,
    NexusKind.ASSOCIATE: 0.3,
    NexusKind.NONE: 0.0,
}


@pytest.mark.parametrize(("kind", "base"), BASES.items())
def test_every_kind_has_its_base(ruleset: Ruleset, kind: NexusKind, base: float) -> None:
    assert confidence_of(Nexus(kind), ruleset.weights, TODAY) == base


@pytest.mark.parametrize(
    ("kind", "evidence", "confidence"),
    [
        ("destination_address", ("freight_forwarder",), 0.5),
        ("destination_address", ("mail_drop",), 0.5),
        ("destination_address", ("mail_drop", "freight_forwarder"), 0.5),
        ("entity_registration", ("registered_agent",), 0.21),
        ("bank_account", ("branch",), 0.6),
        ("bank_account", ("account_holder_address",), 0.6),
        ("bank_account", ("bank_headquarters",), 0.18),
        ("bank_account", ("routing_digits",), 0.18),
        ("bank_account", ("routing_digits", "branch"), 0.6),
        ("goods_entry", ("seizure_port",), 1.0),
        ("goods_entry", ("manifest_port",), 0.8),
        ("goods_entry", ("manifest_port", "seizure_port"), 1.0),
        ("ip_server", ("vpn_or_cloud",), 0.1),
        ("ip_server", ("subscriber_place",), 0.3),
        ("person_location", ("low",), 0.3),
        ("person_location", ("weak",), 0.2),
        ("person_location", ("weak", "low"), 0.2),
    ],
)
def test_evidence_counts_to_the_figures(
    ruleset: Ruleset, kind: str, evidence: tuple[str, ...], confidence: float
) -> None:
    nexus = Nexus(NexusKind(kind), evidence=tuple(Evidence(item) for item in evidence))

    assert confidence_of(nexus, ruleset.weights, TODAY) == confidence


def test_base_evidence_and_age_are_multiplied(ruleset: Ruleset) -> None:
    nexus = Nexus(NexusKind.GOODS_ENTRY, evidence=(Evidence.MANIFEST_PORT,), as_of=days_ago(365))

    assert confidence_of(nexus, ruleset.weights, TODAY) == 0.4
