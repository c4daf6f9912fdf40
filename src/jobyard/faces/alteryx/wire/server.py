"""What this server is, as clients read it."""

from __future__ import annotations

from msgspec import Struct


class ServerOut(Struct, kw_only=True, rename="camel"):
    """This server. The protocol's documents know no such answer; clients take any object."""

    name: str
    version: str
    base_address: str
