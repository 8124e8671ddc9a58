"""Who may say what about a referral: its requester adds, answers and recalls; offices ask and answer."""

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import Header

from runtime.http import Problem
from runtime.mongo import Document
from schemas.vocabulary.offices import QUEUES
from services.referrals.countries import COUNTRIES
from services.referrals.faults import Fault, fault

NOT_SAID = "not said"

_READER = re.compile(r"([A-Z0-9-]{2,12})/[A-Za-z0-9_.-]{1,40}")

ReaderHeader = Annotated[
    str | None,
    Header(alias="Dragoman-Reader", max_length=60, description="Who reads: office or country, and staff id."),
]


def office_faults(office: str) -> Iterator[Fault]:
    """Find whether somebody speaks for an office that there is not."""
    if office not in QUEUES:
        yield fault("unknown_office", "/office")


def only_its_requester(record: Document, country: str) -> None:
    """Refuse whoever is not of the country that the referral came from."""
    if record["summary"]["country"] != country:
        raise Problem(
            403,
            "not_the_requester",
            "Only the requester of this referral may do this",
            detail="The country given is not the one that the referral came from.",
        )


def not_by_its_requester(record: Document) -> None:
    """Refuse what the notice alone does, by which a referral stands and falls."""
    if "notice" in record:
        raise Problem(
            409,
            "follows_its_notice",
            "This referral follows the INTERPOL notice that it rests on",
            detail="What changes or ends its notice comes by the NCB feed, and changes or recalls the referral.",
        )


def read_reader(header: str | None) -> str:
    """Give who reads, as the record of readings keeps it."""
    if header is None:
        return NOT_SAID
    match = _READER.fullmatch(header)
    if match is None or match[1] not in QUEUES | COUNTRIES:
        raise Problem(
            400,
            "reader_malformed",
            "The Dragoman-Reader header does not say who reads",
            detail="Write an office or a country, a slash and a staff id, such as SAC-BOS/B-2207.",
        )
    return header
