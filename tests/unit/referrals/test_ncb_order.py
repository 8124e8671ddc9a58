"""Which message of a notice counts, in whatever order they come."""

from datetime import timedelta
from itertools import permutations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from schemas.notices import NoticeAuthority
from services.referrals.ncb.message import MessageKind
from services.referrals.ncb.order import ENDS, OWNERS_ALONE, authority_of, is_overtaken, position_of, rivals_of
from services.referrals.ncb.reading import read_message
from tests.support.ncb import BODY, SENT, line, said

REPLIED = {"valid": True, "as_of": SENT.isoformat()}


def message(kind, at=0.0, **more):
    more |= {"notice": BODY} if kind in ("notice", "diffusion", "update") else {}
    more |= REPLIED if kind == "reply" else {}
    return read_message(line(said(kind, at, **more)), SENT + timedelta(days=30))


def counted(messages):
    """What counts in the end of messages that come in some order."""
    newest = {}
    for each in messages:
        rivals = [newest[kind] for kind in rivals_of(each.kind) if kind in newest]
        if not is_overtaken(each, max(rivals, default=None)):
            newest[each.kind] = position_of(each)
    ended = any(kind in ENDS for kind in newest)
    return ended, [max((newest[k] for k in rivals_of(kind) if k in newest), default=None) for kind in MessageKind]


@given(st.lists(st.tuples(st.sampled_from([*MessageKind]), st.integers(0, 3)), min_size=1, max_size=5))
def test_in_whatever_order_messages_come_the_same_counts_in_the_end(said_at):
    messages = [message(kind.value, at) for kind, at in said_at]

    outcomes = [counted(order) for order in permutations(messages)]

    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_an_older_update_is_overtaken_and_a_newer_one_is_not():
    newest = position_of(message("diffusion", 5))

    assert is_overtaken(message("update", 4), newest)
    assert not is_overtaken(message("update", 6), newest)
    assert not is_overtaken(message("update", 4), None)


def test_two_of_one_moment_are_ordered_by_their_ids():
    one, other = message("update", message_id="A"), message("update", message_id="B")

    assert is_overtaken(one, position_of(other))
    assert not is_overtaken(other, position_of(one))


def test_what_is_said_of_its_standing_takes_nothing_from_its_content():
    assert rivals_of(MessageKind.SUSPENSION).isdisjoint(rivals_of(MessageKind.UPDATE))


@pytest.mark.parametrize("kind", ENDS)
def test_nothing_takes_an_end_away(kind):
    assert rivals_of(kind) == frozenset()


def test_what_stops_a_notice_is_believed_of_anybody():
    assert {MessageKind.SUSPENSION, *ENDS}.isdisjoint(OWNERS_ALONE)


@pytest.mark.parametrize(
    ("kind", "authority"),
    [
        ("withdrawal", NoticeAuthority.SOURCE_NCB),
        ("cancellation", NoticeAuthority.GENERAL_SECRETARIAT),
        ("deletion", NoticeAuthority.CCF),
        ("suspension", NoticeAuthority.SOURCE_NCB),
    ],
)
def test_who_said_it_is_who_usually_does_if_the_message_does_not_say(kind, authority):
    assert authority_of(message(kind)) is authority
    assert authority_of(message(kind, authority="ccf")) is NoticeAuthority.CCF
