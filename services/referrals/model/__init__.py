"""What a foreign counterpart sends: the body of `POST /v1/referrals`, in the desk's own words."""

from services.referrals.model.marks import GivenMarks
from services.referrals.model.nexus import Nexus
from services.referrals.model.offences import Charge, Offence
from services.referrals.model.referral import EarlierReferral, Referral, Requester, StatedUrgency, read_referral
from services.referrals.model.subjects import Organisation, Person, Subject

__all__ = [
    "Charge",
    "EarlierReferral",
    "GivenMarks",
    "Nexus",
    "Offence",
    "Organisation",
    "Person",
    "Referral",
    "Requester",
    "StatedUrgency",
    "Subject",
    "read_referral",
]
