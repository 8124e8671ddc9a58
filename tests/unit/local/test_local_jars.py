from pathlib import Path, PurePosixPath

import pytest

from deploy.local.jars import (
    KAFKA_LIST,
    ZIPKIN_LIST,
    Jar,
    digest_of,
    missing,
    read_list,
    verify,
    write_list,
)
from deploy.local.problems import Problem

PLACE = PurePosixPath("org/example/desk/1.2/desk-1.2.jar")


def stored(folder: Path, content: bytes) -> Jar:
    file = folder / PLACE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return Jar(PLACE, digest_of(file), len(content))


def test_a_jar_that_is_as_committed_passes(tmp_path):
    jar = stored(tmp_path, b"classes")

    verify([jar], tmp_path)


def test_one_changed_byte_is_refused_in_one_line_that_names_the_jar_and_the_way_out(tmp_path):
    jar = stored(tmp_path, b"classes")
    stored(tmp_path, b"Classes")

    with pytest.raises(Problem) as refusal:
        verify([jar], tmp_path)

    line = str(refusal.value)
    assert str(tmp_path / PLACE) in line
    assert "delete it and run again" in line
    assert "\n" not in line


def test_a_jar_that_is_not_there_is_missing_until_it_is(tmp_path):
    jar = Jar(PLACE, "0" * 64, 7)

    before = missing([jar], tmp_path)
    stored(tmp_path, b"classes")

    assert (before, missing([jar], tmp_path)) == ((jar,), ())


@pytest.mark.parametrize(
    ("place", "coordinate"),
    [
        ("org/example/desk/1.2/desk-1.2.jar", ("org.example", "desk", "1.2", "")),
        ("io/zipkin/zipkin-server/3.6.1/zipkin-server-3.6.1-slim.jar", ("io.zipkin", "zipkin-server", "3.6.1", "slim")),
    ],
)
def test_the_place_of_a_jar_says_its_coordinate(place, coordinate):
    assert Jar(PurePosixPath(place), "", 0).coordinate == coordinate


def test_a_list_reads_back_as_it_was_written(tmp_path):
    jars = (Jar(PLACE, "a" * 64, 7), Jar(PurePosixPath("z/z/1/z-1.jar"), "b" * 64, 8))

    write_list(tmp_path / "list", reversed(jars))

    assert read_list(tmp_path / "list") == jars


@pytest.mark.parametrize("list_file", [KAFKA_LIST, ZIPKIN_LIST])
def test_the_committed_lists_pin_every_jar_and_name_no_host(list_file):
    jars = read_list(list_file)

    assert jars
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in jars)
    assert "://" not in list_file.read_text(encoding="utf-8")
