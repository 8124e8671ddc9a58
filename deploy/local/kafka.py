"""Apache Kafka as one KRaft node that is broker and controller in one."""

import base64
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from deploy.local.jars import Jar, class_path
from deploy.local.java import java
from deploy.local.part import Part
from deploy.local.probes import listens
from deploy.local.problems import Problem
from deploy.local.settings import HOST
from deploy.local.topics import serves_all

MEMORY = ("-Xms256m", "-Xmx512m")
FORMAT_MEMORY = ("-Xmx128m", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
STOP_SECONDS = 20.0

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller}
listeners=PLAINTEXT://{host}:{broker},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{broker},CONTROLLER://{host}:{controller}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder}
auto.create.topics.enable=false
# A broker killed with -9 is held for dead only after this long, and may not come back before.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
num.network.threads=2
num.io.threads=4
"""


def make_part(
    jars: tuple[Jar, ...],
    cache: Path,
    ports: Mapping[str, int],
    var: Path,
    environment: Mapping[str, str],
    *,
    options: tuple[str, ...] = (),
) -> Part:
    """Describe our Kafka to the supervisor, its data folder formatted."""
    folder = var / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    properties = write_properties(folder, ports)
    format_once(jars, cache, folder, properties, environment)
    command = (*java(*MEMORY, *options), "-cp", class_path(jars, cache / "jars"), "kafka.Kafka", str(properties))

    async def ready() -> bool:
        return await listens(ports["kafka"]) and await serves_all(f"{HOST}:{ports['kafka']}")

    return Part("kafka", command, environment, folder, ready, stop_seconds=STOP_SECONDS)


def write_properties(folder: Path, ports: Mapping[str, int]) -> Path:
    """Write the node's settings, which change only with its ports."""
    properties = folder / "server.properties"
    text = PROPERTIES.format(
        host=HOST, broker=ports["kafka"], controller=ports["kafka_controller"], folder=folder / "log"
    )
    properties.write_text(text, encoding="utf-8")
    return properties


def format_once(
    jars: tuple[Jar, ...], cache: Path, folder: Path, properties: Path, environment: Mapping[str, str]
) -> None:
    """Give a new data folder its identity; one that has it is left alone."""
    # Kafka writes this file last, so a format that was cut short runs again.
    if (folder / "log" / "meta.properties").exists():
        return
    command = (
        *java(*FORMAT_MEMORY),
        "-cp",
        class_path(jars, cache / "jars"),
        *("kafka.tools.StorageTool", "format", "--standalone", "--ignore-formatted"),
        *("--cluster-id", new_identity(), "--config", str(properties)),
    )
    done = subprocess.run(command, capture_output=True, text=True, env=dict(environment), check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise Problem(f"Kafka could not format {folder} ({said[-1][:200]}): is the disk full?")


def new_identity() -> str:
    """Make a cluster's id; as Kafka's own tool does, none that begins like an option."""
    identity = "-"
    while identity.startswith("-"):
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    return identity
