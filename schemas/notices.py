"""The closed lists of INTERPOL's notices: colours, where a notice stands, and what must come before anybody acts."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum


class Colour(StrEnum):
    """What a notice or diffusion is for; UN is the INTERPOL-United Nations Security Council Special Notice."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    BLACK = "black"
    ORANGE = "orange"
    PURPLE = "purple"
    SILVER = "silver"
    UN = "un"


class NoticeKind(StrEnum):
    """Who sent it to whom: a notice is published to all after review, a diffusion goes from one bureau to some."""

    NOTICE = "notice"
    DIFFUSION = "diffusion"


class NoticeSource(StrEnum):
    """By which way we know of a notice; only the bureau's own word says that it is in force."""

    PUBLIC = "interpol-public"
    NCB = "interpol-ncb"


class NoticeStanding(StrEnum):
    """Where a notice stands by the word of its owner; what is only seen in public is unconfirmed."""

    UNCONFIRMED = "unconfirmed"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    DELETED = "deleted"


class NoticeAuthority(StrEnum):
    """Who may end or suspend a notice: its owner, the General Secretariat, or the Commission on files."""

    SOURCE_NCB = "source_ncb"
    GENERAL_SECRETARIAT = "general_secretariat"
    CCF = "ccf"


class NoticeAction(StrEnum):
    """What may be done on a notice: nothing but these two, until there is a warrant of a United States court."""

    LOCATE = "locate"
    INFORM = "inform"
    ON_US_WARRANT = "on_us_warrant"


class Gate(StrEnum):
    """What must have been done before an office may act on a notice: ICE Directive 15006.1 (2023)."""

    VALIDITY = "validity"
    ABUSE_REVIEW = "abuse_review"
    SUPERVISOR_APPROVAL = "supervisor_approval"


def lacking(open_gates: Collection[Gate], valid_until: datetime | None, now: datetime) -> tuple[Gate, ...]:
    """List what is still to be done before an office may act; a confirmation of validity ends by its time."""
    stale = valid_until is None or valid_until <= now
    return tuple(gate for gate in Gate if gate in open_gates or (gate is Gate.VALIDITY and stale))
