"""What a notice says, in plain English sentences and its own words: the narrative of a referral, without a name."""

from collections.abc import Iterator, Sequence

from schemas.notices import Colour, NoticeKind, NoticeSource
from services.referrals.notices.fitted import fitted_paragraph
from services.referrals.notices.notice import Notice, Warrant
from services.referrals.notices.us_ties import Tie

NARRATIVE_AT_MOST = 15_000
TEXT_AT_MOST = 3_000
"""Of one free text; the charge itself stands whole among the offences."""

PURPOSES = {
    Colour.RED: "locate a person who is wanted abroad",
    Colour.BLUE: "locate or identify a person of interest in a case abroad, or get information on them",
    Colour.GREEN: "warn of a person's criminal activity",
    Colour.YELLOW: "find a missing person, or learn who somebody is",
    Colour.BLACK: "learn who a dead person was",
    Colour.ORANGE: "warn of an imminent threat",
    Colour.PURPLE: "tell of a way of working, an object or a hiding place",
    Colour.SILVER: "locate assets, without coercion",
    Colour.UN: "make known that the United Nations Security Council has listed a person or entity",
}

NO_WARRANT = (
    "It is no warrant. Nothing may be done on it but to locate or to inform, and that only once its gates are passed."
)
FROM_PUBLIC = "It was seen in INTERPOL's public list, which does not say whether it is in force."
FROM_NCB = "It came from INTERPOL Washington."


def described(notice: Notice, ties: Sequence[Tie], source: NoticeSource) -> str:
    """Write the narrative; names are left to the list of subjects."""
    text = "\n".join(_lines(notice, ties, source))
    return fitted_paragraph(text, NARRATIVE_AT_MOST) or NO_WARRANT


def _lines(notice: Notice, ties: Sequence[Tie], source: NoticeSource) -> Iterator[str]:
    kind = "notice" if notice.kind is NoticeKind.NOTICE else "diffusion"
    name = "INTERPOL-UN Special" if notice.colour is Colour.UN else notice.colour.value.capitalize()
    yield f"{name} {kind}, to {PURPOSES[notice.colour]}."
    yield NO_WARRANT
    yield FROM_NCB if source is NoticeSource.NCB else FROM_PUBLIC
    if ties:
        kinds = dict.fromkeys(tie.kind.value.replace("_", " ") for tie in ties)
        yield f"Ties to the United States: {', '.join(kinds)}."
    yield from _facts(notice)
    for number, warrant in enumerate(notice.warrants, 1):
        yield from _warrant(number, warrant)
    for label, text in _texts(notice):
        if (said := fitted_paragraph(text, TEXT_AT_MOST)) is not None:
            yield f"{label}: {said}"


def _facts(notice: Notice) -> Iterator[str]:
    facts: dict[str, object] = {
        "Date of birth": notice.birth,
        "Nationalities": ", ".join(notice.nationalities),
        "Country of birth": notice.country_of_birth,
        "Height (m)": notice.height_m,
        "Weight (kg)": notice.weight_kg,
        "Eyes": ", ".join(notice.eyes),
        "Hair": ", ".join(notice.hairs),
        "Languages": ", ".join(notice.languages),
        "Issued by": notice.issuing_country,
        "Likely to visit": ", ".join(notice.likely_to_visit),
    }
    if notice.un is not None:
        facts |= {"UN reference": notice.un.reference, "UN resolution": notice.un.resolution}
    if notice.event is not None:
        facts |= {"Date of event": notice.event.date, "Country of event": notice.event.country}
    yield from (f"{label}: {value}" for label, value in facts.items() if value)


def _warrant(number: int, warrant: Warrant) -> Iterator[str]:
    yield f"Order {number}, issued by {warrant.issuing_country or 'nobody that is named'}."
    for label, text in (("Charge", warrant.charge), ("Charge in English", warrant.charge_translation)):
        if (said := fitted_paragraph(text, TEXT_AT_MOST)) is not None:
            yield f"{label}: {said}"


def _texts(notice: Notice) -> Iterator[tuple[str, str | None]]:
    yield "Place of birth", notice.place_of_birth
    yield "Place of event", notice.event.place if notice.event is not None else None
    yield "Distinguishing marks", notice.distinguishing_marks
    yield "Profession", notice.profession
    yield "Summary", notice.summary
    if notice.entity is not None:
        yield "Main activity", notice.entity.main_activity
        yield "Additional information", notice.entity.additional_information
    for address in notice.addresses:
        yield "Address", address
    for purpose in notice.purposes:
        yield "Purpose", purpose
