"""The tables of places hold to the library they were computed from."""

from services.routing.domain import Place, Ruleset
from services.routing.domain.names import fold
from services.routing.domain.places import Gap, resolve
from tests.support.gazetteer import towns, zip_codes


def test_every_zip_code_resolves_to_the_office_of_its_county(ruleset: Ruleset) -> None:
    wrong = [
        (code, state, office, site)
        for code, state, office in zip_codes(ruleset)
        if (site := resolve(Place(zip=code), ruleset.places, gateway_first=False)).offices != (office,) and office
    ]

    assert wrong == []


def test_every_zip_code_agrees_with_its_own_state(ruleset: Ruleset) -> None:
    contradicted = [
        (code, state)
        for code, state, _ in zip_codes(ruleset)
        if resolve(Place(state=state, zip=code), ruleset.places, gateway_first=False).gap is not None
    ]

    assert contradicted == []


def test_every_town_is_in_the_tables_and_on_its_side_of_a_split_state(ruleset: Ruleset) -> None:
    for (state, name), offices in towns(ruleset).items():
        site = resolve(Place(state=state, city=name), ruleset.places, gateway_first=False)
        known = offices - {None}
        assert state in ruleset.places.towns[fold(name)].areas
        assert site.offices == tuple(known) if len(known) == 1 else site.gap is Gap.AMBIGUOUS, (state, name)


def test_a_town_of_several_states_never_resolves_by_its_name_alone(ruleset: Ruleset) -> None:
    names: dict[str, set[str]] = {}
    for state, name in towns(ruleset):
        names.setdefault(name, set()).add(state)

    for name, states in names.items():
        site = resolve(Place(city=name), ruleset.places, gateway_first=False)
        assert len(states) == 1 or site.gap is Gap.AMBIGUOUS, name
