"""Whether the clock has heard what has happened: a step that was taken and not yet heard of has not been missed."""

from runtime.consumer import Consumer

STILL_CURRENT = 200
"""Messages that may be on their way to a clock that has once heard everything: under load there are always some."""


class Hearing:
    """Asked now and then, says whether a consumer has come to the end of what was said."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._times_current = 0

    def __call__(self) -> bool:
        """Tell whether it hears everything: for two looks in a row at first, for what is fetched is counted late."""
        if self._consumer.is_current:
            self._times_current += 1
        elif self._times_current < 2 or not self._consumer.ready or self._consumer.lag > STILL_CURRENT:
            self._times_current = 0
        return self._times_current > 1
