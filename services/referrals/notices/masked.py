"""What may be shown of a notice: a missing child is nobody's to look at.

A yellow notice is about a child until its date of birth says otherwise. Of a child stay the year of birth, sex,
countries, languages and what one can see from afar; everything that names it, shows it or leads to it goes.
"""

from datetime import date

from schemas.notices import Colour
from services.referrals.model.dates import read_partial_date
from services.referrals.notices.notice import Notice

GROWN_UP = 18

NO_NUMBER = "-"
"""Stands for INTERPOL's number of a child: whoever has it finds name and picture in the public list."""


def is_child(notice: Notice, today: date) -> bool:
    """Tell whether a notice is about a missing child, or may be: nobody is grown up for want of a date."""
    if notice.colour is not Colour.YELLOW:
        return False
    born = read_partial_date(notice.birth) if notice.birth else None
    return born is None or _grown_up_on(born.latest) > today


def masked(notice: Notice, today: date) -> Notice:
    """Give what may be shown of a notice: all of it, unless it is about a missing child."""
    if not is_child(notice, today):
        return notice
    event = notice.event
    return Notice(
        entity_id=NO_NUMBER,
        colour=notice.colour,
        kind=notice.kind,
        subject_type=notice.subject_type,
        birth=notice.birth[:4] if notice.birth else None,
        sex=notice.sex,
        nationalities=notice.nationalities,
        country_of_birth=notice.country_of_birth,
        height_m=notice.height_m,
        weight_kg=notice.weight_kg,
        eyes=notice.eyes,
        hairs=notice.hairs,
        languages=notice.languages,
        event=event and event.model_copy(update={"place": None, "date": event.date[:7] if event.date else None}),
        issuing_country=notice.issuing_country,
        likely_to_visit=notice.likely_to_visit,
        images=(),
    )


def _grown_up_on(born: date) -> date:
    """Give the eighteenth birthday; of a leap day, the first of March."""
    try:
        return born.replace(year=born.year + GROWN_UP)
    except ValueError:
        return date(born.year + GROWN_UP, 3, 1)
