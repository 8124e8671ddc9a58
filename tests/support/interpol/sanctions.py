"""The persons and entities of United Nations notices."""

from collections.abc import Iterator
from random import Random
from typing import Any

from tests.support.interpol.lot import TODAY, born, chance, family_name, forename, place, some, syllables, written_birth
from tests.support.interpol.people import COUNTRIES, LANGUAGES

_LISTS = (("QD", 1267), ("SD", 1591), ("IR", 2231), ("TA", 1988), ("CD", 1533))


def un_persons(lot: Random, numbers: Iterator[str], amount: int) -> Iterator[dict[str, Any]]:
    """Invent listed persons, with the names, documents and companions that such a list gives."""
    for order in range(1, amount + 1):
        home = lot.choice(COUNTRIES[:60])
        yield {
            "entity_id": next(numbers),
            **_listing(lot, "i", order),
            "name": family_name(lot),
            "forename": None if chance(lot, 10) else forename(lot),
            "name_in_original_script": "اختبار" if chance(lot, 40) else None,
            "forename_in_original_script": "مجهول" if chance(lot, 20) else None,
            "name_at_birth": family_name(lot) if chance(lot, 5) else None,
            "formerly_known_as": None,
            "date_of_birth": "0000/00/00" if chance(lot, 6) else written_birth(lot, born(lot, lot.randint(28, 80))),
            "place_of_birth": place(lot),
            "country_of_birth_id": home,
            "nationalities": None if chance(lot, 6) else [home],
            "sex_id": "M" if chance(lot, 95) else "F",
            "languages_spoken_ids": some(lot, LANGUAGES, 2) if chance(lot, 50) else None,
            "weight": 0,
            "profession": "Test trader" if chance(lot, 10) else None,
            "father_name": family_name(lot) if chance(lot, 20) else None,
            "mother_name": family_name(lot) if chance(lot, 20) else None,
            "aliases": [_alias(lot) for _ in range(lot.randint(0, 3))],
            "associates": [{"name": family_name(lot), "reference_number": None}] if chance(lot, 10) else [],
            "adresses": [f"{lot.randint(1, 99)} Test Street, {place(lot)}"] if chance(lot, 50) else None,
            "identity_documents": [_document(lot, home) for _ in range(lot.randint(0, 2))],
            "summary": "Invented for tests.\r\nListed by a committee that never met.",
            "purposes": ["Assets freeze", "Travel ban"],
        }


def un_entities(lot: Random, numbers: Iterator[str], amount: int) -> Iterator[dict[str, Any]]:
    """Invent listed entities: they have one name, and no forename."""
    for order in range(1, amount + 1):
        yield {
            "entity_id": next(numbers),
            **_listing(lot, "e", order),
            "name": f"{syllables(lot, 2, 4)} TEST {lot.choice(('TRADING', 'FOUNDATION', 'GROUP', 'BRIGADE'))}",
            "aliases": [{"name": f"{syllables(lot, 2, 3)} TEST COMPANY"} for _ in range(lot.randint(0, 2))],
            "adresses": [place(lot) for _ in range(lot.randint(0, 2))],
            "main_activity": "Trade in things that do not exist" if chance(lot, 40) else None,
            "legal_form": "Ltd" if chance(lot, 30) else None,
            "registration_number": f"TEST-{lot.randint(1000, 9999)}" if chance(lot, 30) else None,
            "administrators": [f"{forename(lot)} {family_name(lot)}"] if chance(lot, 30) else None,
            "from_chamber_of_commerce": None,
            "additional_information": "Invented for tests." if chance(lot, 20) else None,
            "summary": "Invented for tests.",
            "purposes": ["Assets freeze", "Arms embargo"],
        }


def _listing(lot: Random, kind: str, order: int) -> dict[str, Any]:
    prefix, resolution = _LISTS[0] if chance(lot, 70) else lot.choice(_LISTS[1:])
    return {
        "un_reference": f"{prefix}{kind}.{order:03d}",
        "un_reference_date": f"{born(lot, lot.randint(1, 24)):%Y/%m/%d}",
        "un_resolution": str(resolution) if chance(lot, 5) else resolution,
    }


def _alias(lot: Random) -> dict[str, Any]:
    return {
        "forename": forename(lot) if chance(lot, 60) else None,
        "name": family_name(lot),
        "date_of_birth": f"{TODAY.year - lot.randint(30, 70)}" if chance(lot, 20) else None,
        "forename_in_original_script": None,
        "name_in_original_script": "اختبار" if chance(lot, 10) else None,
    }


def _document(lot: Random, country: str) -> dict[str, Any]:
    return {
        "type": lot.choice(("Passport", "National identification number")),
        "number": f"TEST{lot.randint(100_000, 999_999)}",
        "country": country if chance(lot, 80) else None,
        "expiry": f"{lot.randint(2001, 2030)}/01/31" if chance(lot, 30) else None,
    }
