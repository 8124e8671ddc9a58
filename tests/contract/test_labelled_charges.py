"""The labelled charges are well formed, cover the field, share nothing, and are read as well as we promise."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from schemas.vocabulary.facts import Category
from tests.charges.measure import TUNED_ON, read_set, report, score

FOLDER = Path(__file__).parents[1] / "charges"
SETS = ("tuning", "held_out_narrative", "held_out_world")
ALL_SETS = sorted(path.stem for path in FOLDER.glob("*.tsv"))
HELD_OUT = [name for name in ALL_SETS if not name.startswith(TUNED_ON)]
PRECISION, SHARE = 0.97, 0.80
LANGUAGES = ("en", "es", "fr", "de", "ar-Latn")
ASK = "ask"
NEVER_SAID_BY_A_CHARGE = {Category.UNCLASSIFIED}


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))


@pytest.mark.parametrize("name", ALL_SETS)
def test_every_row_is_whole_and_labelled_from_the_closed_list(name: str) -> None:
    columns = ["language", "text", "translation", "category", "labels", "note"]
    allowed = {*Category} - NEVER_SAID_BY_A_CHARGE

    for row in rows_of(name):
        assert list(row) == columns
        assert row["language"], row
        assert row["text"].strip(), row
        assert row["category"] in {*allowed, ASK}, row
        assert set(row["labels"].split()) <= allowed - {row["category"]}, row


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_three_hundred_charges_in_five_languages(name: str) -> None:
    rows = rows_of(name)
    by_language = Counter(row["language"] for row in rows)

    assert len(rows) >= 300
    assert min(by_language[language] for language in LANGUAGES) >= 50
    assert Counter(row["category"] for row in rows)[ASK] >= 20


def test_the_sets_cover_every_category_and_share_no_charge() -> None:
    rows = [row for name in ALL_SETS for row in rows_of(name)]
    texts = [" ".join(row["text"].casefold().split()) for row in rows]

    assert {row["category"] for row in rows} == {*Category, ASK} - NEVER_SAID_BY_A_CHARGE
    assert [text for text, times in Counter(texts).items() if times > 1] == []


@pytest.mark.parametrize("name", ALL_SETS)
def test_what_is_given_a_category_is_given_the_right_one_and_most_are(name: str) -> None:
    rows = read_set(name)
    figures = score(rows)

    print(report(name, rows))
    assert figures.precision >= PRECISION
    assert figures.share >= SHARE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_read_well_on_charges_that_nobody_tuned_on(language: str) -> None:
    figures = score(row for name in HELD_OUT for row in read_set(name) if row.language == language)

    assert figures.precision >= 0.95
    assert figures.share >= SHARE
