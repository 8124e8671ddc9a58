"""Referrals that state nothing but a charge: the intake reads it, and the reading decides."""

from collections.abc import Iterator

from deploy.demo.bodies import Writer
from deploy.demo.places import TOWNS
from deploy.demo.scenarios import Scenario
from deploy.demo.voices import LANDS

CHARGES = (
    (
        "MX",
        "es",
        "Transporte de cuarenta kilos de cocaína ocultos en un contenedor de fruta",
        None,
        "narcotics-smuggling",
    ),
    (
        "FR",
        "fr",
        "Blanchiment d'argent par l'achat d'immeubles au moyen de sociétés écrans",
        None,
        "money-laundering",
    ),
    ("DE", "de", "Gewerbsmäßiges Einschleusen von Ausländern", None, "human-smuggling"),
    ("GB", "en", "Export of night vision equipment without a licence", None, "export-control"),
    (
        "IT",
        "it",
        "Traffico illecito di beni culturali: esportazione di vasi antichi scavati abusivamente",
        "Illicit traffic in cultural property: export of ancient vases from illegal excavation",
        "cultural-property",
    ),
    ("JP", "ja", "偽造医薬品の輸入", "Importation of counterfeit medicines", "ipr-theft"),
    (
        "BR",
        "pt",
        "Tráfico de armas de fogo: pistolas escondidas em eletrodomésticos",
        "Firearms trafficking: pistols hidden in household appliances",
        "conventional-arms",
    ),
    (
        "KZ",
        "ru",
        "Контрабанда наличных денег в крупном размере",
        "Smuggling of cash in a large amount",
        "bulk-cash",
    ),
)
"""Country, language, the charge as written, its translation if there is one, and what it must be read as."""


def charges(writer: Writer) -> Iterator[Scenario]:
    """Give each charge once, tied to a town, and one that says too little for anybody to read."""
    lands = {land.code: land for land in LANDS}
    for number, (country, language, text, translation, category) in enumerate(CHARGES):
        town = TOWNS[number * 3 + 1]
        body = writer.body(lands[country], (category,), [writer.at_town("person_location", town)])
        body["offences"] = [{"charge": _charge(text, language, translation)}]
        yield Scenario(f"a charge read ({language})", body, town.office, category=category)
    body = writer.body(lands["CO"], ("gangs",), [writer.at_town("person_location", TOWNS[0])])
    body["offences"] = [{"charge": _charge("Varios delitos graves", "es", None)}]
    yield Scenario("a charge that says too little", body, "SACAR", triage=True, flags=("criterion_unknown",))


def _charge(text: str, language: str, translation: str | None) -> dict[str, str]:
    given = {"text": text, "language": language}
    return given | ({"translation": translation} if translation is not None else {})
