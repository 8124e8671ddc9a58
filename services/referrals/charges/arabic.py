"""Arabic in Latin letters: one spelling for the many in which police texts romanise a word.

Articles and joined particles are dropped, doubled letters, long vowels and the letters that romanisations mix up are
brought to one, and endings are cut where a root of three consonants is left. A word with four consonants or more is
known by these alone, as short vowels vary most.
"""

from services.referrals.words import fold

_APOSTROPHES = dict.fromkeys(map(ord, "'`´’‘ʿʾʼʻ′"), None)
_PARTICLES = ("wal", "bil", "lil", "fil", "bel", "lel", "wel", "al", "el", "ul", "il")
_SUN_LETTERS = ("sh", "s", "d", "r", "z", "t", "n", "th", "dh")
_BEFORE_SUN_LETTERS = ("a", "e", "bi", "li", "wa", "fi")
_JOINED = frozenset({*_PARTICLES, "wa", "bi", "li", "fa", "be", "le", "we"}) | {
    particle + letter for particle in _BEFORE_SUN_LETTERS for letter in _SUN_LETTERS
}
_SPELLINGS = (
    ("dsch", "j"), ("tsch", "S"), ("sch", "S"), ("sh", "S"), ("ch", "S"), ("kh", "x"), ("gh", "g"), ("dh", "z"),
    ("th", "s"), ("dj", "g"), ("j", "g"), ("q", "k"), ("c", "k"), ("v", "w"), ("p", "b"),
    ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ie", "i"), ("ei", "ay"), ("ai", "ay"), ("o", "u"), ("e", "i"),
)  # fmt: skip
_ENDINGS = (
    "iyyatuha", "uhunna", "atuhu", "atuha", "atihi", "atiha", "uhum", "ahum", "ihim", "ihum",
    "iyan", "iyin", "iyun", "iyat", "iyah", "iya", "iat", "iah", "ian", "ia", "uha", "aha", "iha", "uhu", "ahu", "ihi",
    "hum", "at", "in", "un", "an", "ah", "it", "ih", "ha", "hu", "a", "i", "u", "y",
)  # fmt: skip
_WEAK_ENDINGS = (("iyin", "i"), ("iyun", "i"), ("iyat", "i"), ("iya", "i"), ("at", "a"), ("it", "a"))
_VOWELS = frozenset("aiu")
_ROOT = 3
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
    consonants = _consonants(written)
    return consonants if len(consonants) >= _ENOUGH else written


def _consonants(word: str) -> str:
    return "".join(letter for letter in word if letter not in _VOWELS)


def _one_spelling(word: str) -> str:
    for written, one in _SPELLINGS:
        if written in word:
            word = word.replace(written, one)
    return "".join(letter for place, letter in enumerate(word) if place == 0 or letter != word[place - 1])


def _without_ending(word: str) -> str:
    """Cut the ending; a word too short to lose it, such as "itawat", is brought to its plain form."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(_consonants(word.removesuffix(ending))) >= _ROOT:
            return word.removesuffix(ending)
    for ending, plain in _WEAK_ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + plain
    return word
