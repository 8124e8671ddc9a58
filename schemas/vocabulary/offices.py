"""Everybody who has a queue: field offices, desks and programmes. The codes are this project's own."""

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
