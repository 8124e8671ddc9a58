"""What routing goes by: offences, ties to a place, what they weigh, and what a person must look at first."""

from enum import StrEnum


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
