"""By what a notice can be recognised: by a referral that is about the same, and by who looks for it.

All of it is person data. It lives as long as it takes to make keys of it.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import phonenumbers

from services.referrals.links.names import sounds_of, spellings
from services.referrals.links.reasons import Ground, Reason
from services.referrals.links.traits import (
    Trait,
    heaviest_first,
    name_traits,
    notice_trait,
    object_traits,
    reference_traits,
    subject_traits,
    un_trait,
)
from services.referrals.model.subjects import IdentifierKind, NameKind, SubjectName
from services.referrals.notices.asked_about import NAME_AT_MOST, birth_of, subjects_of
from services.referrals.notices.fitted import fitted_line
from services.referrals.notices.notice import Alias, Notice


def traits_of_notice(notice: Notice, today: date) -> tuple[Trait, ...]:
    """Give everything by which a notice can be recognised, what weighs most first."""
    found = {notice_trait(notice.entity_id), *object_traits(_texts(notice)), *_telephones(_texts(notice))}
    for country in _issuing_countries(notice):
        found.update(reference_traits(country, notice.entity_id))
    if notice.un is not None and notice.un.reference is not None:
        found.add(un_trait(notice.un.reference))
    subjects = subjects_of(notice, today)
    found.update(subject_traits(subjects))
    for alias in notice.aliases:
        found.update(name_traits(names_of(alias), birth_of(alias.birth, today)))
    for subject in subjects:
        found.update(names_alone(subject.names))
    # INTERPOL's numbers (`914`) name no country, and so contradict none.
    found.update(nationality_trait(country) for country in notice.nationalities if len(country) == 2)
    return heaviest_first(found)


def names_alone(names: Iterable[SubjectName]) -> Iterator[Trait]:
    """Give names without a date of birth: for who looks for a notice, and never for comparing."""
    for words in spellings(names):
        yield Trait(Ground(Reason.NAME_ALONE), " ".join(words))
        for sounds in sounds_of(words):
            yield Trait(Ground(Reason.ALIKE_ALONE), sounds)


def nationality_trait(country: str) -> Trait:
    """Give a nationality; by itself it tells nothing."""
    return Trait(Ground(Reason.NATIONALITY), country)


def names_of(alias: Alias) -> list[SubjectName]:
    """Give the names that an alias consists of, in whichever script."""
    texts = (fitted_line(name.whole, NAME_AT_MOST) for name in alias.names)
    return [SubjectName(text=text, kind=NameKind.ALIAS) for text in texts if text is not None]


def _issuing_countries(notice: Notice) -> set[str]:
    codes = {warrant.issuing_country for warrant in notice.warrants} | {notice.issuing_country}
    return {code for code in codes if code is not None}


def _texts(notice: Notice) -> list[str]:
    entity = notice.entity
    said = [
        notice.summary,
        notice.distinguishing_marks,
        *notice.addresses,
        *(text for warrant in notice.warrants for text in (warrant.charge, warrant.charge_translation)),
        *((entity.additional_information, entity.main_activity) if entity is not None else ()),
    ]
    return [text for text in said if text]


def _telephones(texts: Iterable[str]) -> Iterator[Trait]:
    """Find telephone numbers, where they are written with the code of their country."""
    for text in texts:
        if "+" in text:
            for found in phonenumbers.PhoneNumberMatcher(text, None):
                number = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
                yield Trait(Ground(Reason.IDENTIFIER, IdentifierKind.PHONE.value), number)
