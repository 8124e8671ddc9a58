"""Why, in one sentence a person can read aloud: ids, places and categories from our own tables, nothing typed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from services.routing.domain.candidates import words_of
from services.routing.domain.decision import Candidate
from services.routing.domain.lead import Choice
from services.routing.domain.offences import Classified
from services.routing.domain.owed import Owed, Reasons
from services.routing.domain.rules import Rule
from services.routing.domain.weights import Tie


def sentence_for_lead(
    choice: Choice, lead: str | None, candidates: Sequence[Candidate], told: Owed, withheld: Iterable[str]
) -> str:
    """Say who leads and why, and who else is told; `lead` is who acts for the one that was chosen."""
    parts = [f"{lead} leads{' pro tem' if choice.is_pro_tem else ''}: {_grounds_of(choice, candidates)}"]
    parts += _stand_in(choice, lead)
    parts += _supporting(told.supporting)
    parts += [f"{programme} copied {why}" for programme, why in told.copies.items()]
    if names := ", ".join(withheld):
        parts.append(f"{names} withheld by the marks")
    return "; ".join(parts)


def sentence_for_triage(
    desk: str,
    grounds: Iterable[str],
    choice: Choice,
    lead: str | None,
    rules: Iterable[Rule],
    candidates: Sequence[Candidate],
) -> str:
    """Say why a person decides, and what is proposed to them."""
    parts = [f"a person at desk {desk} decides: {', '.join(grounds)}"]
    parts += [f"{', '.join(rule.flags)} by rule {rule.name}" for rule in rules if rule.flags]
    if lead is not None:
        parts.append(f"{lead} is proposed: {_grounds_of(choice, candidates)}")
        parts += _stand_in(choice, lead)
    elif choice.row is not None and choice.met:
        parts.append(f"rule {choice.row.name} asks a person for {choice.met}")
    return "; ".join(parts)


def sentence_of_reading(offences: Classified) -> str:
    """Say by which words of our own tables a charge gave the lead category; nothing where it was stated."""
    if offences.read is None:
        return ""
    words = f": {', '.join(offences.read.words)}" if offences.read.words else ""
    return f"; {offences.lead} read from the charge{words} (confidence {offences.read.confidence:g})"


def _stand_in(choice: Choice, lead: str | None) -> Iterator[str]:
    if lead != choice.lead:
        yield f"{lead} acts for {choice.lead}"


def _supporting(supporting: Reasons) -> Iterator[str]:
    together: dict[str, list[str]] = defaultdict(list)
    for office, why in supporting.items():
        together[why].append(office)
    for why, offices in together.items():
        yield f"{', '.join(offices)} supporting{' ' if why else ''}{why}"


def _grounds_of(choice: Choice, candidates: Sequence[Candidate]) -> str:
    if choice.row is not None and choice.met:
        return f"rule {choice.row.name} names it for {choice.met}{_passed_over(choice)}"
    if choice.tie is None:
        return "it holds the earlier referral" if choice.holds_earlier else "no nexus leads to an office"
    others = (c for c in candidates if c.nexus != choice.tie.number and not c.is_unplaced)
    runner_up = next((c for c in others if c.office not in (None, choice.lead)), None)
    if runner_up is None:
        return _words_of(choice.tie)
    return f"{_words_of(choice.tie)} beat {words_of(runner_up.kind)} {runner_up.place} at rank {runner_up.rank}"


def _passed_over(choice: Choice) -> str:
    """Say which tie would have led to another office, had no rule named this one."""
    if choice.tie is None or choice.lead in choice.tie.site.offices or not choice.tie.site.offices:
        return ""
    return f", over {_words_of(choice.tie)}"


def _words_of(tie: Tie) -> str:
    return f"{words_of(tie.kind)} {tie.site.label} at rank {tie.rank}"
