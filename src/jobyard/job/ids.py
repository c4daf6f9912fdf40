"""How ids are made and checked: 32 lower-case hexadecimal characters that sort by their birth (UUID version 7)."""

from __future__ import annotations

import os
import secrets
import time

_RANDOM = (1 << 74) - 1
_HEX = frozenset("0123456789abcdef")
_newest = 0
"""The milliseconds and the random bits of the id that was made last."""


def new_id() -> str:
    """Return a fresh id, laid out as RFC 9562 says for version 7: 48 bits of milliseconds, then 74 random bits.

    What one thread makes within a millisecond sorts in the order it was made in: each lies a random step of up to 2^48
    behind the one before.
    """
    global _newest  # noqa: PLW0603
    noise = int.from_bytes(os.urandom(10), "big") & _RANDOM
    now = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 74
    _newest = _newest + 1 + (noise >> 26) if now == _newest & ~_RANDOM else now | noise
    return _laid_out(_newest)


def _laid_out(value: int) -> str:
    parted = value >> 74 << 80 | 0x7 << 76 | (value >> 62 & 0xFFF) << 64 | 0b10 << 62 | value & (1 << 62) - 1
    return f"{parted:032x}"


def is_id(text: str) -> bool:
    """Tell whether `text` has the shape of our ids (it need not name anything that exists)."""
    return len(text) == 32 and _HEX.issuperset(text)


def new_secret(size: int = 32) -> str:
    """Return `size` random bytes as URL-safe text; 32 bytes are what keys and tokens carry."""
    return secrets.token_urlsafe(size)
