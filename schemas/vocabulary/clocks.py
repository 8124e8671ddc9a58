"""What a referral is owed by when, for what its clock stands still, and who is told."""

from enum import StrEnum


class PauseGround(StrEnum):
    """For what a clock may stand still; there are no others."""

    QUESTION_BACK = "question_back"
    JUDICIAL_LEAVE = "judicial_leave"
    OFFICE_CLOSED = "office_closed"


class DelayGround(StrEnum):
    """Why an answer will be late; the requester is told."""

    JUDICIAL_LEAVE = "judicial_leave"
    THIRD_PARTY_RECORDS = "third_party_records"
    FIELD_WORK = "field_work"
    TRANSLATION = "translation"
    OFFICE_WORKLOAD = "office_workload"
    OPERATIONAL_SECURITY = "operational_security"


class ClockStep(StrEnum):
    """What a referral is owed by a deadline."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    ANSWER = "answer"


class EscalationLevel(StrEnum):
    """Who is told of a missed deadline, in this order."""

    SUPERVISOR = "supervisor"
    DESK = "desk"
    HEADQUARTERS = "headquarters"
