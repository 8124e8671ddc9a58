from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routing_cases import TODAY, decided, nexus

from schemas.vocabulary.facts import NexusKind
from schemas.vocabulary.offices import DESKS, OFFICES
from services.routing.domain import Place, Ruleset
from services.routing.domain.places import Gap, Site, country_of, resolve
from services.routing.tables import load_ruleset

RULESET = load_ruleset(TODAY)

STATES = """
AL ATL, AK SEA, AZ PHX, AR MSY, CO DEN, CT BOS, DE PHL, DC WAS, GA ATL, HI HNL, ID SEA, IL CHI, IN CHI, IA MKC, KS MKC,
KY BNA, LA MSY, ME BOS, MD BAL, MA BOS, MI DET, MN STP, MS MSY, MO MKC, MT DEN, NE MKC, NV LAS, NH BOS, NJ EWR, NM ELP,
NC CLT, ND STP, OH DET, OK DAL, OR SEA, PA PHL, RI BOS, SC CLT, SD STP, TN BNA, UT DEN, VT BOS, VA WAS, WA SEA, WV PHL,
WI CHI, WY DEN, PR SJU, VI SJU, GU HNL, MP HNL, AS HNL
"""
COUNTIES = """
CA LAX: Los Angeles, Orange, Riverside, San Bernardino, Ventura, Santa Barbara, San Luis Obispo
CA SAN: San Diego, Imperial
CA SFO: San Francisco, Kern, Inyo, Mono, Monterey, Sacramento, Alameda
NY NYC: New York, Kings, Queens, Bronx, Richmond, Nassau, Suffolk, Westchester, Rockland, Putnam, Orange, Dutchess
NY NYC: Sullivan, Ulster
NY BUF: Erie, Columbia, Albany, Delaware, Saint Lawrence
FL MIA: Miami-Dade, Broward, Palm Beach, Monroe, Martin, St. Lucie, Indian River, Okeechobee
FL TPA: Orange, Hillsborough, Escambia, Brevard, DeSoto
TX ELP: Andrews, Borden, Brewster, Crane, Culberson, Ector, El Paso, Glasscock, Howard, Hudspeth, Jeff Davis, Loving
TX ELP: Martin, Midland, Pecos, Presidio, Reeves, Upton, Ward, Winkler
TX SAT: Terrell, Webb, Cameron, Hidalgo, Bexar, Travis
TX HOU: Harris, Galveston, Nueces, Kenedy, Victoria
TX DAL: Dallas, Tarrant, Lubbock, Potter
"""
ZIP3S = """
CA LAX 900-908 910-918 924-928 930 931, CA SAN 919-921, CA SFO 933 936-961, NY NYC 005 100-119 126, NY BUF 120-123
NY BUF 128-149, FL MIA 330-333 349, FL TPA 320-328 335-339 341 342 344 346 347, TX DAL 750-756 761-764 769 790-794 796
TX HOU 770 772-777 784, TX SAT 733 767 782 785-787, TX ELP 885 799
"""
CROSSING = """
063 BOS NYC, 922 LAX SAN, 923 LAX SFO, 932 SFO LAX, 934 LAX SFO, 935 SFO LAX, 124 NYC BUF, 125 NYC BUF, 127 NYC BUF,
329 TPA MIA, 334 MIA TPA, 758 DAL HOU, 765 SAT DAL, 766 SAT DAL HOU, 778 HOU DAL SAT, 779 HOU SAT, 780 SAT HOU,
781 SAT HOU, 783 HOU SAT, 788 SAT ELP, 789 SAT HOU, 795 DAL ELP, 797 ELP DAL, 798 ELP SAT
"""
GATEWAYS = """
NYC: JFK, LGA; EWR: EWR; BOS: BOS; WAS: IAD, DCA, RIC; BAL: BWI; PHL: PHL, PIT; CLT: CLT, RDU; ATL: ATL, BHM;
MIA: MIA, FLL, PBI; TPA: MCO, TPA, JAX, RSW; SJU: SJU, STT; DET: DTW, CLE, CMH; CHI: ORD, MDW, MKE, IND; STP: MSP;
MKC: MCI, STL; BNA: BNA, MEM, SDF, CVG; MSY: MSY; HOU: IAH, HOU; DAL: DFW, DAL, OKC; SAT: SAT, AUS; ELP: ELP, ABQ;
DEN: DEN, SLC; PHX: PHX, TUS; LAS: LAS, RNO; LAX: LAX, ONT, SNA; SAN: SAN; SFO: SFO, OAK, SJC, SMF;
SEA: SEA, PDX, ANC, BOI; HNL: HNL, GUM, SPN;
BNA: FedEx MEM, UPS SDF, DHL CVG; CHI: FedEx IND; SEA: FedEx ANC, UPS ANC; LAX: Torrance;
LAX: USLAX, USLGB, USNTD, Port Hueneme; SAN: USSAN; SFO: USOAK, USSFO, USSCK; SEA: USSEA, USTIW, USPDX, USANC;
HNL: USHNL, Apra; EWR: USEWR, Port Newark-Elizabeth, Port Newark; NYC: USNYC, Brooklyn, Staten Island;
BOS: USBOS, USPWM;
PHL: USPHL, USILG; BAL: USBAL; WAS: USORF; CLT: USILM, USCHS; ATL: USSAV, USBQK, USMOB; TPA: USJAX, USTPA, USPCV;
TPA: Port Canaveral; MIA: USMIA, USPEF, USPAB; SJU: USSJU; MSY: USMSY, USGPT, USLCH; HOU: USHOU, USGLS, USBPT, USCRP;
SAN: San Ysidro, Otay Mesa, Tecate, Calexico; PHX: San Luis, Lukeville, Sasabe, Nogales, Naco, Douglas;
ELP: Antelope Wells, Santa Teresa, El Paso, Tornillo, Fabens, Presidio;
SAT: Del Rio, Eagle Pass, Laredo, Roma, Rio Grande City, Hidalgo, Pharr, Progreso, Los Indios, Brownsville;
BOS: Calais, Houlton, Jackman, Derby Line, Highgate;
BUF: Champlain, Massena, Ogdensburg, Alexandria Bay, Buffalo, Lewiston; DET: Detroit, Port Huron, Sault Ste. Marie;
STP: Grand Portage, International Falls, Pembina, Portal, Dunseith; DEN: Sweetgrass, Raymond, Roosville;
SEA: Oroville, Sumas, Blaine, Point Roberts, Skagway, Alcan
"""


def at(ruleset: Ruleset, *, gateway_first: bool = False, **place: str) -> Site:
    return resolve(Place(**place), ruleset.places, gateway_first=gateway_first)


def pairs(table: str) -> list[tuple[str, str]]:
    return [(entry.split()[0], f"SAC-{entry.split()[1]}") for entry in table.split(",")]


def named(table: str, separator: str) -> list[tuple[str, str]]:
    rows = [row.split(":") for row in table.split(separator) if row.strip()]
    return [(head.strip(), name.strip()) for head, names in rows for name in names.split(",") if name.strip()]


def spelled_out(table: str) -> list[tuple[str, str, str]]:
    found = []
    for row in table.replace("\n", ",").split(","):
        if row.strip():
            state, office, *ranges = row.split()
            for part in ranges:
                first, _, last = part.partition("-")
                found += [(state, f"{n:03d}", f"SAC-{office}") for n in range(int(first), int(last or first) + 1)]
    return found


@pytest.mark.parametrize(("state", "office"), pairs(STATES))
def test_a_whole_state_belongs_to_its_office(ruleset: Ruleset, state: str, office: str) -> None:
    assert at(ruleset, state=state).offices == (office,)


def test_the_states_and_territories_are_all_there(ruleset: Ruleset) -> None:
    assert set(ruleset.places.areas) == {state for state, _ in pairs(STATES)} | {"CA", "NY", "FL", "TX"}


@pytest.mark.parametrize(("head", "county"), named(COUNTIES, "\n"))
def test_a_county_of_a_split_state_decides(ruleset: Ruleset, head: str, county: str) -> None:
    state, office = head.split()

    assert at(ruleset, state=state, county=f"{county} County").offices == (f"SAC-{office}",)


def test_the_split_states_are_divided_as_the_field_knows_it(ruleset: Ruleset) -> None:
    named = {(state, office, county) for (state, _), (office, county) in ruleset.places.counties.items()}

    assert Counter((state, office) for state, office, _ in named) == {
        ("CA", "SAC-LAX"): 7,
        ("CA", "SAC-SAN"): 2,
        ("CA", "SAC-SFO"): 49,
        ("FL", "SAC-MIA"): 8,
        ("FL", "SAC-TPA"): 59,
        ("NY", "SAC-NYC"): 14,
        ("NY", "SAC-BUF"): 48,
        ("TX", "SAC-DAL"): 135,
        ("TX", "SAC-HOU"): 48,
        ("TX", "SAC-SAT"): 51,
        ("TX", "SAC-ELP"): 20,
    }


@pytest.mark.parametrize("state", ["CA", "NY", "FL", "TX"])
def test_a_split_state_alone_is_ambiguous(ruleset: Ruleset, state: str) -> None:
    assert at(ruleset, state=state).gap is Gap.AMBIGUOUS


@pytest.mark.parametrize(("state", "zip3", "office"), spelled_out(ZIP3S))
def test_three_digits_of_a_zip_decide_where_nothing_crosses(
    ruleset: Ruleset, state: str, zip3: str, office: str
) -> None:
    zone = ruleset.places.zip3.get(zip3)

    assert zone is None or (zone.area, zone.offices) == (state, (office,))


@pytest.mark.parametrize("row", CROSSING.split(","))
def test_a_crossing_zip_goes_to_both_sides_majority_first(ruleset: Ruleset, row: str) -> None:
    zip3, *offices = row.split()

    assert at(ruleset, zip=zip3).offices == tuple(f"SAC-{office}" for office in offices)


@pytest.mark.parametrize(
    ("code", "office"),
    [
        ("06390", "SAC-NYC"),  # Fishers Island
        ("06320", "SAC-BOS"),
        ("79848", "SAC-SAT"),  # Terrell county
        ("79830", "SAC-ELP"),
        ("78040", "SAC-SAT"),
        ("92231", "SAC-SAN"),  # Calexico
        ("92262", "SAC-LAX"),
        ("12534", "SAC-BUF"),  # Columbia county
        ("32960", "SAC-MIA"),  # Indian River county
        ("93534", "SAC-LAX"),  # Lancaster
        ("83414", "SAC-DEN"),  # Alta, Wyoming
        ("96799", "SAC-HNL"),
        ("96950", "SAC-HNL"),
        ("00802", "SAC-SJU"),
    ],
)
def test_five_digits_beat_three(ruleset: Ruleset, code: str, office: str) -> None:
    assert at(ruleset, zip=code).offices == (office,)


def test_a_county_beats_a_zip(ruleset: Ruleset) -> None:
    assert at(ruleset, state="TX", county="Terrell", zip="79830").offices == ("SAC-SAT",)
    assert at(ruleset, county="Imperial", zip="922").offices == ("SAC-SAN",)


def test_a_zip_of_another_state_is_contradicted(ruleset: Ruleset) -> None:
    site = at(ruleset, state="AZ", zip="78040")

    assert (site.gap, site.offices) == (Gap.CONTRADICTED, ("SAC-SAT", "SAC-PHX"))


@pytest.mark.parametrize(
    ("state", "city", "office"),
    [
        ("CA", "Los Angeles", "SAC-LAX"),
        ("NY", "Brooklyn", "SAC-NYC"),
        ("TX", "El Paso", "SAC-ELP"),
        ("FL", "ST PETERSBURG", "SAC-TPA"),
    ],
)
def test_a_city_decides_in_a_split_state(ruleset: Ruleset, state: str, city: str, office: str) -> None:
    assert at(ruleset, state=state, city=city).offices == (office,)


def test_a_city_on_both_sides_stays_ambiguous(ruleset: Ruleset) -> None:
    assert at(ruleset, state="FL", city="Sebastian").gap is Gap.AMBIGUOUS


@pytest.mark.parametrize(("office", "name"), named(GATEWAYS, ";"))
def test_every_gateway_is_at_its_true_site(ruleset: Ruleset, office: str, name: str) -> None:
    assert at(ruleset, gateway=name.upper(), gateway_first=True).offices == (f"SAC-{office}",)


def test_every_gateway_row_is_reached_by_its_code_and_its_names(ruleset: Ruleset) -> None:
    for name, rows in ruleset.places.gateways.items():
        site = at(ruleset, gateway=name, gateway_first=True)
        told = {row.target for row in rows if not row.described}
        assert site.gap is not None or {site.desk or site.offices[0]} == told, name


@pytest.mark.parametrize(
    ("place", "office"),
    [
        ({"gateway": "CVG", "state": "OH"}, "SAC-BNA"),
        ({"gateway": "Cincinnati"}, "SAC-BNA"),
        ({"gateway": "DCA", "state": "DC"}, "SAC-WAS"),
        ({"gateway": "Port Newark", "state": "NY"}, "SAC-EWR"),
        ({"gateway": "Kansas City", "state": "KS"}, "SAC-MKC"),
        ({"gateway": "Eastport", "state": "ME"}, "SAC-BOS"),
        ({"gateway": "Eastport", "state": "ID"}, "SAC-SEA"),
        ({"gateway": "Columbus", "state": "NM"}, "SAC-ELP"),
        ({"gateway": "Columbus", "state": "OH"}, "SAC-DET"),
        ({"gateway": "Victoria", "state": "TX"}, "SAC-HOU"),
        ({"gateway": "Nassau", "state": "NY"}, "SAC-NYC"),
        ({"gateway": "Portland", "state": "ME"}, "SAC-BOS"),
        ({"gateway": "Wilmington", "state": "DE"}, "SAC-PHL"),
    ],
)
def test_traps_lead_to_the_true_site(ruleset: Ruleset, place: dict[str, str], office: str) -> None:
    assert at(ruleset, gateway_first=True, **place).offices == (office,)


@pytest.mark.parametrize("name", ["Eastport", "Columbus", "Victoria", "Nassau", "Portland", "Wilmington"])
def test_a_namesake_without_a_state_is_ambiguous(ruleset: Ruleset, name: str) -> None:
    assert at(ruleset, gateway=name, gateway_first=True).gap is Gap.AMBIGUOUS
    assert at(ruleset, gateway=name, state="CA", gateway_first=True).gap is Gap.AMBIGUOUS


@pytest.mark.parametrize(
    ("place", "desk"),
    [
        ({"gateway": "DUB"}, "EUR"),
        ({"gateway": "Abu Dhabi"}, "MEA"),
        ({"gateway": "Montréal"}, "CANMEX"),
        ({"gateway": "Nassau", "country": "BS"}, "SACAR"),
        ({"gateway": "Victoria", "country": "CA"}, "CANMEX"),
        ({"country": "UK"}, "EUR"),
        ({"country": "EL"}, "EUR"),
        ({"country": "XK"}, "EUR"),
        ({"state": "AE", "zip": "09012"}, "EUR"),
        ({"zip": "34002"}, "SACAR"),
        ({"zip": "96201"}, "ASIA"),
        ({"state": "AP"}, "ASIA"),
        ({"zip": "96940"}, "ASIA"),  # Palau
        ({"country": "AQ"}, "SPECOPS"),
    ],
)
def test_what_is_abroad_or_military_belongs_to_a_desk(ruleset: Ruleset, place: dict[str, str], desk: str) -> None:
    site = at(ruleset, gateway_first=True, **place)

    assert (site.desk, site.offices, site.gap) == (desk, (), None)


@pytest.mark.parametrize("place", [{"country": "PR"}, {"country": "VI"}, {"country": "GU"}, {"country": "UM"}])
def test_a_territory_may_be_written_as_a_country(ruleset: Ruleset, place: dict[str, str]) -> None:
    assert at(ruleset, **place).offices[0] in ("SAC-SJU", "SAC-HNL")


def test_a_territory_keeps_its_state_code(ruleset: Ruleset) -> None:
    assert at(ruleset, country="UM").offices == ("SAC-HNL",)
    assert at(ruleset, country="PR").offices == ("SAC-SJU",)


@pytest.mark.parametrize(
    "place", [{"country": "YU"}, {"country": "ZZ"}, {"zip": "99"}, {"gateway": "Nowhere"}, {"city": "Nowhere Town"}]
)
def test_what_no_table_knows_is_unknown(ruleset: Ruleset, place: dict[str, str]) -> None:
    assert at(ruleset, **place).gap is Gap.UNKNOWN


def test_no_place_is_not_an_unknown_place(ruleset: Ruleset) -> None:
    assert at(ruleset).gap is Gap.NOT_GIVEN


def test_every_country_has_one_desk(ruleset: Ruleset) -> None:
    assert len(ruleset.places.desks) == 250
    assert set(ruleset.places.desks.values()) == set(DESKS)
    for country, desk in ruleset.places.desks.items():
        assert decided(ruleset, requester_country=country, nexus=[]).desk == desk


@pytest.mark.parametrize(
    ("country", "desk"),
    [
        ("MX", "CANMEX"),
        ("BR", "SACAR"),
        ("HN", "SACAR"),
        ("JM", "SACAR"),
        ("IT", "EUR"),
        ("ZA", "MEA"),
        ("PK", "ASIA"),
        ("UM", "SPECOPS"),
    ],
)
def test_a_country_belongs_to_its_region(ruleset: Ruleset, country: str, desk: str) -> None:
    assert ruleset.places.desks[country] == desk


def test_every_office_is_reached_by_area_county_zip_and_gateway(ruleset: Ruleset) -> None:
    places = ruleset.places
    by_zip = {office for zone in (*places.zip3.values(), *places.zip5.values()) for office in zone.offices}
    by_gateway = {row.target for rows in places.gateways.values() for row in rows}

    assert {office for offices in places.areas.values() for office in offices} == set(OFFICES)
    assert by_zip == set(OFFICES)
    assert by_gateway >= set(OFFICES)


def test_goods_are_at_their_gateway_and_people_at_their_address(ruleset: Ruleset) -> None:
    place = {"gateway": "JFK", "zip": "78040"}

    goods = decided(ruleset, nexus=[nexus(NexusKind.GOODS_ENTRY, **place)])
    person = decided(ruleset, nexus=[nexus(NexusKind.PERSON_LOCATION, **place)])

    assert (goods.office, person.office) == ("SAC-NYC", "SAC-SAT")


def test_a_county_of_a_split_state_has_exactly_one_office(ruleset: Ruleset) -> None:
    for (state, key), (office, county) in ruleset.places.counties.items():
        site = at(ruleset, state=state, county=county)
        assert (site.offices, site.gap) == ((office,), None), key
        assert office in ruleset.places.areas[state]


def test_five_digits_lie_on_one_of_the_sides_of_their_prefix(ruleset: Ruleset) -> None:
    for code, zone in ruleset.places.zip5.items():
        assert len(zone.offices) + (zone.desk is not None) == 1
        assert set(zone.offices) <= set(ruleset.places.zip3[code[:3]].offices), code


def facts_from_coarse_to_fine() -> st.SearchStrategy[list[dict[str, str]]]:
    """Tell the same place three times: the state, with the town or the prefix, with the ZIP code or the county."""
    places = RULESET.places
    split = st.sampled_from(sorted(area for area, offices in places.areas.items() if len(offices) > 1))
    states = split | split | st.sampled_from(sorted(places.areas))
    codes = st.sampled_from(sorted(places.zip5)) | st.sampled_from([f"{p}01" for p in sorted(places.zip3)])

    def told(state: str, city: str, code: str, county: str, way: int) -> list[dict[str, str]]:
        ways = [
            [{"state": state}, {"state": state, "city": city}, {"state": state, "city": city, "zip": code}],
            [{"zip": code[:3]}, {"zip": code}, {"zip": code, "state": state}],
            [{"state": state}, {"state": state, "zip": code[:3]}, {"state": state, "zip": code[:3], "city": city}],
            [{"state": state}, {"state": state, "city": city}, {"state": state, "county": county}],
        ]
        return ways[way]

    def in_state(state: str) -> st.SearchStrategy[list[dict[str, str]]]:
        cities = [name for (area, _), (_, name) in places.cities.items() if area == state] or ["Nowhere Town"]
        counties = [name for (area, _), (_, name) in places.counties.items() if area == state] or ["Nowhere"]
        own = [code for code, zone in places.zip5.items() if zone.area == state]
        zips = st.sampled_from(own) | codes if own else codes
        return st.builds(
            told, st.just(state), st.sampled_from(cities), zips, st.sampled_from(counties), st.integers(0, 3)
        )

    return states.flatmap(in_state)


@given(facts_from_coarse_to_fine())
@settings(max_examples=200, deadline=None)
def test_a_finer_fact_stays_among_the_offices_of_the_coarser_unless_it_contradicts(told: list[dict[str, str]]) -> None:
    sites = [at(RULESET, **place) for place in told]

    for before, after in pairwise(sites):
        if before.gap in (None, Gap.AMBIGUOUS) and before.offices and after.desk is None:
            county_beats_city = "county" in told[-1] and after is sites[-1]
            coarser = set(sites[0].offices) if county_beats_city else set(before.offices)
            assert after.gap is Gap.CONTRADICTED or set(after.offices) <= coarser


@given(st.dictionaries(st.sampled_from(["country", "state", "county", "city", "zip", "gateway"]), st.text(max_size=9)))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_comes_to_an_office_a_desk_or_a_gap(place: dict[str, Any]) -> None:
    for gateway_first in (True, False):
        site = at(RULESET, gateway_first=gateway_first, **place)
        assert (site.gap is None) == bool(site.offices or site.desk)


@pytest.mark.parametrize("written", ["Germany", "germany", "DEU", "276", "DE", "Federal Republic of Germany"])
def test_a_country_is_read_by_its_codes_and_names(ruleset: Ruleset, written: str) -> None:
    assert country_of(written, ruleset.places) == "DE"


@pytest.mark.parametrize("written", ["Congo", "Yugoslavia", "YUG", "914", "922", "999", "", "中国", "Korea"])
def test_what_names_no_country_or_two_is_left_to_a_person(ruleset: Ruleset, written: str) -> None:
    assert country_of(written, ruleset.places) is None


def test_states_that_touch_are_told_from_those_that_do_not(ruleset: Ruleset) -> None:
    assert ruleset.places.borders["VA"] == {"DC", "KY", "MD", "NC", "TN", "WV"}
    assert ruleset.places.borders["HI"] == frozenset()
