"""Bodies of invented referrals, put together from their parts."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.demo.places import Town
from deploy.demo.voices import AGENCIES, VOICES, Land, Voice

Json = dict[str, Any]

KINDS_OF_REQUEST = {
    "cultural-property": ("cultural_property_return", "return_of_property"),
    "money-laundering": ("asset_tracing", "asset_recovery"),
    "corruption-proceeds": ("asset_tracing", "asset_recovery"),
    "document-benefit-fraud": ("document_examination", "criminal_investigation"),
    "document-printers": ("document_examination", "criminal_investigation"),
    "repatriation": ("repatriation_support", "administrative_removal"),
    "foreign-fugitive": ("fugitive", "location_and_arrest"),
    "third-country-fugitive": ("fugitive", "location_and_arrest"),
    "extradition-to-us": ("fugitive", "prosecution"),
    "visa-vetting": ("visa_vetting", "visa_decision"),
    "missing-abducted": ("person_location", "location_of_missing_person"),
    "victim-witness-help": ("victim_witness_help", "victim_protection"),
    "human-rights": ("information", "prosecution"),
    "terrorism": ("biometric_check", "prevention_of_crime"),
}
"""What a requester would usually ask for in a category; otherwise help with an investigation."""

SECTIONS = {
    "human-smuggling": "8 USC 1324",
    "money-laundering": "18 U.S.C. § 1956(a)(1)",
    "bulk-cash": "31 USC 5332",
    "export-control": "50 USC 4819",
    "trade-fraud": "19 USC 1592",
    "conventional-arms": "22 USC 2778",
    "cultural-property": "19 USC 2609",
    "narcotics-smuggling": "49 USC 46306",
}

GROUNDS = ("public_safety", "life_or_integrity", "liberty_decision", "evidence_loss")


@dataclass(slots=True)
class Writer:
    """Writes the parts of bodies from one stream of chance, so that a seed gives the same bodies again."""

    chance: random.Random
    today: date
    written: int = 0

    def body(self, land: Land, categories: tuple[str, ...], nexus: list[Json]) -> Json:
        """Write a whole, sound body."""
        self.written += 1
        voice = VOICES[land.language]
        request_type, purpose = KINDS_OF_REQUEST.get(
            categories[0], ("investigative_assistance", "criminal_investigation")
        )
        body = {
            "requester": self.requester(land),
            "request_type": request_type,
            "urgency": self.urgency(),
            "purpose": purpose,
            "link": "The subject is named in the papers of the inquiry as the one who arranged it.",
            "offences": [self.offence(category, voice) for category in categories],
            "subjects": [self.person(voice, land.code)],
            "nexus": nexus,
            "language": voice.language,
            "narrative": voice.narrative,
            "marks": self.marks(),
        }
        if voice.translation is not None:
            body["narrative_translation"] = voice.translation
        return body

    def requester(self, land: Land) -> Json:
        """Write who asks; every agency is a test agency."""
        return {
            "country": land.code,
            "agency": f"Test {self.chance.choice(AGENCIES)} of {land.name}",
            "channel": self.chance.choice(("attache", "attache", "attache", "direct", "ncb")),
            "reference": f"TEST-{land.code}-{self.today.year}-{self.written:04d}",
        }

    def urgency(self) -> Json:
        """Choose how soon, mostly not at once."""
        level = self.chance.choice(("U0", "U1", "U1", "U2", "U2", "U2", "U3", "U3"))
        if level in ("U0", "U1"):
            return {"level": level, "ground": self.chance.choice(GROUNDS)}
        return {"level": level}

    def marks(self) -> Json:
        """Choose marks that let a referral go out by itself."""
        return {
            "tlp": self.chance.choice(("TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN", "TLP:WHITE", "AMBER")),
            "handling": self.chance.choice((["H0"], ["H1"], ["H0", "H1"])),
        }

    def offence(self, category: str, voice: Voice) -> Json:
        """State a category, now and then with its US section or the charge as written."""
        offence: Json = {"category": category}
        if category in SECTIONS and self.chance.random() < 0.5:
            offence["section"] = SECTIONS[category]
        if self.chance.random() < 0.5:
            offence["charge"] = {
                "text": voice.charge,
                "language": voice.language,
                "translation": voice.charge_in_english,
            }
        return offence

    def person(self, voice: Voice, country: str, role: str = "suspect") -> Json:
        """Invent a grown person, with as much of a date of birth as police files have."""
        name, transliteration = self.chance.choice(voice.names)
        year, month, day = (
            self.today.year - self.chance.randint(25, 60),
            self.chance.randint(1, 12),
            1 + self.written % 28,
        )
        birth = self.chance.choice(
            (f"{year}", f"{year}-{month:02d}", f"{year}-{month:02d}-{day:02d}", f"{year}/{month:02d}/00")
        )
        return {
            "type": "person",
            "role": role,
            "names": [{"text": name, "script": voice.script, "transliteration": transliteration}],
            "birth": birth,
            "sex": self.chance.choice(("female", "male", "unknown")),
            "nationalities": [country],
            "identifiers": [
                {"kind": "passport", "value": f"TEST{self.written:06d}", "country": country},
                {"kind": "email", "value": f"person{self.written}@example.org"},
            ],
        }

    def days_ago(self, days: int) -> str:
        """Write a day relative to today."""
        return (self.today - timedelta(days=days)).isoformat()

    def recent(self) -> str:
        """Write a day that is recent enough to weigh in full."""
        return self.days_ago(self.chance.randint(1, 20))

    def at_town(self, kind: str, town: Town, *evidence: str) -> Json:
        """Tie to a town; the address is an example."""
        nexus: Json = {
            "kind": kind,
            "place": {"state": town.state, "county": town.county, "city": town.city, "zip": town.zip},
            "as_of": self.recent(),
            "detail": f"{100 + self.written} Example Street, {town.city}",
        }
        if evidence:
            nexus["evidence"] = list(evidence)
        return nexus

    def at_gateway(self, kind: str, gateway: str, *evidence: str) -> Json:
        """Tie to an airport, a port or a crossing."""
        nexus: Json = {"kind": kind, "place": {"gateway": gateway}, "as_of": self.recent()}
        if evidence:
            nexus["evidence"] = list(evidence)
        if kind == "conveyance_arrival":
            nexus["eta"] = f"{(self.today + timedelta(days=1)).isoformat()}T14:30:00Z"
            nexus["detail"] = f"Flight XX{self.written:04d}"
        return nexus

    def in_us_case(self, office: str, *, deconflicted: bool) -> Json:
        """Tie to a case that an office has already."""
        return {
            "kind": "existing_us_case",
            "owner_office": office,
            "deconflicted": deconflicted,
            "as_of": self.recent(),
            "detail": f"Test case TC-{self.written:05d}",
        }
