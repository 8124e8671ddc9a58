"""docker-compose.yml, deploy/local and the settings classes say the same: there is no Docker engine to ask."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from deploy import topics as topics_command
from deploy.local import environment as local_environment
from deploy.local import kafka as local_kafka
from deploy.local import mongo as local_mongo
from deploy.local import services as local_services
from deploy.local.secret_keys import VARIABLES
from deploy.local.settings import CHECKOUT, DEFAULT_PORTS, FEED, PORT_VARIABLES, SERVICES
from deploy.local.topics import create_topics
from runtime.http import make_app
from runtime.settings import KafkaSettings
from schemas.topics import TOPICS
from tests.support.variables import SETTINGS, all_variables, variables_of

COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8"))
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (CHECKOUT / "deploy/images/Dockerfile").read_text(encoding="utf-8")
OURS = (*SERVICES, "topics")

EXPORTERS = {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_ZIPKIN_ENDPOINT"}
"""The one thing that differs on purpose: spans go to a collector in containers, to Zipkin on a bare machine."""


def set_locally() -> dict[str, str]:
    """The variables that deploy/local sets for the services, whatever its own environment says."""
    addresses = {"kafka": "127.0.0.1:9092", "mongo": local_mongo.uri(27017), "zipkin": "http://127.0.0.1:9411"}
    ports = {name: port for name, port in DEFAULT_PORTS.items() if name != FEED}  # a part only where it is asked for
    return local_environment.service_environment({}, addresses, ports, dict.fromkeys(VARIABLES, "a key"))


def copied_into_the_image() -> dict[str, str]:
    """The sources and folders that the Dockerfile copies from this repository, by their destination."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    copied = {}
    for line in lines:
        *sources, target = line.split()
        for source in sources:
            copied[f"{target}{Path(source).name}" if target.endswith("/") else target] = source
    return copied


def test_the_file_follows_the_compose_specification():
    schema = json.loads((Path(__file__).parent / "compose_spec/compose-spec.json").read_text(encoding="utf-8"))

    faults = [f"{error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(COMPOSE)]

    assert faults == []


def test_a_misspelt_key_would_be_found():
    schema = json.loads((Path(__file__).parent / "compose_spec/compose-spec.json").read_text(encoding="utf-8"))
    misspelt = {"services": {"kafka": {"image": "apache/kafka:4.3.1", "depend_on": ["mongo"]}}}

    assert not Draft7Validator(schema).is_valid(misspelt)


# ---- variables ----


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_gets_only_variables_that_its_service_reads_and_all_it_needs(service: str):
    known = variables_of(SETTINGS[service])

    given = set(PARTS[service]["environment"])

    assert given - set(known) == set()
    assert {name for name, variable in known.items() if variable.required} - given == set()


def test_the_feed_gets_only_what_it_reads_and_all_it_needs_but_only_if_asked_for():
    known = variables_of(SETTINGS[FEED])

    given = set(PARTS[FEED]["environment"])

    assert given - set(known) == set()
    assert {name for name, variable in known.items() if variable.required} - given == set()
    assert PARTS[FEED]["profiles"] == [FEED]
    assert PARTS[FEED]["command"] == ["python", "-m", *local_services.COMMANDS[FEED]]


def test_the_topics_command_gets_only_what_it_reads_and_all_it_needs():
    known = variables_of(KafkaSettings)

    given = set(PARTS["topics"]["environment"])

    assert given - set(known) == set()
    assert {name for name, variable in known.items() if variable.required} - given == set()


def test_the_local_stack_sets_only_variables_that_some_service_reads_and_all_they_need():
    known = all_variables()

    given = set(set_locally())

    assert given - set(known) == set()
    assert {name for name, variable in known.items() if variable.required} - given == set()


def test_containers_and_local_stack_set_the_same_variables():
    in_containers = {name for service in SERVICES for name in PARTS[service]["environment"]}

    assert in_containers ^ set(set_locally()) == EXPORTERS


def test_the_local_stack_passes_on_whatever_a_service_can_read():
    assert [name for name in all_variables() if not local_environment.OF_THE_SERVICES.fullmatch(name)] == []


def test_the_values_in_containers_are_such_as_the_settings_accept(monkeypatch: pytest.MonkeyPatch):
    for service in SERVICES:
        for name in all_variables():
            monkeypatch.delenv(name, raising=False)
        for name, value in PARTS[service]["environment"].items():
            monkeypatch.setenv(name, "A" * 43 + "=" if name in VARIABLES else value)

        SETTINGS[service]()


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_secret_key_comes_from_outside_and_only_to_the_service_that_needs_it(variable: str):
    given = {name: part["environment"].get(variable) for name, part in PARTS.items() if name in OURS}

    assert given.pop("referrals").startswith(f"${{{variable}:?")
    assert set(given.values()) == {None}
    assert re.search(rf"^{variable}=$", (CHECKOUT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)


# ---- ports and health ----


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_one_port_everywhere(service: str):
    port = DEFAULT_PORTS[service]
    variable = PORT_VARIABLES[service]

    assert variables_of(SETTINGS[service])[variable].default == port
    assert PARTS[service]["environment"][variable] == str(port)
    assert PARTS[service]["ports"] == [f"127.0.0.1:{port}:{port}"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_asked_for_health_on_its_port_by_a_route_that_exists(service: str):
    app = make_app("test", "1", max_body_bytes=1_000, ready=dict)
    asked = re.search(r"http://127\.0\.0\.1:(\d+)(/[a-z/]+)", " ".join(PARTS[service]["healthcheck"]["test"]))

    assert asked is not None
    assert int(asked[1]) == DEFAULT_PORTS[service]
    assert asked[2] == local_services.READY_PATH
    assert asked[2] in {getattr(route, "path", None) for route in app.routes}


def test_everything_published_is_published_to_this_machine_only():
    published = {name: part["ports"] for name, part in PARTS.items() if "ports" in part}

    assert set(published) == {*SERVICES, "jaeger"}
    assert [port for ports in published.values() for port in ports if not port.startswith("127.0.0.1:")] == []


def test_what_others_wait_to_be_healthy_can_say_so():
    waited_for = {
        (name, condition["condition"])
        for part in PARTS.values()
        for name, condition in part.get("depends_on", {}).items()
    }

    for name, condition in waited_for:
        assert condition != "service_healthy" or "healthcheck" in PARTS[name]
        assert condition != "service_completed_successfully" or PARTS[name]["restart"] == "no"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_after_the_database_and_the_topics(service: str):
    waits = PARTS[service]["depends_on"]

    assert waits["mongo"]["condition"] == "service_healthy"
    assert waits["topics"]["condition"] == "service_completed_successfully"
    assert PARTS["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"


# ---- Kafka and MongoDB ----


def test_kafka_has_the_settings_of_the_local_one_but_for_where_it_is():
    of_the_place = {
        "controller.quorum.bootstrap.servers",
        "listeners",
        "advertised.listeners",
        "log.dirs",
    }
    lines = [line for line in local_kafka.PROPERTIES.splitlines() if line and not line.startswith("#")]
    local = dict(line.split("=", 1) for line in lines)

    given = {
        name.removeprefix("KAFKA_").replace("_", ".").lower(): value
        for name, value in PARTS["kafka"]["environment"].items()
        if name.startswith("KAFKA_")
    }

    assert {name: given.get(name) for name in local if name not in of_the_place} == {
        name: value for name, value in local.items() if name not in of_the_place
    }
    assert given["heap.opts"].split() == list(local_kafka.MEMORY)


def test_the_topics_are_those_of_the_registry_and_made_by_the_same_function(monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[Any, ...]] = []

    async def note(*arguments: Any) -> None:
        asked.append(arguments)

    monkeypatch.setattr(topics_command, "create_topics", note)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "a.")

    assert topics_command.main() == 0
    assert asked == [("broker:9092", "a.")]
    assert signature(create_topics).parameters["topics"].default is TOPICS
    assert PARTS["topics"]["command"] == ["python", "-m", "deploy.topics"]


def test_everybody_means_the_same_topics_and_databases():
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_TOPIC_PREFIX"):
        assert len({PARTS[part]["environment"].get(name) for part in OURS}) == 1
    for name in ("MONGO_URI", "MONGO_DATABASE_PREFIX"):
        assert len({PARTS[part]["environment"].get(name) for part in SERVICES}) == 1


def test_the_replica_set_has_one_name_everywhere():
    name = local_mongo.REPLICA_SET

    assert PARTS["mongo"]["command"][1:3] == ["--replSet", name]
    assert f'_id: "{name}"' in " ".join(PARTS["mongo"]["healthcheck"]["test"])
    assert {PARTS[service]["environment"]["MONGO_URI"].split("replicaSet=")[1] for service in SERVICES} == {name}
    assert local_mongo.uri(1).split("replicaSet=")[1] == name


# ---- images ----


def test_every_image_has_a_tag_with_a_version():
    images = [part["image"] for part in PARTS.values()] + re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert [image for image in images if not re.search(r":\d+\.\d+[\w.-]*$", image)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_one_image_runs_every_service_by_its_command(service: str):
    assert PARTS[service]["command"] == ["python", "-m", f"services.{service}"]
    assert (CHECKOUT / "services" / service / "__main__.py").exists()
    assert PARTS[service]["build"] == PARTS["topics"]["build"]
    assert PARTS[service]["image"] == PARTS["topics"]["image"]


def test_the_image_has_our_oldest_python_and_our_version():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    versions = set(re.findall(r"^FROM python:([\d.]+)-slim", DOCKERFILE, re.MULTILINE))

    assert versions == {project["requires-python"].removeprefix(">=")}
    assert PARTS["referrals"]["image"] == f"dragoman:{project['version']}"


def test_the_image_installs_what_is_locked_and_runs_as_nobody_special():
    assert "--require-hashes" in DOCKERFILE
    assert "COPY deploy/requirements/services.txt" in DOCKERFILE
    assert re.search(r"^USER (?!root)\w+\s*\Z", DOCKERFILE, re.MULTILINE)
    assert all("--hash=" in block for block in locked_blocks())


def locked_blocks() -> list[str]:
    """The entries of the lock file, each with its hashes."""
    text = (CHECKOUT / "deploy/requirements/services.txt").read_text(encoding="utf-8")
    return [block for block in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE) if "==" in block]


def test_what_is_copied_into_the_image_is_enough_to_start_everything(tmp_path: Path):
    for target, source in copied_into_the_image().items():
        if target.startswith("/"):
            continue
        if (CHECKOUT / source).is_dir():
            shutil.copytree(CHECKOUT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__", "*.md"))
        else:
            (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / source, tmp_path / target)
    modules = ["deploy.topics", *(f"services.{service}.{part}" for service in SERVICES for part in ("app", "settings"))]
    program = f"import {', '.join(modules)}; from services.routing.rules import *; import services.routing.tables as t;"
    program += "from datetime import date; t.load_ruleset(date(2026, 11, 23))"

    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.returncode == 0


def test_the_builder_is_sent_nothing_but_what_is_copied():
    ignore = (CHECKOUT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line.removeprefix("!") for line in ignore if line.startswith("!")}

    assert "*" in ignore
    assert sent == {Path(source).parts[0] for source in copied_into_the_image().values()}


# ---- the collector ----


def test_spans_find_their_way_to_the_trace_page():
    collector = yaml.safe_load((CHECKOUT / "deploy/compose/collector.yaml").read_text(encoding="utf-8"))
    pipeline = collector["service"]["pipelines"]["traces"]

    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) == set(collector[kind])
    port = collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"].split(":")[1]
    for service in SERVICES:
        assert PARTS[service]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://collector:{port}"
    assert collector["exporters"]["otlp_grpc/jaeger"]["endpoint"] == "jaeger:4317"
    assert [f"--config={volume.split(':')[1]}" for volume in PARTS["collector"]["volumes"]] == PARTS["collector"][
        "command"
    ]
