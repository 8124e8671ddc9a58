"""Officers, desks and requesters who do everything with items at any time; after each step all must be well.

What may be done is known here only by who was given which token; the states and their table are what is tested.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from uuid6 import uuid7

from runtime.events import Destination, Message, Publisher
from runtime.mongo import Database, Document
from runtime.store import Store, Work
from schemas.events import NoticeFact, NoticeGatesChanged, name_of
from schemas.notices import Gate
from schemas.topics import published_by
from services.notify.deposits import DEPOSITS, relied_on
from services.notify.documents import held_item
from services.notify.handlers import close_items, move_items, queue_routed, queue_triage
from services.notify.queue_views import as_read
from services.notify.refusals import Refusal
from services.notify.requester_handlers import hold_items, recall_items, resume_items, supplement_items
from services.notify.shown import ItemShown
from services.notify.standings import Standings
from services.notify.states import TABLE, Verb
from services.notify.step_requests import (
    AcceptRequest,
    AcknowledgeRecallRequest,
    AnswerRequest,
    ClaimRequest,
    CloseRequest,
    DeclineRequest,
    DelayRequest,
    GiveBackRequest,
    PauseRequest,
    ResumeRequest,
    ReturnRequest,
    SnoozeRequest,
    TransferRequest,
)
from services.notify.steps import Step
from services.notify.store import ITEMS, QueueStore
from tests.support.office import NobodyListens
from tests.support.queues import placed, question_answered, recalled, routed, sent_back, supplemented, triage

OFFICES = ("SAC-SAT", "SAC-NYC", "SAC-HOU")
QUEUES = (*OFFICES, "EUR")
OFFICERS = ("officer-1", "officer-2")
LIVING = {"ready", "claimed", "accepted", "returned", "moving", "answered"}
EVENTS = {(row.verb, row.source.value): row.event for row in TABLE}
ACTING = {"claim", "accept", "transfer", "answer", "answer in part"}
"""What nobody but a desk does on a notice whose gates are open."""
NOTICE = NoticeFact(notice_id=UUID(int=5), colour="red", source="interpol-ncb", action="locate")
LATEST = 6
"""So many referrals are acted on; earlier ones are left to themselves."""


@dataclass
class Known:
    """What is known of one referral without asking the store."""

    decisions: int = 0
    version: int = 1
    is_held: bool = False
    is_recalled: bool = False
    questions: list[UUID] = field(default_factory=list)
    notice: NoticeFact | None = None
    gates: int = 0
    """How often something was said of the gates of its notice."""
    are_passed: bool = False

    @property
    def may_be_acted_on(self) -> bool:
        """Whether an office may act on it now."""
        return self.notice is None or self.are_passed


@dataclass
class World:
    """A few referrals, and everybody who has to do with them."""

    database: Database
    random: Random
    referrals: dict[UUID, Known] = field(default_factory=dict)
    leases: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Who holds an item by a lease: token and officer."""
    ended_leases: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    """Under which token an item is claimed."""
    seen_tokens: list[str] = field(default_factory=lambda: [str(uuid4())])
    taken: set[tuple[str, str]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        places = {event: [Destination(*to) for to in places] for event, places in published_by("notify").items()}
        self.store = Store(self.database, Publisher("/tests", places), NobodyListens())
        self.queues = QueueStore(self.store)
        self.standings = Standings(self.database)

    async def step(self) -> None:
        """Let somebody do something, and look whether all is well."""
        chance = self.random.random()
        if chance < 0.05 or not self.referrals:
            referral_id = uuid7()
            rests = self.random.random() < 0.5
            self.referrals[referral_id] = Known(notice=NOTICE if rests else None)
            await self._decide(referral_id)
        elif chance < 0.09:
            await self._decide(self._a_referral())
        elif chance < 0.14:
            await self._requester_speaks(self._a_referral())
        elif chance < 0.24:
            resting = [each for each in list(self.referrals)[-LATEST:] if self.referrals[each].notice is not None]
            if resting:
                await self._gates_change(self.random.choice(resting))
        elif chance < 0.37:
            await self._lease()
        elif chance < 0.38:
            await self._leases_end()
        else:
            await self._officer_acts()

    def _a_referral(self) -> UUID:
        return self.random.choice(list(self.referrals)[-LATEST:])

    async def _decide(self, referral_id: UUID) -> None:
        """Let routing place a referral, or a desk place it anew or send it back."""
        known, work = self.referrals[referral_id], self._work(referral_id)
        lead, *others = self.random.sample(OFFICES, 3)
        helpers = tuple(others[: self.random.randint(0, 2)])
        more: dict[str, Any] = {"supporting": helpers, "copies": ("BCSC",), "notice": known.notice}
        goes_back = work.message.sequence > 1 and self.random.random() < 0.1
        if work.message.sequence == 1 and self.random.random() < 0.3:
            await queue_triage(triage(referral_id, notice=known.notice), work, standings=self.standings)
        elif work.message.sequence == 1:
            await queue_routed(routed(referral_id, lead, **more), work, standings=self.standings)
        elif goes_back:
            await close_items(sent_back(referral_id), work, queues=self.queues)
        else:
            to_desk = self.random.random() < 0.2
            event = placed(referral_id, notice=known.notice) if to_desk else placed(referral_id, lead, **more)
            await move_items(event, work, queues=self.queues, standings=self.standings)
        await self._write(work)
        known.is_held = not goes_back and not known.is_recalled
        self.counts["sent back" if goes_back else "placed"] += 1
        await self._look_after(referral_id)

    async def _requester_speaks(self, referral_id: UUID) -> None:
        """Let the requester answer, add something, or (less often) withdraw."""
        known, work = self.referrals[referral_id], Work()
        what = self.random.choice(("answer", "answer", "supplement", "recall"))
        if what == "answer":
            question = self.random.choice(known.questions or [uuid4()])
            await resume_items(question_answered(referral_id, question), work, queues=self.queues)
        elif what == "supplement":
            known.version += 1
            event = supplemented(referral_id, known.version, urgency=self.random.choice(("U1", "U2", "U3")))
            await supplement_items(event, work, queues=self.queues, standings=self.standings)
        else:
            known.is_held, known.is_recalled = False, True
            await recall_items(recalled(referral_id), work, queues=self.queues, standings=self.standings)
        await self._write(work)
        self.counts[f"requester: {what}"] += 1
        await self._look_after(referral_id)

    async def _gates_change(self, referral_id: UUID) -> None:
        """Let gates of a notice be passed, or lapse; or let old word of them come again, which changes nothing."""
        known, now = self.referrals[referral_id], datetime.now(UTC)
        opens: tuple[Gate, ...] = self.random.choice(((), (), (), (), (), (Gate.ABUSE_REVIEW,), tuple(Gate)))
        lasts = self.random.random() < (0.4 if known.are_passed else 0.95)
        number = known.gates + 1 if known.gates == 0 or self.random.random() < 0.8 else known.gates
        if number > known.gates:
            known.gates, known.are_passed = number, not opens and lasts
        event = NoticeGatesChanged(
            referral_id=referral_id,
            notice_id=NOTICE.notice_id,
            open=opens,
            valid_until=now + timedelta(hours=1 if lasts else -1),
            action="locate",
            changed_at=now,
        )
        work = Work(self._message(referral_id, number))
        await hold_items(event, work, queues=self.queues, standings=self.standings)
        await self._write(work)
        self.counts["gates"] += 1
        await self._look_after(referral_id)

    async def _lease(self) -> None:
        office, officer = self.random.choice(QUEUES), self.random.choice(OFFICERS)
        token = str(uuid4())
        for item in await self.queues.lease(office, officer, token, self.random.randint(1, 4), timedelta(hours=1)):
            assert item["_id"] not in self.leases, "another lease lasts"
            assert item["_id"] not in self.tokens, "it is claimed"
            assert item["role"] != "copy"
            assert item["role"] == "triage" or self.referrals[UUID(item["referral_id"])].may_be_acted_on
            self.leases[item["_id"]] = token, officer
            self.seen_tokens.append(token)
            self.counts["leased"] += 1

    async def _leases_end(self) -> None:
        """Let so much time pass that every lease and every snooze ends."""
        passed = datetime.now(UTC) - timedelta(seconds=1)
        items = self.database[ITEMS]
        await items.update_many({"lease": {"$exists": True}}, {"$set": {"lease.until": passed}})
        await items.update_many({"snoozed_until": {"$exists": True}}, {"$set": {"snoozed_until": passed}})
        self.ended_leases.update(self.leases)
        self.leases.clear()

    async def _officer_acts(self) -> None:
        """Let an officer try something with an item, often rightly, sometimes under a token that is none."""
        item = await self._an_item()
        step = self._a_step(item)
        await self._deposit(relied_on(step, held_item(item)))
        answer = await self.queues.take(item["office"], item["_id"], step)
        after = await self.database[ITEMS].find_one({"_id": item["_id"]})
        assert after is not None
        if isinstance(answer, Refusal):
            assert after == item, "what is refused changes nothing"
            self.counts[f"refused: {answer.code}"] += 1
        elif after == item:
            assert (item["_id"], step.key) in self.taken, "what is answered without effect was done before"
            self.counts["again"] += 1
        else:
            self._was_taken(step, item, after)
            await self._look_after(UUID(item["referral_id"]))

    async def _deposit(self, wanted: Document | None) -> None:
        """Let what a step names be deposited for it, unless it was deposited for another."""
        if wanted is not None:
            found = {"_id": wanted["_id"]}
            await self.database[DEPOSITS].update_one(found, {"$setOnInsert": wanted}, upsert=True)

    async def _an_item(self) -> Document:
        ids = [str(referral_id) for referral_id in list(self.referrals)[-LATEST:]]
        items = await self.database[ITEMS].find({"referral_id": {"$in": ids}, "version": {"$gt": 0}}).to_list(None)
        held = [item for item in items if item["_id"] in self.tokens or item["_id"] in self.leases]
        return self.random.choice(held if held and self.random.random() < 0.8 else items)

    def _a_step(self, item: Document) -> Step:
        lease, claim = self.leases.get(item["_id"]), self.tokens.get(item["_id"])
        rightly = self.random.random() < 0.85
        token = (claim or (lease and lease[0])) if rightly else self.random.choice(self.seen_tokens)
        officer = lease[1] if lease and rightly else self.random.choice(OFFICERS)
        if item["_id"] in self.ended_leases and not lease and not claim:
            token, officer = self.ended_leases.pop(item["_id"])
            return ClaimRequest(officer=officer, lease_token=token).as_step()
        ways = self._ways(UUID(item["referral_id"]), token or str(uuid4()), officer)
        if item["state"] == "recalled" and rightly:
            return self.random.choice(ways[-2:])()
        if lease and rightly:
            return self.random.choice(ways[:3])()
        return self.random.choice(ways[2:])()

    def _ways(self, referral_id: UUID, token: str, officer: str) -> list[Callable[[], Step]]:
        """Give everything that can be tried: first under a lease, then under a claim, then with what is recalled."""
        pick, held = self.random.choice, {"lease_token": token}
        later = datetime.now(UTC) + timedelta(minutes=pick((10, 30, 5_000)))

        def returning() -> Step:
            question = pick([uuid4(), *self.referrals[referral_id].questions])
            self.referrals[referral_id].questions.append(question)
            return ReturnRequest(**held, question_id=question).as_step()

        return [
            lambda: ClaimRequest(**held, officer=officer).as_step(),
            lambda: SnoozeRequest(**held, officer=officer, until=later).as_step(),
            lambda: ClaimRequest(**held, officer=officer).as_step(),
            lambda: AcceptRequest(**held).as_step(),
            lambda: AcceptRequest(**held).as_step(),
            lambda: pick((GiveBackRequest(**held), GiveBackRequest(staff="supervisor"))).as_step(),
            returning,
            lambda: PauseRequest(**held, expected_until=later).as_step(),
            lambda: ResumeRequest(**held).as_step(),
            lambda: ResumeRequest(**held).as_step(),
            lambda: DelayRequest(**held, ground="translation", expected_until=later).as_step(),
            lambda: TransferRequest(**held, to=pick(OFFICES), ground="capacity").as_step(),
            lambda: DeclineRequest(**held, ground="not_held", offence_numbers=pick(((), (0,), (1,)))).as_step(),
            lambda: AnswerRequest(**held, answer_id=uuid4(), kind=pick(("partial", "final", "negative"))).as_step(),
            lambda: AnswerRequest(**held, answer_id=UUID(int=pick((1, 2))), kind="partial").as_step(),
            lambda: CloseRequest(**held, code="information_given").as_step(),
            lambda: AcknowledgeRecallRequest(staff=officer, outcome="kept", ground="us_case").as_step(),
            lambda: AcknowledgeRecallRequest(staff=officer, outcome="erased").as_step(),
        ]

    def _was_taken(self, step: Step, before: Document, after: Document) -> None:
        """Look whether a step was its officer's to take, and was told once."""
        item_id = before["_id"]
        if step.verb in (Verb.CLAIM, Verb.SNOOZE):
            assert self.leases.get(item_id) == (step.token, step.staff), "nobody acts under a lease that is not his"
        elif step.token is not None:
            assert self.tokens.get(item_id) == step.token, "nobody acts under a token that is not the item's"
        else:
            assert step.verb in (Verb.GIVE_BACK, Verb.ERASED, Verb.KEPT)
        if step.verb in ACTING and before["role"] != "triage":
            assert self.referrals[UUID(before["referral_id"])].may_be_acted_on, "nobody acts with a gate open"
        ItemShown.model_validate(as_read(after))
        event = EVENTS[step.verb, before["state"]]
        assert event is not None
        assert after["version"] == before["version"] + 1
        assert after["outbox"][:-1] == before["outbox"]
        assert after["outbox"][-1]["type"] == name_of(event)
        if step.verb is Verb.CLAIM:
            self.tokens[item_id] = self.leases.pop(item_id)[0]
        elif step.verb is Verb.SNOOZE:
            del self.leases[item_id]
        elif step.verb is Verb.GIVE_BACK:
            del self.tokens[item_id]
        if step.verb is Verb.CLOSE and before["role"] == "lead":
            self.referrals[UUID(before["referral_id"])].is_held = False
        self.taken.add((item_id, step.key))
        self.counts[f"taken: {step.verb}"] += 1

    async def _look_after(self, referral_id: UUID) -> None:
        """Look whether one queue holds a referral, or none where none should; forget tokens that others made void."""
        known = self.referrals[referral_id]
        items = await self.database[ITEMS].find({"referral_id": str(referral_id)}).to_list(None)
        living = [item for item in items if item["state"] in LIVING]
        holders = [item["office"] for item in living if item["role"] in ("lead", "triage")]
        assert len(holders) == known.is_held, f"held by {holders}"
        assert not (known.is_recalled and living), "what was withdrawn lives nowhere"
        assert len({item["office"] for item in living}) == len(living), "a queue has a referral once"
        for item in items:
            if item["state"] not in LIVING:
                self.tokens.pop(item["_id"], None)
                self.leases.pop(item["_id"], None)
                assert "token" not in item
                assert "lease" not in item
            if item["version"]:
                assert len(item["outbox"]) == item["version"], "each step is told once, and nothing else is"

    def _work(self, referral_id: UUID) -> Work:
        known = self.referrals[referral_id]
        known.decisions += 1
        return Work(self._message(referral_id, known.decisions))

    def _message(self, referral_id: UUID, number: int) -> Message:
        subject, now = str(referral_id), datetime.now(UTC)
        return Message("", 0, 0, None, None, (), subject, "", subject, number, now, None)

    async def _write(self, work: Work) -> None:
        write = self.store.write_at_one_moment if work.at_one_moment else self.store.write
        await write(self.store.prepared(work))
