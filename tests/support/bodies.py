"""Sound referrals that no other has the reference of, made from those of the demonstration."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from functools import cache
from itertools import count, cycle
from typing import Any

from deploy.demo.referrals import Ending, Invented, invented_referrals


@cache
def _sound(seed: int | None = None) -> tuple[Invented, ...]:
    given = {} if seed is None else {"seed": seed}
    return tuple(one for one in invented_referrals(date.today(), 200, **given) if one.ending is Ending.ACCEPTED)


def sound_bodies(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Give one accepted body after another, of every kind, without end."""
    for number, one in zip(count(), cycle(_sound(seed)), strict=False):
        body = deepcopy(one.body)
        body["requester"]["reference"] = f"TEST-{seed}-{number}"
        yield body


def body_for(office: str) -> dict[str, Any]:
    """Give a body that routing puts into a given office's queue to lead."""
    return deepcopy(next(one for one in _sound() if one.queue == office and not one.triage).body)


def as_bytes(body: object) -> bytes:
    """Write a body as it is sent."""
    return json.dumps(body, ensure_ascii=False).encode()
