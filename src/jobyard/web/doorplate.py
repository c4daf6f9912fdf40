"""web: by which names this house is known, so that no foreign name can be made to point here."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from jobyard.settings import Settings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_STRANGER = (421, "This server is not known by that name.")
_NO_PAGE = (404, "There is no page at this address.")


class Doorplate:
    """Turns away requests that name another host.

    And those whose path has a separator in disguise: no name of ours holds one, and an address has one meaning.
    """

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url).hostname or ""
        self._names = _LOOPBACK | {_name(settings.host), _name(public)} - {""}
        self._any = settings.expose

    def turns_away(self, scope: MutableMapping[str, Any]) -> tuple[int, str] | None:
        """Return with which status and sentence a request is turned away; None where it may come in."""
        if not self._any:
            hosts = [value for name, value in scope["headers"] if name == b"host"]
            if len(hosts) != 1 or _host(hosts[0]) not in self._names:
                return _STRANGER
        return _NO_PAGE if b"%2f" in scope["raw_path"].lower() else None


def _host(header: bytes) -> str:
    """Return the name in a Host header, without its port; empty for what is none."""
    text = header.decode("latin-1").lower()
    name, bracket, rest = text.partition("]") if text.startswith("[") else text.partition(":")
    port = rest.removeprefix(":") if bracket == "]" else rest
    return name + bracket.strip(":") if not port or port.isdecimal() else ""


def _name(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()
