"""`python -m tests.golden`: decide the corpus anew, tell what changed, write it; read it before you commit it."""

import argparse

from rich.progress import track

from services.routing.tables import load_ruleset
from tests.golden.corpus import NOW, changes, decided_anew, read_corpus, write_corpus
from tests.golden.invented import invented_cases


def main() -> None:
    """Decide every case with the shipped rules."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("--invent", action="store_true", help="invent the facts anew, and not only the decisions")
    invent = parser.parse_args().invent
    ruleset = load_ruleset(NOW.date())
    known = {case["title"]: case for case in read_corpus()} if not invent else {}
    cases = list(invented_cases()) if invent else list(known.values())
    decided = [case | {"decision": decided_anew(case, ruleset)} for case in track(cases)]
    for case in decided:
        for change in changes(known.get(case["title"], case)["decision"], case["decision"]):
            print(f"{case['title']}: {change}")
    write_corpus(decided)
    print(f"{len(decided)} decisions written")


if __name__ == "__main__":
    main()
