"""INTERPOL's own codes in words; a code that we do not know is shown as it came."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pycountry

from services.referrals.notices.notice import Notice

_SEXES = {"M": "male", "F": "female", "U": "unknown"}
_RETIRED = {"mol": "ron", "scc": "srp", "scr": "hrv"}
"""Codes of ISO 639-2 that are no more, but that stand in lists of today."""


def codes_in_words(notice: Notice) -> dict[str, Any]:
    """Say what the codes of a notice mean, each in the place of its code."""
    return {
        "sex": sex_in_words(notice.sex) if notice.sex is not None else None,
        "eyes": [eyes_in_words(code) for code in notice.eyes],
        "hairs": [hair_in_words(code) for code in notice.hairs],
        "languages": [language_in_words(code) for code in notice.languages],
    }


def eyes_in_words(code: str) -> str:
    """Say what colour of eyes a code means."""
    return _EYES.get(code.upper(), code)


def hair_in_words(code: str) -> str:
    """Say what hair a code means."""
    return _HAIR.get(code.upper(), code)


def sex_in_words(code: str) -> str:
    """Say what a code of a sex means."""
    return _SEXES.get(code.upper(), code)


def language_in_words(code: str) -> str:
    """Say what language a code means: ISO 639-2, as libraries write it (`FRE`) or as it is called (`FRA`)."""
    language = _language(code) or _family(code)
    return code if language is None else str(language.name)


def _language(code: str) -> "pycountry.db.Data | None":
    lower = _RETIRED.get(code.lower(), code.lower())
    if len(lower) != 3 or not lower.isascii():
        return None
    return pycountry.languages.get(bibliographic=lower) or pycountry.languages.get(alpha_3=lower)


def _family(code: str) -> "pycountry.db.Data | None":
    """Find a group of languages, which the older lists of codes have among the languages."""
    return pycountry.language_families.get(alpha_3=code.lower()) if len(code) == 3 and code.isascii() else None


def read_description_codes(path: Path, of: str) -> Mapping[str, str]:
    """Read the words of one kind of code."""
    lines = (line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    rows = [line.split("\t") for line in lines]
    return {code: words for kind, code, words, _ in rows[1:] if kind == of}


_PATH = Path(__file__).parent / "data" / "description_codes.tsv"
_EYES = read_description_codes(_PATH, "eyes")
_HAIR = read_description_codes(_PATH, "hair")
