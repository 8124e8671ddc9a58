"""The offences of a notice: what its warrants say, read by the classifier, or what its colour stands for."""

from collections.abc import Iterator

from schemas.notices import Colour
from schemas.vocabulary.facts import Category
from services.referrals.charges import read_charge
from services.referrals.charges.frames import standings
from services.referrals.charges.tongues import tongue_of
from services.referrals.model.offences import Charge, Offence
from services.referrals.notices.fitted import fitted_paragraph
from services.referrals.notices.notice import Notice, Warrant
from services.referrals.words import fold

OFFENCES_AT_MOST = 20
CHARGE_AT_MOST = 4_000
LEAST_WORDS = 2
"""Small words of a language that a text must have before we say that it is in it."""

_UNKNOWN_LANGUAGE = "und"
_OF_CHILDREN = (Category.CHILD_EXPLOITATION, Category.CHILD_SEX_TRAVEL)


def offences_of(notice: Notice) -> tuple[Offence, ...]:
    """Give what a notice is about, one offence for each warrant; without any it is for a person to say."""
    if notice.colour is Colour.YELLOW:
        return tuple(_of_missing(notice))
    if notice.colour is Colour.UN:
        return (Offence(category=Category.SANCTIONS_EVASION),)
    found = tuple(offence for warrant in notice.warrants if (offence := offence_of(warrant)) is not None)
    if not found and notice.summary is not None and (charge := _charge(notice.summary, None)) is not None:
        found = (Offence(charge=charge),)
    return found[:OFFENCES_AT_MOST] or (Offence(category=Category.UNCLASSIFIED),)


def offence_of(warrant: Warrant) -> Offence | None:
    """Give the offence of one warrant; None if it says nothing."""
    charge = _charge(warrant.charge, warrant.charge_translation)
    return Offence(charge=charge) if charge is not None else None


def category_of(warrant: Warrant) -> Category | None:
    """Give what a warrant is for, as far as the classifier reads it."""
    charge = _charge(warrant.charge, warrant.charge_translation)
    if charge is None:
        return None
    labels = read_charge(charge.text, charge.translation, charge.language).labels
    return labels[0].category if labels else None


def urgency_rank(category: Category | None) -> int:
    """Give how urgent a category is, 0 first; what was not read comes last."""
    return standings()[category].urgency if category is not None else len(Category)


def language_of(text: str) -> str:
    """Say in which language a text is, by its small words; `und` where they do not tell."""
    tongue = tongue_of(None, text)
    if tongue is None:
        return _UNKNOWN_LANGUAGE
    words = fold(text).split()
    return tongue.code if sum(word in tongue.function_words for word in words) >= LEAST_WORDS else _UNKNOWN_LANGUAGE


def _charge(text: str | None, translation: str | None) -> Charge | None:
    said = fitted_paragraph(text, CHARGE_AT_MOST)
    translated = fitted_paragraph(translation, CHARGE_AT_MOST)
    if said is None:
        return None if translated is None else Charge(text=translated, language="en")
    return Charge(text=said, language=language_of(said), translation=translated)


def _of_missing(notice: Notice) -> Iterator[Offence]:
    """A missing person is that and no more, unless the notice itself speaks of a child's exploitation."""
    yield Offence(category=Category.MISSING_ABDUCTED)
    for text in (notice.summary, notice.distinguishing_marks):
        if text is None:
            continue
        read = read_charge(text, None, language_of(text))
        for label in read.labels:
            if label.category in _OF_CHILDREN and read.ask is None:
                yield Offence(category=label.category)
                return
