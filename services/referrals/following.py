"""Which handler adds which event to the timelines."""

from collections.abc import Mapping
from functools import partial

from pydantic import BaseModel

from runtime.consumer import Handler
from schemas.events import (
    DeadlineMissed,
    DelayTold,
    ItemAccepted,
    ItemAnswered,
    ItemChanged,
    ItemClaimed,
    ItemClosed,
    ItemDeclined,
    ItemGivenBack,
    ItemPaused,
    ItemQueued,
    ItemResumed,
    ItemReturned,
    ItemSnoozed,
    ItemTransferAsked,
    RecallAcknowledged,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
)
from services.referrals import handlers as decisions
from services.referrals import queue_handlers as queues
from services.referrals.pieces import PieceStore


def all_handlers(pieces: PieceStore) -> Mapping[type[BaseModel], Handler]:
    """Give the handler of everything that routing, queues and clocks tell."""
    return {
        ReferralRouted: decisions.note_routed,
        ReferralSentToTriage: decisions.note_triage,
        ReferralRerouted: decisions.note_rerouted,
        ReferralSentBack: decisions.note_sent_back,
        ItemQueued: queues.note_queued,
        ItemClaimed: queues.note_claimed,
        ItemAccepted: queues.note_accepted,
        ItemGivenBack: queues.note_given_back,
        ItemSnoozed: queues.note_snoozed,
        ItemChanged: queues.note_changed,
        ItemReturned: partial(queues.note_returned, pieces=pieces),
        ItemPaused: queues.note_paused,
        ItemResumed: queues.note_resumed,
        ItemDeclined: queues.note_declined,
        ItemTransferAsked: queues.note_transfer_asked,
        ItemAnswered: partial(queues.note_answered, pieces=pieces),
        DelayTold: queues.note_delay,
        ItemClosed: queues.note_closed,
        RecallAcknowledged: queues.note_recall_acknowledged,
        DeadlineMissed: queues.note_deadline_missed,
    }
