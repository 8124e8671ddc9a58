import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.us_code import UsSection, read_section, sections_in


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
        "18 U.S.C. § 1956 et seq.",
        "18 USC 1956, et seq",
        "18 U.S.C. 1956.",
        "Section 1956 of Title 18, U.S.C.",
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Contrary to 18 U.S.C. §§ 1956(a)(1), 1957 and 8 USC 1324",
            ["18 USC 1956(a)(1)", "18 USC 1957", "8 USC 1324"],
        ),
        ("violates section 1324(a)(1) of title 8, United States Code.", ["8 USC 1324(a)(1)"]),
        ("31 U.S.C. 5332, 18 USC 545; 19 USC 1595a(c)", ["31 USC 5332", "18 USC 545", "19 USC 1595a(c)"]),
        ("Title 18, U.S. Code, Sections 2320 and 1343", ["18 USC 2320", "18 USC 1343"]),
        ("18 USC 1956, again 18 U.S.C. 1956", ["18 USC 1956"]),
        ("Art. 210 CP; section 302 IPC; § 263 StGB", []),
        ("21 U.S.C. 841", []),
        ("paid 18 US dollars 500 in 2018", []),
    ],
)
def test_sections_are_found_in_the_run_of_a_text(text: str, found: list[str]) -> None:
    assert [str(section) for section in sections_in(text)] == found


@given(st.text(alphabet="18 USC§.,()atile and", max_size=300) | st.text(max_size=100))
def test_every_section_found_is_one_that_can_be_read(text: str) -> None:
    for section in sections_in(text):
        assert read_section(str(section)) == section
