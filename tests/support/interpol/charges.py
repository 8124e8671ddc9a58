"""Charges in five languages, as warrants have them: bullets, line ends of another system, statutes; nobody's."""

from random import Random
from typing import Any

from tests.support.interpol.lot import chance

Charge = tuple[str, str | None]
"""What the warrant says, and what it means in English where it does not say so itself."""

ENGLISH: tuple[Charge, ...] = (
    ("Murder (Penal Code section 302)", None),
    ("- Fraud by false representation\r\n- Money laundering", None),
    ("Participation in a criminal organization; trafficking in narcotic drugs", None),
    ("Trafficking in firearms and ammunition", None),
    ("Kidnapping for ransom; armed robbery", None),
    ("Production and distribution of child sexual abuse material", None),
    ("Smuggling of bulk cash across the border", None),
    ("Unauthorised access to a computer system; extortion by ransomware", None),
)
OTHERS: tuple[Charge, ...] = (
    ("- Blanchiment aggravé\r\n- Association de malfaiteurs", "Aggravated money laundering; criminal association"),
    ("Trafic de stupéfiants en bande organisée (art. 222-36 du Code pénal)", "Drug trafficking by an organized gang"),
    ("Homicidio agravado y asociación ilícita", "Aggravated homicide and illicit association"),
    ("Tráfico de estupefacientes;\r\ntenencia ilegal de armas", "Drug trafficking; unlawful possession of weapons"),
    ("Мошенничество, совершенное в особо крупном размере (ч. 4 ст. 159 УК)", "Fraud on an especially large scale"),
    ("Участие в террористической организации", "Participation in a terrorist organization"),
    ("Незаконный оборот наркотических средств", "Illicit traffic in narcotic drugs"),
    ("الاتجار بالمخدرات وتهريب الأسلحة", "Drug trafficking and arms smuggling"),
    ("غسل الأموال والاحتيال", "Money laundering and fraud"),
    ("Bandenmäßiger Betrug (§ 263 StGB)", "Fraud as a member of a gang"),
)
WITH_US_TIES: tuple[Charge, ...] = (
    ("Conspiracy to launder money through bank accounts in the United States of America", None),
    ("Fraud; the proceeds were sent to an address in Houston, Texas, USA", None),
    ("Envío de cocaína a Miami, Florida (Estados Unidos)", "Shipment of cocaine to Miami, Florida (United States)"),
    ("Blanchiment; le fugitif se trouverait à New York (États-Unis)", "Laundering; believed to be in New York (USA)"),
)


def warrant(lot: Random, country: str) -> dict[str, Any]:
    """Invent one warrant; what is not in English is translated half the time, a few say nothing."""
    charge, meaning = lot.choice(ENGLISH if chance(lot, 50) else OTHERS)
    if chance(lot, 2):
        charge, meaning = lot.choice(WITH_US_TIES)
    return {
        "issuing_country_id": country,
        "charge": lot.choice(("", None, "-")) if chance(lot, 1.5) else charge,
        "charge_translation": meaning if chance(lot, 50) else None,
    }


def warrants(lot: Random, home: str, countries: tuple[str, ...]) -> list[dict[str, Any]]:
    """Invent the warrants of one notice: most have one of the country at home, some have several of several."""
    found = [warrant(lot, home if chance(lot, 80) else lot.choice(countries))]
    while chance(lot, 8) and len(found) < 4:
        found.append(warrant(lot, lot.choice((home, *countries))))
    return found
