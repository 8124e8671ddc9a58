"""The book of notices: one record of each, whichever way it came by, with its content sealed and its life beside it.

Every change is one write of one document that carries what is to be told. It finds the record as it was read; when
somebody else was first, the record is read again and the change decided anew. So nothing is lost or told twice.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from runtime.errors import Overtaken
from runtime.mongo import Document
from runtime.store import Store
from schemas.notices import Colour, NoticeSource, NoticeStanding
from services.referrals.notices.canonical import compare, content_hash, image_hash
from services.referrals.notices.fingerprints import Fingerprints
from services.referrals.notices.life import ENDED, NCB, PUBLIC, Periods, Step, empty_record, is_shut, leading, way
from services.referrals.notices.masked import is_child
from services.referrals.notices.notice import Notice
from services.referrals.notices.records import NoticeRecords
from services.referrals.notices.seeing import absent_again, sighted, still_listed
from services.referrals.notices.sightings import (
    ClosedSweep,
    Hashes,
    Observed,
    Outcome,
    Sealings,
    Seen,
    Sighting,
    Word,
)
from services.referrals.notices.standing import ended, reinstated, suspended
from services.referrals.notices.verdicts import Verdict, judge
from services.referrals.vault import Erased, Frozen, Vault

NoticeKey = tuple[Colour, str]
"""What a notice is known by outside: its colour and INTERPOL's own number."""

TRIES = 50
"""How often a change is decided anew before its caller is told to come again."""

AT_ONCE = 200

CONTEXT = "context"
"""The piece that is what a message says beside its notice."""


class NoticeBook:
    """Keeps the record of every notice, and says what is new."""

    def __init__(self, store: Store, vault: Vault, master_key: bytes, periods: Periods | None = None) -> None:
        self.records = NoticeRecords(store)
        self._vault = vault
        self._fingerprints = Fingerprints(master_key)
        self._periods = periods or Periods()

    async def prepare(self) -> None:
        """Make the indexes."""
        await self.records.prepare()

    def notice_id(self, colour: Colour, entity_id: str) -> UUID:
        """Give the id that a notice has here."""
        return self._fingerprints.notice_id(colour, entity_id)

    async def observe(self, notice: Notice, sighting: Sighting) -> Observed:
        """Take a notice as it was seen: keep what is new of it, and tell that it is."""
        seen = self._seen(notice, sighting)
        for _ in range(TRIES):
            now = _now()
            record = await self.records.by_id(seen.notice_id)
            verdict = judge(record, seen)
            if record is None:
                record = empty_record(seen.notice_id, notice.colour, seen.sighting.at)
            try:
                sealed, fields = await self._sealed(record, notice, seen, verdict)
            except (Frozen, Erased):  # a word on its standing has just come
                continue
            step = sighted(record, seen, verdict, sealed, fields, now, self._periods)
            if await self._written(record, step, now):
                return await self._answered(seen.notice_id, step)
        raise Overtaken("its record changes all the time")

    async def observe_images(self, notice_id: UUID, images: tuple[str, ...], sighting: Sighting) -> Observed:
        """Take the list of the pictures of a notice whose content was read before."""
        try:
            notice = await self._content_by(notice_id, sighting.source)
        except (Frozen, Erased):
            return Observed(notice_id, Outcome.SAME)
        return await self.observe(notice.model_copy(update={"images": images}), sighting)

    async def still_listed(self, notice_ids: Collection[UUID], sighting: Sighting) -> None:
        """Note that notices are in the list, though nothing more of them could be read: what is known stands."""
        for notice_id in notice_ids:
            seen = Seen(notice_id, _as_stored(sighting), Hashes(b""))
            await self._stepped(notice_id, partial(still_listed, seen=seen, periods=self._periods))

    async def close_sweep(self, list_name: str, sweep: int, at: datetime) -> ClosedSweep:
        """Count as absent what a complete sweep did not see; said twice, or begun again, it comes to the same."""
        # Those first that were absent before: who is counted now for the first time is not counted again below.
        while due := await self.records.absent_again(list_name, sweep, AT_ONCE):
            for record in due:
                now = _now()
                await self.records.change(record, absent_again(record, sweep, at, now, self._periods), now)
        await self.records.note_absent(list_name, sweep)
        return ClosedSweep(*await self.records.count_absences(list_name, sweep))

    async def suspend(self, key: NoticeKey, word: Word) -> Observed:
        """Shut a notice at once, for six months at most."""
        return await self._said(key, word, lambda record, now: suspended(record, _heard(word), now, self._periods))

    async def reinstate(self, key: NoticeKey, word: Word) -> Observed:
        """Open a suspended notice again."""
        return await self._said(key, word, lambda record, now: reinstated(record, _heard(word), now, self._periods))

    async def denied(self, notice_id: UUID, as_of: datetime) -> None:
        """Keep the owner's word that a notice is not to be used, for the referral that may be opened of it later."""
        await self.records.note_denied(notice_id, as_of)

    async def end(self, key: NoticeKey, standing: NoticeStanding, word: Word) -> Observed:
        """Shut a notice at once and for good, also one that we never saw: its purge follows by itself."""
        if standing.value not in ENDED:
            raise ValueError(f"nothing ends by being {standing.value}")
        return await self._said(key, word, lambda record, now: ended(record, standing, _heard(word), now))

    async def record(self, notice_id: UUID) -> Document | None:
        """Give the record of a notice, its content still sealed."""
        return await self.records.by_id(notice_id)

    async def read(self, notice_id: UUID) -> Notice:
        """Open a notice as it stands, as the bureau sent it if it did; raises `Frozen` or `Erased`."""
        return await self._content_by(notice_id)

    async def context(self, notice_id: UUID) -> dict[str, Any] | None:
        """Open what the bureau's last message said beside the notice; raises as `read` does."""
        record = await self._open_record(notice_id)
        known = way(record, NCB)
        return None if known is None else await self._context_of(notice_id, known)

    async def follow_ups_due(self, most: int) -> list[Document]:
        """List notices whose referrals have to follow them, longest due first."""
        return await self.records.due("follow_up_due", _now(), most)

    async def followed_up(self, record: Mapping[str, Any], changes: Mapping[str, Any]) -> bool:
        """Note that the referrals of a notice have followed it as it was read; False when it has changed since.

        Changes that name a new `follow_up_due` put it off till then.
        """
        return await self.records.change(record, _followed_up(record, changes), _now())

    def _seen(self, notice: Notice, sighting: Sighting) -> Seen:
        notice_id = self.notice_id(notice.colour, notice.entity_id)
        prints = self._fingerprints
        hashes = Hashes(
            prints.content(notice_id, content_hash(notice)),
            prints.images(notice_id, image_hash(notice)),
            prints.context(notice_id, sighting.context),
        )
        minor = is_child(notice, sighting.at.date())
        facts = {"colour": notice.colour.value, "kind": notice.kind.value, "minor": minor}
        return Seen(notice_id, _as_stored(sighting), hashes, facts)

    async def _sealed(
        self, record: Mapping[str, Any], notice: Notice, seen: Seen, verdict: Verdict
    ) -> tuple[Sealings | None, tuple[str, ...]]:
        """Seal what is new, and name the fields that differ from what was sealed before."""
        if not verdict.to_seal:
            return None, ()
        known = way(record, seen.sighting.source)
        if known is None or "key_id" not in known or is_shut(record):
            return await self._sealed_anew(notice, seen, known), ()
        key = await self._vault.key_of(str(seen.notice_id), known["key_id"])
        piece = seen.sighting.source.value
        old = Notice.model_validate_json(key.open(bytes(known["content"]), piece))
        if notice.images is None:
            notice = notice.model_copy(update={"images": old.images})
        fields = _told(compare(old, notice).fields) if verdict.content else ()
        context = _as_json(seen.sighting.context)
        if context is not None:
            before = await self._context_of(seen.notice_id, known) or {}
            fields += _differing(before, json.loads(context))
        sealed = Sealings(
            known["key_id"],
            key.seal(_written(notice), piece),
            key.seal(context, CONTEXT) if context is not None else None,
        )
        return sealed, fields

    async def _sealed_anew(self, notice: Notice, seen: Seen, known: Mapping[str, Any] | None) -> Sealings:
        """Seal with a key of its own what is the first, or what may not be sealed with a key that is shut."""
        notice_id = str(seen.notice_id)
        key_id, key = await self._vault.fresh_key(notice_id)
        context = _as_json(seen.sighting.context)
        return Sealings(
            key_id,
            key.seal(_written(notice), seen.sighting.source.value),
            key.seal(context, CONTEXT) if context is not None else None,
            known["key_id"] if known is not None and "key_id" in known else None,
        )

    async def _said(
        self, key: NoticeKey, word: Word, decide: Callable[[Mapping[str, Any], datetime], Step]
    ) -> Observed:
        """Do what a word says; of a notice that we never saw, it is kept all the same for what may come late."""
        notice_id = self.notice_id(*key)
        step = await self._stepped(notice_id, decide, empty_record(notice_id, key[0], _to_the_millisecond(word.at)))
        assert step is not None
        if step.outcome is Outcome.CHANGED:
            await self.records.forget_match_keys(str(notice_id))
        return await self._answered(notice_id, step)

    async def _stepped(
        self,
        notice_id: UUID,
        decide: Callable[[Mapping[str, Any], datetime], Step],
        otherwise: Document | None = None,
    ) -> Step | None:
        """Take a step with a record as it stands; None when there is none, and none is to be made."""
        for _ in range(TRIES):
            now = _now()
            record = await self.records.by_id(notice_id) or otherwise
            if record is None:
                return None
            step = decide(record, now)
            if await self._written(record, step, now):
                return step
        raise Overtaken("its record changes all the time")

    async def _written(self, record: Mapping[str, Any], step: Step, now: datetime) -> bool:
        if step.is_nothing:
            return True
        if record["revision"] == 0:  # nothing is stored yet
            return await self.records.add(record, step)
        return await self.records.change(record, step, now)

    async def _answered(self, notice_id: UUID, step: Step) -> Observed:
        if step.outcome is Outcome.ENDED:
            await self.records.count_after(notice_id)
        return Observed(notice_id, step.outcome, step.fields)

    async def _open_record(self, notice_id: UUID) -> Document:
        record = await self.records.by_id(notice_id)
        if record is None or leading(record) is None:
            raise Erased(str(notice_id))
        if is_shut(record) or "tombstone" in record:
            raise Frozen(str(notice_id))
        return record

    async def _content_by(self, notice_id: UUID, source: NoticeSource | None = None) -> Notice:
        """Open what one way has said, or what counts."""
        record = await self._open_record(notice_id)
        if source is None:
            known_ncb = way(record, NCB)
            source = NCB if known_ncb is not None and "content" in known_ncb else PUBLIC
        known = way(record, source)
        if known is None or "content" not in known:
            raise Erased(str(notice_id))
        key = await self._vault.key_of(str(notice_id), known["key_id"])
        return Notice.model_validate_json(key.open(bytes(known["content"]), source.value))

    async def _context_of(self, notice_id: UUID, known: Mapping[str, Any]) -> dict[str, Any] | None:
        if CONTEXT not in known:
            return None
        key = await self._vault.key_of(str(notice_id), known["key_id"])
        said: dict[str, Any] = json.loads(key.open(bytes(known[CONTEXT]), CONTEXT))
        return said


def _followed_up(record: Mapping[str, Any], changes: Mapping[str, Any]) -> Step:
    removes = ("follow_up_due",) if "follow_up_due" not in changes and "follow_up_due" in record else ()
    # What has a referral now, or none any more, is compared otherwise than before.
    others = changes.get("referrals", record["referrals"]) != record["referrals"]
    compared = {"to_compare": True} if others else {}
    return Step(Outcome.SAME, {**changes, **compared, "revision": record["revision"] + 1}, removes)


def _told(fields: Sequence[str]) -> tuple[str, ...]:
    """Name fields as they may be told: no event and no page calls for what a notice alone cannot order."""
    return tuple(sorted(name.removeprefix("arrest_") for name in fields))


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the parts of what a message says beside its notice that are not as they were."""
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _written(notice: Notice) -> bytes:
    return notice.model_dump_json(exclude_defaults=True).encode()


def _as_json(context: Mapping[str, Any] | None) -> bytes | None:
    return json.dumps(context, sort_keys=True).encode() if context is not None else None


def _as_stored(sighting: Sighting) -> Sighting:
    """Give a sighting with its time as the database keeps it, so that what comes twice is the same."""
    return replace(sighting, at=_to_the_millisecond(sighting.at))


def _heard(word: Word) -> Word:
    return Word(word.authority, _to_the_millisecond(word.at), word.message_id)


def _to_the_millisecond(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def _now() -> datetime:
    return _to_the_millisecond(datetime.now(UTC))
