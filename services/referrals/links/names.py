"""Names as they are compared: in Latin letters, in any order, and by their consonants where spellings differ."""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, product

from services.referrals.model.subjects import NameKind, SubjectName
from services.referrals.words import fold

BORNE = frozenset({NameKind.LEGAL, NameKind.BIRTH, NameKind.FORMER, NameKind.ALIAS})
"""Kinds of names by which a person can be recognised; a nickname or handle is everybody's."""

WORDS_AT_MOST = 6
SOUNDS_AT_LEAST = 4
"""Consonants that two words must have together; what has fewer sounds alike too often."""

_PARTICLES = "al el ad ar as ash at az bin ibn ben bint abu de da do dos del della di du la le van von der den"
_LETTERS = """
а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=sch ъ=
ы=y ь= э=e ю=yu я=ya і=i ў=u є=e ґ=g ђ=dj ј=y љ=l њ=n ћ=c џ=dj
α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s τ=t υ=y φ=f χ=ch ψ=ps ω=o ς=s
ا=a ب=b ت=t ث=th ج=j ح=h خ=kh د=d ذ=dh ر=r ز=z س=s ش=sh ص=s ض=d ط=t ظ=z ع= غ=gh ف=f ق=q ك=k ل=l م=m ن=n ه=h
و=u ي=y ى=a ة=a ء= پ=p چ=ch ژ=j گ=g ک=k ی=y
"""
"""How letters of other scripts sound, without what nobody writes."""

_SAME_SOUND = (
    ("tsch", "s"),
    ("sch", "s"),
    ("tch", "s"),
    ("dzh", "j"),
    ("dj", "j"),
    ("zh", "j"),
    ("sh", "s"),
    ("ch", "s"),
    ("cz", "s"),
    ("sz", "s"),
    ("ts", "s"),
    ("tz", "s"),
    ("kh", "h"),
    ("gh", "g"),
    ("dh", "d"),
    ("th", "t"),
    ("ph", "f"),
    ("ck", "k"),
    ("x", "ks"),
)
_LEFT_OUT = frozenset(_PARTICLES.split())
_LATIN = str.maketrans(dict(pair.split("=") for pair in _LETTERS.split()))
_ONE_FOR_SEVERAL = str.maketrans("cqzwv", "kksff")
_VOWELS = re.compile(r"(?<=.)[aeiouy]+")
_SILENT = re.compile(r"(?<=.)j|h$")
_DOUBLED = re.compile(r"(.)\1+")


def spellings(names: Iterable[SubjectName]) -> Iterator[tuple[str, ...]]:
    """Give each name of a person as words in a fixed order, as written and as transliterated; two words at least."""
    found: set[tuple[str, ...]] = set()
    for name in names:
        if name.kind in BORNE:
            for text in (name.text, name.transliteration or ""):
                found.add(_words(text))
    yield from sorted(words for words in found if len(words) > 1)


def sounds_of(words: tuple[str, ...]) -> set[str]:
    """Give every two words of a name by their consonants: one of them may be missing or be spelt otherwise."""
    sounds = [_sounds(word) for word in words]
    pairs = (sorted(pair) for one, other in combinations(sounds, 2) for pair in product(one, other))
    return {f"{one} {other}" for one, other in pairs if len(one) + len(other) >= SOUNDS_AT_LEAST}


def _words(text: str) -> tuple[str, ...]:
    folded = fold(text).translate(_LATIN).split()
    words = [word for word in folded if word not in _LEFT_OUT and not word.isdecimal()]
    return tuple(sorted(words if len(words) > 1 else folded)[:WORDS_AT_MOST])


def _sounds(word: str) -> set[str]:
    """Bring the spellings of one name in several languages to one form; vowels are what they differ in most."""
    if not word.isascii():
        return {word}
    # A German "ch" is what others write as "kh".
    return {_sound(word), _sound(word.replace("sch", "sh").replace("ch", "kh"))}


def _sound(word: str) -> str:
    for letters, letter in _SAME_SOUND:
        word = word.replace(letters, letter)
    word = _SILENT.sub("", word.translate(_ONE_FOR_SEVERAL))
    first = "a" if word[:1] in ("a", "e", "i", "o", "u") else word[:1]
    return _DOUBLED.sub(r"\1", first + _VOWELS.sub("", word)[1:])
