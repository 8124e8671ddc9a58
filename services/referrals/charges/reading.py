"""Reading a charge: what it says, category by category, or why a person must read it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from schemas.vocabulary.facts import AskGround, Category
from services.referrals.charges.clauses import charges_of, parts_of
from services.referrals.charges.frames import frames
from services.referrals.charges.lexicon import Lexicon, load
from services.referrals.charges.meaning import Meaning, all_concepts, read_clause, together
from services.referrals.charges.statutes import Statute, take_out
from services.referrals.charges.tongues import tongue_of, tongues
from services.referrals.charges.weighing import Label, Weighed, labels_of, weigh_charge, weigh_together
from services.referrals.words import fold, is_beyond_lists

FLOOR = 0.6
"""Below this confidence a person reads the charge."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a charge was read as, best first, or why a person must read it."""

    labels: tuple[Label, ...] = ()
    ask: AskGround | None = None
    statutes: tuple[Statute, ...] = ()

    @property
    def lead(self) -> Category | None:
        """The category that leads, if nobody need be asked."""
        return self.labels[0].category if self.ask is None and self.labels else None


def load_tables() -> None:
    """Load the tables of all languages, so that no request waits for them."""
    frames()
    for code in tongues():
        _lexicon(code)


def read_charge(text: str, translation: str | None = None, language: str | None = None) -> Reading:
    """Read a charge, and its translation if there is one."""
    text, statutes = take_out(text)
    readings = [_read(text, language)]
    if translation is not None:
        translation, others = take_out(translation)
        readings.append(_read(translation, "en"))
        statutes = tuple(dict.fromkeys(statutes + others))
    return replace(_as_one([reading for reading in readings if reading is not None]), statutes=statutes)


def _as_one(readings: Sequence[Reading]) -> Reading:
    """Let text and translation speak as one; where they contradict each other a person is asked."""
    if not readings:
        return Reading(ask=AskGround.UNTRANSLATED)
    text, translation = readings[0], readings[-1]
    if translation.lead is None and text.lead is not None and translation.ask is AskGround.NOTHING_MATCHED:
        return text
    if translation.lead is not None and text.ask in (AskGround.DENIED, AskGround.READINGS_COMPETE):
        return Reading(translation.labels, text.ask)
    if None not in (text.lead, translation.lead) and translation.lead not in {label.category for label in text.labels}:
        by_category = {label.category: label for label in (*text.labels, *translation.labels)}
        return Reading(tuple(by_category.values()), AskGround.READINGS_COMPETE)
    return translation


@cache
def _lexicon(code: str) -> Lexicon:
    return load(code)


def _read(text: str, language: str | None) -> Reading | None:
    tongue = tongue_of(language, text)
    if tongue is None or is_beyond_lists(fold(text)):
        return None
    lexicon = _lexicon(tongue.code)
    charges = [charge for sentences in charges_of(text) for charge in _charges(lexicon, sentences)]
    clauses = [clause for charge in charges for clause in charge]
    weighed = [one for charge in charges if (one := weigh_charge(charge)) is not None]
    if not weighed and len(charges) > 1 and (one := weigh_together(clauses)) is not None:
        weighed = [one]
    labels = labels_of(weighed)
    return Reading(labels, _ask(clauses, weighed, labels))


def _charges(lexicon: Lexicon, sentences: Sequence[str]) -> list[list[Meaning]]:
    """Read the sentences of a charge; an ordinary crime that a single one strings to others is a charge of its own."""
    if len(sentences) == 1 and len(parts := parts_of(sentences[0])) > 1:
        meanings = [read_clause(lexicon, part, 0) for part in parts]
        apart = [_is_ordinary(meaning) for meaning in meanings]
        if any(apart) and all(frames().held_by(meaning.said.keys()) and not meaning.denied for meaning in meanings):
            rest = " , ".join(part for part, is_apart in zip(parts, apart, strict=True) if not is_apart)
            ordinary = [[meaning] for meaning, is_apart in zip(meanings, apart, strict=True) if is_apart]
            return [*ordinary, [read_clause(lexicon, rest, 0)]] if rest else ordinary
    return [[read_clause(lexicon, sentence, number) for number, sentence in enumerate(sentences)]]


def _is_ordinary(meaning: Meaning) -> bool:
    return {frame.category for frame in frames().held_by(meaning.said.keys())} == {Category.ORDINARY_CRIME}


def _ask(clauses: Sequence[Meaning], weighed: Sequence[Weighed], labels: Sequence[Label]) -> AskGround | None:
    if not labels:
        everything = all_concepts(together(clauses)) if clauses else frozenset()
        return AskGround.DENIED if frames().held_by(everything) else AskGround.NOTHING_MATCHED
    if any(clause.unclear for clause in clauses) or any(charge.compete for charge in weighed):
        return AskGround.READINGS_COMPETE
    return AskGround.BELOW_FLOOR if labels[0].confidence < FLOOR else None
