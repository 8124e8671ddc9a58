"""Acts on decided referrals: read how one stands, judge the act, write what it changes and the event that tells."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from runtime.http import Problem
from runtime.mongo import Document
from schemas.events import ReferralReceived
from schemas.vocabulary.placements import PlacementGround
from services.routing.act_log import Asked, answer, done_before, entry_of, stale
from services.routing.domain import desk
from services.routing.domain.acts import Act, DecideAgain, Merge
from services.routing.domain.decide import decide
from services.routing.domain.faults import Fault, Refused, fault, refused
from services.routing.domain.placements import Held, Standing
from services.routing.domain.ruleset import Ruleset
from services.routing.facts import facts_of
from services.routing.held import changes_of, held_of, said_of, told_of
from services.routing.store import DecisionStore

RulesOn = Callable[[date], Ruleset]


@dataclass(frozen=True, slots=True)
class Case:
    """A referral as an act finds it."""

    document: Document
    held: Held
    ruleset: Ruleset
    now: datetime


Judged = desk.Step | Refused
Judge = Callable[[Case, Asked], Awaitable[Judged]]


def _now() -> datetime:
    return datetime.now(UTC)


class TriageDesk:
    """Carries out what officers ask for, each act once, however often and by however many it is asked."""

    def __init__(self, decisions: DecisionStore, rules_on: RulesOn, clock: Callable[[], datetime] = _now) -> None:
        self._decisions = decisions
        self._rules_on = rules_on
        self._clock = clock

    async def case(self, referral_id: UUID) -> Case:
        """Read a referral as it stands, with the rules in force."""
        document = await self._decisions.by_referral(str(referral_id))
        if document is None:
            raise Problem(404, "decision_unknown", "Nothing has been decided on a referral with this id")
        now = self._time()
        return Case(document, held_of(document), self._rules_on(now.date()), now)

    async def act(self, asked: Asked, act: Act) -> Document:
        """Assign, split, move or send back."""

        async def judge(case: Case, asked: Asked) -> Judged:
            return desk.ask(case.held, act, asked.staff, case.ruleset, case.now)

        return await self._carry_out(asked, judge)

    async def merge(self, asked: Asked, into: UUID, acknowledges: frozenset[str]) -> Document:
        """Give a referral to whoever holds another one of the same matter."""

        async def judge(case: Case, asked: Asked) -> Judged:
            target = await self._target(case, into)
            if isinstance(target, Refused):
                return target
            act = Merge(into, held_of(target).seat, acknowledges=acknowledges)
            step = desk.ask(case.held, act, asked.staff, case.ruleset, case.now)
            return await self._joined(case, target, step)

        return await self._carry_out(asked, judge)

    async def reroute(self, asked: Asked, ground: PlacementGround) -> Document:
        """Have a referral decided again, by the rules in force and the facts as stored."""

        async def judge(case: Case, asked: Asked) -> Judged:
            event = ReferralReceived.model_validate(case.document["facts"])
            owners = await self._decisions.owners_of(event.earlier) if event.earlier else ()
            flags = tuple(sorted(said_of(case.document).flags))
            facts = replace(facts_of(event, owners), marks=case.held.seat.marks, flags=flags)
            decision = decide(facts, case.ruleset, case.now.date(), case.now)
            return desk.ask(case.held, DecideAgain(decision, ground), asked.staff, case.ruleset, case.now)

        return await self._carry_out(asked, judge)

    async def confirm(self, asked: Asked) -> Document:
        """Let an act take effect by the word of a second person."""

        async def judge(case: Case, asked: Asked) -> Judged:
            joins = case.held.waiting.placement.seat.joins if case.held.waiting else ()
            if not joins:
                return desk.confirm(case.held, asked.staff, case.ruleset, case.now)
            target = await self._target(case, joins[0])
            if isinstance(target, Refused):
                return target
            step = desk.confirm(case.held, asked.staff, case.ruleset, case.now, held_of(target).seat)
            return await self._joined(case, target, step)

        return await self._carry_out(asked, judge)

    async def refuse(self, asked: Asked) -> Document:
        """Keep an act from taking effect, as the second person."""

        async def judge(case: Case, asked: Asked) -> Judged:
            return desk.refuse(case.held, asked.staff, case.ruleset)

        return await self._carry_out(asked, judge)

    async def withdraw(self, asked: Asked) -> Document:
        """Take back an act of one's own that awaits a second person."""

        async def judge(case: Case, asked: Asked) -> Judged:
            return desk.withdraw(case.held, asked.staff, case.ruleset)

        return await self._carry_out(asked, judge)

    async def acknowledge(self, asked: Asked) -> Document:
        """Note that an officer has seen a referral that the desk is paged for."""
        case = await self.case(asked.referral_id)
        if (done := done_before(case.document, asked)) is not None:
            return done
        return await self._written(case, asked, {"acknowledged": {"by": asked.staff, "at": case.now}}, [])

    async def call_back(self, referral_id: str) -> bool:
        """Bring a referral back to its desk that nobody confirmed in time; false if there is nothing to do by now."""
        case = await self.case(UUID(referral_id))
        step = desk.call_back(case.held, case.ruleset, case.now)
        if step is None:
            return False
        changes = changes_of(case.document, step, case.now)
        told = told_of(case.document, case.held, step)
        return await self._decisions.change(case.document, changes, told) is not None

    async def overdue(self) -> list[str]:
        """List referrals released for life that no second person has confirmed in time."""
        return await self._decisions.overdue(self._time(), 100)

    def _time(self) -> datetime:
        """Give the time as the database keeps it: what is answered first is what is read again later."""
        now = self._clock()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    async def _target(self, case: Case, into: UUID) -> Document | Refused:
        """Find the referral that another is to be merged into, if neither stands in a chain."""
        if str(into) == case.document["_id"]:
            return Refused((fault("into_itself", "/into"),))
        target = await self._decisions.by_referral(str(into))
        if target is None:
            return Refused((fault("target_unknown", "/into"),))
        standing = Standing(target["standing"])
        if standing.is_over:
            return refused(f"target_{standing.value}", "/into")
        if "merged_into" in target:
            return refused("target_merged", "/into")
        if await self._decisions.has_joined(case.document):
            return refused("has_joined")
        return target

    async def _joined(self, case: Case, target: Document, step: Judged) -> Judged:
        """Hold the target as it was read, if the merge takes effect now."""
        takes_effect = isinstance(step, desk.Step) and step.placement is not None
        if takes_effect and not await self._decisions.let_join(target, case.document["_id"]):
            return refused("target_moved", "/into")
        return step

    async def _carry_out(self, asked: Asked, judge: Judge) -> Document:
        case = await self.case(asked.referral_id)
        if (done := done_before(case.document, asked)) is not None:
            return done
        step = await judge(case, asked)
        if isinstance(step, Refused):
            raise _problem(step)
        changes = changes_of(case.document, step, case.now)
        return await self._written(case, asked, changes, told_of(case.document, case.held, step))

    async def _written(self, case: Case, asked: Asked, changes: dict[str, Any], told: Sequence[BaseModel]) -> Document:
        entry = entry_of(case.document, asked, changes, case.now)
        changes = {**changes, "acts": [*case.document["acts"], entry]}
        if await self._decisions.change(case.document, changes, told) is not None:
            return answer(entry)
        # Somebody was first: perhaps the same officer, whose answer got lost.
        done = done_before((await self.case(asked.referral_id)).document, asked)
        if done is None:
            raise stale()
        return done


def _problem(refusal: Refused) -> Problem:
    if refusal.conflict:
        about = fault(refusal.code, "") if refusal.code else refusal.faults[0]
        faults = [asdict(each) for each in refusal.faults]
        return Problem(409, about.code, about.problem, detail=about.mend, faults=faults)
    return problem_of(refusal.faults)


def problem_of(faults: Sequence[Fault]) -> Problem:
    """Refuse what was sent, naming every fault."""
    told = [asdict(each) for each in faults]
    return Problem(422, "act_refused", "This is refused, and nothing was changed", faults=told)
