"""The closed lists that every service shares: the desk's own words, with their sources.

Codes of offices, desks and programmes are this project's own. Everything that belongs to a code (its area,
its dates, its source) is data of the service that uses it; here is only what may be said.
"""

from enum import StrEnum


class Urgency(StrEnum):
    """How soon a referral must be acted on, life first."""

    LIFE = "U0"
    URGENT = "U1"
    PRIORITY = "U2"
    ROUTINE = "U3"


class UrgencyGround(StrEnum):
    """The only four grounds on which a request may be called urgent: Directive (EU) 2023/977, article 2."""

    PUBLIC_SAFETY = "public_safety"
    LIFE_OR_INTEGRITY = "life_or_integrity"
    LIBERTY_DECISION = "liberty_decision"
    EVIDENCE_LOSS = "evidence_loss"


class RequestType(StrEnum):
    """What the foreign counterpart asks for."""

    INVESTIGATIVE_ASSISTANCE = "investigative_assistance"
    PERSON_LOCATION = "person_location"
    FUGITIVE = "fugitive"
    REPATRIATION_SUPPORT = "repatriation_support"
    DOCUMENT_EXAMINATION = "document_examination"
    BIOMETRIC_CHECK = "biometric_check"
    VISA_VETTING = "visa_vetting"
    CULTURAL_PROPERTY_RETURN = "cultural_property_return"
    ASSET_TRACING = "asset_tracing"
    VICTIM_WITNESS_HELP = "victim_witness_help"
    INFORMATION = "information"
    TRAINING = "training"
    OFFICIAL_VISIT = "official_visit"
    COUNTRY_CLEARANCE = "country_clearance"
    AGREEMENT = "agreement"
    PERSONNEL_RECOVERY = "personnel_recovery"


DESK_ONLY_REQUEST_TYPES = frozenset(
    {
        RequestType.TRAINING,
        RequestType.OFFICIAL_VISIT,
        RequestType.COUNTRY_CLEARANCE,
        RequestType.AGREEMENT,
        RequestType.PERSONNEL_RECOVERY,
    }
)
"""Request types that never go to a field office."""


class Purpose(StrEnum):
    """What the information may be used for; nothing else without new consent."""

    CRIMINAL_INVESTIGATION = "criminal_investigation"
    PROSECUTION = "prosecution"
    PREVENTION_OF_CRIME = "prevention_of_crime"
    LOCATION_AND_ARREST = "location_and_arrest"
    LOCATION_OF_MISSING_PERSON = "location_of_missing_person"
    VICTIM_PROTECTION = "victim_protection"
    ASSET_RECOVERY = "asset_recovery"
    RETURN_OF_PROPERTY = "return_of_property"
    ADMINISTRATIVE_REMOVAL = "administrative_removal"
    VISA_DECISION = "visa_decision"
    LIAISON = "liaison"


class Channel(StrEnum):
    """How a request reached us."""

    ATTACHE = "attache"
    NCB = "ncb"
    DIRECT = "direct"


class RequesterKind(StrEnum):
    """Whether a state's agency asks, or a body of several states."""

    AGENCY = "agency"
    INTERNATIONAL_BODY = "international_body"


class Category(StrEnum):
    """Offence categories, in the order of the table: where nothing else decides, the earlier one leads."""

    HUMAN_SMUGGLING = "human-smuggling"
    HUMAN_TRAFFICKING = "human-trafficking"
    CONTRABAND_SMUGGLING = "contraband-smuggling"
    NARCOTICS_SMUGGLING = "narcotics-smuggling"
    STOLEN_VEHICLES_CARGO = "stolen-vehicles-cargo"
    WILDLIFE_TRAFFICKING = "wildlife-trafficking"
    MONEY_LAUNDERING = "money-laundering"
    BULK_CASH = "bulk-cash"
    TRADE_BASED_LAUNDERING = "trade-based-laundering"
    CORRUPTION_PROCEEDS = "corruption-proceeds"
    EXPORT_CONTROL = "export-control"
    CONVENTIONAL_ARMS = "conventional-arms"
    WMD_MILITARY = "wmd-military"
    SANCTIONS_EVASION = "sanctions-evasion"
    TRADE_FRAUD = "trade-fraud"
    IPR_THEFT = "ipr-theft"
    TOBACCO = "tobacco"
    FORCED_LABOUR_GOODS = "forced-labour-goods"
    CULTURAL_PROPERTY = "cultural-property"
    CHILD_EXPLOITATION = "child-exploitation"
    CHILD_SEX_TRAVEL = "child-sex-travel"
    PRIME_BANK_FRAUD = "prime-bank-fraud"
    FINANCIAL_FRAUD = "financial-fraud"
    DOCUMENT_BENEFIT_FRAUD = "document-benefit-fraud"
    REPATRIATION = "repatriation"
    FOREIGN_FUGITIVE = "foreign-fugitive"
    EXTRADITION_TO_US = "extradition-to-us"
    HUMAN_RIGHTS = "human-rights"
    DOCUMENT_PRINTERS = "document-printers"
    AIRPORT_INTERDICTION = "airport-interdiction"
    EXTRATERRITORIAL = "extraterritorial"
    THIRD_COUNTRY_FUGITIVE = "third-country-fugitive"
    TERRORISM = "terrorism"
    CYBERCRIME = "cybercrime"
    GANGS = "gangs"
    VISA_VETTING = "visa-vetting"
    MISSING_ABDUCTED = "missing-abducted"
    VICTIM_WITNESS_HELP = "victim-witness-help"
    ORDINARY_CRIME = "ordinary-crime"
    UNCLASSIFIED = "unclassified"


class NexusKind(StrEnum):
    """What ties a request to a place in the United States, strongest first."""

    EXISTING_US_CASE = "existing_us_case"
    VICTIM_AT_RISK = "victim_at_risk"
    PERSON_LOCATION = "person_location"
    DESTINATION_ADDRESS = "destination_address"
    GOODS_ENTRY = "goods_entry"
    GOODS_EXIT = "goods_exit"
    CONVEYANCE_ARRIVAL = "conveyance_arrival"
    ENTITY_REGISTRATION = "entity_registration"
    BANK_ACCOUNT = "bank_account"
    CRYPTO_SERVICE = "crypto_service"
    PHONE = "phone"
    IP_SERVER = "ip_server"
    ONLINE_PROVIDER = "online_provider"
    IMMIGRATION_RECORD = "immigration_record"
    ASSOCIATE = "associate"
    NONE = "none"


class Evidence(StrEnum):
    """What makes a nexus weigh more or less than its kind alone."""

    FREIGHT_FORWARDER = "freight_forwarder"
    MAIL_DROP = "mail_drop"
    REGISTERED_AGENT = "registered_agent"
    BRANCH = "branch"
    ACCOUNT_HOLDER_ADDRESS = "account_holder_address"
    BANK_HEADQUARTERS = "bank_headquarters"
    ROUTING_DIGITS = "routing_digits"
    SEIZURE_PORT = "seizure_port"
    MANIFEST_PORT = "manifest_port"
    SUBSCRIBER_PLACE = "subscriber_place"
    VPN_OR_CLOUD = "vpn_or_cloud"
    LOW = "low"
    WEAK = "weak"


class AskGround(StrEnum):
    """Why a person must read a charge before a category is given to it."""

    UNTRANSLATED = "untranslated"
    NOTHING_MATCHED = "nothing_matched"
    BELOW_FLOOR = "reading_below_floor"
    READINGS_COMPETE = "readings_compete"
    DENIED = "denied"


class Flag(StrEnum):
    """What a person must look at before anything goes out."""

    ARTICLE_3 = "article_3"
    REPRESSION = "repression"
    PROTECTED_PERSON = "protected_person"
    MINOR_SUBJECT = "minor_subject"
    PRIVATE_DISPUTE = "private_dispute"
    UNKNOWN_MARK = "unknown_mark"
    CRITERION_UNKNOWN = "criterion_unknown"
    CITES_NOTICE = "cites_notice"


class RefusalGround(StrEnum):
    """Why a request is not acted on: Directive (EU) 2023/977, article 6, and grounds of our own."""

    NOT_HELD = "not_held"
    FORM_INCOMPLETE = "form_incomplete"
    JUDICIAL_LEAVE_REFUSED = "judicial_leave_refused"
    DATA_CATEGORY_NOT_ALLOWED = "data_category_not_allowed"
    DATA_STALE_OR_INACCURATE = "data_stale_or_inaccurate"
    ESSENTIAL_SECURITY = "essential_security"
    JEOPARDISES_INVESTIGATION_OR_SAFETY = "jeopardises_investigation_or_safety"
    DISPROPORTIONATE = "disproportionate"
    OFFENCE_BELOW_ONE_YEAR_OR_NONE = "offence_below_one_year_or_none"
    THIRD_PARTY_CONSENT_MISSING = "third_party_consent_missing"
    WRONG_OFFICE = "wrong_office"
    ARTICLE_3 = "article_3"
    DUPLICATE_OF = "duplicate_of"
    NO_US_NEXUS = "no_us_nexus"


class PlacementGround(StrEnum):
    """Why a person placed a referral where it is now."""

    NEXUS_CONFIRMED = "nexus_confirmed"
    CATEGORY_CONFIRMED = "category_confirmed"
    OWNER_CONFIRMED = "owner_confirmed"
    FLAG_REVIEWED = "flag_reviewed"
    CONSENT_GIVEN = "consent_given"
    PROTECTION_OF_LIFE = "protection_of_life"
    SAME_MATTER = "same_matter"
    SEVERAL_OFFICES = "several_offices"
    WRONG_OFFICE = "wrong_office"
    WRONG_DESK = "wrong_desk"
    FACTS_CHANGED = "facts_changed"
    RULES_CHANGED = "rules_changed"
    RELEASE_REFUSED = "release_refused"
    HANDED_ON = "handed_on"
    DECLINED = "declined"


class PlacementCause(StrEnum):
    """By which act a referral was placed anew."""

    ASSIGNED = "assigned"
    SPLIT = "split"
    MERGED = "merged"
    MOVED = "moved"
    DECIDED_AGAIN = "decided_again"
    CALLED_BACK = "called_back"
    TRANSFERRED = "transferred"
    DECLINED = "declined"


class ClosedBecause(StrEnum):
    """Why an item has left its queue."""

    PLACED_ELSEWHERE = "placed_elsewhere"
    SENT_BACK = "sent_back"
    DONE = "done"
    RECALLED = "recalled"


class TransferGround(StrEnum):
    """Why an office hands a referral on to another."""

    SUBJECT_MOVED = "subject_moved"
    CASE_HELD_THERE = "case_held_there"
    GOODS_MOVED = "goods_moved"
    WRONG_OFFICE = "wrong_office"
    CAPACITY = "capacity"


class DepositKind(StrEnum):
    """What an office has deposited for a requester."""

    QUESTION = "question"
    ANSWER = "answer"


class AnswerKind(StrEnum):
    """How far an answer answers."""

    PARTIAL = "partial"
    FINAL = "final"
    NEGATIVE = "negative"


class CloseCode(StrEnum):
    """With what result an office closes its work on a referral."""

    CASE_OPENED = "case_opened"
    JOINED_TO_CASE = "joined_to_case"
    INFORMATION_GIVEN = "information_given"
    NOTHING_FOUND = "nothing_found"
    SUPPORT_GIVEN = "support_given"
    DECLINED = "declined"


class PauseGround(StrEnum):
    """For what a clock may stand still; there are no others."""

    QUESTION_BACK = "question_back"
    JUDICIAL_LEAVE = "judicial_leave"
    OFFICE_CLOSED = "office_closed"


class DelayGround(StrEnum):
    """Why an answer will be late; the requester is told."""

    JUDICIAL_LEAVE = "judicial_leave"
    THIRD_PARTY_RECORDS = "third_party_records"
    FIELD_WORK = "field_work"
    TRANSLATION = "translation"
    OFFICE_WORKLOAD = "office_workload"
    OPERATIONAL_SECURITY = "operational_security"


class ClockStep(StrEnum):
    """What a referral is owed by a deadline."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    ANSWER = "answer"


class EscalationLevel(StrEnum):
    """Who is told of a missed deadline, in this order."""

    SUPERVISOR = "supervisor"
    DESK = "desk"
    HEADQUARTERS = "headquarters"


class SupplementKind(StrEnum):
    """What a requester adds to a referral that stands already."""

    SUPPLEMENT = "supplement"
    CORRECTION = "correction"


class RecallGround(StrEnum):
    """Why an originator withdraws a referral."""

    CASE_CLOSED = "case_closed"
    SUBJECT_FOUND = "subject_found"
    SENT_IN_ERROR = "sent_in_error"
    DATA_WRONG = "data_wrong"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NOTICE_WITHDRAWN = "notice_withdrawn"
    NOTICE_SUSPENDED = "notice_suspended"
    NOTICE_CANCELLED = "notice_cancelled"
    NOTICE_DELETED = "notice_deleted"
    COURT_ORDER = "court_order"


class RecallOutcome(StrEnum):
    """What a holder did with its copy of a recalled referral."""

    ERASED = "erased"
    KEPT = "kept"


class KeepGround(StrEnum):
    """On what ground a holder keeps what was recalled."""

    US_CASE = "us_case"
    LEGAL_HOLD = "legal_hold"
    COURT_ORDER = "court_order"


class State(StrEnum):
    """Where a referral stands."""

    RECEIVED = "received"
    ROUTED = "routed"
    TRIAGE = "triage"
    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    SENT_BACK = "sent_back"
    DECLINED = "declined"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class QueueRole(StrEnum):
    """Why an item is in a queue: exactly one open item of a referral leads or waits in triage."""

    LEAD = "lead"
    TRIAGE = "triage"
    SUPPORTING = "supporting"
    COPY = "copy"


class ItemState(StrEnum):
    """Where a queue item stands."""

    READY = "ready"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    MOVING = "moving"
    ANSWERED = "answered"
    RECALLED = "recalled"
    CLOSED = "closed"


OFFICES = [
    "SAC-ATL",
    "SAC-BAL",
    "SAC-BNA",
    "SAC-BOS",
    "SAC-BUF",
    "SAC-CHI",
    "SAC-CLT",
    "SAC-DAL",
    "SAC-DEN",
    "SAC-DET",
    "SAC-ELP",
    "SAC-EWR",
    "SAC-HNL",
    "SAC-HOU",
    "SAC-LAS",
    "SAC-LAX",
    "SAC-MIA",
    "SAC-MKC",
    "SAC-MSY",
    "SAC-NYC",
    "SAC-PHL",
    "SAC-PHX",
    "SAC-SAN",
    "SAC-SAT",
    "SAC-SEA",
    "SAC-SFO",
    "SAC-SJU",
    "SAC-STP",
    "SAC-TPA",
    "SAC-WAS",
]
"""Domestic field offices. SAC means Special Agent in Charge, never the desk of South America."""

DESKS = (
    "CANMEX",
    "SACAR",
    "EUR",
    "MEA",
    "ASIA",
    "SPECOPS",
)
"""Area desks at headquarters; SACAR is South America, Central America and the Caribbean."""

PROGRAMMES = [
    "BCSC",
    "C3",
    "CPAA",
    "FPCTF",
    "FF",
    "FDL",
    "HSTC",
    "IPRC",
    "TTU",
    "VSP",
    "HRVWCC",
    "TCIU",
    "BITMAP",
    "LEP",
    "USNCB",
    "ERO",
]
"""National programmes and centres, which receive copies or own a referral pro tem."""

QUEUES = frozenset([*OFFICES, *DESKS, *PROGRAMMES])
"""Everybody who has a queue."""
