"""Models, committed JSON Schemas and committed examples hold to each other, and none has room for a person."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from schemas.__main__ import FOLDER, HERE, main, wanted
from schemas.committed import differences, write
from schemas.events import EVENTS, Fact, name_of

EXAMPLES = FOLDER.parent / "examples"
KINDS = ("full", "minimal")

# fmt: off
FIELDS_THAT_MAY_TRAVEL = {
    # What an event is, and about which referral or item.
    "type", "referral_id", "item_id", "earlier", "joins", "decision", "number",
    "question_id", "answer_id", "piece_id", "duplicate_of", "entry_id", "noted",
    # The notice that it rests on, by our own id; of its fields their names alone.
    "notice", "notice_id", "colour", "action", "open", "fields", "standing", "authority",
    # Who asked, by country and channel; who has it, by code.
    "requester_country", "requester_kind", "channel", "office", "supporting", "copies", "desk", "proposed", "role",
    "owner_office", "previous", "leaves", "moved_to", "placed_by", "released_by", "sent_back_by",
    "asked_by", "acknowledged_by", "to",
    # What it is about, in closed lists.
    "request_type", "urgency", "urgency_ground", "offences", "category", "section", "charge_given", "flags",
    "sections", "labels", "confidence", "words", "ask",
    "grounds", "cause", "ground", "closed_because", "code", "outcome", "step", "level", "parts", "offence_numbers",
    "nexus_numbers", "answer_kind",
    # Where, no finer than a ZIP code, and how well that is known.
    "nexus", "kind", "place", "country", "state", "county", "city", "zip", "gateway", "evidence", "as_of", "eta",
    "deconflicted",
    # When.
    "received_at", "queued_at", "claimed_at", "accepted_at", "changed_at", "closed_at", "supplemented_at",
    "answered_at", "recalled_at", "erased_at", "given_back_at", "until", "returned_at", "paused_at", "expected_until",
    "resumed_at", "declined_at", "asked_at", "told_at", "acknowledged_at", "due_at", "missed_at",
    "happened_at", "deposited_at", "valid_until", "confirm_by", "observed_at", "not_listed_at", "relisted_at",
    "suspended_at", "reinstated_at", "ended_at", "purged_at",
    # Why: a sentence that routing makes from codes and places.
    "ruleset", "rule", "because",
    # Handling marks.
    "marks", "tlp", "handling", "conditions", "interpol", "denied_members", "purposes", "us", "cui", "ldc",
    "protected_person", "evaluation", "scheme", "source", "information", "applies_to", "release_to", "consent",
    "recipients", "expires", "review_due", "retention_rule",
}
# fmt: on
"""Every name that a field of an event may have. Before adding one: could it carry a name, a number or a narrative?"""


def schema(event: type[Fact]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name_of(event)}.schema.json").read_text(encoding="utf-8"))
    return loaded


def example(event: type[Fact], kind: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLES / f"{name_of(event)}.json").read_text(encoding="utf-8"))[kind]
    return loaded


def field_names(part: Any) -> Iterator[str]:
    """Find the names of all properties, however deep they are."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "properties" and isinstance(value, dict):
                yield from value
            yield from field_names(value)
    elif isinstance(part, list):
        for value in part:
            yield from field_names(value)


def keys(value: Any) -> Iterator[str]:
    """Find the names of all fields that a document gives."""
    if isinstance(value, dict):
        yield from value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(part)


def with_unknown_fields(value: Any) -> Any:
    """Add a field that nobody knows to every object."""
    if isinstance(value, dict):
        return {**{name: with_unknown_fields(part) for name, part in value.items()}, "from_a_later_version": {"x": 1}}
    return [with_unknown_fields(part) for part in value] if isinstance(value, list) else value


def test_the_committed_schemas_are_what_the_models_say():
    assert differences(wanted(HERE)) == []


def test_the_check_names_the_file_that_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write(wanted(tmp_path))
    name = f"{name_of(EVENTS[0])}.schema.json"
    (tmp_path / "json" / name).write_text("{}", encoding="utf-8")
    (tmp_path / "json" / "gone.v1.schema.json").touch()

    code = main(["--check"], tmp_path)

    assert code == 1
    said = capsys.readouterr().err
    assert f"{name} differs" in said
    assert "gone.v1.schema.json belongs to nothing" in said
    assert "make schemas" in said


def test_writing_twice_changes_nothing_the_second_time(tmp_path: Path):
    first = write(wanted(tmp_path))

    assert len(first) == len(EVENTS) + len(["asyncapi.json"])
    assert write(wanted(tmp_path)) == []


def test_every_event_has_examples_and_every_example_an_event():
    assert {path.name for path in EXAMPLES.iterdir()} == {f"{name_of(event)}.json" for event in EVENTS}


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_the_committed_schema_is_a_sound_one_with_an_id_of_its_own(event: type[Fact]):
    committed = schema(event)

    Draft202012Validator.check_schema(committed)
    assert committed["$id"] == f"urn:dragoman:schema:{name_of(event)}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_examples_follow_the_committed_schema(event: type[Fact], kind: str):
    validator = Draft202012Validator(schema(event), format_checker=FormatChecker())

    assert [error.message for error in validator.iter_errors(example(event, kind))] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_todays_models_read_released_examples_and_lose_nothing(event: type[Fact], kind: str):
    written = example(event, kind)

    read = event.model_validate_json(json.dumps(written))

    assert json.loads(read.model_dump_json(exclude_unset=True)) == written


@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_the_full_example_gives_every_field_and_the_minimal_one_only_what_must_be(event: type[Fact]):
    committed = schema(event)

    assert set(keys(example(event, "full"))) == set(field_names(committed))
    assert set(example(event, "minimal")) == {"type", *committed["required"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("event", EVENTS, ids=name_of)
def test_fields_of_a_later_version_are_ignored_on_reading(event: type[Fact], kind: str):
    written = example(event, kind)

    read = event.model_validate_json(json.dumps(with_unknown_fields(written)))

    assert read == event.model_validate_json(json.dumps(written))


def test_no_event_has_a_field_that_could_carry_a_name_a_number_or_a_narrative():
    found = {name for event in EVENTS for name in field_names(schema(event))}

    assert sorted(found - FIELDS_THAT_MAY_TRAVEL) == []
    assert sorted(FIELDS_THAT_MAY_TRAVEL - found) == [], "these are allowed, and no event has them"
