"""What happens to a referral is told to its clock."""

from runtime.store import Work
from schemas.events import Event
from services.notify.clock.store import heard
from services.notify.clock.told import fact_of


def tell_clock(event: Event, work: Work) -> None:
    """Add what an event says to the clock of its referral."""
    assert work.message is not None
    fact = fact_of(event, work.message)
    if fact is not None:
        work.change(heard(event.referral_id, work.message.event_id, fact, work.now))
