"""What offices and originators do with a decided referral, as routing hears of it on a real MongoDB."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from runtime.store import Store, Work
from schemas.events import ItemDeclined, ItemTransferAsked, ReferralRecalled, ReferralSupplemented
from services.routing.office_handlers import (
    end_recalled,
    hand_referral_on,
    hold_to_what_was_added,
    take_declined_back,
)
from tests.integration.test_desk import NOW, OPEN, PUBLISHER, RULESET, Desk, a_message, desk
from tests.support.office import NobodyListens

__all__ = ["desk"]

HERE = {"kind": "person_location", "place": {"zip": "02108"}}


async def heard(desk: Desk, event: Any, handler: Callable[..., Any], **needs: Any) -> None:
    """Handle an event as the consumer does."""
    store = Store(desk.database, PUBLISHER, NobodyListens())
    work = Work(message=a_message(event), now=NOW)
    reading = handler(event, work, **needs)
    if reading is not None:
        await reading
    write = store.write_at_one_moment if work.at_one_moment else store.write
    await write(store.prepared(work))


def of_rules(desk: Desk) -> dict[str, Any]:
    return {"rules_on": lambda day: RULESET, "decisions": desk.decisions}


def item(referral: str, decision: int = 1, office: str = "SAC-BOS", role: str = "lead") -> dict[str, Any]:
    item_id = f"{referral}.{office}"
    return {"referral_id": referral, "item_id": item_id, "office": office, "role": role, "decision": decision}


def asked(referral: str, to: str = "SAC-SAT", **changes: Any) -> ItemTransferAsked:
    return ItemTransferAsked(**item(referral, **changes), to=to, ground="subject_moved", asked_by="B-7", asked_at=NOW)


def declined(
    referral: str, ground: str = "wrong_office", numbers: tuple[int, ...] = (), **changes: Any
) -> ItemDeclined:
    return ItemDeclined(**item(referral, **changes), ground=ground, offence_numbers=numbers, declined_at=NOW)


async def test_a_referral_goes_to_the_office_it_is_handed_to_and_once(desk):
    referral = await desk.routed(nexus=[HERE])

    for _ in range(2):
        await heard(desk, asked(referral), hand_referral_on, **of_rules(desk))

    document = await desk.document(referral)
    assert (document["holder"], len(document["placements"])) == ("SAC-SAT", 1)
    [(_, _, _), (sequence, name, told)] = await desk.told(referral)
    assert (sequence, name, told["office"], told["previous"]) == (2, "rerouted", "SAC-SAT", "SAC-BOS")
    assert (told["cause"], told["placed_by"], told["leaves"]) == ("transferred", "B-7", ["SAC-BOS"])


async def test_one_that_may_not_go_there_is_told_to_stay(desk):
    referral = await desk.routed(nexus=[HERE])

    await heard(desk, asked(referral, "SAC-XXX"), hand_referral_on, **of_rules(desk))

    assert (await desk.document(referral))["holder"] == "SAC-BOS"
    [_, (_, name, told)] = await desk.told(referral)
    assert (name, told["office"], told["ground"], told["leaves"]) == ("rerouted", "SAC-BOS", "release_refused", [])


async def test_a_desk_that_was_first_is_not_overruled(desk):
    referral = await desk.routed(nexus=[HERE])
    await desk.act(referral, "move", staff="ana-1", desk="EUR", ground="wrong_office")

    await heard(desk, asked(referral), hand_referral_on, **of_rules(desk))
    await heard(desk, declined(referral), take_declined_back, **of_rules(desk))

    document = await desk.document(referral)
    assert (document["holder"], len(document["placements"])) == ("EUR", 1)


async def test_what_its_lead_declines_is_at_the_desk_and_that_office_is_not_suggested(desk):
    referral = await desk.routed(nexus=[HERE, {"kind": "phone", "place": {"zip": "78040"}}])

    await heard(desk, declined(referral), take_declined_back, **of_rules(desk))

    case = (await desk.case(referral)).json()
    assert [office["office"] for office in case["suggestions"]["offices"]] == ["SAC-SAT"]
    assert case["suggestions"]["also_owed_word"] == ["SAC-SAT", "BCSC", "TTU"]
    assert case["grounds"] == ["wrong_office"]
    assert case["decision"]["holder"] == "EUR"


@pytest.mark.parametrize("changes", [{"numbers": (0,)}, {"role": "supporting", "office": "SAC-SAT"}])
async def test_a_part_or_a_helper_that_declines_leaves_the_lead_alone(desk, changes):
    referral = await desk.routed(nexus=[HERE])

    await heard(desk, declined(referral, **changes), take_declined_back, **of_rules(desk))

    assert (await desk.document(referral))["placements"] == []


async def test_a_recalled_referral_is_placed_by_nobody_any_more(desk):
    referral = await desk.routed(flags=["article_3"])
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed")
    recall = ReferralRecalled(referral_id=referral, ground="sent_in_error", recalled_at=NOW)

    for _ in range(2):
        await heard(desk, recall, end_recalled)
    answers = [
        await desk.act(referral, "confirm", staff="ben-2"),
        await desk.act(referral, "assign", staff="ben-2", office="SAC-SAT", ground="nexus_confirmed"),
        await desk.act(referral, "reroute", staff="ben-2", ground="rules_changed"),
    ]

    listed = (await desk.client.get("/v1/triage", params={"desk": "EUR"})).json()["referrals"]
    document = await desk.document(referral)
    assert (document["standing"], document["holder"], listed) == ("recalled", None, [])
    assert [answer.json()["code"] for answer in answers] == ["nothing_awaited", "recalled", "recalled"]
    assert [name for _, name, _ in await desk.told(referral)] == ["sent-to-triage"]


async def test_what_was_recalled_before_it_was_decided_is_never_decided(desk):
    referral, other = uuid7(), uuid7()
    await heard(desk, ReferralRecalled(referral_id=referral, ground="sent_in_error", recalled_at=NOW), end_recalled)

    for referral_id in (referral, other):
        await desk.routed(referral_id=referral_id, received_at=NOW - timedelta(days=1))

    assert await desk.document(str(referral)) is None
    assert await desk.document(str(other)) is not None


async def test_nothing_is_merged_into_a_recalled_referral(desk):
    recalled, other = await desk.routed(), await desk.routed()
    await heard(desk, ReferralRecalled(referral_id=recalled, ground="data_wrong", recalled_at=NOW), end_recalled)

    answer = await desk.act(other, "merge", staff="ana-1", into=recalled)

    assert (answer.status_code, answer.json()["code"]) == (409, "target_recalled")


def added(referral: str, number: int = 2, **changes: Any) -> ReferralSupplemented:
    said = {"kind": "supplement", "supplemented_at": NOW, "urgency": "U2", "marks": OPEN}
    return ReferralSupplemented(referral_id=referral, number=number, **(said | changes))


@pytest.mark.parametrize(
    ("changes", "grounds"),
    [
        ({"flags": ["article_3"]}, ["article_3"]),
        ({"marks": {"tlp": "GREEN", "handling": ["H2"]}}, ["consent_missing"]),
        ({"marks": {"tlp": "GREEN", "handling": ["H0"], "release_to": ["SAC-SAT"]}}, ["facts_changed"]),
    ],
)
async def test_what_a_supplement_would_have_held_back_comes_to_the_desk_once(desk, changes, grounds):
    referral = await desk.routed(nexus=[HERE])

    for _ in range(2):
        await heard(desk, added(referral, **changes), hold_to_what_was_added, **of_rules(desk))

    document = await desk.document(referral)
    assert (document["standing"], document["holder"], document["now"]["grounds"]) == ("triage", "EUR", grounds)
    [_, (sequence, name, told)] = await desk.told(referral)
    assert (sequence, name, told["office"], told["previous"], told["proposed"]) == (
        2,
        "rerouted",
        None,
        "SAC-BOS",
        "SAC-BOS",
    )
    assert (told["cause"], told["ground"]) == ("called_back", "facts_changed")


async def test_a_supplement_without_anything_to_look_at_leaves_an_office_alone_and_raises_the_urgency(desk):
    referral = await desk.routed(nexus=[HERE])

    await heard(desk, added(referral, urgency="U1"), hold_to_what_was_added, **of_rules(desk))
    await heard(desk, added(referral, 3, urgency="U2"), hold_to_what_was_added, **of_rules(desk))
    await heard(desk, asked(referral), hand_referral_on, **of_rules(desk))

    [_, (_, _, told)] = await desk.told(referral)
    assert (told["office"], told["urgency"]) == ("SAC-SAT", "U1")


async def test_no_single_person_lets_out_at_a_desk_what_a_supplement_has_flagged(desk):
    referral = await desk.routed()
    await heard(desk, added(referral, flags=["article_3"]), hold_to_what_was_added, **of_rules(desk))

    case = (await desk.case(referral)).json()
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed")
    asked_for = await desk.document(referral)
    await desk.act(referral, "confirm", staff="ben-2")
    await heard(desk, asked(referral, "SAC-BOS", decision=2, office="SAC-SAT"), hand_referral_on, **of_rules(desk))

    document = await desk.document(referral)
    assert "article_3" in case["grounds"]
    assert (asked_for["holder"], "release" in asked_for) == ("EUR", True)
    assert (document["holder"], document["placements"][-1]["ground"]) == ("SAC-SAT", "release_refused")


async def test_what_awaits_a_second_person_is_void_when_marks_get_stricter(desk):
    referral = await desk.routed(flags=["article_3"])
    await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed")

    stricter = {"tlp": "AMBER", "handling": ["H2"]}
    await heard(desk, added(referral, marks=stricter, flags=["article_3"]), hold_to_what_was_added, **of_rules(desk))
    confirmed = await desk.act(referral, "confirm", staff="ben-2")
    again = await desk.act(referral, "assign", staff="ana-1", office="SAC-SAT", ground="flag_reviewed")

    assert confirmed.json()["code"] == "nothing_awaited"
    assert again.status_code == 422


async def test_a_reroute_by_rules_counts_the_flags_that_were_added(desk):
    referral = await desk.routed(nexus=[HERE])
    await heard(desk, added(referral, flags=["minor_subject"]), hold_to_what_was_added, **of_rules(desk))

    await desk.act(referral, "reroute", staff="ana-1", ground="facts_changed")

    document = await desk.document(referral)
    assert (document["standing"], document["now"]["grounds"]) == ("triage", ["minor_subject"])
