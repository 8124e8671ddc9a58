"""What is drawn by lot: names of nobody, dates, and other things that a notice has one of."""

from datetime import date, timedelta
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")

TODAY = date(2026, 11, 25)
"""The day on which the invented people have the ages that filters ask for: fixed, so that a seed gives one world."""


def words(text: str) -> tuple[str, ...]:
    """Write many short words without all their quotation marks."""
    return tuple(text.split())


# Empty ones are there several times, since most syllables lack something.
_STARTS = (*words("B BR CH D DR F G GR H J K KL L M N P R S SH T TR V VL Z ZH"), "", "")
_MIDDLES = words("A E I O U AI EI OU IA É Ö")
_ENDS = (*words("N R L K M S T V D"), "", "", "")
_FAMILY_TAILS = (*words("OVSK ENKU ARIDZ IMOR ULT ESHT AWNI OREZ ANDU IKH"), "", "", "")


def chance(lot: Random, percent: float) -> bool:
    """Say whether something that happens so often happens now."""
    return lot.random() * 100 < percent


def syllables(lot: Random, least: int, most: int) -> str:
    """Put together a word that means nothing."""
    return "".join(
        lot.choice(_STARTS) + lot.choice(_MIDDLES) + lot.choice(_ENDS) for _ in range(lot.randint(least, most))
    )


def family_name(lot: Random) -> str:
    """Invent a family name; some have two parts, an apostrophe or a hyphen."""
    name = syllables(lot, 1, 3) + lot.choice(_FAMILY_TAILS)
    if chance(lot, 6):
        return name + lot.choice((" ", "-", " DE ", "'")) + syllables(lot, 1, 2)
    return name


def forename(lot: Random) -> str:
    """Invent a forename; some people have two."""
    name = syllables(lot, 1, 2)
    return f"{name} {syllables(lot, 1, 2)}" if chance(lot, 20) else name


def place(lot: Random) -> str:
    """Invent a place; some are written with spaces behind them."""
    return (
        f"Test-{syllables(lot, 1, 2).title()}"
        + (", Test Region" if chance(lot, 20) else "")
        + lot.choice(("", "", "", "  "))
    )


def born(lot: Random, age: int) -> date:
    """Draw the birthday of somebody of an age."""
    return date(TODAY.year - age, TODAY.month, TODAY.day) - timedelta(days=lot.randrange(364))


def written_birth(lot: Random, day: date) -> str:
    """Write a date of birth as files have it: some know the year only, or the month."""
    whole = f"{day:%Y/%m/%d}"
    drawn = lot.random() * 100
    for share, form in ((5, f"{day:%Y}"), (7, f"{day:%Y/%m}"), (8, f"{day:%Y}/00/00"), (9, f"{day:%Y/%m}/00")):
        if drawn < share:
            return form
    return whole


def some(lot: Random, things: tuple[Thing, ...], most: int) -> list[Thing]:
    """Draw a few different things."""
    return lot.sample(things, lot.randint(1, most))
