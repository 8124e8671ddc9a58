"""The stories of the demonstration: where each begins, who does what, and what must come of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from deploy.demo import stories
from deploy.demo.bodies import Json
from deploy.demo.matter import Matter

Acts = Callable[[Matter], Awaitable[None]]


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
