"""Ways to spoil a sound body, each with the codes with which it must be refused."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Json = dict[str, Any]
Spoil = Callable[[Json], object]

SPOILS: tuple[tuple[str, Spoil, tuple[str, ...]], ...] = (
    ("an unknown field", lambda body: body.update(priority="high"), ("unknown_field",)),
    ("an unknown mark field", lambda body: body["marks"].update(colour="red"), ("unknown_field",)),
    ("a number for a text", lambda body: body.update(narrative=12345), ("wrong_type",)),
    ("a text for a list", lambda body: body.update(offences="smuggling"), ("wrong_type",)),
    ("an unknown category", lambda body: body.update(offences=[{"category": "jaywalking"}]), ("unknown_value",)),
    ("an unknown country", lambda body: body["requester"].update(country="ZZ"), ("unknown_country",)),
    ("a country of the past", lambda body: body["requester"].update(country="YU"), ("historic_country",)),
    ("urgent without a ground", lambda body: body.update(urgency={"level": "U0"}), ("urgency_ground_missing",)),
    (
        "a ground without urgency",
        lambda body: body.update(urgency={"level": "U3", "ground": "evidence_loss"}),
        ("urgency_ground_without_urgency",),
    ),
    (
        "by the NCB channel from a non-member",
        lambda body: body["requester"].update(country="TW", channel="ncb"),
        ("ncb_from_non_member",),
    ),
    (
        "by the NCB channel from a territory",
        lambda body: body["requester"].update(country="GI", channel="ncb"),
        ("ncb_from_non_member",),
    ),
    ("no handling code", lambda body: body["marks"].pop("handling"), ("missing",)),
    ("no narrative", lambda body: body.pop("narrative"), ("missing",)),
    ("no link", lambda body: body.pop("link"), ("link_missing",)),
    ("no offence", lambda body: body.update(offences=[]), ("offence_missing",)),
    (
        "a section of another title",
        lambda body: body.update(offences=[{"section": "21 USC 841"}]),
        ("title_outside_list",),
    ),
    ("no section at all", lambda body: body.update(offences=[{"section": "the usual one"}]), ("section_unreadable",)),
    ("a nexus to nowhere", lambda body: body.update(nexus=[{"kind": "person_location"}]), ("nexus_empty",)),
    (
        "a tie known only in the future",
        lambda body: body.update(nexus=[{"kind": "goods_entry", "place": {"gateway": "JFK"}, "as_of": "2999-01-01"}]),
        ("date_in_future",),
    ),
    ("an impossible birth", lambda body: body["subjects"][0].update(birth="1980-02-31"), ("impossible_date",)),
    ("an unknown recipient", lambda body: body["marks"].update(release_to=["SAC-XYZ"]), ("unknown_recipient",)),
    ("a control character", lambda body: body.update(narrative="Bell\u0007"), ("control_character",)),
    (
        "several faults at once",
        lambda body: (body.update(urgency={"level": "U1"}, purpose="curiosity", extra=1), body.pop("link")),
        ("link_missing", "unknown_field", "unknown_value", "urgency_ground_missing"),
    ),
)


def spoiled(body: Json, spoil: Spoil) -> Json:
    """Give a spoiled copy."""
    copy = deepcopy(body)
    spoil(copy)
    return copy
