"""Where webhooks may be sent: to addresses of the outside world, and inside only where an administrator said so.

An address is judged as the resolver tells it, whatever the spelling it came in, and the very address that was judged
is connected to. So a name that answers differently the second time leads nowhere.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from jobyard.job.errors import TargetNotAllowed

if TYPE_CHECKING:
    import httpx2

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a name, best first. Raises OSError or UnicodeError."""

LONGEST = 2_000
"""Characters of an address that is taken."""
_RESOLVE_WITHIN = 5.0
_LOOKS_AT_ONCE = 4
_PORTS = {"http": 80, "https": 443}
_PRIVILEGED = 1024
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_:")
_MAPPED = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""IPv6 addresses that are another way to write an IPv4 one, or lead to it."""
_OUTSIDE = IPv6Network("2000::/3")
_SPECIAL: tuple[IPv4Network | IPv6Network, ...] = (
    *(IPv4Network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")),
    *(IPv6Network(text) for text in ("2001::/23", "2002::/16", "3fff::/20")),
)
"""Outside by their form only: relays, tunnels, examples, and the address by which a cloud talks to each machine."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to send to."""

    url: httpx2.URL
    host: str
    """The name, as the receiver knows itself."""
    addresses: tuple[str, ...]
    """What may be connected to, best first."""

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.url.port in {None, _PORTS[self.url.scheme]} else f"{host}:{self.url.port}"


class Targets:
    """Judges addresses. `allowed` are names of hosts, addresses and networks inside that may be sent to as well."""

    def __init__(self, allowed: Iterable[str] = (), resolve: Resolve | None = None) -> None:
        self._names = set[str]()
        self._networks = list[IPv4Network | IPv6Network]()
        for one in allowed:
            try:
                self._networks.append(ip_network(one, strict=False))
            except ValueError:
                self._names.add(one.lower())
        self._resolve = resolve or Names().addresses

    async def checked(self, text: str) -> Target:
        """Return the place behind an address, resolved now. Raises TargetNotAllowed."""
        url, host = _parsed(text)
        try:
            async with asyncio.timeout(_RESOLVE_WITHIN):
                addresses = await self._resolve(host, url.port or _PORTS[url.scheme])
        except (OSError, UnicodeError):  # a timeout is an OSError as well
            addresses = []
        # Whether there is no such name or one that leads inside is not told: it would map the network for strangers.
        if not addresses or not all(self._may(host, address) for address in addresses):
            raise TargetNotAllowed(reason=f"{host} leads to no address that webhooks may be sent to")
        return Target(url, host, tuple(addresses))

    def _may(self, host: str, text: str) -> bool:
        if host in self._names:
            return True
        try:
            address = _plain(ip_address(text))
        except ValueError:
            return False
        return outside(address) or any(address in network for network in self._networks)


class Names:
    """Asks the machine's resolver, in threads of its own: a slow name server must not hold up anything else."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOKS_AT_ONCE, thread_name_prefix="names")

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a name, best first. Raises OSError or UnicodeError."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def outside(address: Address) -> bool:
    """Tell whether an address belongs to the outside world, and to one machine of it."""
    address = _plain(address)
    if isinstance(address, IPv6Address) and address not in _OUTSIDE:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in _SPECIAL)


def _plain(address: Address) -> Address:
    if isinstance(address, IPv6Address) and any(address in network for network in _MAPPED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _parsed(text: str) -> tuple[httpx2.URL, str]:
    import httpx2

    if len(text) > LONGEST or not text.isprintable():
        raise TargetNotAllowed(reason=f"it is longer than {LONGEST} characters, or holds some that no address has")
    url: httpx2.URL | None = None
    with suppress(httpx2.InvalidURL):
        url = httpx2.URL(text)
    if url is None or url.scheme not in _PORTS or not url.host:
        raise TargetNotAllowed(reason="it should look like https://example.org/hook")
    if url.userinfo or "@" in text.partition("//")[2].partition("/")[0]:
        raise TargetNotAllowed(reason="a name and a password do not belong into it")
    host = url.raw_host.decode("ascii").lower()
    if not _LETTERS.issuperset(host):
        raise TargetNotAllowed(reason="its host is no name and no address")
    port = url.port if url.port is not None else _PORTS[url.scheme]
    if port not in _PORTS.values() and not _PRIVILEGED <= port <= 65_535:
        raise TargetNotAllowed(reason="its port is none that webhooks may be sent to")
    return url, host
