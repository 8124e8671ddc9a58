"""The tables by which charges are read name only what there is, and leave no category out."""

import re
from collections import Counter

import pytest

from schemas.vocabulary.facts import Category
from services.referrals.charges.frames import concepts, standings
from services.referrals.charges.lexicon import load
from services.referrals.charges.tongues import read_rows, tongues

LANGUAGES = list(tongues())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_says_concepts_that_there_are(language):
    unknown = [
        row
        for row in read_rows(f"lexicon.{language}.tsv")
        if not row["form"]
        or row["source"] not in {"table", "own"}
        or not set(row["concept"].split()) <= set(concepts())
    ]

    assert unknown == []
    load(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_is_listed_twice_for_a_concept(language):
    rows = Counter((row["concept"], row["form"]) for row in read_rows(f"lexicon.{language}.tsv"))

    assert [row for row, times in rows.items() if times > 1] == []


def test_every_frame_names_concepts_and_groups_that_there_are():
    groups = {f"@{group}" for row in read_rows("concepts.tsv") for group in row["groups"].split()}
    named = {
        name for row in read_rows("frames.tsv") for name in re.split("[ |]", f"{row['needs']} {row['without']}") if name
    }

    assert named - set(concepts()) - groups == set()


def test_every_category_but_unclassified_can_be_read():
    categories = {*Category} - {Category.UNCLASSIFIED}

    assert {Category(row["category"]) for row in read_rows("frames.tsv")} == categories
    assert set(standings()) == categories
    assert list(standings()) == [category for category in Category if category in categories]


def test_frames_are_sorted_by_category_and_none_is_listed_twice():
    rows = [(row["category"], row["needs"], row["without"]) for row in read_rows("frames.tsv")]
    order = list(dict.fromkeys(category for category, _, _ in rows))

    assert [category for category, _, _ in rows] == sorted((c for c, _, _ in rows), key=order.index)
    assert [row for row, times in Counter(rows).items() if times > 1] == []
