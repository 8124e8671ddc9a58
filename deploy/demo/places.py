"""Places for invented referrals, each with the office that covers it, written down by hand.

The office stands here as a person would look it up in the table of offices, so that the demonstration checks
the routing service instead of repeating it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """A town by state, county and ZIP code, and who covers it."""

    state: str
    county: str
    city: str
    zip: str
    office: str


TOWNS = (
    Town("GA", "Fulton", "Atlanta", "30303", "SAC-ATL"),
    Town("MD", "Baltimore City", "Baltimore", "21202", "SAC-BAL"),
    Town("MA", "Suffolk", "Boston", "02108", "SAC-BOS"),
    Town("NY", "Erie", "Buffalo", "14202", "SAC-BUF"),
    Town("NC", "Mecklenburg", "Charlotte", "28202", "SAC-CLT"),
    Town("IL", "Cook", "Chicago", "60604", "SAC-CHI"),
    Town("TX", "Dallas", "Dallas", "75201", "SAC-DAL"),
    Town("CO", "Denver", "Denver", "80202", "SAC-DEN"),
    Town("MI", "Wayne", "Detroit", "48226", "SAC-DET"),
    Town("TX", "El Paso", "El Paso", "79901", "SAC-ELP"),
    Town("HI", "Honolulu", "Honolulu", "96813", "SAC-HNL"),
    Town("TX", "Harris", "Houston", "77002", "SAC-HOU"),
    Town("NV", "Clark", "Las Vegas", "89101", "SAC-LAS"),
    Town("CA", "Los Angeles", "Los Angeles", "90012", "SAC-LAX"),
    Town("FL", "Miami-Dade", "Miami", "33130", "SAC-MIA"),
    Town("MO", "Jackson", "Kansas City", "64106", "SAC-MKC"),
    Town("TN", "Davidson", "Nashville", "37203", "SAC-BNA"),
    Town("LA", "Orleans", "New Orleans", "70112", "SAC-MSY"),
    Town("NY", "Kings", "Brooklyn", "11201", "SAC-NYC"),
    Town("NJ", "Essex", "Newark", "07102", "SAC-EWR"),
    Town("PA", "Philadelphia", "Philadelphia", "19106", "SAC-PHL"),
    Town("AZ", "Maricopa", "Phoenix", "85003", "SAC-PHX"),
    Town("TX", "Bexar", "San Antonio", "78205", "SAC-SAT"),
    Town("CA", "San Diego", "San Diego", "92101", "SAC-SAN"),
    Town("CA", "Santa Clara", "San Jose", "95113", "SAC-SFO"),
    Town("PR", "San Juan", "San Juan", "00901", "SAC-SJU"),
    Town("WA", "King", "Seattle", "98101", "SAC-SEA"),
    Town("MN", "Ramsey", "Saint Paul", "55101", "SAC-STP"),
    Town("FL", "Hillsborough", "Tampa", "33602", "SAC-TPA"),
    Town("VA", "Fairfax", "Fairfax", "22030", "SAC-WAS"),
)
"""One for every office."""

AIRPORTS = (
    ("JFK", "SAC-NYC"),
    ("EWR", "SAC-EWR"),
    ("BOS", "SAC-BOS"),
    ("IAD", "SAC-WAS"),
    ("MIA", "SAC-MIA"),
    ("CVG", "SAC-BNA"),
    ("ORD", "SAC-CHI"),
    ("SEA", "SAC-SEA"),
    ("HNL", "SAC-HNL"),
    ("SFO", "SAC-SFO"),
)
PORTS = (
    ("USLAX", "SAC-LAX"),
    ("USEWR", "SAC-EWR"),
    ("USSAV", "SAC-ATL"),
    ("USHOU", "SAC-HOU"),
    ("USMSY", "SAC-MSY"),
    ("USBAL", "SAC-BAL"),
    ("Otay Mesa", "SAC-SAN"),
    ("Laredo", "SAC-SAT"),
    ("Nogales", "SAC-PHX"),
    ("Champlain", "SAC-BUF"),
)
"""Gateways as a requester names them."""
