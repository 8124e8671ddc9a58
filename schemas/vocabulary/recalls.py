"""Why a referral is withdrawn, and what became of its copies."""

from enum import StrEnum


class RecallGround(StrEnum):
    """Why an originator withdraws a referral."""

    CASE_CLOSED = "case_closed"
    SUBJECT_FOUND = "subject_found"
    SENT_IN_ERROR = "sent_in_error"
    DATA_WRONG = "data_wrong"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NOTICE_WITHDRAWN = "notice_withdrawn"
    NOTICE_SUSPENDED = "notice_suspended"
    NOTICE_CANCELLED = "notice_cancelled"
    NOTICE_DELETED = "notice_deleted"
    COURT_ORDER = "court_order"


class RecallOutcome(StrEnum):
    """What a holder did with its copy of a recalled referral."""

    ERASED = "erased"
    KEPT = "kept"


class KeepGround(StrEnum):
    """On what ground a holder keeps what was recalled."""

    US_CASE = "us_case"
    LEGAL_HOLD = "legal_hold"
    COURT_ORDER = "court_order"
