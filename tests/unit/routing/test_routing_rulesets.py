from datetime import UTC, datetime

from services.routing.replay_desk import progress_of
from services.routing.rulesets import Act, digest_of_tables, digest_of_text, ruleset_document

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def tables(**texts: str) -> list[dict[str, str]]:
    return [{"file": file, "text": digest_of_text(text)} for file, text in texts.items()]


def run(**changes):
    told = dict.fromkeys(("version", "digest", "rules_on", "staff", "state", "failed", "created_at", "ended_at"))
    counts = {"total": 1_000, "done": 0, "changed": 0, "moved": 0, "unreadable": 0, "seconds": 0.0}
    return {"_id": "1", **told, **counts, "chosen": {}, **changes}


def test_the_digest_of_tables_does_not_depend_on_their_order():
    one, other = tables(areas="a", desks="d"), tables(desks="d", areas="a")

    assert digest_of_tables(one) == digest_of_tables(other)


def test_the_digest_of_tables_changes_with_a_text_and_with_a_name():
    digests = {digest_of_tables(each) for each in (tables(areas="a"), tables(areas="b"), tables(desks="a"))}

    assert len(digests) == 3


def test_a_new_ruleset_is_a_draft_that_says_who_made_it():
    document = ruleset_document("v", tables(areas="a"), based_on="u", note="", act=Act("anna", "drafted", NOW))

    assert (document["state"], document["revision"], document["based_on"]) == ("draft", 1, "u")
    assert document["history"] == [{"at": NOW, "by": "anna", "what": "drafted"}]


def test_progress_tells_rate_share_and_what_is_left():
    told = progress_of(run(done=250, seconds=0.5))

    assert (told["share"], told["per_second"], told["seconds_left"]) == (0.25, 500.0, 1.5)


def test_progress_of_a_run_that_has_not_begun_promises_nothing():
    assert (progress_of(run())["share"], progress_of(run())["seconds_left"]) == (0.0, None)


def test_a_run_over_nothing_is_through():
    assert progress_of(run(total=0))["share"] == 1.0
