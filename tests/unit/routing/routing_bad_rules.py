"""Kinds of bad rows among the routing rules, and the fault that must be told of each."""

from routing_spoiling import RULES, Kind, adding, rule, without


def _row(name: str, code: str, rule_name: str = "R-740", priority: int | str = 50, **cells: str) -> Kind:
    return Kind(name, RULES, adding(rule(rule_name, priority, **cells)), code, f"{rule_name}\t")


ROWS = (
    _row("a rule of a bad name", "bad-rule-name", "r 740", lead="SAC-SAN", category="tobacco"),
    _row("a rule named like a fixed one", "reserved-rule-name", "R-FOLLOW-UP", lead="SAC-SAN", category="tobacco"),
    _row("a rule of no priority", "bad-priority", priority="high", lead="SAC-SAN", category="tobacco"),
    _row("a condition of no word", "no-condition", category="|", lead="SAC-SAN"),
    _row("a rule that does nothing", "rule-does-nothing", category="tobacco"),
    _row("a lead and a desk", "lead-and-desk", category="tobacco", lead="SAC-SAN", desk="EUR"),
    _row("a lead of nobody", "unknown-lead", category="tobacco", lead="SAC-XXX"),
    _row("a copy to nobody", "unknown-copies", category="tobacco", copies="XXX"),
    _row("support by nobody", "unknown-supporting", category="tobacco", supporting="C3"),
    _row("a flag that no rule may give", "unknown-flags", category="tobacco", flags="no_nexus"),
    _row("a lead abroad", "foreign-lead", category="tobacco", lead="TCIU"),
    _row("a lead that supports itself", "lead-told-twice", category="tobacco", lead="SAC-SAN", supporting="SAC-SAN"),
    _row("marks that name somebody", "marks-name-somebody", marks="NOFORN", copies="TCIU"),
    _row("an office twice", "named-twice", category="tobacco", supporting="SAC-SAN|SAC-SAN"),
    _row("a programme pro tem of none", "no-programme-pro-tem", category="tobacco", nexus="nowhere", lead="@pro-tem"),
    _row("a nexus that is none", "unknown-nexus", nexus="somewhere", lead="SAC-SAN"),
    _row("a place that is none", "unknown-place", place="SAC-XXX", lead="SAC-SAN"),
    _row("a county that is none", "unknown-county", place="TX/Alameda", lead="SAC-SAN"),
    _row("a ZIP code that is none", "unknown-zip", place="ZIP 000", lead="SAC-SAN"),
    _row("a gateway that is none", "unknown-gateway", place="gateway XYZ", lead="SAC-SAN"),
    _row("a requester that is none", "unknown-requester", requester="ZZ", lead="SAC-SAN"),
    _row("a channel that is none", "unknown-channel", channel="fax", lead="SAC-SAN"),
    _row("a mark that is none", "unknown-mark", marks="PURPLE", desk="EUR"),
    _row("a request that stays at the desk", "desk-only-request-type", request_type="training", lead="SAC-SAN"),
)

TOGETHER = (
    Kind("referrals that nothing decides", RULES, without("R-NO-NEXUS"), "nothing-decides"),
    _row("a place without a nexus", "conditions-contradict", nexus="nowhere", place="TX", lead="SAC-SAN"),
    _row("a place abroad with a nexus at home", "conditions-contradict", nexus="phone", place="country FR", desk="EUR"),
    _row("a place at home with a nexus abroad", "conditions-contradict", nexus="abroad", place="TX", desk="EUR"),
    _row("a lead where no office is", "no-office-to-lead", nexus="abroad", category="tobacco", lead="@nexus"),
    _row("a desk of a place at home", "no-desk-of-place", nexus="phone", category="tobacco", desk="@place"),
    _row("a rule after the last one", "dead-rule", "R-ZZZ", 1_000, category="tobacco", lead="SAC-SAN"),
    _row("a rule of a place after one of every place", "dead-rule", priority=299, nexus="phone", place="TX", lead="C3"),
    Kind(
        "a county after its state",
        RULES,
        adding(rule("R-740", 50, place="TX", lead="SAC-DAL"), rule("R-741", 51, place="TX/Webb", lead="SAC-SAT")),
        "dead-rule",
        "R-741",
    ),
    Kind(
        "a country after its desk",
        RULES,
        adding(
            rule("R-740", 50, requester="EUR", lead="SAC-DAL"), rule("R-741", 51, requester="IT|FR", lead="SAC-SAT")
        ),
        "dead-rule",
        "R-741",
    ),
    Kind(
        "a rule after others that together take all",
        RULES,
        adding(
            rule("R-740", 50, category="tobacco", urgency="U0|U1", lead="SAC-DAL"),
            rule("R-741", 51, category="tobacco", urgency="U2|U3", lead="SAC-SAT"),
            rule("R-742", 52, category="tobacco", lead="SAC-SAN"),
        ),
        "dead-among-several",
        "R-742",
    ),
    Kind(
        "two rules of one priority that disagree",
        RULES,
        adding(rule("R-740", 50, place="TX", lead="SAC-DAL"), rule("R-741", 50, category="tobacco", lead="SAC-SAT")),
        "tied-rules",
        "R-741",
    ),
    Kind(
        "an office and a state of one priority that disagree",
        RULES,
        adding(rule("R-740", 50, place="SAC-SAT", lead="SAC-DAL"), rule("R-741", 50, place="TX", lead="SAC-HOU")),
        "tied-rules",
        "R-741",
    ),
)
