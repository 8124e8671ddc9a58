"""What can be wrong with a message beyond the faults that all bodies have, and how to mend it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from services.referrals.faults import Fault, Remedy, fault
from services.referrals.notices.unreadable import REASONS, Reason

OF_MESSAGES: Mapping[str, Remedy] = {
    "line_too_long": Remedy("The message has more bytes than any message needs.", "Send no more than 64 KiB."),
    "nothing_in_it": Remedy("There is no message in this record.", "Send one JSON object a line."),
    "not_handled": Remedy("We could not handle this record, and that is our fault.", "Tell us; we have kept it."),
    "not_the_owner": Remedy(
        "Another bureau owns this notice, and only its owner may change it.",
        "Check `source_ncb`; if the notice has a new owner, withdraw it and send it under its new number.",
    ),
    "denied_to_us": Remedy(
        "The restrictions shut out the United States, so that nobody here may have this notice.",
        "Nothing was kept. Send it again if the owner lifts the restriction.",
    ),
    "not_addressed_to_us": Remedy(
        "The diffusion is not addressed to the United States.", "Nothing was kept. Name US among the recipients."
    ),
    "message_id_reused": Remedy(
        "This message_id was used for another message.", "Give every message an id of its own."
    ),
    "notice_unknown": Remedy(
        "There is no notice of this number and colour here.", "Send the notice first, or check both."
    ),
    "query_unknown": Remedy("No question with this query_id was asked about it.", "Leave `query_id` out, or check it."),
}
"""Every code that messages have of their own. The sentences are ours alone: nothing from a message is put into one."""

NOTHING_KEPT = frozenset({"denied_to_us", "not_addressed_to_us"})
"""Codes of what nobody here may have: not even its bytes are set aside."""

AHEAD_AT_MOST = timedelta(minutes=10)
"""How far a sender's clock may be ahead of ours."""


EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nothing is older: the bureaus have exchanged messages by machine since then only. Early years have no UTC at all."""


class Refused(Exception):
    """A message that is not taken, with every fault and no value of it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(found.code for found in faults))
        self.faults = faults

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Say why, as what is set aside says it."""
        return tuple(Reason(found.code, found.pointer) for found in self.faults)

    @property
    def keeps_nothing(self) -> bool:
        """Whether not even the bytes of it may be kept."""
        return any(found.code in NOTHING_KEPT for found in self.faults)


def message_fault(code: str, pointer: str = "") -> Fault:
    """Make the fault of one of the codes that messages have of their own."""
    remedy = OF_MESSAGES[code]
    return Fault(code, pointer, remedy.problem, remedy.mend)


def notice_faults(reasons: Iterable[Reason]) -> tuple[Fault, ...]:
    """Tell why the body of a notice could not be read."""
    mend = "Write it as the public service does; a field that is not known may be left out."
    return tuple(Fault(reason.code, f"/notice{reason.pointer}", REASONS[reason.code], mend) for reason in reasons)


def clock_faults(times: Mapping[str, datetime], now: datetime) -> tuple[Fault, ...]:
    """Name the times that cannot be: ahead of ours by more than a clock may be, or before there were messages."""
    late = (fault("date_too_late", pointer) for pointer, time in times.items() if time > now + AHEAD_AT_MOST)
    return (*late, *(fault("date_too_early", pointer) for pointer, time in times.items() if time < EARLIEST))
