"""An answer before it is sent, and the kinds of request that there are."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a request asks for."""

    LIST = "list"
    DETAIL = "detail"
    IMAGES = "images"
    IMAGE = "image"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came."""

    kind: Kind
    path: str
    list_name: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    entity_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a body of known length, or pieces sent one by one with the connection closed behind them."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    document: dict[str, Any] | None = None
    """What the body says, until something spoils it: the body is written from it last."""
    pieces: Callable[[], AsyncIterator[bytes]] | None = None
    length: int | None = None
    """A length that is told instead of the true one."""


JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
