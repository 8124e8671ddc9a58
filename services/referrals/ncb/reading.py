"""Reads one message: strictly, with every fault at once, and nothing of it repeated."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue, ValidationError
from pydantic_core import from_json, to_json

from schemas.notices import Colour, NoticeKind
from services.referrals.faults import Fault, fault, validation_faults
from services.referrals.model.referral import read_strictly
from services.referrals.ncb.context import US, NcbContext
from services.referrals.ncb.faults import Refused, clock_faults, message_fault, notice_faults
from services.referrals.ncb.message import ENTITY_ID, FORMS, FromNcb, MessageKind, Moment, Reply, WithNotice
from services.referrals.ncb.order import STOPS, Position
from services.referrals.notices.notice import Notice
from services.referrals.notices.reading import read_notice
from services.referrals.notices.unreadable import UnreadableNotice

MOST_BYTES = 64 * 1024


def lines_of(body: bytes) -> Iterator[bytes]:
    """Give the messages of a text of JSON Lines; blank lines are none."""
    return (line for line in map(bytes.strip, body.split(b"\n")) if line)


def read_message(line: bytes, now: datetime) -> FromNcb:
    """Read a message in the form of its kind; raises `Refused`."""
    if len(line) > MOST_BYTES:
        raise Refused(message_fault("line_too_long"))
    try:
        message = read_strictly(_form_of(line), line)
    except ValidationError as exc:
        raise Refused(*validation_faults(exc)) from None
    except RecursionError:
        raise Refused(fault("not_json", "")) from None
    times = {"/sent_at": message.sent_at}
    if isinstance(message, Reply):
        times["/as_of"] = message.as_of
    if faults := clock_faults(times, now):
        raise Refused(*faults)
    return message


def _form_of(line: bytes) -> type[FromNcb]:
    """Find the form by the kind alone: it decides which fields there are."""
    try:
        found = from_json(line)
    except ValueError:
        raise Refused(fault("not_json", "")) from None
    if not isinstance(found, dict):
        raise Refused(fault("wrong_type", ""))
    if "kind" not in found:
        raise Refused(fault("missing", "/kind"))
    if not isinstance(found["kind"], str):
        raise Refused(fault("wrong_type", "/kind"))
    if found["kind"] not in [*MessageKind]:
        raise Refused(fault("unknown_value", "/kind"))
    return FORMS[MessageKind(found["kind"])]


def key_in(line: bytes) -> tuple[Colour, str] | None:
    """Find which notice a message is about that could not be read; None when not even that is said."""
    try:
        found = _Key.model_validate_json(line)
    except ValidationError:
        return None
    return found.colour, found.entity_id


def position_in(line: bytes) -> Position | None:
    """Find when a message was sent that could not be read; None when not even that is said."""
    try:
        found = _Sent.model_validate_json(line)
    except ValidationError:
        return None
    return found.sent_at, found.message_id


class _Key(BaseModel):
    entity_id: Annotated[str, Field(pattern=ENTITY_ID)]
    colour: Colour


class _Sent(BaseModel):
    sent_at: Moment
    message_id: str


def hides_restrictions(line: bytes, refusal: Refused) -> bool:
    """Tell whether a message says of its restrictions, or may say in a misspelt field, what we could not read."""
    if refusal.keeps_nothing:  # read, and done
        return False
    return seems_denied(line) or any(_is_of_restrictions(found) for found in refusal.faults)


def seems_to_stop(line: bytes) -> bool:
    """Tell whether a message that could not be taken means, whatever is wrong with it, to stop a notice."""
    try:
        found = from_json(line)
    except ValueError:
        return False
    kind = found.get("kind") if isinstance(found, dict) else None
    if kind == MessageKind.REPLY:
        return found.get("valid") is False
    return isinstance(kind, str) and kind in STOPS


def _is_of_restrictions(found: Fault) -> bool:
    # The message has a field that is none, or is so long that nobody read what else it says.
    is_unread = (found.code, found.pointer) in (("unknown_field", ""), ("line_too_long", ""))
    return is_unread or found.pointer.split("/")[1:2] in (["restrictions"], ["recipients"])


def denial_in(message: FromNcb) -> Refused | None:
    """Say why the United States may not have what a message brings, if its owner does not let it."""
    if not isinstance(message, WithNotice):
        return None
    if message.restrictions.deny_us:
        return Refused(message_fault("denied_to_us", "/restrictions/interpol/denied_members"))
    if message.recipients is not None and US not in message.recipients:
        return Refused(message_fault("not_addressed_to_us", "/recipients"))
    return None


def seems_denied(line: bytes) -> bool:
    """Tell whether a message that could not be taken means, however it is written, not to be for the United States."""
    try:
        found = from_json(line)
    except ValueError:
        return False
    if not isinstance(found, dict):
        return False
    restrictions = found.get("restrictions")
    interpol = restrictions.get("interpol") if isinstance(restrictions, dict) else None
    denied = interpol.get("denied_members") if isinstance(interpol, dict) else None
    recipients = found.get("recipients")
    return _names_us(denied) or (bool(recipients) and not _names_us(recipients))


def _names_us(members: JsonValue) -> bool:
    return isinstance(members, list) and any(isinstance(one, str) and one.strip().upper() == US for one in members)


def notice_in(message: WithNotice, kind: NoticeKind) -> Notice:
    """Read the notice that a message brings; raises `Refused`."""
    body = {"entity_id": message.entity_id, **message.notice}
    try:
        # As bytes, and not as what was read of them: what is no JSON at all (NaN) is for that reader to refuse.
        raw = to_json(body, inf_nan_mode="constants")
        return read_notice(message.colour, raw, kind=kind, asked_for=message.entity_id)
    except UnreadableNotice as exc:
        raise Refused(*notice_faults(exc.reasons)) from None


def context_of(message: WithNotice) -> NcbContext:
    """Give what a message says beside its notice."""
    return NcbContext(
        source_ncb=message.source_ncb,
        restrictions=message.restrictions,
        nexus=message.nexus,
        recipients=message.recipients,
    )
