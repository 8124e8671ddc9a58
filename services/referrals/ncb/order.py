"""Which message of a notice still counts: that which was sent last, in whatever order they come."""

from datetime import datetime

from schemas.notices import NoticeAuthority, NoticeStanding
from services.referrals.ncb.message import FromNcb, MessageKind, Standing

Position = tuple[datetime, str]
"""When a message was sent; two of one moment are ordered by their ids, so that every process finds the same order."""

CONTENT = frozenset({MessageKind.NOTICE, MessageKind.DIFFUSION, MessageKind.UPDATE})
LIFTABLE = frozenset({MessageKind.SUSPENSION, MessageKind.REINSTATEMENT})
ENDS = {
    MessageKind.WITHDRAWAL: NoticeStanding.WITHDRAWN,
    MessageKind.CANCELLATION: NoticeStanding.CANCELLED,
    MessageKind.DELETION: NoticeStanding.DELETED,
}
STOPS = frozenset({MessageKind.SUSPENSION, *ENDS})
"""Kinds that shut a notice."""
OWNERS_ALONE = CONTENT | {MessageKind.REINSTATEMENT, MessageKind.REPLY}
"""Kinds by which a notice lives on or changes: only its owner may say these. What stops it is believed of anybody."""

_USUAL = {
    MessageKind.CANCELLATION: NoticeAuthority.GENERAL_SECRETARIAT,
    MessageKind.DELETION: NoticeAuthority.CCF,
}


def rivals_of(kind: MessageKind) -> frozenset[MessageKind]:
    """Name the kinds of which a later one takes a message's effect away.

    An end has none: a notice that was ended once is never brought back by what was sent about it, before or after.
    """
    for rivals in (CONTENT, LIFTABLE, frozenset({MessageKind.REPLY})):
        if kind in rivals:
            return rivals
    return frozenset()


def position_of(message: FromNcb) -> Position:
    """Say where a message stands among those of its notice."""
    return message.sent_at, message.message_id


def is_overtaken(message: FromNcb, newest: Position | None) -> bool:
    """Tell whether a rival of this message has been handled that was sent after it."""
    return newest is not None and position_of(message) < newest


def authority_of(message: Standing) -> NoticeAuthority:
    """Say whose word a message is: if it does not say, that of whoever usually says such a thing."""
    return message.authority or _USUAL.get(message.kind, NoticeAuthority.SOURCE_NCB)
