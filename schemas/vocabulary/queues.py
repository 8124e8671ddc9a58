"""What an office does with an item of its queue, and on what ground."""

from enum import StrEnum


class QueueRole(StrEnum):
    """Why an item is in a queue: exactly one open item of a referral leads or waits in triage."""

    LEAD = "lead"
    TRIAGE = "triage"
    SUPPORTING = "supporting"
    COPY = "copy"


class ItemState(StrEnum):
    """Where a queue item stands."""

    READY = "ready"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    MOVING = "moving"
    ANSWERED = "answered"
    RECALLED = "recalled"
    CLOSED = "closed"


class ClosedBecause(StrEnum):
    """Why an item has left its queue."""

    PLACED_ELSEWHERE = "placed_elsewhere"
    SENT_BACK = "sent_back"
    DONE = "done"
    RECALLED = "recalled"


class RefusalGround(StrEnum):
    """Why a request is not acted on: Directive (EU) 2023/977, article 6, and grounds of our own."""

    NOT_HELD = "not_held"
    FORM_INCOMPLETE = "form_incomplete"
    JUDICIAL_LEAVE_REFUSED = "judicial_leave_refused"
    DATA_CATEGORY_NOT_ALLOWED = "data_category_not_allowed"
    DATA_STALE_OR_INACCURATE = "data_stale_or_inaccurate"
    ESSENTIAL_SECURITY = "essential_security"
    JEOPARDISES_INVESTIGATION_OR_SAFETY = "jeopardises_investigation_or_safety"
    DISPROPORTIONATE = "disproportionate"
    OFFENCE_BELOW_ONE_YEAR_OR_NONE = "offence_below_one_year_or_none"
    THIRD_PARTY_CONSENT_MISSING = "third_party_consent_missing"
    WRONG_OFFICE = "wrong_office"
    ARTICLE_3 = "article_3"
    DUPLICATE_OF = "duplicate_of"
    NO_US_NEXUS = "no_us_nexus"


class TransferGround(StrEnum):
    """Why an office hands a referral on to another."""

    SUBJECT_MOVED = "subject_moved"
    CASE_HELD_THERE = "case_held_there"
    GOODS_MOVED = "goods_moved"
    WRONG_OFFICE = "wrong_office"
    CAPACITY = "capacity"


class DepositKind(StrEnum):
    """What an office has deposited for a requester."""

    QUESTION = "question"
    ANSWER = "answer"


class AnswerKind(StrEnum):
    """How far an answer answers."""

    PARTIAL = "partial"
    FINAL = "final"
    NEGATIVE = "negative"


class CloseCode(StrEnum):
    """With what result an office closes its work on a referral."""

    CASE_OPENED = "case_opened"
    JOINED_TO_CASE = "joined_to_case"
    INFORMATION_GIVEN = "information_given"
    NOTHING_FOUND = "nothing_found"
    SUPPORT_GIVEN = "support_given"
    DECLINED = "declined"
