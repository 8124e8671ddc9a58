"""Which jars may run here: the committed lists, and the check of what lies in the cache against them."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from deploy.local.problems import Problem

HERE = Path(__file__).parent
KAFKA_LIST = HERE / "kafka.sha256"
ZIPKIN_LIST = HERE / "zipkin.sha256"

READERS = 4
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar by its place in a Maven repository, and the sha256 it must have."""

    path: PurePosixPath
    sha256: str
    size: int

    @property
    def coordinate(self) -> tuple[str, str, str, str]:
        """Read group, artifact, version and classifier out of the place."""
        *group, artifact, version, file = self.path.parts
        classifier = file.removeprefix(f"{artifact}-{version}").removesuffix(".jar").removeprefix("-")
        return ".".join(group), artifact, version, classifier


def read_list(list_file: Path) -> tuple[Jar, ...]:
    """Read one committed list: sha256, size in bytes and place, one jar on a line."""
    lines = list_file.read_text(encoding="utf-8").splitlines()
    return tuple(_read_line(line) for line in lines if line and not line.startswith("#"))


def _read_line(line: str) -> Jar:
    sha256, size, path = line.split()
    return Jar(PurePosixPath(path), sha256, int(size))


def write_list(list_file: Path, jars: Iterable[Jar]) -> None:
    """Write one list in a stable order."""
    head = "# sha256, size and place of every jar; made by `python -m deploy.local lock`, never by hand.\n"
    lines = (f"{jar.sha256} {jar.size} {jar.path}\n" for jar in sorted(jars, key=lambda jar: str(jar.path)))
    list_file.write_text(head + "".join(lines), encoding="utf-8")


def digest_of(file: Path) -> str:
    """Hash a file without holding it in memory."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def missing(jars: Iterable[Jar], folder: Path) -> tuple[Jar, ...]:
    """Name the jars that are not in the cache yet."""
    return tuple(jar for jar in jars if not (folder / jar.path).is_file())


def verify(jars: Iterable[Jar], folder: Path) -> None:
    """Refuse to go on when a jar in the cache is not the one that was committed to."""
    with ThreadPoolExecutor(READERS) as readers:
        for jar, sha256 in readers.map(lambda jar: (jar, digest_of(folder / jar.path)), jars):
            if sha256 != jar.sha256:
                raise Problem(
                    f"{folder / jar.path} is not the jar we committed to (sha256 {sha256[:12]}…,"
                    f" not {jar.sha256[:12]}…): delete it and run again to fetch it anew"
                )


def class_path(jars: Iterable[Jar], folder: Path) -> str:
    """Write the jars as a JVM wants them, in the order of the list."""
    return ":".join(str(folder / jar.path) for jar in jars)
