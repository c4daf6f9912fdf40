"""Choosing some of many, the same ones for the same seed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


def some(among: Iterable[int], count: int, seed: str) -> list[int]:
    """Return up to `count` of these, sorted: those whose mark under the seed is lowest."""
    marked = sorted(among, key=lambda one: blake2b(f"{seed} {one}".encode(), digest_size=8).digest())
    return sorted(marked[:count])
