"""Who says what where: few wide topics, keyed so that one referral's events stay in order."""

from dataclasses import dataclass

from pydantic import BaseModel

from schemas.events import (
    ContentDeposited,
    DeadlineMissed,
    DelayTold,
    Event,
    Fact,
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
    NoticeChanged,
    NoticeEnded,
    NoticeGatesChanged,
    NoticeImageChanged,
    NoticeNotListed,
    NoticeObserved,
    NoticePurged,
    NoticeReinstated,
    NoticeRelisted,
    NoticeSuspended,
    QuestionAnswered,
    RecallAcknowledged,
    ReferralErased,
    ReferralRecalled,
    ReferralReceived,
    ReferralRerouted,
    ReferralRouted,
    ReferralSentBack,
    ReferralSentToTriage,
    ReferralSupplemented,
    TimelineNoted,
)

PARTITIONS = 12
"""Fixed when a topic is made: changing it moves keys to other partitions and breaks their order."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One Kafka topic: what it is keyed by, who writes it, who reads it, what it carries."""

    name: str
    key: str
    writer: str
    readers: tuple[str, ...]
    events: tuple[type[Fact], ...]
    partitions: int = PARTITIONS
    retention_days: int = 7
    largest_message: int = 1024 * 1024


REFERRAL_EVENTS = Topic(
    "referral.events",
    "referral_id",
    "referrals",
    ("routing", "notify", "referrals"),
    (
        ReferralReceived,
        ReferralSupplemented,
        ContentDeposited,
        QuestionAnswered,
        NoticeGatesChanged,
        ReferralRecalled,
        ReferralErased,
    ),
)
ROUTING_EVENTS = Topic(
    "routing.events",
    "referral_id",
    "routing",
    ("notify", "referrals"),
    (ReferralRouted, ReferralSentToTriage, ReferralRerouted, ReferralSentBack),
)
ITEM_FACTS: tuple[type[Event], ...] = (
    ItemQueued,
    ItemClaimed,
    ItemAccepted,
    ItemChanged,
    ItemClosed,
    ItemGivenBack,
    ItemSnoozed,
    ItemReturned,
    ItemPaused,
    ItemResumed,
    ItemDeclined,
    ItemTransferAsked,
    ItemAnswered,
    DelayTold,
    RecallAcknowledged,
    DeadlineMissed,
)
QUEUE_EVENTS = Topic("queue.events", "referral_id", "notify", ("referrals", "routing", "notify"), ITEM_FACTS)
OFFICE_FEED = Topic("office.feed", "office", "notify", ("notify",), ITEM_FACTS)
"""The same facts as `queue.events`, keyed by office: one office's facts have one order."""

LIAISON_FEED = Topic("liaison.feed", "requester_country", "referrals", ("referrals",), (TimelineNoted,))
"""What was added to timelines, keyed by country: all that one country's liaisons see has one order."""

NOTICE_EVENTS = Topic(
    "notice.events",
    "notice_id",
    "referrals",
    (),
    (
        NoticeObserved,
        NoticeChanged,
        NoticeImageChanged,
        NoticeNotListed,
        NoticeRelisted,
        NoticeSuspended,
        NoticeReinstated,
        NoticeEnded,
        NoticePurged,
    ),
)
"""What becomes of INTERPOL notices, whether or not a referral was made of them; for whoever keeps a list of its own."""

NCB_INBOUND = Topic("ncb.inbound", "any", "ncb", ("referrals",), (), retention_days=2, largest_message=256 * 1024)
"""What INTERPOL Washington sends, as JSON Lines and not as our events: person data, so kept over a weekend at most."""

DEAD_LETTERS = tuple(
    Topic(
        f"{service}.dlq",
        "as the original",
        service,
        (),
        (),
        retention_days=90,
        largest_message=4 * 1024 * 1024,
    )
    for service in ("referrals", "routing", "notify")
)
"""What a service could not handle: the original bytes with evidence headers, for a person."""

TOPICS = (
    REFERRAL_EVENTS,
    ROUTING_EVENTS,
    QUEUE_EVENTS,
    OFFICE_FEED,
    LIAISON_FEED,
    NOTICE_EVENTS,
    NCB_INBOUND,
    *DEAD_LETTERS,
)


def published_by(service: str) -> dict[type[BaseModel], list[tuple[str, str]]]:
    """List where each event of a service goes: topic names and the field that is the key there."""
    places: dict[type[BaseModel], list[tuple[str, str]]] = {}
    for topic in TOPICS:
        for event in topic.events if topic.writer == service else ():
            places.setdefault(event, []).append((topic.name, topic.key))
    return places
