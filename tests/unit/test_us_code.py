import time

import pytest

from schemas.us_code import UsSection, read_section


@pytest.mark.parametrize(
    "written",
    [
        "18 USC 1956",
        "18 U.S.C. 1956",
        "18 U.S.C. § 1956",
        "18 U. S. C. 1956",
        "18 USC §§ 1956",
        "18 U.S.C.A. § 1956",
        "18 U.S. Code § 1956",
        "18 US Code Section 1956",
        "18:1956",
        "18 §1956",
        "Title 18, United States Code, Section 1956",
        "title 18 united states code section 1956",
        "Title 18 U.S. Code, Section 1956",
        "TITLE 18, U.S.C., SEC. 1956",
        "18 United States Code Annotated § 1956",
        "Section 1956 of Title 18, United States Code",
        "§ 1956 of title 18",
        "  18 USC 1956  ",
    ],
)
def test_every_usual_spelling_is_the_same_section(written: str) -> None:
    assert read_section(written) == UsSection(18, "1956")


@pytest.mark.parametrize(
    ("written", "title", "number", "parts"),
    [
        ("18 USC 1956(a)(1)", 18, "1956", "(a)(1)"),
        ("18 U.S.C. § 1956 (c) (7)", 18, "1956", "(c)(7)"),
        ("8 USC 1182(a)(3)(E)", 8, "1182", "(a)(3)(e)"),
        ("19 USC 1595a(d)", 19, "1595a", "(d)"),
        ("18 USC 2339A", 18, "2339A", ""),
        ("Section 1956(c)(7) of title 18, United States Code", 18, "1956", "(c)(7)"),
        ("42 USC 2000e-2", 42, "2000e-2", ""),
    ],
)
def test_parts_and_letters_are_kept(written: str, title: int, number: str, parts: str) -> None:
    assert read_section(written) == UsSection(title, number, parts)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "1956",
        "18 1956",
        "18, 1956",
        "181956",
        "18 USC",
        "section 302 IPC",
        "art. 210 CP",
        "§ 263 StGB",
        "Section 1956",
    ],
)
def test_what_is_no_section_of_the_code_is_not_guessed(written: str) -> None:
    assert read_section(written) is None


def test_a_section_is_written_in_one_way() -> None:
    section = UsSection(18, "1956", "(c)(7)")

    assert (str(section), section.whole) == ("18 USC 1956(c)(7)", "18 USC 1956")


def test_a_long_run_of_spaces_costs_nothing() -> None:
    started = time.perf_counter()

    assert read_section("18" + " " * 100_000 + "x") is None
    assert time.perf_counter() - started < 0.5
