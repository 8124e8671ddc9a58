"""What invented people do with some of the referrals: each story is one referral's way, step by step."""

from deploy.demo.doors import Unexpected, said
from deploy.demo.matter import Matter
from deploy.demo.people import Desk, Officer, Requester, in_days


async def answered_twice(matter: Matter) -> None:
    """An office answers a part first, then the whole, and closes."""
    officer = await _taken(matter, "SAC-BOS")
    await officer.answers("partial", "Invented: the first consignment was found.")
    await officer.answers("final", "Invented: the second one was found as well; a report follows by post.")
    await officer.step("close", code="information_given")


async def nothing_found(matter: Matter) -> None:
    """An office looks and finds nothing."""
    officer = await _taken(matter, "SAC-CHI")
    await officer.answers("negative", "Invented: nothing is known here.")
    await officer.step("close", code="nothing_found")


async def asked_back(matter: Matter) -> None:
    """An office asks, the requester answers, and the office goes on."""
    officer = await _taken(matter, "SAC-HOU")
    question = await officer.asks("Invented: which of the three containers is meant?")
    await Requester(matter).replies(question, "Invented: the one that was sealed last.")
    await officer.finds("accepted")
    await officer.answers("final", "Invented: it was opened, and the goods were held.")


async def still_asked(matter: Matter) -> None:
    """An office asks, and waits for the answer; the clock stands still."""
    officer = await _taken(matter, "SAC-SEA")
    await officer.asks("Invented: under which name was the account opened?")


async def handed_on(matter: Matter) -> None:
    """The subject has moved: one office hands the referral on, and the other answers it."""
    miami = await _taken(matter, "SAC-MIA")
    await miami.step("transfer", to="SAC-ATL", ground="subject_moved")
    atlanta = await _taken(matter, "SAC-ATL")
    await atlanta.answers("final", "Invented: the person lives here now.")
    await atlanta.step("close", code="information_given")


async def wrong_office(matter: Matter) -> None:
    """An office says that it is not for it; a person at the desk finds the right one."""
    denver = await _taken(matter, "SAC-DEN")
    await denver.step("decline", ground="wrong_office")
    await Desk(matter).acts("assign", office="SAC-SFO", ground="wrong_office")
    await _taken(matter, "SAC-SFO")


async def declined(matter: Matter) -> None:
    """An office declines, and the desk sends the referral back on the same ground."""
    dallas = await _taken(matter, "SAC-DAL")
    await dallas.step("decline", ground="offence_below_one_year_or_none")
    await Desk(matter).acts("send-back", ground="offence_below_one_year_or_none")


async def placed_by_a_desk(matter: Matter) -> None:
    """Nothing ties it to a place; a person at the desk gives it to an office."""
    await Desk(matter).acts("assign", office="SAC-NYC", ground="nexus_confirmed")
    await _taken(matter, "SAC-NYC")


async def released_by_two(matter: Matter) -> None:
    """A flag stands on it: one person assigns, another one confirms, and only then it goes out."""
    await Desk(matter, "TEST-D1").acts("assign", office="SAC-LAX", ground="flag_reviewed", category="gangs")
    await Desk(matter, "TEST-D2").acts("confirm")
    await _taken(matter, "SAC-LAX")


async def told_of_a_delay(matter: Matter) -> None:
    """An office needs longer and says so."""
    officer = await _taken(matter, "SAC-EWR")
    await officer.step("delay", ground="third_party_records", expected_until=in_days(45))
    await matter.tells("delay-told")


async def a_court_decides(matter: Matter) -> None:
    """The clock stands still while a court decides."""
    officer = await _taken(matter, "SAC-TPA")
    await officer.step("pause", ground="judicial_leave", expected_until=in_days(20))
    await matter.tells("paused")


async def added_to(matter: Matter) -> None:
    """The requester adds to the referral while the office works on it; the office sees the new version."""
    officer = await _taken(matter, "SAC-DET")
    await Requester(matter).supplements(narrative="Invented: a second vehicle was named since.")
    await matter.tells("changed")
    if (await officer.finds("accepted"))["referral_version"] != 2:
        raise Unexpected("the office does not see the second version")
    await officer.answers("final", "Invented: both vehicles were found.")


async def supported(matter: Matter) -> None:
    """A supporting office does its part beside the lead."""
    baltimore = await _taken(matter, "SAC-BAL")
    angeles = await _taken(matter, "SAC-LAX")
    await angeles.answers("partial", "Invented: the goods came in on Monday.")
    await angeles.step("close", code="support_given")
    await baltimore.answers("final", "Invented: they were followed to where they went.")
    await baltimore.step("close", code="case_opened")


async def taken_over(matter: Matter) -> None:
    """A colleague puts the item back and takes it; the first officer's token opens nothing any more."""
    first = await _taken(matter, "SAC-STP")
    await said(await first.tries("give-back", staff="TEST-9"))
    second = Officer(matter, "SAC-STP", "TEST-9")
    await second.takes()
    await said(await first.tries("close", lease_token=first.token, code="nothing_found"), 409)


async def withdrawn_and_erased(matter: Matter) -> None:
    """The originator recalls it, everybody who held it erases it, and its key is deleted."""
    await _taken(matter, "SAC-SAN")
    for office in await _recalled(matter, "subject_found"):
        await Officer(matter, office).says_of_recalled("erased")
    await matter.tells("erased")


async def withdrawn_and_kept(matter: Matter) -> None:
    """The originator recalls it; one office must keep its copy, and says why."""
    await _taken(matter, "SAC-PHL")
    outstanding = await _recalled(matter, "consent_withdrawn")
    for office in outstanding:
        if office == "SAC-PHL":
            await Officer(matter, office).says_of_recalled("kept", ground="us_case")
        else:
            await Officer(matter, office).says_of_recalled("erased")
    await matter.tells("recall-acknowledged", len(outstanding))


async def _taken(matter: Matter, office: str) -> Officer:
    """Let an officer claim and accept it."""
    officer = Officer(matter, office)
    await officer.takes()
    return officer


async def _recalled(matter: Matter, ground: str) -> list[str]:
    outstanding = await Requester(matter).recalls(ground)
    await Requester(matter).reads_nothing()
    return outstanding
