"""A crawl finds everybody in a list, or says where it could not; it never claims what it has not proved."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referrals.feed.planner import Crawled, Plan, crawl
from services.referrals.feed.query import Answer, ListName, Query, Unanswered
from tests.support.listed_people import FILTERS, TODAY, ListedPeople, Names, Person, driven, shuffled, skewed


def crawled(listed: ListedPeople, list_name: ListName = ListName.RED, known: Plan | None = None) -> Crawled:
    return driven(crawl(list_name, cap=listed.cap, known=known, today=TODAY), listed.answer)


def everybody(listed: ListedPeople) -> tuple[str, ...]:
    return tuple(sorted(person.entity_id for person in listed.people))


def test_a_skewed_list_is_found_whole_with_few_questions():
    listed = ListedPeople(shuffled(skewed(2_000), 3))

    result = crawled(listed)

    assert result.complete
    assert result.entity_ids == everybody(listed)
    assert result.requests == len(listed.asked) == len(set(listed.asked))
    assert result.requests <= 2 * -(-2_000 // 160)


def test_the_second_sweep_asks_for_little_more_than_the_slices_of_the_first():
    people = shuffled(skewed(2_000), 3)
    first = crawled(ListedPeople(people))

    second = crawled(ListedPeople(people), known=first.plan)

    assert second.complete
    assert second.requests <= first.requests


def test_an_empty_list_and_one_that_fits_a_page_cost_one_question():
    for amount in (0, 160):
        result = crawled(ListedPeople(skewed(amount)))

        assert (result.complete, result.total, result.requests) == (True, amount, 1)


def test_people_that_nothing_tells_apart_are_an_alarm_and_no_silent_loss():
    twin = Person("2099/1", Names("TESTSON", "T"), "1980-01-01", ("XK",), "M", ("XK",))
    listed = ListedPeople([replace(twin, entity_id=f"2099/{number}") for number in range(161)])

    result = crawled(listed)

    assert not result.complete
    assert Query() in [alarm.query for alarm in result.alarms]
    assert {(alarm.total, alarm.known) for alarm in result.alarms if alarm.query == Query()} == {(161, 160)}


@pytest.mark.parametrize("echoes", [True, False])
def test_filters_that_the_service_passes_over_are_done_without(echoes):
    ignored = frozenset({"name", "arrestWarrantCountryId", "sexId"})
    listed = ListedPeople(shuffled(skewed(600, birthless=0), 4), ignored=ignored, echoes=echoes)

    result = crawled(listed)

    assert result.complete
    assert result.entity_ids == everybody(listed)


def test_a_service_without_patterns_is_found_whole_by_other_filters():
    literal = {
        **FILTERS,
        "name": lambda value: lambda person: value in (person.names.name or ""),
        "forename": lambda value: lambda person: value in (person.names.forename or ""),
    }
    listed = ListedPeople(shuffled(skewed(600), 5), filters=literal)

    result = crawled(listed)

    assert result.complete
    assert result.entity_ids == everybody(listed)


def without_sets(listed: ListedPeople) -> Crawled:
    """Drive a crawl of a list that gives no answer to patterns with sets of letters."""
    crawl_ = crawl(ListName.YELLOW, today=TODAY)
    query = next(crawl_)
    try:
        while True:
            patterned = any("[" in value for _, value in query.filters)
            query = crawl_.throw(Unanswered()) if patterned else crawl_.send(listed.answer(query))
    except StopIteration as done:
        result: Crawled = done.value
        return result


def test_the_last_without_a_date_of_birth_are_hunted_where_the_list_has_more_than_are_known():
    part_of_a_name = {
        name: lambda value, name=name: lambda person: value.upper() in (getattr(person.names, name) or "").upper()
        for name in ("name", "forename")
    }
    listed = ListedPeople(shuffled(skewed(1_000), 1), filters={**FILTERS, **part_of_a_name})

    result = crawled(listed)

    assert result.complete
    assert result.entity_ids == everybody(listed)
    assert result.alarms == ()


def test_a_filter_that_gets_no_answer_is_done_without():
    result = without_sets(ListedPeople(shuffled(skewed(600), 6)))

    assert result.complete


def test_united_nations_persons_are_found_by_parts_of_their_names():
    listed = ListedPeople(shuffled(skewed(500), 7), ignored=frozenset(FILTERS) - {"name"})

    assert crawled(listed, ListName.UN_PERSONS).complete


def test_a_list_that_changes_meanwhile_ends_the_crawl_all_the_same():
    listed = ListedPeople(shuffled(skewed(700), 8))
    spare = skewed(720)[700:]

    def answer(query: Query) -> Answer:
        given_ = listed.answer(query)
        listed.people = [*listed.people[1:], *([spare.pop()] if spare else [])]
        return given_

    result = driven(crawl(ListName.RED, today=TODAY), answer)

    assert result.requests <= 500 + 700
    assert len(set(result.entity_ids)) == len(result.entity_ids)


people = st.builds(
    Person,
    st.just(""),
    st.builds(
        Names, st.sampled_from(["TESTSON", "TESTOVA", "ÉTEST", "-", None, "A", "ab"]), st.sampled_from(["T", None])
    ),
    st.sampled_from([None, "1980", "1980-05", "1990-01-31", "2015-02-03"]),
    st.sampled_from([(), ("XK",), ("XK", "AL"), ("914",)]),
    st.sampled_from("MFU"),
    st.sampled_from([(), ("XK",), ("FR",)]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(people, max_size=60), st.integers(1, 12), st.sampled_from(ListName))
def test_any_list_is_found_whole_or_is_an_alarm_by_the_same_questions_each_time(listed_people, cap, list_name):
    listed = ListedPeople([replace(one, entity_id=f"2099/{n}") for n, one in enumerate(listed_people)], cap=cap)

    first = crawled(listed, list_name)
    asked, listed.asked = listed.asked, []
    second = crawled(listed, list_name)

    assert (first, asked) == (second, listed.asked)
    assert first.complete == (first.entity_ids == everybody(listed))
    assert first.complete or first.alarms
    assert set(first.entity_ids) <= set(everybody(listed))
