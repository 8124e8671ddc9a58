"""Referrals beside the first 200: those that state only a charge, and those that are worked."""

import random
from datetime import date

from deploy.demo.bodies import Json, Writer
from deploy.demo.charges import charges
from deploy.demo.people import MARKS
from deploy.demo.places import TOWNS
from deploy.demo.referrals import SEED, Ending, Invented
from deploy.demo.scenarios import Scenario
from deploy.demo.voices import LANDS, Land
from deploy.demo.worked import STORIES, Story

FIRST_NUMBER = 1000
"""Above the numbers of the other referrals, so that no reference is there twice."""


def added_referrals(today: date, seed: int = SEED) -> list[tuple[Invented, Story | None]]:
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
        f"demo-added-{number:02d}",
        scenario.body,
        Ending.ACCEPTED,
        queue=scenario.queue,
        triage=scenario.triage,
        flags=scenario.flags,
        category=scenario.category,
    )
