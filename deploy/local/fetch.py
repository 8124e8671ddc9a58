"""Fetches jars by their coordinates, side by side, and lets nothing unproved into the cache."""

import errno
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from jgo.config import GlobalSettings
from jgo.maven import MavenContext, PythonResolver

from deploy.local.jars import KAFKA_LIST, ZIPKIN_LIST, Jar, digest_of, missing, write_list
from deploy.local.problems import Problem
from deploy.local.progress import Progress

COORDINATES = {
    KAFKA_LIST: ("org.apache.kafka:kafka_2.13:4.3.1", "org.slf4j:slf4j-simple:1.7.36"),
    ZIPKIN_LIST: ("io.zipkin:zipkin-server:jar:slim:3.6.1",),
}
"""What we ask for by name; the lists beside this module say every jar that comes with it."""

RUNS_ALONE = frozenset({ZIPKIN_LIST})
"""Zipkin's slim jar carries its libraries inside: what its POM names need not be fetched."""

DOWNLOADS = 6
ATTEMPTS = 3
TIMEOUT_SECONDS = 30


def fetch(jars: Iterable[Jar], folder: Path) -> None:
    """Bring the jars that are not in the cache yet."""
    wanted = missing(jars, folder)
    if not wanted:
        return
    with (
        _scratch(folder) as scratch,
        Progress("jars", len(wanted), sum(jar.size for jar in wanted)) as progress,
    ):
        context = _context(scratch, progress)
        with ThreadPoolExecutor(DOWNLOADS) as downloads:
            list(downloads.map(lambda jar: _fetch_one(context, jar, folder, progress), wanted))


def make_lists(folder: Path) -> None:
    """Resolve our coordinates anew and write down the sha256 of every jar they bring."""
    for list_file, coordinates in COORDINATES.items():
        with _scratch(folder) as scratch:
            jars = _resolve(_context(scratch, None), coordinates, alone=list_file in RUNS_ALONE)
        write_list(list_file, jars)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Give the resolver a folder of its own: cut short, it leaves half a file under the final name."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as scratch:
        yield Path(scratch)


def _context(scratch: Path, progress: Progress | None) -> MavenContext:
    """Use the repositories that the user's own jgo settings name, else the resolver's default."""
    return MavenContext(
        repo_cache=scratch,
        remote_repos=GlobalSettings.load().repositories or None,
        resolver=PythonResolver(progress_callback=progress.file if progress else None),
        timeout=TIMEOUT_SECONDS,
    )


def _fetch_one(context: MavenContext, jar: Jar, folder: Path, progress: Progress) -> None:
    """Fetch one jar, prove it, and only then put it in its place."""
    fetched = _download(context, jar)
    if (sha256 := digest_of(fetched)) != jar.sha256:
        raise Problem(
            f"{jar.path.name} as fetched is not the jar we committed to (sha256 {sha256[:12]}…,"
            f" not {jar.sha256[:12]}…): look at the repository it came from before going on"
        )
    place = folder / jar.path
    place.parent.mkdir(parents=True, exist_ok=True)
    fetched.replace(place)
    progress.one_done()


def _download(context: MavenContext, jar: Jar) -> Path:
    """Ask for one jar a few times before giving up."""
    group, artifact, version, classifier = jar.coordinate
    wanted = context.project(group, artifact).at_version(version).artifact(classifier)
    for _ in range(ATTEMPTS - 1):
        # The errors of the resolver's HTTP library are OSErrors; "not found" is its RuntimeError.
        with suppress(OSError, RuntimeError):
            return Path(wanted.resolve())
        (context.repo_cache / jar.path).unlink(missing_ok=True)
    try:
        return Path(wanted.resolve())
    except (OSError, RuntimeError) as exc:
        raise Problem(_why_not(exc, jar, context.repo_cache.parent)) from exc


def _why_not(exc: Exception, jar: Jar, folder: Path) -> str:
    """Say in one line what failed, without the pages of text that network errors carry."""
    if isinstance(exc, OSError) and exc.errno == errno.ENOSPC:
        return f"no space left on the disk of {folder}: free some and run again"
    reason = f"{type(exc).__name__}: {exc}".splitlines()[0][:160]
    return f"could not fetch {jar.path.name} ({reason}): check the network and run again"


def _resolve(context: MavenContext, coordinates: Iterable[str], *, alone: bool) -> list[Jar]:
    """Walk the dependencies of the coordinates and hash every jar."""
    roots = [context.create_dependency(coordinate) for coordinate in coordinates]
    for root in roots:
        root.scope = "compile"
    found = roots if alone else [one for part in context.resolver.resolve(roots) for one in part]
    return [_measure(context, Path(dependency.artifact.resolve())) for dependency in found]


def _measure(context: MavenContext, file: Path) -> Jar:
    place = PurePosixPath(file.relative_to(context.repo_cache))
    return Jar(place, digest_of(file), file.stat().st_size)
