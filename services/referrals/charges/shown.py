"""A reading as records keep it and answers show it: words of our own tables, and numbers of statutes."""

from typing import Any

from services.referrals.charges.reading import Reading


def shown_reading(reading: Reading) -> dict[str, Any]:
    """Write what a charge was read as, without anything of its text."""
    return {
        "lead": reading.lead.value if reading.lead is not None else None,
        "ask": reading.ask.value if reading.ask is not None else None,
        "labels": [
            {"category": label.category.value, "confidence": label.confidence, "words": list(label.words)}
            for label in reading.labels
        ],
        "statutes": [{"code": statute.code, "number": statute.number} for statute in reading.statutes],
    }
