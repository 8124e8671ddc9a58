import re

import phonenumbers
import pycountry
import pytest
from phonenumbers import geocoder

from schemas.events import Place
from schemas.vocabulary.facts import Evidence, NexusKind
from services.referrals.addresses import place_of_address
from services.referrals.area_codes import AREA_CODES, state_of_phone
from services.referrals.detail_facts import evidence_of, place_of
from services.referrals.ip_addresses import evidence_of_ip, is_ip
from services.referrals.model import Nexus

STATES = {area.name: area.code.removeprefix("US-") for area in pycountry.subdivisions if area.country_code == "US"}
SPELLED = {**STATES, "Washington State": "WA", "Washington D.C.": "DC"}


def nexus(kind: str, detail: str | None = None, **place: str) -> Nexus:
    return Nexus.model_validate({"kind": NexusKind(kind), "detail": detail, "place": place or None})


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("+1 212 555 0147", "NY"),
        ("call 956-555-0147 after six", "TX"),
        ("(956) 555-0100 Laredo", "TX"),
        ("212 555 0147 x12", "NY"),
        ("1-787-555-0101", "PR"),
        ("212-555-0147 or 646-555-0100", "NY"),
        ("212-555-0147 or 305-555-0100", None),  # two states
        ("+1 800 555 0199", None),  # toll-free
        ("888-555-0100", None),
        ("+1 900 555 0100", None),  # premium
        ("+1 242 555 0100", None),  # Bahamas
        ("+1 416 555 0100", None),  # Toronto
        ("+52 55 1234 5678", None),
        ("555-0100", None),
        ("212.55.50.147", None),  # an IP address in the field of a telephone
        ("tel 213 555 0100, ip 198.51.100.7", "CA"),
        ("no number known", None),
    ],
)
def test_a_number_gives_the_state_of_its_area_code_or_none(text: str, state: str | None) -> None:
    assert state_of_phone(text) == state


def test_every_area_code_agrees_with_the_library_where_that_names_a_state() -> None:
    compared = 0
    for code, state in AREA_CODES.items():
        told = geocoder.description_for_number(phonenumbers.parse(f"+1{code}2345678"), "en")
        town = re.search(r", ([A-Z]{2})$", told)
        if named := town[1] if town else SPELLED.get(told):
            assert named == state, code
            compared += 1

    assert compared > 350


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("10.0.0.12", (Evidence.WEAK,)),
        ("192.168.1.1:8080", (Evidence.WEAK,)),
        ("203.0.113.7", (Evidence.WEAK,)),  # documentation
        ("seen at 198.51.100.7.", (Evidence.WEAK,)),
        ("127.0.0.1", (Evidence.WEAK,)),
        ("100.64.0.1", (Evidence.WEAK,)),  # carrier-grade NAT
        ("fd00::1", (Evidence.WEAK,)),
        ("2001:db8::1", (Evidence.WEAK,)),
        ("52.95.110.1", ()),
        ("10.0.0.1 behind 52.95.110.1", (Evidence.WEAK,)),
        ("73.12.4.5", ()),
        ("example.org", ()),
        ("", ()),
        ("version 1.2.3.4.5", ()),
    ],
)
def test_an_address_of_no_place_is_doubtful(text: str, evidence: tuple[Evidence, ...]) -> None:
    assert evidence_of_ip(text) == evidence


def test_what_is_no_address_is_not_taken_for_one() -> None:
    assert not is_ip("300.1.1.1")
    assert is_ip(" 192.0.2.1 ")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("101 Example Street, Laredo, TX 78040", Place(state="TX", zip="78040")),
        ("Example Storage, Miami FL, 33101-0001", Place(state="FL", zip="33101")),
        ("12345 Example Road", None),
        ("case TX 780401", None),
        ("account NY 10001234", None),
        ("ZZ 12345", None),
        ("from Laredo, TX 78040 to Miami, FL 33101", None),
        ("PSC 1, APO, AE 09012", Place(state="AE", zip="09012")),
    ],
)
def test_an_address_gives_its_state_and_zip_code(text: str, place: Place | None) -> None:
    assert place_of_address(text) == place


def test_what_was_stated_beats_what_the_detail_says() -> None:
    detail = "101 Example Street, Laredo, TX 78040"

    assert place_of(nexus("person_location", detail, state="AZ")) == Place(state="AZ")
    assert place_of(nexus("person_location", detail)) == Place(state="TX", zip="78040")
    assert place_of(nexus("phone", "+1 212 555 0147", country="GB")) == Place(country="GB")
    assert place_of(nexus("phone", "+1 212 555 0147")) == Place(state="NY")
    assert place_of(nexus("crypto_service", detail)) == Place()


def test_only_an_ip_address_adds_evidence() -> None:
    stated = Nexus(kind=NexusKind.IP_SERVER, evidence=(Evidence.VPN_OR_CLOUD,), detail="10.0.0.1")

    assert evidence_of(stated) == (Evidence.VPN_OR_CLOUD, Evidence.WEAK)
    assert evidence_of(nexus("phone", "10.0.0.1")) == ()
    assert evidence_of(nexus("ip_server")) == ()
