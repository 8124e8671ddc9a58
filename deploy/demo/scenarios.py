"""What is shown: each scenario with the place where its referral must wait, written by hand from the rules."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.bodies import Json, Writer
from deploy.demo.places import AIRPORTS, PORTS, TOWNS
from deploy.demo.spoiled import SPOILS, spoiled
from deploy.demo.voices import LANDS, VOICES, Land, Voice
from schemas.vocabulary.facts import Category

CATEGORIES = [
    category.value for category in Category if category not in (Category.ORDINARY_CRIME, Category.UNCLASSIFIED)
]
"""Those that a field office can act on; `ordinary-crime` and `unclassified` have scenarios of their own."""

EUROPE, MEXICO, COLOMBIA, EGYPT, CHINA = LANDS[:5]
BRITAIN = LANDS[-1]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One referral and how it must end."""

    title: str
    body: Json
    queue: str | None = None
    triage: bool = False
    codes: tuple[str, ...] = ()
    flags: tuple[str, ...] = field(default=())
    category: str | None = None
    """What its charge must be read as, if it states nothing else."""


def scenarios(writer: Writer) -> Iterator[Scenario]:
    """Give every scenario once."""
    yield from every_category(writer)
    yield from consignees(writer)
    yield from every_nexus(writer)
    yield from which_nexus_leads(writer)
    yield from desks_and_programmes(writer)
    yield from handling(writer)
    yield from flagged(writer)
    yield from every_language(writer)
    yield from refused(writer)


def plain(writer: Writer, number: int) -> Scenario:
    """Give one more ordinary referral."""
    town = TOWNS[(number * 7) % len(TOWNS)]
    kind = ("person_location", "destination_address", "immigration_record")[number % 3]
    category = CATEGORIES[(number * 11) % len(CATEGORIES)]
    body = writer.body(LANDS[number % len(LANDS)], (category,), [writer.at_town(kind, town)])
    return Scenario(f"{category} in {town.city}", body, town.office)


def every_category(writer: Writer) -> Iterator[Scenario]:
    """Each category, in the area of each field office at least once."""
    for number, category in enumerate(CATEGORIES):
        town, land = TOWNS[number % len(TOWNS)], LANDS[number % len(LANDS)]
        body = writer.body(land, (category,), [writer.at_town("person_location", town)])
        body["subjects"][0]["role"] = {"missing-abducted": "missing", "victim-witness-help": "witness"}.get(
            category, "suspect"
        )
        yield Scenario(f"{category} in {town.city}", body, town.office)
    # No US section stands behind these two: a person at the desk says whether it is a crime here.
    for category in ("ordinary-crime", "unclassified"):
        body = writer.body(EUROPE, (category,), [writer.at_town("person_location", TOWNS[2])])
        yield Scenario(f"only {category}", body, "EUR", triage=True, flags=("criterion_unknown",))
    body = writer.body(BRITAIN, ("foreign-fugitive", "ordinary-crime"), [writer.at_town("person_location", TOWNS[5])])
    yield Scenario("ordinary crime of a fugitive", body, "SAC-CHI")


def consignees(writer: Writer) -> Iterator[Scenario]:
    """Goods go to an address; the office of the address leads."""
    for number, town in enumerate(TOWNS[::2]):
        land = LANDS[(number * 5 + 1) % len(LANDS)]
        body = writer.body(land, (CATEGORIES[number % 17],), [writer.at_town("destination_address", town)])
        yield Scenario(f"a consignee in {town.city}", body, town.office)


def every_nexus(writer: Writer) -> Iterator[Scenario]:
    """Strong ties lead to an office; weak ones lead to a person."""
    boston, houston, miami = TOWNS[2], TOWNS[11], TOWNS[14]
    for number, (gateway, office) in enumerate(AIRPORTS):
        nexus = writer.at_gateway("conveyance_arrival", gateway)
        body = writer.body(LANDS[number], ("airport-interdiction",), [nexus])
        yield Scenario(f"an arrival at {gateway}", body, office)
    for number, (gateway, office) in enumerate(PORTS):
        kind = ("goods_entry", "goods_exit")[number % 2]
        nexus = writer.at_gateway(kind, gateway, "seizure_port")
        body = writer.body(LANDS[number + 3], ("contraband-smuggling",), [nexus])
        yield Scenario(f"{kind} at {gateway}", body, office)
    strong = (
        ("victim_at_risk", ()),
        ("entity_registration", ()),
        ("bank_account", ("branch",)),
        ("crypto_service", ()),
        ("immigration_record", ()),
        ("destination_address", ("freight_forwarder",)),
    )
    for kind, evidence in strong:
        body = writer.body(MEXICO, ("financial-fraud",), [writer.at_town(kind, houston, *evidence)])
        yield Scenario(f"{kind} alone decides", body, "SAC-HOU")
    weak = (
        ("ip_server", ()),
        ("associate", ()),
        ("online_provider", ()),
        ("entity_registration", ("registered_agent",)),
        ("bank_account", ("routing_digits",)),
    )
    for kind, evidence in weak:
        body = writer.body(COLOMBIA, ("financial-fraud",), [writer.at_town(kind, miami, *evidence)])
        yield Scenario(f"{kind} alone is too weak", body, "SACAR", triage=True)
    phone = {"kind": "phone", "as_of": writer.recent(), "detail": "+1 617 555 0142"}
    yield Scenario(
        "a telephone number alone is too weak",
        writer.body(EGYPT, ("financial-fraud",), [phone]),
        "MEA",
        triage=True,
    )
    yield Scenario(
        "a case confirmed by deconfliction",
        writer.body(
            CHINA,
            ("ipr-theft",),
            [writer.at_town("person_location", boston), writer.in_us_case("SAC-LAX", deconflicted=True)],
        ),
        "SAC-LAX",
    )
    yield Scenario(
        "a case nobody confirmed",
        writer.body(CHINA, ("ipr-theft",), [writer.in_us_case("SAC-LAX", deconflicted=False)]),
        "ASIA",
        triage=True,
    )


def which_nexus_leads(writer: Writer) -> Iterator[Scenario]:
    """Of several ties the best rank leads that weighs enough."""
    newark, seattle, denver = TOWNS[19], TOWNS[26], TOWNS[7]
    phone = {"kind": "phone", "as_of": writer.recent(), "detail": "+1 305 555 0117"}
    port = writer.at_gateway("goods_entry", "USLAX", "seizure_port")
    old = writer.at_town("person_location", denver) | {"as_of": writer.days_ago(3 * 366)}
    account = writer.at_town("bank_account", seattle, "branch")
    several = (
        ("an address beats a telephone number", [phone, writer.at_town("destination_address", newark)], "SAC-EWR"),
        ("where a person is beats where goods came in", [port, writer.at_town("person_location", seattle)], "SAC-SEA"),
        ("an old address loses to a seizure", [old, port], "SAC-LAX"),
        (
            "a victim beats everything of lower rank",
            [port, account, writer.at_town("victim_at_risk", denver)],
            "SAC-DEN",
        ),
    )
    for title, nexus, office in several:
        yield Scenario(title, writer.body(EUROPE, ("trade-fraud",), nexus), office)
    yield Scenario("only an old address", writer.body(EUROPE, ("trade-fraud",), [old]), "EUR", triage=True)


def desks_and_programmes(writer: Writer) -> Iterator[Scenario]:
    """What no field office can act on waits at the desk of the requester, or with a programme for the time being."""
    for number, request_type in enumerate(
        ("training", "official_visit", "country_clearance", "agreement", "personnel_recovery")
    ):
        land = LANDS[number]
        body = writer.body(land, ("trade-fraud",), []) | {"request_type": request_type, "purpose": "liaison"}
        body |= {"offences": [], "subjects": []}
        del body["link"]
        yield Scenario(f"{request_type} is for the desk", body, land.desk, triage=True)
    for land in LANDS[:5]:
        body = writer.body(land, ("trade-fraud",), [{"kind": "none"}])
        yield Scenario(f"no tie to a place, from {land.name}", body, land.desk, triage=True)
    programmes = {
        "child-exploitation": "C3",
        "child-sex-travel": "C3",
        "cybercrime": "C3",
        "human-rights": "HRVWCC",
        "cultural-property": "CPAA",
    }
    for number, (category, programme) in enumerate(programmes.items()):
        yield Scenario(f"{category} without a tie", writer.body(LANDS[number + 5], (category,), []), programme)
    yield from _unusual_requesters(writer)


def _unusual_requesters(writer: Writer) -> Iterator[Scenario]:
    home = (Land("GU", "Guam", "SPECOPS", "en"), Land("US", "the United States", "SPECOPS", "en"))
    for land in home:
        body = writer.body(land, ("trade-fraud",), [writer.at_town("person_location", TOWNS[0])])
        body["requester"]["channel"] = "direct"
        body["subjects"][0]["nationalities"] = ["IT"]
        yield Scenario(f"from {land.name}", body, "SPECOPS", triage=True)
    europol = writer.body(EUROPE, ("human-smuggling",), [writer.at_town("person_location", TOWNS[18])])
    europol["requester"] |= {
        "country": "NL",
        "agency": "Test European Police Body",
        "kind": "international_body",
        "channel": "direct",
    }
    yield Scenario("from an international body", europol, "SAC-NYC")
    for given, desk in (("UK", "EUR"), ("EL", "EUR"), ("XK", "EUR"), ("TW", "ASIA")):
        body = writer.body(BRITAIN, ("trade-fraud",), [])
        body["requester"] |= {"country": given, "channel": "attache", "agency": "Test Police of an Alias"}
        yield Scenario(f"country written as {given}", body, desk, triage=True)


def handling(writer: Writer) -> Iterator[Scenario]:
    """Marks hold a referral back, or let it go to exactly those they name."""
    later = f"{writer.today.year + 1}-01-01T00:00:00Z"
    to_boston = {"recipients": ["SAC-BOS"], "until": later}
    to_miami = {"recipients": ["SAC-MIA"], "until": later}
    rows: tuple[tuple[str, Json, bool, tuple[str, ...]], ...] = (
        ("H2 without consent", {"tlp": "TLP:AMBER", "handling": ["H2"]}, True, ()),
        ("H1 and H2 without consent", {"tlp": "TLP:GREEN", "handling": ["H1", "H2"]}, True, ()),
        ("H2 with consent for the office", {"tlp": "TLP:AMBER", "handling": ["H2"], "consent": to_boston}, False, ()),
        ("H2 with consent for another", {"tlp": "TLP:AMBER", "handling": ["H2"], "consent": to_miami}, True, ()),
        ("RED without consent", {"tlp": "TLP:RED", "handling": ["H0"]}, True, ()),
        ("RED with consent", {"tlp": "TLP:RED", "handling": ["H0"], "consent": to_boston}, False, ()),
        (
            "H3 is read by a person first",
            {"tlp": "TLP:AMBER", "handling": ["H3"], "restriction_text": "Test restriction: ask before use."},
            True,
            (),
        ),
        (
            "H3 as a condition",
            {"tlp": "TLP:AMBER", "handling": ["H3"], "conditions": ["no_subject_contact"]},
            True,
            (),
        ),
        ("release to the office", {"tlp": "TLP:AMBER", "handling": ["H1"], "release_to": ["SAC-BOS"]}, False, ()),
        ("release to another", {"tlp": "TLP:AMBER", "handling": ["H1"], "release_to": ["SAC-MIA"]}, True, ()),
        ("a label nobody knows", {"tlp": "TLP:PURPLE", "handling": ["H1"]}, True, ("unknown_mark",)),
        ("a code nobody knows", {"tlp": "TLP:GREEN", "handling": ["H9"]}, True, ("unknown_mark",)),
    )
    for number, (title, marks, triage, flags) in enumerate(rows):
        land = LANDS[number]
        body = writer.body(land, ("document-benefit-fraud",), [writer.at_town("person_location", TOWNS[2])])
        body["marks"] = marks
        yield Scenario(title, body, land.desk if triage else "SAC-BOS", triage=triage, flags=flags)


def flagged(writer: Writer) -> Iterator[Scenario]:
    """Politics, faith, speech, private disputes, children and protected persons: a person reads these first."""
    charges = (
        ("ZA", "en", "Treason and insulting the President", None, ("article_3",)),
        ("CO", "es", "Desacato y rebelión", None, ("article_3", "repression")),
        ("FR", "fr", "Atteinte à la sûreté de l’État", None, ("article_3",)),
        ("DE", "de", "Landesverrat", None, ("article_3",)),
        ("EG", "ar", "ازدراء الأديان", "Izdira' al-adyan (contempt of religions)", ("article_3",)),
        ("KZ", "ru", "Экстремистская деятельность", "Extremist activity", ("article_3",)),
        ("PH", "en", "Illegal assembly", None, ("repression",)),
        ("JM", "en", "Unpaid cheque", None, ("private_dispute",)),
    )
    lands = {land.code: land for land in LANDS}
    for code, language, text, translation, flags in charges:
        body = writer.body(lands[code], ("gangs",), [writer.at_town("person_location", TOWNS[13])])
        charge = {"text": text, "language": language} | ({"translation": translation} if translation else {})
        body["offences"] = [{"category": "gangs", "charge": charge}]
        yield Scenario(f"charge to be read by a person ({language})", body, lands[code].desk, triage=True, flags=flags)
    yield from _with_children(writer)
    body = writer.body(MEXICO, ("human-trafficking",), [writer.at_town("person_location", TOWNS[9])])
    body["marks"]["us"] = {"protected_person": True}
    yield Scenario("a protected person", body, "CANMEX", triage=True, flags=("protected_person",))


def _with_children(writer: Writer) -> Iterator[Scenario]:
    child = writer.person(VOICES["en"], "GB", "missing") | {"birth": f"{writer.today.year - 9}"}
    rows: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
        ("a missing child", "missing-abducted", child, True),
        ("a child as suspect", "cybercrime", child | {"role": "suspect", "birth": "-", "minor": True}, True),
        ("a child victim of exploitation", "child-exploitation", child | {"role": "victim"}, False),
    )
    for title, category, person, triage in rows:
        body = writer.body(BRITAIN, (category,), [writer.at_town("person_location", TOWNS[28])])
        body["subjects"] = [person]
        yield Scenario(
            title,
            body,
            "EUR" if triage else "SAC-TPA",
            triage=triage,
            flags=("minor_subject",) if triage else (),
        )


def every_language(writer: Writer) -> Iterator[Scenario]:
    """Each language in its script; what the word lists cannot read waits for a person unless it is translated."""
    for number, voice in enumerate(VOICES.values()):
        land = next(land for land in LANDS if land.language == voice.language)
        town = TOWNS[number]
        body = writer.body(land, ("bulk-cash",), [writer.at_town("person_location", town)])
        body["offences"] = [{"category": "bulk-cash", "charge": _charge(voice)}]
        yield Scenario(f"written in {voice.language}", body, town.office)
    for land in (EGYPT, CHINA, LANDS[5]):
        body = writer.body(land, ("bulk-cash",), [writer.at_town("person_location", TOWNS[1])])
        del body["narrative_translation"]
        yield Scenario(
            f"written in {land.language}, not translated", body, land.desk, triage=True, flags=("criterion_unknown",)
        )


def _charge(voice: Voice) -> Json:
    return {"text": voice.charge, "language": voice.language, "translation": voice.charge_in_english}


def refused(writer: Writer) -> Iterator[Scenario]:
    """What cannot be taken in is refused with its codes."""
    for number, (title, spoil, codes) in enumerate(SPOILS):
        town = TOWNS[number]
        body = writer.body(LANDS[number], ("trade-fraud",), [writer.at_town("person_location", town)])
        body["requester"]["channel"] = "attache"
        yield Scenario(title, spoiled(body, spoil), codes=codes)
