"""The referrals that are worked to their end, or half-way, with what must come of each."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from deploy.demo import stories
from deploy.demo.bodies import Json, Writer
from deploy.demo.charges import charges
from deploy.demo.people import MARKS, Matter
from deploy.demo.places import TOWNS
from deploy.demo.referrals import SEED, Ending, Invented
from deploy.demo.scenarios import Scenario
from deploy.demo.voices import LANDS, Land

Acts = Callable[[Matter], Awaitable[None]]

FIRST_NUMBER = 1000
"""Above the numbers of the other referrals, so that no reference is there twice."""


@dataclass(frozen=True, slots=True)
class Story:
    """One referral's way: where it begins, what is done with it, and what must come of that."""

    title: str
    land: str
    category: str
    offices: tuple[str, ...]
    """Those that it is tied to, the lead first; none: it waits at the desk of its requester."""
    acts: Acts
    state: str
    """Where the requester sees it at the end."""
    clock: str
    """What its clock does at the end: it runs, it stands still, or why it ended."""
    receipts: tuple[str, ...]
    """What is proved in the end, beyond that it came in and was routed."""
    charge: Json | None = None
    flags: tuple[str, ...] = ()


_TAKEN = ("DELIVERY", "RETRIEVAL")

STORIES = (
    Story(
        "answered in part, then in full",
        "IT",
        "bulk-cash",
        ("SAC-BOS",),
        stories.answered_twice,
        "closed",
        "answered",
        (*_TAKEN, "ANSWERED", "ANSWERED", "CLOSED"),
    ),
    Story(
        "searched, and nothing found",
        "GR",
        "narcotics-smuggling",
        ("SAC-CHI",),
        stories.nothing_found,
        "closed",
        "answered",
        (*_TAKEN, "ANSWERED", "CLOSED"),
    ),
    Story(
        "a question back, answered",
        "MX",
        "export-control",
        ("SAC-HOU",),
        stories.asked_back,
        "answered",
        "answered",
        (*_TAKEN, "ANSWERED"),
    ),
    Story(
        "a question back, still open",
        "CN",
        "ipr-theft",
        ("SAC-SEA",),
        stories.still_asked,
        "returned",
        "stands still: question_back",
        _TAKEN,
    ),
    Story(
        "handed on: the subject moved",
        "CO",
        "money-laundering",
        ("SAC-MIA",),
        stories.handed_on,
        "closed",
        "answered",
        (*_TAKEN, *_TAKEN, "ANSWERED", "CLOSED"),
    ),
    Story(
        "declined as wrong office, placed by a desk",
        "DE",
        "trade-fraud",
        ("SAC-DEN",),
        stories.wrong_office,
        "accepted",
        "runs",
        (*_TAKEN, *_TAKEN),
    ),
    Story(
        "declined, and sent back with the ground",
        "ZA",
        "wildlife-trafficking",
        ("SAC-DAL",),
        stories.declined,
        "sent_back",
        "sent_back",
        (*_TAKEN, "RELAY_REJECTION"),
    ),
    Story(
        "in triage, placed by a desk",
        "EG",
        "stolen-vehicles-cargo",
        (),
        stories.placed_by_a_desk,
        "accepted",
        "runs",
        _TAKEN,
    ),
    Story(
        "flagged, released by two people",
        "PH",
        "gangs",
        ("SAC-LAX",),
        stories.released_by_two,
        "accepted",
        "runs",
        _TAKEN,
        {"text": "Illegal assembly", "language": "en"},
        ("repression",),
    ),
    Story(
        "told of a delay",
        "IN",
        "financial-fraud",
        ("SAC-EWR",),
        stories.told_of_a_delay,
        "accepted",
        "runs",
        _TAKEN,
    ),
    Story(
        "paused while a court decides",
        "PL",
        "human-smuggling",
        ("SAC-TPA",),
        stories.a_court_decides,
        "accepted",
        "stands still: judicial_leave",
        _TAKEN,
    ),
    Story(
        "added to by its requester, then answered",
        "CA",
        "stolen-vehicles-cargo",
        ("SAC-DET",),
        stories.added_to,
        "answered",
        "answered",
        (*_TAKEN, "ANSWERED"),
    ),
    Story(
        "answered by lead and supporting office",
        "JM",
        "contraband-smuggling",
        ("SAC-BAL", "SAC-LAX"),
        stories.supported,
        "closed",
        "answered",
        (*_TAKEN, "ANSWERED", "ANSWERED", "CLOSED"),
    ),
    Story(
        "taken over; the old token is refused",
        "JP",
        "export-control",
        ("SAC-STP",),
        stories.taken_over,
        "accepted",
        "runs",
        _TAKEN,
    ),
    Story(
        "recalled, and erased by all",
        "BR",
        "document-benefit-fraud",
        ("SAC-SAN",),
        stories.withdrawn_and_erased,
        "withdrawn",
        "recalled",
        (*_TAKEN, "RECALLED", "ERASED"),
    ),
    Story(
        "recalled, and kept by one for its case",
        "UA",
        "bulk-cash",
        ("SAC-PHL",),
        stories.withdrawn_and_kept,
        "withdrawn",
        "recalled",
        (*_TAKEN, "RECALLED"),
    ),
)


def more_referrals(today: date, seed: int = SEED) -> list[tuple[Invented, Story | None]]:
    """Invent those that state only a charge, and those that are worked, each of these with its story."""
    writer = Writer(random.Random(seed), today, FIRST_NUMBER)
    told: list[tuple[Scenario, Story | None]] = [(scenario, None) for scenario in charges(writer)]
    told += [(_scenario(writer, story), story) for story in STORIES]
    return [(_invented(number, scenario), story) for number, (scenario, story) in enumerate(told)]


def _scenario(writer: Writer, story: Story) -> Scenario:
    land = next(land for land in LANDS if land.code == story.land)
    body = writer.body(land, (story.category,), _nexus(writer, story)) | {"marks": MARKS}
    # Nothing that is worked may be late before somebody has taken it.
    body["urgency"] = {"level": "U2"}
    if story.charge is not None:
        body["offences"] = [{"category": story.category, "charge": story.charge}]
    return Scenario(story.title, body, _queue(story, land), triage=_waits(story), flags=story.flags)


def _nexus(writer: Writer, story: Story) -> list[Json]:
    towns = [next(town for town in TOWNS if town.office == office) for office in story.offices]
    kinds = ("person_location", "destination_address")
    return [writer.at_town(kind, town) for kind, town in zip(kinds, towns, strict=False)] or [{"kind": "none"}]


def _waits(story: Story) -> bool:
    return bool(story.flags) or not story.offices


def _queue(story: Story, land: Land) -> str:
    return land.desk if _waits(story) else story.offices[0]


def _invented(number: int, scenario: Scenario) -> Invented:
    return Invented(
        scenario.title,
        f"demo-more-{number:02d}",
        scenario.body,
        Ending.ACCEPTED,
        queue=scenario.queue,
        triage=scenario.triage,
        flags=scenario.flags,
        category=scenario.category,
    )
