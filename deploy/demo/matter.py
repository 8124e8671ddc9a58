"""One referral as the demonstration works on it: who has it, and what its timeline tells."""

from dataclasses import dataclass, field

from deploy.demo.doors import Doors, Json, said, wait_for


@dataclass(slots=True)
class Matter:
    """One referral, and whoever works on it."""

    doors: Doors
    referral_id: str
    country: str
    desk: str
    """That looks after the country."""
    offices: list[str] = field(default_factory=list)
    """Who has worked on it, in order."""
    entries: list[Json] = field(default_factory=list)
    """Its timeline, as last read."""

    @property
    def path(self) -> str:
        """Where the referral is read and added to."""
        return f"/v1/referrals/{self.referral_id}"

    def is_worked_by(self, office: str) -> None:
        """Note an office or desk, once."""
        if office not in self.offices:
            self.offices.append(office)

    async def stands(self, state: str) -> None:
        """Wait until the requester sees it in a state."""

        async def look() -> bool | None:
            return (await self.timeline())["state"] == state or None

        await wait_for(f"the state {state}", look)

    async def tells(self, type_: str, times: int = 1) -> None:
        """Wait until its timeline tells of something."""

        async def look() -> bool | None:
            await self.timeline()
            return [entry["type"] for entry in self.entries].count(type_) >= times or None

        await wait_for(f"{times} of {type_} on the timeline", look)

    async def timeline(self) -> Json:
        """Read what has happened."""
        answer = await said(await self.doors.referrals.get(f"{self.path}/timeline"))
        self.entries = answer["timeline"]
        return answer
