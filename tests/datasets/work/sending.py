"""Ways to send files in for a shop, and to look at what is left of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from jobyard.datasets.record import Dataset, Draft
from jobyard.datasets.uploads import Told
from tests.datasets.work.shop import CAT, DOG, Shop
from tests.datasets.yard import ADA


async def pieces(content: bytes, size: int = 1 << 20) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def sent(shop: Shop, group: str, name: str, content: bytes, user: str = "ada") -> str:
    """Send a file in; return how jobs name it."""
    told = Told(name=name, user=user, length=len(content))
    upload = shop.ask(shop.uploads.put(group, told, pieces(content)))
    return f"{group}/{upload.id}"


def empty(shop: Shop, name: str = "sent", **given: object) -> Dataset:
    """Make a dataset whose pictures will be sent in."""
    return shop.ask(shop.datasets.create(ADA, Draft(name=name, source="", labels=(CAT, DOG), **given)))  # type: ignore[arg-type]


def files(folder: Path) -> list[str]:
    """Return all files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
