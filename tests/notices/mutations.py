"""What can happen to a notice from one reading of the public list to the next, and what must be told of it.

Each mutation is one invented notice over `SWEEPS` complete sweeps: what is served in each, and what is told after it.
The pure comparison is held to it here; whoever serves it over HTTP can hold a whole crawler to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.notices.mutation_tables import CHANGES, PICTURES, SAME, WITHOUT
from tests.notices.served import Served

SWEEPS = 5


@dataclass(frozen=True, slots=True)
class Told:
    """An event, by the last word of its type, with the fields that it names."""

    event: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One sweep: what is served of the notice, if anything, and what is told."""

    served: Served | None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Mutation:
    """One notice over all sweeps."""

    name: str
    list_name: str
    steps: tuple[Step, ...]

    @property
    def colour(self) -> str:
        """The colour of the notice."""
        return self.list_name.partition("-")[0]

    def pairs(self) -> Iterator[tuple[Served, Step]]:
        """Give every step at which it is served, with how it was served the last time before."""
        before = None
        for step in self.steps:
            if before is not None and step.served is not None:
                yield before, step
            before = step.served or before


OBSERVED = Told("observed")
NOT_LISTED = Told("not-listed")
RELISTED = Told("relisted")
IMAGE_CHANGED = Told("image-changed")

BASES: Mapping[str, Mapping[str, Any]] = {
    "red": {
        "name": "MUSTERSON",
        "forename": "Alma",
        "date_of_birth": "1985/03/09",
        "sex_id": "F",
        "nationalities": ["AL", "XK"],
        "country_of_birth_id": "XK",
        "place_of_birth": "Neverhaven",
        "height": 1.68,
        "weight": 61,
        "eyes_colors_id": ["BRO", "OTHD"],
        "hairs_id": ["BLA", "BROF"],
        "languages_spoken_ids": ["ALB", "ENG"],
        "distinguishing_marks": "Scar on the left hand",
        "arrest_warrants": [
            {
                "issuing_country_id": "FR",
                "charge": "- Blanchiment aggravé\r\n- Escroquerie",
                "charge_translation": None,
            },
            {"issuing_country_id": "BE", "charge": "Fraude", "charge_translation": "Fraud"},
        ],
    },
    "yellow": {
        "name": "EXEMPLAR",
        "forename": "Bo",
        "birth_name": None,
        "date_of_birth": "1979/11/02",
        "sex_id": "M",
        "nationalities": ["NO", "SE"],
        "country_of_birth_id": "NO",
        "place_of_birth": "Nowhere-on-Sea",
        "height": 1.8,
        "weight": 0,
        "eyes_colors_id": ["BLU"],
        "hairs_id": ["YELB"],
        "languages_spoken_ids": ["NOR", "SWE"],
        "distinguishing_marks": None,
        "date_of_event": "2024/06/01",
        "place": "Ferry landing",
        "country": "NO",
        "father_name": "EXEMPLAR",
        "father_forename": "Olaf",
        "mother_name": None,
        "mother_forename": "-",
    },
    "un-persons": {
        "name": "SPECIMEN",
        "forename": "Carl",
        "name_in_original_script": "СПЕЦИМЕН",
        "forename_in_original_script": "Карл",
        "name_at_birth": None,
        "un_reference": "QDi.999",
        "un_reference_date": "2001/10/08",
        "un_resolution": 1267,
        "date_of_birth": "1970/00/00",
        "sex_id": "M",
        "nationalities": ["TN", "DE"],
        "profession": "Merchant",
        "aliases": [
            {"name": "MUSTERMANN", "forename": "Karl", "date_of_birth": "1971/02/03"},
            {"name": "PROBE", "forename": None, "name_in_original_script": "ПРОБА"},
        ],
        "associates": [
            {"name": "DUMMY Dora", "reference_number": "QDi.998"},
            {"name": "SAMPLE Sam", "reference_number": None},
        ],
        "adresses": ["1 Invented Street, Nowhere", "Unknown town"],
        "identity_documents": [
            {"type": "Passport", "number": "X0000001", "country": "TN", "expiry": "2010/01/31"},
            {"type": "Identity card", "nr": "ID-000002", "issuing_country_id": "DE"},
        ],
        "summary": "Invented for tests.\r\nSecond line.",
        "purposes": ["Assets freeze", "Travel ban"],
    },
    "un-entities": {
        "name": "INVENTED TRADING COMPANY",
        "name_in_original_script": None,
        "formerly_known_as": "F.K.A.: OLD INVENTED COMPANY; OLDER COMPANY",
        "un_reference": "QDe.999",
        "un_reference_date": "2001/10/09",
        "un_resolution": 1267,
        "main_activity": "Trade in nothing",
        "legal_form": "Limited company",
        "registration_number": "R-0001",
        "administrators": ["DUMMY Dora", "SAMPLE Sam"],
        "from_chamber_of_commerce": None,
        "additional_information": None,
        "adresses": ["2 Invented Street, Nowhere", "3 Invented Street, Nowhere"],
        "associates": [{"name": "SPECIMEN Carl", "reference_number": "QDi.999"}],
        "summary": "Invented for tests.",
        "purposes": ["Assets freeze"],
    },
}
"""A notice of each list before anything happens to it."""


def _served(list_name: str, number: int, with_: Mapping[str, Any], pictures: tuple[str, ...] | None = None) -> Served:
    """Make a notice from the base of its list, with some fields otherwise or gone."""
    detail = {"entity_id": f"2099/{number}", **BASES[list_name], **{k: v for k, v in with_.items() if k != "_links"}}
    kept = {name: value for name, value in detail.items() if value is not WITHOUT}
    return Served(list_name, kept, (f"{number}01",) if pictures is None else pictures, with_.get("_links", {}))


def _mutation(name: str, list_name: str, *steps: Step) -> Mutation:
    """Let the last step go on, with nothing more to tell, until all sweeps are over."""
    rest = (Step(steps[-1].served),) * (SWEEPS - len(steps))
    return Mutation(f"{list_name}: {name}", list_name, (*steps, *rest))


def _all() -> Iterator[Mutation]:
    number = 20_000
    for list_name, name, before, after, fields in CHANGES:
        number += 1
        first, then = _served(list_name, number, before), _served(list_name, number, after)
        yield _mutation(name, list_name, Step(first, (OBSERVED,)), Step(then, (Told("changed", fields),)))
    for list_name, name, before, after in SAME:
        number += 1
        first, then = _served(list_name, number, before), _served(list_name, number, after)
        yield _mutation(name, list_name, Step(first, (OBSERVED,)), Step(then))
    for name, before, after, changed in PICTURES:
        for list_name in ("red", "yellow", "un-persons"):
            number += 1
            first, then = (_served(list_name, number, {}, pictures) for pictures in (before, after))
            yield _mutation(name, list_name, Step(first, (OBSERVED,)), Step(then, (IMAGE_CHANGED,) if changed else ()))
    for list_name in BASES:
        yield from _comings_and_goings(list_name, number + 1)
        number += 20


def _comings_and_goings(list_name: str, number: int) -> Iterator[Mutation]:
    """Tell of notices that appear, stay, go and come back; the list alone never cancels anything."""
    whole, other = _served(list_name, number, {}), {"summary": "Said later."}
    yield _mutation("nothing happens", list_name, Step(whole, (OBSERVED,)))
    changed = Told("changed", ("summary",))

    def at(place: int, with_: Mapping[str, Any] | None = None, pictures: tuple[str, ...] | None = None) -> Served:
        return _served(list_name, number + place, with_ or {}, pictures)

    gone = Step(None)
    yield _mutation("new in the second sweep", list_name, gone, Step(at(1), (OBSERVED,)))
    yield _mutation("new in the last sweep", list_name, gone, gone, gone, gone, Step(at(2), (OBSERVED,)))
    yield _mutation("absent once", list_name, Step(at(3), (OBSERVED,)), gone, Step(at(3)))
    yield _mutation("absent once, changed", list_name, Step(at(4), (OBSERVED,)), gone, Step(at(4, other), (changed,)))
    yield _mutation("absent twice", list_name, *_told_gone(at(5)), gone, gone)
    yield _mutation("relisted", list_name, *_told_gone(at(6)), Step(at(6), (RELISTED,)))
    yield _mutation("relisted, changed", list_name, *_told_gone(at(7)), Step(at(7, other), (RELISTED, changed)))
    yield _mutation(
        "relisted, other picture",
        list_name,
        *_told_gone(at(8, {}, ("801",))),
        Step(at(8, {}, ("802",)), (RELISTED, IMAGE_CHANGED)),
    )
    # Another number is another notice, whatever else is the same.
    yield _mutation("old number goes", list_name, *_told_gone(at(9)), gone, gone)
    yield _mutation("new number comes", list_name, gone, Step(at(10), (OBSERVED,)))
    yield _mutation(
        "changed twice", list_name, Step(at(11), (OBSERVED,)), Step(at(11, other), (changed,)), Step(at(11), (changed,))
    )
    yield _mutation(
        "content and picture at once",
        list_name,
        Step(at(12, {}, ("1201",)), (OBSERVED,)),
        Step(at(12, other, ("1202",)), (changed, IMAGE_CHANGED)),
    )


def _told_gone(served: Served) -> tuple[Step, Step, Step]:
    return Step(served, (OBSERVED,)), Step(None), Step(None, (NOT_LISTED,))


MUTATIONS: tuple[Mutation, ...] = tuple(_all())
