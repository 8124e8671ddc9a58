"""What a message of INTERPOL Washington says beside the notice itself; sealed with it, and read when it is used."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from services.referrals.model.marks import GivenInterpolMarks, GivenMarks, Label
from services.referrals.model.nexus import Nexus
from services.referrals.model.text import Country, Given

US = "US"


def _in_capitals(code: Any) -> Any:
    return code.strip().upper() if isinstance(code, str) else code


Member = Annotated[Country, BeforeValidator(_in_capitals)]
"""A member as it is meant: who is shut out stays so, however its code is written."""


class MessageInterpolMarks(GivenInterpolMarks):
    """INTERPOL's own restrictions, as a bureau writes them."""

    denied_members: tuple[Member, ...] = Field(default=(), max_length=250)


class Restrictions(GivenMarks):
    """The marks of a notice, as a referral has them; what is not said is the strictest that still lets work go on."""

    tlp: Label = "AMBER+STRICT"
    handling: tuple[Label, ...] = Field(default=("H2",), min_length=1, max_length=4)
    interpol: MessageInterpolMarks = MessageInterpolMarks()

    @property
    def deny_us(self) -> bool:
        """Whether the owner has shut out the United States, so that nobody here may have it."""
        return US in self.interpol.denied_members


class NcbContext(Given):
    """Who owns a notice, under what restrictions it came, and what is said to tie it to the United States.

    Nothing of the message itself is in it: the same notice sent again is no change.
    """

    source_ncb: str
    restrictions: Restrictions
    nexus: tuple[Nexus, ...] = ()
    recipients: tuple[Member, ...] | None = Field(
        default=None, description="Members that a diffusion was sent to; none named means all."
    )
