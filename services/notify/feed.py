"""What happens in an office's queue, live: read from the office's own partition of the feed topic."""

from runtime.feed import Feed
from runtime.settings import KafkaSettings
from schemas.topics import OFFICE_FEED


def office_feed(settings: KafkaSettings) -> Feed:
    """Open readers of offices' facts."""
    return Feed(settings, OFFICE_FEED.name, OFFICE_FEED.partitions, OFFICE_FEED.events)
