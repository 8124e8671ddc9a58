"""Reads settings from the environment; what is missing or wrong is told by its name, never by its value."""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

NOT_SET_UP = 2
"""Exit code of a process whose settings are missing or wrong."""

Read = TypeVar("Read", bound=BaseSettings)


def read_environment(kind: type[Read]) -> Read:
    """Read settings, or end the process with a line on stderr for each one that is missing or wrong."""
    try:
        return kind()
    except (ValidationError, SettingsError):
        for fault in _faults(kind):
            print(f'{fault} See docs/operations.md, "Settings".', file=sys.stderr)
        sys.exit(NOT_SET_UP)


def variable_of(kind: type[BaseSettings], field_name: str) -> str:
    """Name the environment variable of a field."""
    alias = kind.model_fields[field_name].validation_alias
    assert alias is None or isinstance(alias, str), f"{field_name} is read under several names"
    return alias or f"{kind.model_config.get('env_prefix', '')}{field_name}".upper()


def settings_within(kind: type[BaseSettings]) -> Mapping[str, type[BaseSettings]]:
    """Give the fields that are settings of another system, each with its class."""
    return {
        name: field.annotation
        for name, field in kind.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings)
    }


def _faults(kind: type[BaseSettings]) -> Iterator[str]:
    """Say what is missing or wrong, class by class, for a class that fails keeps the others from being read."""
    within = settings_within(kind)
    given_whole = {variable_of(kind, name) for name in within} & {name.upper() for name in os.environ}
    if given_whole:  # the library would read JSON from it
        yield from (f"{name} is not a setting: unset it." for name in sorted(given_whole))
        return
    unread: dict[str, Any] = {name: inner.model_construct() for name, inner in within.items()}
    try:
        kind(**unread)
    except ValidationError as exc:
        yield from (_told(kind, error) for error in exc.errors(include_url=False, include_input=False))
    for inner in within.values():
        yield from _faults(inner)


def _told(kind: type[BaseSettings], error: ErrorDetails) -> str:
    fields = {variable_of(kind, name): field for name, field in kind.model_fields.items()}
    told = str(error["loc"][0])  # the name of a field, or of its variable where that has a name of its own
    variable = told if told in fields else variable_of(kind, told)
    wrong = "is not set" if error["type"] == "missing" else f"is wrong: {_problem(error)}"
    return f"{variable} {wrong}. Set it: {fields[variable].description}"


def _problem(error: ErrorDetails) -> str:
    raised = error.get("ctx", {}).get("error")
    text = str(raised) if raised is not None else error["msg"]
    return text[:1].lower() + text[1:]
