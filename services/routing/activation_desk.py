"""How a ruleset comes into force: one person asks, another confirms, and what is confirmed is what was asked for."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from runtime.http import Problem
from runtime.mongo import Document
from services.routing.activations import ActivationState, ActivationStore, AskedAlready
from services.routing.ruleset_desk import RulesetDesk, fault_shown, now_as_stored
from services.routing.rulesets import Act, RulesetState


class ActivationDesk:
    """Takes in requests to put rulesets in force, and what is said to them."""

    def __init__(self, desk: RulesetDesk, activations: ActivationStore) -> None:
        self._desk = desk
        self._activations = activations

    async def ask(
        self, version: str, *, staff: str, because: str, effective_from: datetime | None, back: bool = False
    ) -> Document:
        """Ask to put a draft in force, or (`back`) a ruleset that was in force before."""
        header = await self._desk.known(version)
        _hold_to_state(header, back)
        now = now_as_stored()
        if effective_from is not None and effective_from < now:
            raise Problem(
                422,
                "effective_in_past",
                "A ruleset cannot come into force in the past",
                detail="Leave `effective_from` out to mean the moment of confirmation.",
            )
        effective = effective_from or now
        await self._hold_to_rules(header, effective.date())
        replaced = (await self._desk.in_force(now))[0]["_id"] if back else None
        try:
            return await self._activations.ask(
                version, header["digest"], effective, Act(staff, "asked", now), because, replaced
            )
        except AskedAlready:
            return await self._same_request(version, header["digest"], staff, effective_from)

    async def confirm(self, version: str, number: int, *, staff: str) -> Document:
        """Put in force what somebody else has asked for, as long as its tables are those that were asked for."""
        activation = await self._activation(version, number)
        if activation["state"] == ActivationState.ASKED.value:
            _hold_to_two(activation, staff)
            act = Act(staff, "activated", now_as_stored())
            header = await self._desk.known(version)
            if header["digest"] == activation["digest"]:
                await self._hold_to_rules(header, max(act.at, activation["effective_from"]).date())
            if not await self._desk.rulesets.freeze(version, activation["digest"], act):
                raise Problem(
                    409,
                    "draft_changed",
                    "The draft was changed after it was asked to be put in force",
                    detail="Withdraw, read what was changed, and ask again.",
                )
            activation = await self._activations.confirm(number, act) or await self._activation(version, number)
        if activation["state"] == ActivationState.WITHDRAWN.value or activation["confirmed_by"] != staff:
            raise _settled(activation)
        return activation

    async def withdraw(self, version: str, number: int, *, staff: str) -> Document:
        """Take back what was asked for; anybody may, and it stays in the list."""
        await self._activation(version, number)
        withdrawn = await self._activations.withdraw(number, Act(staff, "withdrawn", now_as_stored()))
        activation = withdrawn or await self._activation(version, number)
        if activation.get("withdrawn_by") != staff:
            raise _settled(activation)
        return activation

    async def _hold_to_rules(self, header: Mapping[str, Any], day: date) -> None:
        if faults := await self._desk.faults_of(header, day):
            raise Problem(
                422,
                "ruleset_faulty",
                "The ruleset has faults and cannot be put in force",
                faults=[fault_shown(fault) for fault in faults],
            )

    async def _activation(self, version: str, number: int) -> Document:
        activation = await self._activations.by_number(version, number)
        if activation is None:
            raise Problem(404, "activation_unknown", "This ruleset has no activation of this number")
        return activation

    async def _same_request(self, version: str, digest: str, staff: str, effective_from: datetime | None) -> Document:
        there = await self._activations.open_for(version)
        same_time = there is not None and effective_from in (None, there["effective_from"])
        if there is None or (there["asked_by"], there["digest"]) != (staff, digest) or not same_time:
            raise Problem(
                409,
                "activation_open",
                "Somebody has asked to put this ruleset in force already",
                detail="Confirm that request, or withdraw it and ask anew.",
            )
        return there


def _hold_to_state(header: Mapping[str, Any], back: bool) -> None:
    frozen = header["state"] == RulesetState.FROZEN.value
    if frozen and not back:
        raise Problem(
            409,
            "was_in_force",
            "This ruleset was put in force before",
            detail="To return to it, ask for a roll-back.",
        )
    if back and not frozen:
        raise Problem(
            409,
            "never_in_force",
            "There is no way back to a draft: it was never in force",
            detail="Ask for its activation.",
        )


def _hold_to_two(activation: Mapping[str, Any], staff: str) -> None:
    if activation["asked_by"].lower() == staff.lower():
        raise Problem(
            409,
            "second_person_needed",
            "Whoever asked cannot confirm",
            detail="Another member of staff must read what would change and confirm it.",
        )


def _settled(activation: Mapping[str, Any]) -> Problem:
    return Problem(
        409,
        "activation_settled",
        f"This activation is {activation['state']} already",
        detail="Read it: nothing more can be done to it. To change what is in force, ask anew.",
    )
