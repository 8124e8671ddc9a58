"""What the two sides say to each other about a referral that stands already."""

from typing import Annotated

from pydantic import Field

from schemas.vocabulary.queues import AnswerKind
from schemas.vocabulary.recalls import RecallGround
from schemas.vocabulary.requests import SupplementKind
from services.referrals.model.marks import GivenMarks
from services.referrals.model.nexus import Nexus
from services.referrals.model.offences import Offence
from services.referrals.model.referral import StatedUrgency
from services.referrals.model.subjects import Subject
from services.referrals.model.text import Country, Given, Language, Line, Narrative, Paragraph

OfficeCode = Annotated[str, Field(max_length=12, pattern=r"^[A-Z0-9-]+$")]
Staff = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_.-]+$", description="Staff id, never a name.")]


class FromOffice(Given):
    """Something that an officer says; it is held back until the office does the step that it belongs to."""

    office: OfficeCode
    staff: Staff


class Question(FromOffice):
    """What an office asks back."""

    text: Paragraph
    language: Language = "en"


class OfficeAnswer(FromOffice):
    """What an office answers, under marks of its own."""

    kind: AnswerKind
    text: Narrative
    language: Language = "en"
    marks: GivenMarks


class FromRequester(Given):
    """Something that the requester's side says."""

    country: Country = Field(description="The country of the requester, as in the referral.")


class Reply(FromRequester):
    """What the requester answers to a question back; it is under the marks of the referral."""

    text: Narrative
    language: Language = "en"


class Changes(Given):
    """Parts of a referral, each in the form that it has in the referral."""

    urgency: StatedUrgency | None = Field(default=None, description="Only higher than it is.")
    link: Paragraph | None = None
    offences: tuple[Offence, ...] | None = Field(default=None, min_length=1, max_length=20)
    subjects: tuple[Subject, ...] | None = Field(default=None, min_length=1, max_length=50)
    nexus: tuple[Nexus, ...] | None = Field(default=None, min_length=1, max_length=50)
    language: Language | None = None
    narrative: Narrative | None = None
    narrative_translation: Narrative | None = None
    marks: GivenMarks | None = Field(default=None, description="Only as strict as they are, or stricter.")


class Supplement(FromRequester):
    """What the requester adds (lists and texts grow) or corrects (the parts named take the place of the old ones)."""

    kind: SupplementKind
    changes: Changes


class Recall(FromRequester):
    """The originator's word that a referral is withdrawn."""

    ground: RecallGround
    reference: Line | None = Field(default=None, description="The requester's own reference of who withdraws it.")
