"""Whatever a timeline tells, however it is cut into pages: the chain is whole, valid, and proves each thing once."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.referrals.evidence.page import write_page
from services.referrals.evidence.stages import EACH_TIME, Stage
from services.referrals.evidence.verify import verify
from tests.support.evidence import SIGNER, WAITS, at, bundle, noted, reading, receipts, record

OFFICES = st.sampled_from(["SAC-BOS", "SAC-NYC", "SAC-CHI"])
DESKS = st.sampled_from(["EUR", "ASIA"])
ROLES = st.sampled_from(["lead", "supporting", "copy", "triage"])
MINUTES = st.floats(0, 120, allow_nan=False).map(lambda minutes: round(minutes, 3))


def told(type_: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Tell one thing at any time, with any of its fields."""
    return st.builds(
        lambda minutes, number, more: noted(type_, minutes, number, **more),
        MINUTES,
        st.integers(1, 9),
        st.fixed_dictionaries(fields),
    )


ENTRIES = st.one_of(
    told("routed", office=OFFICES),
    told("sent-to-triage", desk=DESKS),
    told("rerouted", office=st.none() | OFFICES, desk=DESKS),
    told("sent-back", desk=DESKS),
    told("queued", office=OFFICES, role=ROLES),
    told("claimed", office=OFFICES, role=ROLES, inside=st.just({"item_id": "i"})),
    told("answered", office=OFFICES, role=ROLES, released=st.booleans()),
    told("closed", office=OFFICES, role=ROLES, closed_because=st.sampled_from(["done", "placed_elsewhere"])),
    told("deadline-missed", office=OFFICES, step=st.sampled_from(["acknowledge", "assign", "answer"])),
    told("snoozed", office=OFFICES, hidden=st.just(True)),
    told("recalled"),
    told("erased"),
)


@settings(max_examples=150, deadline=None)
@given(
    timeline=st.lists(ENTRIES, max_size=14),
    cuts=st.lists(st.integers(0, 14), max_size=4),
    read=st.integers(0, 3),
    opened=st.booleans(),
)
def test_any_timeline_in_any_pages_is_one_valid_chain(timeline, cuts, read, opened):
    whole = record(*timeline)
    entries = []

    for number, (_, end) in enumerate(pairwise([0, *sorted(cuts), len(timeline)])):
        stored = {**whole, "timeline": whole["timeline"][: end + 1]}
        readings = [reading(number * 10 + one) for one in range(read)]
        page = write_page(stored, readings, SIGNER, WAITS, at(20 * (number + 1)))
        if page is not None:
            entries += page.entries
            whole["custody"] = page.standing.kept()

    verdict = verify(bundle(entries, opened=opened), SIGNER.jwks)
    assert verdict.valid, verdict.sentence
    events = [entry for entry in entries if entry["kind"] == "event"]
    assert len(events) == 1 + len(timeline)
    once = [
        (claims["stage"], claims["actor"]) for claims in receipts(entries) if Stage(claims["stage"]) not in EACH_TIME
    ]
    assert len(once) == len(set(once))
    assert next(claims["rank"] for claims in receipts(entries)) == 1
