import socket

import pytest

from deploy.local.ports import FREE_RANGE, Ports, is_free
from deploy.local.problems import Problem
from deploy.local.settings import DEFAULT_PORTS, StackSettings


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield listener.getsockname()[1]


@pytest.fixture
def ports(tmp_path):
    ports = Ports(tmp_path)
    yield ports
    ports.release()


def test_a_taken_default_gives_way_to_a_free_port(ports, taken_port, monkeypatch):
    monkeypatch.setitem(DEFAULT_PORTS, "zipkin", taken_port)

    ports.choose(["zipkin"], {}, free=False)

    assert ports.chosen["zipkin"] in FREE_RANGE


def test_a_taken_port_that_was_asked_for_is_told_in_one_line_with_the_variable(ports, taken_port):
    with pytest.raises(Problem, match=rf"^port {taken_port} for kafka is taken.*KAFKA_PORT"):
        ports.choose(["kafka"], {"kafka": taken_port}, free=False)


def test_two_stacks_never_get_the_same_port_even_before_anybody_listens(tmp_path, ports):
    other = Ports(tmp_path)
    ports.choose(["mongo"], {}, free=True)

    with pytest.raises(Problem):
        other.choose(["mongo"], {"mongo": ports.chosen["mongo"]}, free=False)


def test_a_released_port_can_be_taken_again(tmp_path, ports):
    other = Ports(tmp_path)
    ports.choose(["mongo"], {}, free=True)
    ports.release()

    other.choose(["mongo"], {"mongo": ports.chosen["mongo"]}, free=False)

    assert other.chosen == ports.chosen
    other.release()


def test_a_port_with_a_listener_is_not_free(taken_port):
    assert not is_free(taken_port)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "kafka", "²"])
def test_what_is_not_a_port_is_told_with_its_variable(text):
    with pytest.raises(Problem, match="ROUTING_HTTP_PORT"):
        StackSettings.from_environment({"ROUTING_HTTP_PORT": text})


def test_the_environment_of_make_up_sets_ports_and_folders(tmp_path):
    settings = StackSettings.from_environment(
        {"KAFKA_PORT": "9192", "DRAGOMAN_VAR": str(tmp_path), "DRAGOMAN_CACHE": str(tmp_path / "cache")}
    )

    assert (settings.ports, settings.var, settings.cache) == ({"kafka": 9192}, tmp_path, tmp_path / "cache")


def test_a_part_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(Problem, match="no such part: rabbit"):
        StackSettings(tmp_path, parts=("rabbit",))


@pytest.mark.parametrize("variable", ["FEED_BASE_URL", "FEED_FOLDER"])
def test_the_feed_is_a_part_only_where_it_is_told_what_to_read(variable):
    assert "feed" in StackSettings.from_environment({variable: "somewhere"}).parts
    assert "feed" not in StackSettings.from_environment({variable: ""}).parts
