"""What a message of INTERPOL Washington says beside the notice itself; sealed with it, and read when it is used."""

from pydantic import Field

from services.referrals.model.marks import GivenInterpolMarks, GivenMarks, Label
from services.referrals.model.nexus import Nexus
from services.referrals.model.text import Country, Given

US = "US"


class Restrictions(GivenMarks):
    """The marks of a notice, as a referral has them; what is not said is the strictest that still lets work go on."""

    tlp: Label = "AMBER+STRICT"
    handling: tuple[Label, ...] = Field(default=("H2",), min_length=1, max_length=4)
    interpol: GivenInterpolMarks = GivenInterpolMarks()

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
    recipients: tuple[Country, ...] | None = Field(
        default=None, description="Members that a diffusion was sent to; none named means all."
    )
