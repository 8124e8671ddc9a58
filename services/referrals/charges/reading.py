"""Reading a charge: what it says, category by category, or why a person must read it."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cache

from schemas.vocabulary import AskGround, Category
from services.referrals.charges import frames as framing
from services.referrals.charges.clauses import charges_of
from services.referrals.charges.frames import Frame, plain_words, standings
from services.referrals.charges.lexicon import Found, Lexicon, load
from services.referrals.charges.statutes import Statute, take_out
from services.referrals.charges.tongues import tongue_of
from services.referrals.words import fold, is_beyond_lists

FLOOR = 0.6
"""Below this confidence a person reads the charge."""

_POOLED = 0.1
_NEVER_LEADS_OTHERS = 2
_GOVERNING = frozenset({"not", "not_pursued", "but", "unclear", "mask", "none"})


@dataclass(frozen=True, slots=True)
class Label:
    """A category that a charge was read as, and the words of our tables that led to it."""

    category: Category
    confidence: float
    words: tuple[str, ...]


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


@dataclass(frozen=True, slots=True)
class _Clause:
    """What one sentence says, and what it denies."""

    said: frozenset[str]
    denied: frozenset[str]
    unclear: bool


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The frames that hold in one charge, the leading first."""

    held: tuple[Frame, ...]
    said: frozenset[str]
    compete: bool = False
    pooled: bool = False


def read_charge(text: str, translation: str | None = None, language: str | None = None) -> Reading:
    """Read a charge, and its translation if there is one."""
    readings = []
    if not is_beyond_lists(fold(text)):
        readings.append(_read(text, language))
    if translation is not None and not is_beyond_lists(fold(translation)):
        readings.append(_read(translation, "en"))
    return _together([reading for reading in readings if reading is not None])


def _together(readings: Sequence[Reading]) -> Reading:
    """Let text and translation speak as one; where they contradict each other a person is asked."""
    if not readings:
        return Reading(ask=AskGround.UNTRANSLATED)
    statutes = tuple(dict.fromkeys(statute for reading in readings for statute in reading.statutes))
    first, last = readings[0], readings[-1]
    if first is last:
        return first
    if last.lead is None and first.lead is not None and last.ask is AskGround.NOTHING_MATCHED:
        return Reading(first.labels, None, statutes)
    known = {label.category for label in first.labels}
    if last.lead is not None and first.lead is not None and last.lead not in known:
        return Reading((*last.labels, *first.labels), AskGround.READINGS_COMPETE, statutes)
    if last.lead is not None and first.ask in (AskGround.DENIED, AskGround.READINGS_COMPETE):
        return Reading(last.labels, first.ask, statutes)
    return Reading(last.labels, last.ask, statutes)


@cache
def _lexicon(code: str) -> Lexicon:
    return load(code)


def _read(text: str, language: str | None) -> Reading | None:
    tongue = tongue_of(language, text)
    if tongue is None:
        return None
    rest, statutes = take_out(text)
    lexicon = _lexicon(tongue.code)
    charges = [[_clause(lexicon, sentence) for sentence in charge] for charge in charges_of(rest)]
    weighed = [weight for charge in charges if (weight := _weigh_charge(charge)).held]
    clauses = [clause for charge in charges for clause in charge]
    if not weighed and (pooled := _weigh(_said(clauses), pooled=True)).held:
        weighed = [pooled]
    return Reading(_labels(weighed), _ask(clauses, weighed), statutes)


def _clause(lexicon: Lexicon, sentence: str) -> _Clause:
    said: set[str] = set()
    denied: set[str] = set()
    unclear = False
    open_denial = False
    since_but: set[str] = set()
    found = sorted(lexicon.find(lexicon.words_of(sentence)), key=lambda one: one.places[0])
    for concept in _concepts_in_order(found):
        if concept == "not":
            open_denial = True
        elif concept == "but":
            open_denial, since_but = False, set()
        elif concept == "not_pursued":
            denied |= since_but
            said -= since_but
        elif concept == "unclear":
            unclear = True
        elif concept not in _GOVERNING:
            (denied if open_denial else said).add(concept)
            since_but.add(concept)
    return _Clause(frozenset(said), frozenset(denied), unclear)


def _concepts_in_order(found: Iterable[Found]) -> Iterable[str]:
    return (concept for one in found for concept in one.form.concepts)


def _said(clauses: Iterable[_Clause]) -> frozenset[str]:
    return frozenset().union(*(clause.said for clause in clauses))


def _weigh_charge(charge: Sequence[_Clause]) -> _Weighed:
    """Weigh the sentences of a charge one by one, and all together only where none says enough."""
    held = [weight for clause in charge if (weight := _weigh(clause.said)).held]
    if not held:
        return _weigh(_said(charge), pooled=True)
    best = max(held, key=lambda weight: weight.held[0].rank)
    others = (frame for weight in held if weight is not best for frame in weight.held)
    return _Weighed((*best.held, *others), _said(charge), best.compete)


def _weigh(said: Set[str], *, pooled: bool = False) -> _Weighed:
    best: dict[Category, Frame] = {}
    for frame in framing.frames().held_by(said):
        other = best.get(frame.category)
        if other is None or _weight(frame) > _weight(other):
            best[frame.category] = frame
    held = sorted(best.values(), key=lambda frame: (-frame.rank, -len(frame.needs), *_between_charges(frame)))
    return _Weighed(tuple(held), frozenset(said), _compete(held, said), pooled)


def _weight(frame: Frame) -> tuple[int, float, int]:
    return frame.rank, frame.confidence, len(frame.needs)


def _between_charges(frame: Frame) -> tuple[bool, int, int]:
    """Order the charges of a list: what never leads others last, then by urgency, then as the table has them."""
    standing = standings()[frame.category]
    return frame.rank <= _NEVER_LEADS_OTHERS, standing.urgency, standing.place


def _compete(held: Sequence[Frame], said: Set[str]) -> bool:
    """Tell whether the first two want the same words, and neither says more than the other."""
    if len(held) < 2 or held[0].rank != held[1].rank:
        return False
    first, second = held[0].concepts_in(said), held[1].concepts_in(said)
    known = framing.concepts()
    shared = {name for name in first & second if known[name].kind != "act"}
    return bool(shared) and not (first >= second or second >= first)


def _labels(weighed: Iterable[_Weighed]) -> tuple[Label, ...]:
    """Give the label of each category once, the leads of the charges before all others."""
    ordered = sorted(weighed, key=lambda weight: _between_charges(weight.held[0]))
    leads = [(charge, charge.held[0]) for charge in ordered]
    others = [(charge, frame) for charge in ordered for frame in charge.held[1:]]
    labels: dict[Category, Label] = {}
    for charge, frame in leads + others:
        if frame.category not in labels:
            confidence = round(frame.confidence - (_POOLED if charge.pooled else 0), 2)
            words = plain_words(frame.concepts_in(charge.said))
            labels[frame.category] = Label(frame.category, confidence, words)
    return tuple(labels.values())


def _ask(clauses: Sequence[_Clause], weighed: Sequence[_Weighed]) -> AskGround | None:
    if not weighed:
        everything = frozenset().union(*(clause.said | clause.denied for clause in clauses))
        return AskGround.DENIED if framing.frames().held_by(everything) else AskGround.NOTHING_MATCHED
    if any(clause.unclear for clause in clauses) or any(weight.compete for weight in weighed):
        return AskGround.READINGS_COMPETE
    lead = min(weighed, key=lambda weight: _between_charges(weight.held[0]))
    confidence = lead.held[0].confidence - (_POOLED if lead.pooled else 0)
    return AskGround.BELOW_FLOOR if confidence < FLOOR else None
