"""One form for everything that says the same, so that a notice is called changed only when it says something else.

The names are the service's own, one for each of its fields. Lists have no order, what says nothing is not there, and
codes are compared in capitals. Pictures have a hash of their own: another picture is no other content.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from schemas.notices import Colour
from services.referrals.notices.notice import Alias, NameRole, Notice, NoticeName

Written = dict[str, Any]

_TOLD_AS = {"arrest_warrants": "warrants"}


@dataclass(frozen=True, slots=True)
class Difference:
    """What two readings of one notice do not have in common."""

    fields: tuple[str, ...] = ()
    """Names of the service's fields, in order of the alphabet."""
    images: bool = False
    """Whether the pictures are others; False when they were not read both times."""

    @property
    def told(self) -> tuple[str, ...]:
        """The fields as an event may name them: no wording of ours about a notice says that anybody is to be taken."""
        return tuple(sorted(_TOLD_AS.get(name, name) for name in self.fields))

    def __bool__(self) -> bool:
        return bool(self.fields) or self.images


def compare(old: Notice, new: Notice) -> Difference:
    """Name the fields in which two readings of one notice differ."""
    before, after = _fields(old), _fields(new)
    return Difference(
        tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))),
        images=old.images is not None and new.images is not None and set(old.images) != set(new.images),
    )


def content_of(notice: Notice) -> bytes:
    """Write what a notice says, pictures left out, in the one form."""
    return _json({"entity_id": notice.entity_id, "colour": notice.colour.value, **_fields(notice)}).encode()


def content_hash(notice: Notice) -> bytes:
    """Give the SHA-256 of what a notice says."""
    return hashlib.sha256(content_of(notice)).digest()


def image_hash(notice: Notice) -> bytes | None:
    """Give the SHA-256 of which pictures there are; None when nobody has read that."""
    return None if notice.images is None else hashlib.sha256(_json(sorted(set(notice.images))).encode()).digest()


def _fields(notice: Notice) -> Written:
    """Write every field of the service that says something."""
    written = {
        "kind": notice.kind.value,
        **_names(notice),
        "aliases": _set(_alias(alias) for alias in notice.aliases),
        "date_of_birth": notice.birth,
        "sex_id": notice.sex,
        "nationalities": _codes(notice.nationalities),
        "country_of_birth_id": _code(notice.country_of_birth),
        "place_of_birth": notice.place_of_birth,
        "height": notice.height_m,
        "weight": notice.weight_kg,
        "eyes_colors_id": _codes(notice.eyes),
        "hairs_id": _codes(notice.hairs),
        "languages_spoken_ids": _codes(notice.languages),
        "distinguishing_marks": notice.distinguishing_marks,
        "profession": notice.profession,
        **_matter(notice),
        **_listing(notice),
    }
    return _without_nothing(written)


def _matter(notice: Notice) -> Written:
    parents = {parent.relation: parent for parent in notice.relatives}
    return {
        "arrest_warrants": _parts(notice.warrants, issuing_country=_code),
        **_of(notice.event, {"date": "date_of_event", "place": "place", "country": "country"}, country=_code),
        **_of(parents.get("father"), {"name": "father_name", "forename": "father_forename"}),
        **_of(parents.get("mother"), {"name": "mother_name", "forename": "mother_forename"}),
        "issuing_country": _code(notice.issuing_country),
        "countries_likely_to_be_visited": _codes(notice.likely_to_visit),
        "summary": notice.summary,
        "purposes": _set(notice.purposes),
    }


def _listing(notice: Notice) -> Written:
    return {
        **_of(
            notice.un,
            {"reference": "un_reference", "reference_date": "un_reference_date", "resolution": "un_resolution"},
        ),
        "associates": _parts(notice.associates),
        "adresses": _set(notice.addresses),
        "identity_documents": _parts(notice.documents, country=_code),
        **_of(notice.entity, {name: name for name in type(notice.entity).model_fields} if notice.entity else {}),
    }


def _names(notice: Notice) -> Written:
    birth = "name_at_birth" if notice.colour is Colour.UN else "birth_name"
    return {
        **_pair(notice.names, NameRole.MAIN, ""),
        **_pair(notice.names, NameRole.ORIGINAL_SCRIPT, "_in_original_script"),
        birth: _set(name.whole for name in notice.names if name.role is NameRole.BIRTH),
        "formerly_known_as": _set(name.whole for name in notice.names if name.role is NameRole.FORMER),
        "also_known_as": _set(name.whole for name in notice.names if name.role is NameRole.ALIAS),
    }


def _pair(names: Iterable[NoticeName], role: NameRole, ending: str) -> Written:
    borne = [name for name in names if name.role is role]
    return {
        f"name{ending}": _set(name.name for name in borne if name.name),
        f"forename{ending}": _set(name.forename for name in borne if name.forename),
    }


def _alias(alias: Alias) -> Written:
    return _without_nothing({"date_of_birth": alias.birth, **_pair(alias.names, NameRole.ALIAS, "")}) | (
        _without_nothing(_pair(alias.names, NameRole.ORIGINAL_SCRIPT, "_in_original_script"))
    )


def _of(part: BaseModel | None, names: Mapping[str, str], **how: Callable[[Any], Any]) -> Written:
    """Write a part under the service's names."""
    if part is None:
        return {}
    return {
        theirs: how[ours](getattr(part, ours)) if ours in how else _plain(getattr(part, ours))
        for ours, theirs in names.items()
    }


def _parts(parts: Iterable[BaseModel], **how: Callable[[Any], Any]) -> list[Any]:
    return _set(_without_nothing(_of(part, {name: name for name in type(part).model_fields}, **how)) for part in parts)


def _plain(value: Any) -> Any:
    return _set(value) if isinstance(value, tuple) else value


def _set(entries: Iterable[Any]) -> list[Any]:
    """Put entries in an order that does not depend on the one they came in, each once."""
    return [json.loads(entry) for entry in sorted({_json(entry) for entry in entries})]


def _codes(codes: Iterable[str]) -> list[Any]:
    return _set(code.upper() for code in codes)


def _code(code: str | None) -> str | None:
    return None if code is None else code.upper()


def _without_nothing(written: Written) -> Written:
    return {name: value for name, value in written.items() if value not in (None, [], {})}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
