import os
from dataclasses import replace

import pytest

from deploy.local.clean import clean_data
from deploy.local.down import down
from deploy.local.lock import sole_use
from deploy.local.problems import Problem
from deploy.local.settings import StackSettings
from deploy.local.state import State, creation_times, read_state, still_running, write_state
from deploy.local.status import status


def own_state():
    pids = {"desk": os.getpid()}
    return State("2026-11-23T00:00:00+00:00", os.getpid(), True, {}, pids, {}, {}, creation_times(pids))


def test_a_state_reads_back_as_it_was_written(tmp_path):
    write_state(tmp_path, own_state())

    assert read_state(tmp_path) == own_state()


def test_a_pid_that_another_program_got_since_is_not_taken_for_ours():
    state = own_state()
    reused = replace(state, created={"supervisor": 1.0, "desk": 1.0})

    assert set(still_running(state)) == {"supervisor", "desk"}
    assert still_running(reused) == {}


def test_down_signals_nobody_when_the_pids_are_no_longer_ours(tmp_path):
    write_state(tmp_path, replace(own_state(), created={}))

    said = down(StackSettings(tmp_path))

    assert said == "the stack had already ended; the data stay"
    assert read_state(tmp_path) is None


def test_down_without_a_stack_says_so(tmp_path):
    assert down(StackSettings(tmp_path)) == f"no stack runs on {tmp_path}"


def test_status_without_a_stack_says_so(tmp_path):
    assert status(StackSettings(tmp_path), as_json=False) == (f"no stack runs on {tmp_path}", False)


def test_a_second_stack_on_the_same_data_is_refused_with_the_pid_of_the_first(tmp_path):
    with sole_use(tmp_path), pytest.raises(Problem, match=rf"pid {os.getpid()}.*make down"), sole_use(tmp_path):
        pass


def test_clean_data_says_what_it_removes_and_leaves_what_is_not_ours(tmp_path, capsys):
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "referrals.wt").write_bytes(b"x" * 2_000_000)
    (tmp_path / "notes.txt").write_text("mine")

    clean_data(StackSettings(tmp_path), sure=True)

    assert "mongo  2.0 MB" in capsys.readouterr().out
    assert not (tmp_path / "mongo").exists()
    assert (tmp_path / "notes.txt").exists()


def test_clean_data_removes_nothing_without_a_yes(tmp_path, monkeypatch):
    (tmp_path / "kafka").mkdir()
    monkeypatch.setattr("builtins.input", lambda _: "")

    assert clean_data(StackSettings(tmp_path), sure=False) == "nothing was removed"
    assert (tmp_path / "kafka").exists()


def test_clean_data_refuses_while_a_stack_runs(tmp_path):
    with sole_use(tmp_path), pytest.raises(Problem, match="already runs"):
        clean_data(StackSettings(tmp_path), sure=True)
