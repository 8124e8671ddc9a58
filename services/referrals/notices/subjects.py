"""What a notice is about, when it is not told by the list that it came from."""

import re

from schemas.notices import Colour
from services.referrals.notices.notice import Notice, SubjectType

_ABOUT_THINGS = frozenset({Colour.ORANGE, Colour.PURPLE, Colour.SILVER})
"""Colours that may be about an event, a way of doing something, or goods, and about nobody."""

_OF_ENTITY = re.compile(r"[A-Z]{2}e\.", re.ASCII)
"""The third letter of a reference of the Security Council: `QDi.432` is a person, `QDe.001` an entity."""


def subject_type_of(notice: Notice) -> SubjectType:
    """Tell from its fields whether a notice is about a person, an entity or nobody."""
    if notice.colour is Colour.UN:
        return SubjectType.ENTITY if _is_of_entity(notice) else SubjectType.PERSON
    if notice.colour in _ABOUT_THINGS and not _says_who(notice):
        return SubjectType.ENTITY if notice.entity else SubjectType.NOBODY
    return SubjectType.PERSON


def _is_of_entity(notice: Notice) -> bool:
    reference = notice.un.reference if notice.un else None
    if reference is not None and re.match(r"[A-Z]{2}[ei]\.", reference):
        return _OF_ENTITY.match(reference) is not None
    return notice.entity is not None and not _says_who(notice)


def _says_who(notice: Notice) -> bool:
    """Tell whether there is anything that only a person has."""
    return any(
        (
            any(name.forename for name in notice.names),
            notice.birth,
            notice.sex,
            notice.nationalities,
            notice.names and not notice.entity and notice.colour is not Colour.UN,
        )
    )
