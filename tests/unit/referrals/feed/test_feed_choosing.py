"""Which notices are read first, and whose pictures are looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as some

from services.referrals.feed.choosing import NEVER, Wanted, choose_images, in_order
from services.referrals.feed.marks import Mark
from services.referrals.notices.listed import Listed

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def wanted(
    number: int, *, sweep: int = 1, shows: str | None = "1", knew: str | None = "1", days: int | None = 1
) -> Wanted:
    entity_id, notice_id = f"2099/{number}", uuid4()
    images_at = None if days is None else NOW - timedelta(days=days)
    mark = Mark(str(notice_id), "red", sweep, "same", thumbnail=_hash(knew), images_at=images_at)
    return Wanted(entity_id, notice_id, Listed(entity_id, thumbnail=shows), mark, b"", _hash(shows))


def _hash(thumbnail: str | None) -> bytes | None:
    return thumbnail.encode() if thumbnail is not None else None


def chosen(*those: Wanted, most: int, shown_without: bool = False) -> list[str]:
    return [each.entity_id for each in choose_images(those, most, shown_without=shown_without) if each.with_images]


def test_whom_no_sweep_has_seen_comes_first():
    assert [each.entity_id for each in in_order([wanted(1), wanted(3, sweep=NEVER), wanted(2, sweep=NEVER)], 5)] == [
        "2099/2",
        "2099/3",
        "2099/1",
    ]


def test_at_whom_this_sweep_was_refused_comes_last():
    refused, earlier = (replace(wanted(each), mark=Mark("", "red", 4, "same", refused=5)) for each in (1, 2))
    earlier = replace(earlier, mark=replace(earlier.mark, refused=4))

    assert [each.entity_id for each in in_order([refused, earlier, wanted(3)], 5)] == ["2099/2", "2099/3", "2099/1"]


def test_another_picture_comes_before_what_was_not_looked_at_for_long():
    assert chosen(wanted(1, days=90), wanted(2, knew="2", days=1), wanted(3, days=100), most=2) == ["2099/2", "2099/3"]


def test_never_looked_at_is_the_longest():
    assert chosen(wanted(1, days=90), wanted(2, days=None), most=1) == ["2099/2"]


def test_who_shows_no_picture_and_had_none_is_not_looked_at_unless_the_list_never_shows_any():
    assert chosen(wanted(1, shows=None, knew=None), most=5) == []
    assert chosen(wanted(1, shows=None, knew=None), most=5, shown_without=True) == ["2099/1"]


@given(some.lists(some.integers(0, 400), max_size=30), some.integers(-3, 20), some.randoms(use_true_random=False))
def test_no_more_than_the_budget_and_the_longest_unseen(days: list[int], most: int, lot):
    those = [wanted(number, days=age) for number, age in enumerate(days, 1)]
    ages = {each.entity_id: age for each, age in zip(those, days, strict=True)}
    lot.shuffle(those)

    picked = chosen(*those, most=most)

    assert len(picked) == min(max(most, 0), len(days))
    left = [ages[each.entity_id] for each in those if each.entity_id not in picked]
    assert not left or not picked or min(ages[each] for each in picked) >= max(left)
