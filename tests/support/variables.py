"""Which environment variables our settings classes read."""

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from runtime.environment import settings_within, variable_of
from services.notify.settings import Settings as NotifySettings
from services.referrals.feed.settings import FeedSettings
from services.referrals.settings import Settings as ReferralsSettings
from services.routing.settings import Settings as RoutingSettings

SETTINGS: dict[str, type[BaseSettings]] = {
    "referrals": ReferralsSettings,
    "routing": RoutingSettings,
    "notify": NotifySettings,
    "feed": FeedSettings,
}
"""The settings of each service, those of the systems it stands on included."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: what it is for, and what holds when it is not set."""

    name: str
    description: str
    required: bool
    default: Any


def variables_of(settings: type[BaseSettings]) -> dict[str, Variable]:
    """Name the variables of a settings class and of the settings within it."""
    within = settings_within(settings)
    found: dict[str, Variable] = {}
    for field_name, field in settings.model_fields.items():
        if field_name in within:
            found |= variables_of(within[field_name])
            continue
        name = variable_of(settings, field_name)
        default = None if field.default is PydanticUndefined else field.default
        found[name] = Variable(name, field.description or "", field.is_required(), default)
    return found


def all_variables() -> dict[str, Variable]:
    """Name every variable that any of our services reads."""
    return {name: variable for settings in SETTINGS.values() for name, variable in variables_of(settings).items()}
