"""Single values of the service, with every oddity that was recorded."""

import pytest

from services.referrals.notices.values import (
    Unfit,
    dashed,
    plain,
    read_country_code,
    read_date,
    read_entity_id,
    read_height,
    read_line,
    read_picture_id,
    read_resolution,
    read_sex,
    read_text,
    read_weight,
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1985/03/09", "1985-03-09"),
        ("1985-03-09", "1985-03-09"),
        ("1985/3/9", "1985-03-09"),
        ("1985/03", "1985-03"),
        ("1985", "1985"),
        ("1985/03/00", "1985-03"),
        ("1985/00/00", "1985"),
        (" 1985/03/09 ", "1985-03-09"),
        ("2000/02/29", "2000-02-29"),
        ("0000/00/00", None),
        ("0000", None),
        ("-", None),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_a_date_is_kept_as_far_as_it_is_known(given, kept):
    assert read_date(given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("1985/02/30", "impossible_date"),
        ("1985/13/01", "impossible_date"),
        ("1985/00/09", "impossible_date"),
        ("0000/03/09", "impossible_date"),
        ("1985/03-09", "wrong_form"),
        ("09/03/1985", "wrong_form"),
        ("about 1985", "wrong_form"),
        ("١٩٨٥", "wrong_form"),
        ("1985/03/09\x00", "control_character"),
        (1985, "wrong_type"),
        ([], "wrong_type"),
    ],
)
def test_what_is_no_date_is_refused(given, code):
    with pytest.raises(Unfit) as refused:
        read_date(given)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (1.68, 1.68),
        (1.825, 1.825),
        (2, 2.0),
        ("1.68", 1.68),
        (0, None),
        (0.0, None),
        (-0.0, None),
        ("0", None),
        (None, None),
        ("-", None),
        ("", None),
    ],
)
def test_a_height_of_nothing_is_not_known(given, kept):
    assert read_height(given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (168, "out_of_range"),
        (-1.7, "out_of_range"),
        (float("nan"), "out_of_range"),
        (float("inf"), "out_of_range"),
        (True, "wrong_type"),
        ([1.7], "wrong_type"),
        ("1,68 m", "wrong_form"),
        ("1e0", "wrong_form"),
    ],
)
def test_what_is_no_height_is_refused(given, code):
    with pytest.raises(Unfit) as refused:
        read_height(given)

    assert refused.value.code == code


def test_a_weight_may_be_fractional():
    assert read_weight(113.5) == 113.5
    assert read_weight(80) == 80.0


@pytest.mark.parametrize(("given", "kept"), [(1267, 1267), ("1267", 1267), (None, None), ("-", None), (0, None)])
def test_a_resolution_may_be_digits_in_a_text(given, kept):
    assert read_resolution(given) == kept


@pytest.mark.parametrize("given", [True, 12.5, -1, 10**9, "12a", "²"])
def test_what_is_no_resolution_is_refused(given):
    with pytest.raises(Unfit):
        read_resolution(given)


@pytest.mark.parametrize(("given", "kept"), [("914", "914"), (922, "922"), ("XK", "XK"), ("zz", "zz"), ("-", None)])
def test_a_country_that_is_none_is_kept_as_it_came(given, kept):
    assert read_country_code(given) == kept


@pytest.mark.parametrize("given", [9, 1000, True, 91.4, ["FR"], "A\tB", "A" * 21])
def test_what_is_no_code_is_refused(given):
    with pytest.raises(Unfit):
        read_country_code(given)


@pytest.mark.parametrize(("given", "kept"), [("M", "M"), ("f", "F"), ("U", "U"), ("X", "U"), (None, None), ("", None)])
def test_an_unknown_sex_is_no_failure(given, kept):
    assert read_sex(given) == kept


def test_a_text_keeps_its_lines_and_loses_blanks_at_their_ends():
    assert read_text(" - One \r\n- Two\r- Three\n ") == "- One\n- Two\n- Three"


@pytest.mark.parametrize("given", ["A\x00B", "A\x1bB", "A\x7fB", "A\x9fB", "A\ud800B", "A\x85B"])
def test_a_text_with_a_control_character_or_half_a_character_is_refused(given):
    for read in (read_line, read_text):
        with pytest.raises(Unfit, match="control_character"):
            read(given)


def test_a_name_has_one_line():
    assert read_line("TESTSON\r\n") == "TESTSON"
    with pytest.raises(Unfit, match="control_character"):
        read_line("TEST\nSON")


@pytest.mark.parametrize("length", [501, 2_001, 1_000_000])
def test_a_name_of_any_length_is_refused_beyond_five_hundred(length):
    with pytest.raises(Unfit, match="too_long"):
        read_line("A" * length)


@pytest.mark.parametrize("given", ["2024/12345", "1993/1", "2099/1234567890"])
def test_the_number_of_a_notice_is_read_and_written_for_an_address(given):
    assert read_entity_id(given) == given
    assert dashed(given) == given.replace("/", "-")


@pytest.mark.parametrize(
    "given",
    [
        "../2024/1",
        "2024/../1",
        "2024/1/2",
        "2024//1",
        "2024-1",
        "2024/1%2e",
        "2024\\1",
        "2024/1\x00",
        "2024/1\n",
        " 2024/1",
        "2024/",
        "/1",
        "",
        "-",
        "٢٠٢٤/١",
        "2024/１",
        "2024/12345678901",
        "24/1",
        "2024/1?x=1",
        "2024/1#",
    ],
)
def test_a_number_that_leads_elsewhere_is_refused(given):
    with pytest.raises(Unfit, match="wrong_form"):
        read_entity_id(given)
    with pytest.raises(ValueError, match="not the number of a notice"):
        dashed(given)


@pytest.mark.parametrize("given", ["..", "a/b", "a%2fb", "a\x00", "é", "A" * 65, ""])
def test_the_id_of_a_picture_leads_nowhere_else(given):
    with pytest.raises(Unfit, match="wrong_form"):
        read_picture_id(given)


@pytest.mark.parametrize(
    ("given", "known_as"),
    [
        ("2099/07710003", "2099/7710003"),
        ("2099/7710003", "2099/7710003"),
        ("2099/1000", "2099/1000"),
        ("0099/0010", "0099/10"),
        ("2099/000", "2099/0"),
    ],
)
def test_zeros_before_a_number_make_no_other_notice(given, known_as):
    assert plain(given) == known_as
    assert dashed(given) == given.replace("/", "-")
