"""Which addresses a source may have: no link-local one and none of a cloud's metadata service.

Whoever may write a URL into the configuration must not be able to read the credentials of the
machine with it. Loopback and private networks stay allowed: that is where companies keep tools.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import inet_aton
from typing import Any

import httpx

from core.errors import SourceAnswerError

_METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data"}
)
_METADATA_ADDRESSES = frozenset(
    map(
        ip_address,
        ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    )
)
_NUMBERS = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.IGNORECASE)
_TRANSLATED = ip_network("64:ff9b::/96")
_CONNECTED = "connection.connect_tcp.complete"


def check_url(url: str) -> None:
    """`SourceAnswerError` where it is none, or its host is one that must never be asked."""
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL as error:
        raise SourceAnswerError(f"{url[:200]} is no address; correct `url`") from error
    check_reached(host)


def check_reached(host: str) -> None:
    """The same for a host, or an address that was reached, of what is no HTTP."""
    name = host.rstrip(".").lower()
    if name in _METADATA_NAMES or _is_forbidden(_address(name)):
        raise _refused(host)


def watch_connection(event: str, info: dict[str, Any]) -> None:
    """A trace of httpcore: closes a connection whose host turned out to be at such an address.

    The name is looked up by whoever connects, so this looks at the address that was reached, before
    anything is sent to it.
    """
    if event != _CONNECTED:
        return
    stream = info["return_value"]
    reached = stream.get_extra_info("server_addr")
    if reached and _is_forbidden(_address(str(reached[0]))):
        stream.close()
        raise _refused(str(reached[0]))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return _by_another_spelling(host)
    return _inner(found) or found if isinstance(found, IPv6Address) else found


def _by_another_spelling(host: str) -> IPv4Address | None:
    """2852039166, 0251.0376.0251.0376 and 0xa9.0xfe.43518 all lead to 169.254.169.254."""
    if not _NUMBERS.fullmatch(host):
        return None
    try:
        return IPv4Address(inet_aton(host))
    except OSError:
        return None


def _inner(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a gateway makes of it (mapped, 6to4, NAT64); None for others."""
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_forbidden(address: IPv4Address | IPv6Address | None) -> bool:
    if address is None or address.is_loopback:
        return False
    odd = address.is_link_local or address.is_multicast or address.is_unspecified
    return odd or address in _METADATA_ADDRESSES


def _refused(host: str) -> SourceAnswerError:
    return SourceAnswerError(
        f"{host} is an address of the machine's own network or cloud, no tool is read there; "
        "correct `url`"
    )
