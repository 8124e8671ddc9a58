"""Arabic in Latin letters: one spelling for the many in which police texts romanise a word.

Articles and joined particles are dropped, doubled letters, long vowels and the letters that romanisations mix up are
brought to one, and endings are cut. A word with four consonants or more is known by these alone, as short vowels
vary most.
"""

from services.referrals.words import fold

_APOSTROPHES = dict.fromkeys(map(ord, "'`´’‘ʿʾʼʻ′"), None)
_PARTICLES = ("wal", "bil", "lil", "fil", "bel", "lel", "wel", "al", "el", "ul", "il")
_JOINED = frozenset({*_PARTICLES, "wa", "bi", "li", "fa", "be", "le", "we", "ash", "as", "ad", "ar", "az", "at"})
_SPELLINGS = (
    ("dsch", "j"), ("tsch", "S"), ("sch", "S"), ("sh", "S"), ("ch", "S"), ("kh", "x"), ("gh", "g"), ("dh", "z"),
    ("th", "s"), ("dj", "g"), ("j", "g"), ("q", "k"), ("c", "k"), ("v", "w"), ("p", "b"),
    ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ie", "i"), ("ei", "ay"), ("ai", "ay"), ("o", "u"), ("e", "i"),
)  # fmt: skip
_ENDINGS = (
    "iyyatuha", "uhunna", "atuhu", "atuha", "iyyin", "iyyun", "iyyat", "iyyan", "iyya", "uhum", "ahum", "ihim", "ihum",
    "iyan", "iyin", "iyun", "iyat", "iya", "uha", "aha", "iha", "uhu", "ahu", "ihi", "hum", "at", "in", "un", "an",
    "ah", "it", "ha", "hu", "a", "i", "u", "y",
)  # fmt: skip
_VOWELS = frozenset("aiu")
_ENOUGH = 4
_LONGEST = 40


def tokens(text: str) -> list[str]:
    """Part a text into folded words, without the articles and particles that stand apart or joined by a hyphen."""
    return [word for word in fold(text.translate(_APOSTROPHES)).split() if word not in _JOINED]


def stem(word: str) -> str:
    """Bring a romanised word to what its spellings and forms have in common."""
    written = _one_spelling(word[:_LONGEST])
    for particle in _PARTICLES:
        if written.startswith(particle) and len(written) >= len(particle) + _ENOUGH:
            written = written.removeprefix(particle)
            break
    written = _without_ending(written)
    consonants = "".join(letter for letter in written if letter not in _VOWELS)
    return consonants if len(consonants) >= _ENOUGH else written


def _one_spelling(word: str) -> str:
    for written, one in _SPELLINGS:
        if written in word:
            word = word.replace(written, one)
    return "".join(letter for place, letter in enumerate(word) if place == 0 or letter != word[place - 1])


def _without_ending(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return word.removesuffix(ending)
    return word
