"""What a process prints: each test runs one, because how it logs is set once in its life."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
SECRET = "Ivana Horvat"

PRELUDE = """
import asyncio, logging, structlog
from opentelemetry.sdk.trace import TracerProvider
from runtime.logs import start_logs
from runtime.settings import TelemetrySettings
start_logs("notes", TelemetrySettings(**SETTINGS))
log = structlog.get_logger()
SECRET = "Ivana Horvat"
"""


def printed(script, **settings):
    """Run a script with our logging and give what it printed, standard error included."""
    code = PRELUDE.replace("**SETTINGS", f"**{settings!r}") + textwrap.dedent(script)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout, done.stderr


def lines(script):
    output, errors = printed(script)
    assert not errors
    return [json.loads(line) for line in output.split("\n") if line]


def test_a_line_is_one_json_object_with_the_service_the_level_and_the_time():
    [line] = lines('log.info("message handled", event_id="7")')

    assert line.items() >= {"event": "message handled", "event_id": "7", "level": "info", "service": "notes"}.items()
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "value", ["a\nb", "a\r\nb", '"}\n{"event": "forged"}', "\x1b[2J\x1b]0;x\x07", "\u2028\x85\x0b"]
)
def test_a_value_cannot_begin_a_line_of_its_own_nor_paint_the_terminal(value):
    output, _ = printed(f"log.info('message handled', code={value!r}); log.info('end')")

    first, last = output.splitlines()
    assert json.loads(first)["code"] == value
    assert json.loads(last)["event"] == "end"
    assert all(0x20 <= ord(sign) < 0x7F for sign in first)


def test_an_exception_is_its_types_and_places_and_never_its_text():
    [line] = lines(
        """
        def read():
            try:
                int("Ivana Horvat")
            except ValueError as exc:
                raise KeyError("Ivana Horvat") from exc
        try:
            read()
        except KeyError:
            log.exception("message set aside")
        """
    )

    assert line["error"] == "KeyError from ValueError"
    assert line["at"][-1].startswith("read ")
    assert SECRET not in json.dumps(line)


def test_an_exception_given_by_hand_is_written_the_same_way():
    [line] = lines('log.error("message set aside", exc_info=ValueError(SECRET))')

    assert line["error"] == "ValueError"
    assert SECRET not in json.dumps(line)


def test_a_library_s_arguments_are_left_out_and_its_phrase_is_kept():
    [line] = lines('logging.getLogger("pymongo").warning("Command failed: %s", SECRET)')

    assert line.items() >= {"event": "Command failed: %s", "logger": "pymongo", "level": "warning"}.items()
    assert SECRET not in json.dumps(line)


def test_a_library_that_never_sees_a_document_may_say_its_arguments():
    [line] = lines('logging.getLogger("aiokafka.consumer").warning("Heartbeat failed: %s", "timeout")')

    assert line["event"] == "Heartbeat failed: timeout"


def test_a_library_s_exception_is_written_without_its_text():
    [line] = lines(
        """
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
        """
    )

    assert line["error"] == "ValueError"
    assert SECRET not in json.dumps(line)


def test_a_task_that_nobody_waited_for_is_told_of_without_its_exception_s_text():
    [line] = lines(
        """
        async def fail():
            raise ValueError(SECRET)
        async def main():
            task = asyncio.create_task(fail())
            await asyncio.sleep(0.01)
        asyncio.run(main())
        import gc; gc.collect()
        """
    )

    assert line["event"] == "Task exception was never retrieved"
    assert line["error"] == "ValueError"
    assert SECRET not in json.dumps(line)


def test_a_line_names_the_trace_it_belongs_to():
    inside, outside = lines(
        """
        with TracerProvider().get_tracer("t").start_as_current_span("s") as span:
            log.info("inside", expected=f"{span.get_span_context().trace_id:032x}")
        log.info("outside")
        """
    )

    assert inside["trace_id"] == inside["expected"]
    assert "trace_id" not in outside


def test_lines_below_the_level_are_not_printed():
    output, _ = printed('log.info("little"); log.warning("much")', log_level="warning")

    assert [json.loads(line)["event"] for line in output.splitlines()] == ["much"]


def test_a_process_that_cannot_start_says_why_without_the_exception_s_text():
    code = """
    from contextlib import asynccontextmanager
    from runtime.process import run
    @asynccontextmanager
    async def open_service():
        raise ValueError(SECRET)
        yield
    run("notes", TelemetrySettings(), open_service)
    """
    output, errors = printed(code)

    assert SECRET not in output + errors
    assert json.loads(output)["error"] == "ValueError"


def test_a_full_disk_under_the_log_stops_nobody():
    script = """
        log.info("one")
        logging.getLogger("library").warning("two")
        print("worked on", file=__import__("sys").stderr)
    """
    code = PRELUDE.replace("**SETTINGS", "") + textwrap.dedent(script)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )

    assert done.stderr.splitlines()[0] == "worked on"


def test_lines_that_could_not_be_written_are_counted_later():
    script = """
        import io, sys
        class Disk(io.StringIO):
            full = True
            def flush(self):
                if self.full:
                    raise OSError("no space")
        disk = sys.stdout = Disk()
        start_logs("notes", TelemetrySettings())
        structlog.get_logger().info("one")
        structlog.get_logger().info("two")
        disk.full = False
        structlog.get_logger().info("three")
        sys.__stdout__.write(disk.getvalue())
    """

    found = lines(script)

    assert [(line["event"], line.get("lines_late")) for line in found] == [("one", None), ("two", 1), ("three", 2)]
