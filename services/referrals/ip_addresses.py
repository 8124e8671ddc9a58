"""How little an IP address says of where somebody is; the address itself stays here."""

import ipaddress
import re
from collections.abc import Iterator

from schemas.vocabulary.facts import Evidence

_TOKENS = re.compile(r"[0-9A-Fa-f:.]+")


def is_ip(text: str) -> bool:
    """Tell whether a text is one IP address."""
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True


def evidence_of_ip(text: str) -> tuple[Evidence, ...]:
    """Say what makes the addresses in a text a doubtful tie to a place.

    A private, reserved or documentation address belongs to no place at all: weak. Which ranges are a data centre's
    or a VPN's is for the requester to state: no well-kept list of them can be had without a network.
    """
    is_of_no_place = any(not address.is_global for address in _addresses(text))
    return (Evidence.WEAK,) if is_of_no_place else ()


def _addresses(text: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    for token in _TOKENS.findall(text):
        # 203.0.113.7:443 and a full stop at the end of a sentence are as common as an address by itself.
        for written in (token, token.rstrip(".:"), token.rpartition(":")[0]):
            if is_ip(written):
                yield ipaddress.ip_address(written)
                break
