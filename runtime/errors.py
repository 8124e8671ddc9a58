"""What an error tells the loop to do."""


class Permanent(Exception):
    """It will fail the same way every time: set the message aside."""


class Transient(Exception):
    """It may work later: keep the offset and try again."""


class StoreAway(Transient):
    """The database cannot be reached or cannot promise durability now."""


class BrokerAway(Transient):
    """The broker cannot be reached or has not acknowledged in time; the outcome of a send is unknown."""


class Overtaken(Transient):
    """Somebody has changed what was read before: read it again, and decide anew."""


class Unreadable(Permanent):
    """A message whose headers or body do not follow its type; carries a code, never the content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AlreadyThere(Exception):
    """A document with the same unique value is stored already; names the index, not the value."""

    def __init__(self, index: tuple[str, ...]) -> None:
        super().__init__(f"already stored by {', '.join(index)}")
        self.index = index
