"""`fetch` and `lock`: what a stack needs from elsewhere, brought in advance and written down."""

from pathlib import Path

from deploy.local.jars import KAFKA_LIST, ZIPKIN_LIST
from deploy.local.stack import proved_jars


def fetch_all(cache: Path) -> str:
    """Bring and check every jar, so that the next start needs no network."""
    jars = [jar for list_file in (KAFKA_LIST, ZIPKIN_LIST) for jar in proved_jars(list_file, cache)]
    return f"{len(jars)} jars are in {cache} and are what we committed to"


def lock(cache: Path) -> str:
    """Resolve our coordinates anew and write the lists of jars; a person reviews the difference."""
    from deploy.local.fetch import make_lists

    make_lists(cache / "jars")
    return f"wrote {KAFKA_LIST.name} and {ZIPKIN_LIST.name}: look at what changed before committing it"
