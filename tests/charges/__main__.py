"""Print how well charge text is read: `python -m tests.charges`; `-v` adds what went wrong in tuned sets."""

import sys

from tests.charges.measure import FOLDER, TUNED_ON, read_set, report


def main(arguments: list[str]) -> None:
    """Report on every set, or on those named; only tuned sets show their texts, or they could measure nothing."""
    names = [argument for argument in arguments if argument != "-v"] or sorted(
        path.stem for path in FOLDER.glob("*.tsv")
    )
    for name in names:
        rows = read_set(name)
        print(report(name, rows))
        if "-v" in arguments and name.startswith(TUNED_ON):
            for row in rows:
                if row.given != row.expected:
                    words = "; ".join(f"{label.category}: {', '.join(label.words)}" for label in row.reading.labels)
                    print(
                        f"    {row.language} | {row.text} | {row.expected} -> {row.given} | {row.reading.ask} {words}"
                    )
        print()


main(sys.argv[1:])
