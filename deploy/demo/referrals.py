"""The referrals of the demonstration: always the same ones for a seed and a day, and how each must end."""

import random
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from deploy.demo.bodies import Json, Writer
from deploy.demo.scenarios import Scenario, plain, scenarios

SEED = 20090505
"""The day on which the page that this system grew from was archived."""

REPEATS = 9


class Ending(StrEnum):
    """How a POST must end."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SAME_ANSWER = "same_answer"
    KEY_REUSED = "key_reused"


@dataclass(frozen=True, slots=True)
class Invented:
    """One POST: what is sent, and what must come of it."""

    title: str
    idempotency_key: str
    body: Json
    ending: Ending
    codes: tuple[str, ...] = ()
    """With which codes it is refused."""
    queue: str | None = None
    """Where it must wait: an office, a programme, or a desk."""
    triage: bool = False
    """Whether a person at that desk must decide where it goes."""
    flags: tuple[str, ...] = ()
    category: str | None = None
    """What its charge must be read as, if it states nothing else."""
    repeats: int | None = None
    """Which earlier one of the list it repeats; to be sent after that one was answered."""


def invented_referrals(today: date, count: int = 200, seed: int = SEED) -> list[Invented]:
    """Invent referrals; from 200 on there is one of every kind we know."""
    chance = random.Random(seed)
    writer = Writer(chance, today)
    found = list(scenarios(writer))
    chance.shuffle(found)
    repeats = min(REPEATS, count // 10)
    first = found[: count - repeats]
    first += [plain(writer, number) for number in range(count - repeats - len(first))]
    sent = [_first(number, scenario) for number, scenario in enumerate(first)]
    accepted = [number for number, one in enumerate(sent) if one.ending is Ending.ACCEPTED]
    for place in sorted(chance.sample(accepted, repeats)):
        sent.append(_again(sent[place], place, same_body=len(sent) % 3 != 0))
    return sent


def _first(number: int, scenario: Scenario) -> Invented:
    return Invented(
        scenario.title,
        f"demo-{number:04d}",
        scenario.body,
        Ending.REFUSED if scenario.codes else Ending.ACCEPTED,
        scenario.codes,
        scenario.queue,
        scenario.triage,
        scenario.flags,
    )


def _again(earlier: Invented, place: int, *, same_body: bool) -> Invented:
    if same_body:
        return Invented(
            f"{earlier.title}, sent twice",
            earlier.idempotency_key,
            earlier.body,
            Ending.SAME_ANSWER,
            queue=earlier.queue,
            triage=earlier.triage,
            flags=earlier.flags,
            repeats=place,
        )
    return Invented(
        f"{earlier.title}, its key used again",
        earlier.idempotency_key,
        earlier.body | {"narrative": "Another text under a key that was used."},
        Ending.KEY_REUSED,
        repeats=place,
    )
