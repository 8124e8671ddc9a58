"""When the clock may say that a step has not been taken: once it has heard everything, and while it keeps up."""

from dataclasses import dataclass

from services.notify.clock.hearing import STILL_CURRENT, Hearing


@dataclass
class Member:
    """What a consumer says of itself."""

    ready: bool = True
    is_current: bool = True
    lag: int = 0


def heard(member: Member, looks: int = 2) -> Hearing:
    """Make a hearing that has looked so often."""
    hearing = Hearing(member)
    for _ in range(looks):
        hearing()
    return hearing


def test_one_look_is_not_enough():
    hearing = Hearing(Member())

    assert [hearing(), hearing(), hearing()] == [False, True, True]


def test_a_member_that_has_not_read_to_the_end_has_not_heard_everything():
    member = Member(is_current=False, lag=3)
    hearing = Hearing(member)
    assert not any(hearing() for _ in range(5))

    member.is_current, member.lag = True, 0

    assert [hearing(), hearing()] == [False, True]


def test_looks_that_are_not_in_a_row_do_not_count():
    member = Member()
    hearing = Hearing(member)

    said = []
    for member.is_current in (True, False, True, False):
        said.append(hearing())

    assert said == [False] * 4


def test_under_load_a_few_messages_are_always_on_their_way():
    member = Member()
    hearing = heard(member)

    member.is_current, member.lag = False, STILL_CURRENT

    assert hearing()


def test_one_that_falls_behind_or_leaves_its_group_must_come_to_the_end_again():
    for change in ({"lag": STILL_CURRENT + 1}, {"ready": False}):
        member = Member()
        hearing = heard(member)

        member.is_current = False
        for name, value in change.items():
            setattr(member, name, value)
        assert not hearing()

        member.ready, member.is_current, member.lag = True, True, 0
        assert [hearing(), hearing()] == [False, True]
