"""How much an archive from outside may claim to hold."""

from __future__ import annotations

from msgspec import Struct

MEBIBYTE = 1 << 20


class Limits(Struct, frozen=True, kw_only=True):
    """What is taken at most. Everything here is checked against the directory and again while reading."""

    members: int = 500_000
    total: int = 1 << 40
    """Bytes of all members unpacked."""
    member: int = 1 << 36
    """Bytes of one member unpacked."""
    ratio: int = 200
    """Times by which a member may grow when it is unpacked; small ones may grow more."""
    small: int = 16 * MEBIBYTE
    """Bytes up to which a member counts as small; 64 times that is what all together may have in any case."""
    directory: int = 256 * MEBIBYTE
    """Bytes of the list of members."""
    depth: int = 32
    """Folders within folders."""
