"""A referral in the words of rules: what each condition of a row is compared with."""

from collections.abc import Callable, Collection, Iterator, Mapping

from schemas.marks import TLP_LABELS, HandlingCode, Marks
from schemas.vocabulary.facts import Flag
from schemas.vocabulary.requests import RequesterKind
from services.routing.domain.matter import Matter
from services.routing.domain.names import fold_county
from services.routing.domain.places import digits_of
from services.routing.domain.rules import Dimension, Keys, Rule

INTERNATIONAL_BODY = "international-body"
NOFORN = "NOFORN"
PROTECTED_PERSON = "protected-person"


def keys_of(matter: Matter, dimensions: Collection[Dimension]) -> Keys:
    """Describe a referral in the dimensions that some rule asks about."""
    return {dimension: tuple(_WORDS[dimension](matter)) for dimension in dimensions}


def met_by(rule: Rule, keys: Keys) -> str:
    """Say what of a referral met the conditions of a rule: words of the rule, never what was typed."""
    met = (key for dimension in Dimension for key in keys.get(dimension, ()) if key in rule.asks(dimension))
    return ", ".join(met) or "every referral"


def county_key(area: str, county: str) -> str:
    """Write a county as rules are compared with it: `TX/webb`."""
    return f"{area}/{fold_county(county)}"


def _place(matter: Matter) -> Iterator[str]:
    """Say where the best tie lies, from the country down to the ZIP code; only what fits its area is said."""
    tie, nexus = matter.situation.at, matter.facts.nexus
    if tie is None:
        return
    site, place = tie.site, nexus[tie.number].place
    if site.gateway:
        yield f"gateway {site.gateway}"
    if site.area:
        yield site.area
    if not site.area or site.desk is not None:
        return
    yield "US"
    if site.gap is None:
        yield site.offices[0]
    if place.county:
        yield county_key(site.area, place.county)
    if digits := digits_of(place):
        yield from (f"ZIP {digits[:3]}", f"ZIP {digits}")


def _requester(matter: Matter) -> Iterator[str]:
    if matter.country is not None:
        yield matter.country
    yield matter.desk
    if matter.facts.requester_kind is RequesterKind.INTERNATIONAL_BODY:
        yield INTERNATIONAL_BODY


def _marks(matter: Matter) -> Iterator[str]:
    """Say every restriction; a label says the milder ones too, so that a stricter mark meets no fewer rules."""
    marks = matter.facts.marks
    yield from TLP_LABELS[TLP_LABELS.index(marks.tlp) :]
    yield from marks.handling or (HandlingCode.NO_DISSEMINATION,)
    yield from marks.conditions
    yield from _us(marks)
    yield from (flag_key(flag) for flag in matter.facts.flags)


def _us(marks: Marks) -> Iterator[str]:
    if NOFORN in marks.us.ldc:
        yield NOFORN
    if marks.us.protected_person:
        yield PROTECTED_PERSON
        yield flag_key(Flag.PROTECTED_PERSON)


def flag_key(flag: Flag) -> str:
    """Write a flag as rules ask for it."""
    return f"flag:{flag}"


_WORDS: Mapping[Dimension, Callable[[Matter], Collection[str] | Iterator[str]]] = {
    Dimension.NEXUS: lambda matter: (matter.situation.name,),
    Dimension.PLACE: _place,
    Dimension.CATEGORY: lambda matter: (matter.offences.lead,),
    Dimension.URGENCY: lambda matter: (matter.facts.urgency,),
    Dimension.REQUESTER: _requester,
    Dimension.REQUEST_TYPE: lambda matter: (matter.facts.request_type,),
    Dimension.CHANNEL: lambda matter: (matter.facts.channel,),
    Dimension.MARKS: _marks,
}
