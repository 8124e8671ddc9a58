"""What staff say at the gates, as the bodies of their requests."""

from pydantic import AwareDatetime, Field

from services.referrals.gates.gates import Concern, ConfirmedWith, Outcome, StaffRole
from services.referrals.model.exchange import FromOffice, Staff
from services.referrals.model.text import Given, Line, Paragraph


class ValidityConfirmed(FromOffice):
    """That somebody has asked whether the notice is in force, and was told that it is."""

    confirmed_with: ConfirmedWith = Field(description="Who was asked; the public list says nothing of it.")
    confirmed_at: AwareDatetime = Field(description="When that was said.")


class AbuseReview(FromOffice):
    """What a reviewer found who looked for abuse of the notice."""

    outcome: Outcome
    ground: Concern | None = Field(default=None, description="What the concern is; of no concern, none.")
    remarks: Paragraph | None = Field(default=None, description="For the file; sealed.")


class SupervisorApproval(FromOffice):
    """That a supervisor lets the office act on the notice, within what its action allows."""

    role: StaffRole = Field(description="As what the approval is given; only a supervisor's counts.")


class UsWarrantAttached(FromOffice):
    """That a court of the United States has issued a warrant."""

    warrant_id: Line = Field(description="The court's own number; sealed.")
    court: Line = Field(description="Which court; sealed.")


class UsWarrantEnded(Given):
    """That there is no such warrant any more."""

    office: str = Field(max_length=12, pattern=r"^[A-Z0-9-]+$")
    staff: Staff
