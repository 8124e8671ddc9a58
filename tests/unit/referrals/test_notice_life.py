"""The life of a notice, decided without a database: every history tells what a plain model of it says."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from schemas.notices import Colour, NoticeAuthority, NoticeSource, NoticeStanding
from services.referrals.notices.life import (
    HISTORY_AT_MOST,
    Periods,
    applied,
    empty_record,
    entry,
    has_ended,
    is_shut,
    leading,
    with_history,
)
from services.referrals.notices.seeing import absent_again, sighted
from services.referrals.notices.sightings import Hashes, Outcome, Sealings, Seen, Sighting, Word
from services.referrals.notices.standing import ended, purged, reinstated, suspended
from services.referrals.notices.verdicts import judge

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
NOTICE = UUID(int=1)
PERIODS = Periods()


class Life:
    """One record as it goes through its life, with everything that was told of it."""

    def __init__(self):
        self.record = empty_record(NOTICE, Colour.RED, BEGIN)
        self.told = []
        self.frozen = set()
        self.keys = 0

    def public(self, sweep, content):
        self._sees(Sighting(NoticeSource.PUBLIC, at(sweep), "red", sweep), content)

    def message(self, hour, content):
        self._sees(Sighting(NoticeSource.NCB, at(hour), message_id=f"m{hour:04}"), content)

    def absent(self, sweep):
        record = self.record
        if not record["listed"] or record["seen_sweep"] >= sweep or record["absent_sweep"] >= sweep:
            return
        if record["absent"]:
            self._takes(absent_again(record, sweep, at(sweep), at(sweep), PERIODS))
        else:
            self.record = {**record, "absent": 1, "absent_sweep": sweep, "revision": record["revision"] + 1}

    def suspend(self, hour):
        self._takes(suspended(self.record, word(hour), BEGIN, PERIODS))

    def reinstate(self, hour):
        self._takes(reinstated(self.record, word(hour), BEGIN, PERIODS))

    def end(self, hour):
        self._takes(ended(self.record, NoticeStanding.WITHDRAWN, word(hour), BEGIN))

    def purge(self):
        if has_ended(self.record) and "purged_at" not in self.record:
            self._takes(purged(self.record, BEGIN))

    def _sees(self, sighting, content):
        record = self.record
        seen = Seen(NOTICE, sighting, Hashes(content.encode()), {"colour": "red", "kind": "notice", "minor": False})
        verdict = judge(record, seen)
        sealed, fields = None, ()
        if verdict.to_seal:
            known = record["sources"].get("public" if sighting.source is NoticeSource.PUBLIC else "ncb", {})
            fresh = "key_id" not in known or is_shut(record)
            self.keys += fresh
            sealed = Sealings(
                f"key-{self.keys}" if fresh else known["key_id"],
                content.encode(),
                erases=known.get("key_id") if fresh else None,
            )
            fields = () if fresh else ("birth",)
        self._takes(sighted(record, seen, verdict, sealed, fields, BEGIN, PERIODS))

    def _takes(self, step):
        revision = self.record["revision"]
        self.record = applied(self.record, step)
        assert self.record["revision"] == revision + (not step.is_nothing)
        assert not (step.is_nothing and (step.tells or step.freezes or step.thaws or step.erases))
        self.told += [type(event).__name__.removeprefix("Notice") for event in step.tells]
        self.frozen = (self.frozen | set(step.freezes)) - set(step.thaws) - set(step.erases)

    @property
    def open_content(self):
        """What could be read now."""
        known = leading(self.record)
        if known is None or known["key_id"] in self.frozen or has_ended(self.record) or is_shut(self.record):
            return None
        return known["content"].decode()


def at(hour):
    return BEGIN + timedelta(hours=hour)


def word(hour):
    return Word(NoticeAuthority.SOURCE_NCB, at(hour), f"w{hour:04}")


CONTENTS = st.sampled_from(["a", "b", "c"])
SWEEPS = st.lists(st.one_of(st.none(), CONTENTS), max_size=14)


@given(SWEEPS)
def test_a_public_life_tells_what_the_list_showed(shown):
    life = Life()

    for sweep, content in enumerate(shown, 1):
        if content is not None:
            life.public(sweep, content)
        life.absent(sweep)

    assert life.told == expected_of_list(shown)


def expected_of_list(shown):
    """Say what is told of one notice that complete sweeps did or did not show."""
    told, known, absences = [], None, 0
    for content in shown:
        if content is None:
            absences += known is not None
            if absences == 2:
                told.append("NotListed")
            continue
        if known is None:
            told.append("Observed")
        elif absences >= 2:
            told.append("Relisted")
        if known is not None and content != known:
            told.append("Changed")
        known, absences = content, 0
    return told


@st.composite
def messages(draw):
    """Messages of one notice at different times: what it says, words on its standing, at most one end."""
    hours = draw(st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=8))
    kinds = st.sampled_from(["a", "b", "c", "suspend", "reinstate"])
    made = [(draw(kinds), hour) for hour in sorted(hours)]
    if draw(st.booleans()):
        made.append(("end", draw(st.integers(1, 40))))
    return made


def deliver(life, kind, hour):
    if kind in ("suspend", "reinstate", "end"):
        getattr(life, kind)(hour)
    else:
        life.message(hour, kind)


@given(messages(), st.randoms(use_true_random=False))
def test_messages_come_to_the_same_in_whatever_order_and_however_often(sent, chance):
    in_order, shuffled = Life(), Life()
    muddled = [*sent, *chance.sample(sent, len(sent) // 2)]
    chance.shuffle(muddled)

    for kind, hour in sent:
        deliver(in_order, kind, hour)
    for kind, hour in muddled:
        deliver(shuffled, kind, hour)
        if shuffled.record["standing"] != "in_force":
            assert shuffled.open_content is None

    def comes_to(life):
        if has_ended(life.record):
            return "withdrawn", None
        return life.record["standing"], life.open_content

    assert comes_to(shuffled) == comes_to(in_order)


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("public"), st.integers(1, 20), CONTENTS),
        st.tuples(st.just("message"), st.integers(1, 20), CONTENTS),
        st.tuples(st.sampled_from(["absent", "suspend", "reinstate"]), st.integers(1, 20)),
        st.tuples(st.just("purge")),
    ),
    max_size=25,
)


@given(OPERATIONS, OPERATIONS)
def test_after_the_end_nothing_is_told_kept_or_opened_but_the_purge(before, after):
    life = Life()
    for name, *given_to in before:
        getattr(life, name)(*given_to)
    told_before = len(life.told)

    life.end(3)
    for name, *given_to in [*after, ("purge",)]:
        getattr(life, name)(*given_to)
        assert life.open_content is None

    assert life.told[told_before:] == ["Ended", "Purged"]
    assert life.record["sources"] == {}
    assert life.record["standing"] == "withdrawn"
    assert "content_hash" not in life.record


@given(OPERATIONS)
def test_doing_the_same_again_at_once_changes_nothing(operations):
    life = Life()

    for name, *given_to in operations:
        getattr(life, name)(*given_to)
        told, revision = list(life.told), life.record["revision"]
        getattr(life, name)(*given_to)
        assert life.told == told
        assert life.record["revision"] == revision


@given(OPERATIONS)
def test_standing_follows_the_last_word_and_what_is_shut_is_not_opened(operations):
    life, words = Life(), []

    for name, *given_to in operations:
        getattr(life, name)(*given_to)
        if name in ("suspend", "reinstate"):
            words.append((given_to[0], name))

    last = max(words, default=(0, ""))[0]
    at_last = [name for hour, name in words if hour == last]
    if len(set(at_last)) == 1:
        assert (life.record["standing"] == "suspended") == (at_last[0] == "suspend")
    if life.record["standing"] == "suspended":
        assert {known["key_id"] for known in life.record["sources"].values()} <= life.frozen


def test_a_history_keeps_its_newest_entries_and_counts_the_rest():
    record = empty_record(NOTICE, Colour.RED, BEGIN)

    for number in range(HISTORY_AT_MOST + 5):
        record |= with_history(record, [entry("changed", at(number))])

    assert (len(record["history"]), record["history_dropped"]) == (HISTORY_AT_MOST, 5)
    assert [record["history"][0]["number"], record["history"][-1]["number"]] == [6, HISTORY_AT_MOST + 5]


def test_a_late_sighting_of_an_earlier_sweep_brings_nothing_back():
    life = Life()
    life.public(1, "a")
    life.absent(2)
    life.absent(3)

    life.public(2, "b")

    assert life.told == ["Observed", "NotListed"]


def test_a_suspension_said_twice_does_not_begin_anew():
    life = Life()
    life.message(1, "a")
    life.suspend(2)
    until = life.record["suspended_until"]

    life.suspend(9)

    assert life.record["suspended_until"] == until
    assert life.told == ["Observed", "Suspended"]
    assert suspended(life.record, word(9), BEGIN, PERIODS).outcome is Outcome.SAME


def test_an_old_suspension_leaves_a_day_for_the_word_that_lifted_it():
    life = Life()
    life.message(1, "a")
    heard = at(1) + 400 * timedelta(days=1)

    step = suspended(life.record, word(2), heard, PERIODS)

    assert step.changes["suspended_until"] == at(2) + PERIODS.suspension
    assert step.changes["purge_due"] == heard + timedelta(days=1)
