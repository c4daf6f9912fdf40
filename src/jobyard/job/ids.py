"""How ids are made and checked: 32 lower-case hexadecimal characters that sort by their birth (UUID version 7)."""

from __future__ import annotations

import os
import secrets
import time

_HEX = frozenset("0123456789abcdef")


def new_id() -> str:
    """Return a fresh id: 48 bits of milliseconds, then 74 random bits, laid out as RFC 9562 says for version 7."""
    millisecond = time.time_ns() // 1_000_000
    noise = int.from_bytes(os.urandom(10), "big")
    value = (millisecond & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (noise >> 64 & 0xFFF) << 64
    value |= 0b10 << 62 | noise & (1 << 62) - 1
    return f"{value:032x}"


def is_id(text: str) -> bool:
    """Tell whether `text` has the shape of our ids (it need not name anything that exists)."""
    return len(text) == 32 and _HEX.issuperset(text)


def new_secret(size: int = 32) -> str:
    """Return `size` random bytes as URL-safe text; 32 bytes are what keys and tokens carry."""
    return secrets.token_urlsafe(size)
