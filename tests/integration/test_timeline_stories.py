"""Whole lives of referrals, made up by chance and told in chance orders: each ends where it really ended."""

import random

from uuid6 import uuid7

from runtime.store import Store
from schemas.events import (
    DelayTold,
    ItemAccepted,
    ItemAnswered,
    ItemClaimed,
    ItemClosed,
    ItemDeclined,
    ItemGivenBack,
    ItemPaused,
    ItemResumed,
    ItemReturned,
    ItemTransferAsked,
)
from services.referrals.store import COLLECTION
from tests.support.noted import PUBLISHER
from tests.support.office import NobodyListens
from tests.support.told import (
    ANSWER,
    NOW,
    QUESTION,
    Said,
    decisions,
    item,
    missed,
    placed,
    queued,
    record,
    routed,
    triage,
)

STORIES, ORDERS, STEPS = 60, 6, 20
OFFICES = ("SAC-SAT", "SAC-NYC", "SAC-CHI")
STEPS_FROM = {
    "ready": ["claim", "move", "miss"],
    "claimed": ["accept", "give_back", "ask", "pause", "move", "transfer", "decline", "keep"],
    "accepted": ["give_back", "ask", "answer_part", "answer", "delay", "move", "transfer", "keep"],
    "returned": ["resume", "move", "keep"],
    "answered": ["answer_part", "close", "close"],
    "closed": [],
}


class Story:
    """One referral's life, with what each topic tells of it and where the referral stands at the end."""

    def __init__(self, seed):
        self.seed, self.chance = seed, random.Random(seed)
        self.decided, self.told, self.stays = [], [], {}
        self.number = self.sequence = self.misses = 0
        if self.chance.random() < 0.5:
            self.decide(routed(), "SAC-SAT")
        else:
            self.decide(triage(), "EUR")
        for _ in range(STEPS):
            if steps := STEPS_FROM[self.item]:
                getattr(self, self.chance.choice(steps))()

    def decide(self, decision, office):
        self.decided.append(decision)
        self.number += 1
        self.enter(office)

    def enter(self, office):
        self.office, self.role = office, "triage" if office == "EUR" else "lead"
        stay = self.stays[office] = self.stays.get(office, 0) + 1
        self.stay, self.item, self.since = stay, "ready", self.number
        self.told.append(queued(self.number, office, self.role, stay))
        self.sequence = 1
        self.state = "triage" if self.role == "triage" else "queued"

    def says(self, event, **more):
        self.sequence += 1
        said = item(event, self.since, self.sequence, self.office, self.role, self.stay, **more)
        self.told.append(said)

    def claim(self):
        self.says(ItemClaimed, claimed_at=NOW)
        self.item = self.state = "claimed"

    def accept(self):
        self.says(ItemAccepted, accepted_at=NOW)
        self.item = self.state = "accepted"

    def give_back(self):
        self.says(ItemGivenBack, given_back_at=NOW)
        self.item, self.state = "ready", "triage" if self.role == "triage" else "queued"

    def ask(self):
        self.before = self.item
        self.says(ItemReturned, question_id=QUESTION, returned_at=NOW)
        self.item = self.state = "returned"

    def resume(self):
        self.says(ItemResumed, ground="question_back", question_id=QUESTION, resumed_at=NOW)
        self.item = self.state = self.before

    def pause(self):
        self.says(ItemPaused, ground="judicial_leave", paused_at=NOW)
        self.says(ItemResumed, ground="judicial_leave", resumed_at=NOW)

    def delay(self):
        self.says(DelayTold, ground="translation", expected_until=NOW, told_at=NOW)

    def answer_part(self):
        self.says(ItemAnswered, answer_id=ANSWER, kind="partial", answered_at=NOW)

    def answer(self):
        self.says(ItemAnswered, answer_id=ANSWER, kind="negative", answered_at=NOW)
        self.item = self.state = "answered"

    def close(self):
        self.says(ItemClosed, closed_because="done", code="nothing_found", closed_at=NOW)
        self.item = self.state = "closed"

    def miss(self):
        self.misses += 1
        self.told.append(missed("desk", self.misses))

    def keep(self):
        """The desk places it anew, and whoever holds it goes on."""
        self.decided.append(placed(self.office, None if self.role == "triage" else self.office))
        self.number += 1

    def move(self):
        previous = self.office
        to = self.chance.choice([office for office in (*OFFICES, "EUR") if office != previous])
        self.since = self.number + 1
        self.says(ItemClosed, closed_because="placed_elsewhere", moved_to=to, closed_at=NOW)
        self.decide(placed(previous, None if to == "EUR" else to), to)

    def transfer(self):
        self.says(ItemTransferAsked, to="SAC-HNL", ground="capacity", asked_by="B-1", asked_at=NOW)
        self.chance.choice([self.move, self.keep])()

    def decline(self):
        self.says(ItemDeclined, ground="wrong_office", declined_at=NOW)
        self.state = "declined"
        self.chance.choice([self.move, lambda: None])()
        if self.state == "declined":
            self.item = "closed"

    def in_some_order(self, chance):
        """Tell it topic by topic, each in its own order, and some of it twice."""
        topics = [decisions(*self.decided), list(self.told)]
        order: list[Said] = []
        while any(topics):
            order.append(chance.choice([topic for topic in topics if topic]).pop(0))
            if chance.random() < 0.1:
                order.append(chance.choice(order))
        return order


async def test_whatever_happened_each_order_of_telling_it_ends_where_it_ended(database):
    store = Store(database, PUBLISHER, NobodyListens())
    stories = [Story(seed) for seed in range(STORIES)]
    ends = {str(uuid7()): story for story in stories for _ in range(ORDERS)}
    orders = {
        referral_id: story.in_some_order(random.Random(number))
        for number, (referral_id, story) in enumerate(ends.items())
    }
    await database[COLLECTION].insert_many([record(referral_id) for referral_id in ends])

    for step in range(max(map(len, orders.values()))):
        works = [
            await order[step].noted(referral_id, store) for referral_id, order in orders.items() if step < len(order)
        ]
        await store.write([prepared for work in works for prepared in store.prepared(work)])

    wrong = {
        (found["state"], ends[found["_id"]].state, ends[found["_id"]].seed)
        async for found in database[COLLECTION].find()
        if found["state"] != ends[found["_id"]].state
    }
    assert wrong == set()
    assert {type(said.event) for story in stories for said in story.told} >= {ItemReturned, ItemDeclined, ItemAnswered}
    assert {story.state for story in stories} >= {"queued", "claimed", "accepted", "returned", "declined", "closed"}
