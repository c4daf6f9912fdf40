"""Which part of a list is wanted, in which order, and where it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, json

from jobyard.faces.clearml.asking.paths import dig, require_known, strings, unescaped
from jobyard.faces.clearml.wire import Json, ListIn
from jobyard.job.errors import Invalid

PAGE_SIZE = 500
"""How many of one page where nobody says."""
LARGEST = 10_000
"""How many of one page at most; who asks for more is told."""
_FURTHEST = 2**40
"""Beyond every list, and still a place that a table can be asked for."""
_SCROLL = "at-"
_NUMERIC = ("hyperparams", "last_metrics", "execution")


class Page(Struct, frozen=True):
    """From which place on, and how many."""

    offset: int
    limit: int
    scrolls: bool = False
    """Whether the answer says where it ended."""

    def along(self, found: int, total: int, *, exact: bool = True) -> Json:
        """Return what rides along with a page: how many there are in all, and where to go on where there are more."""
        told: Json = {"total": total, "total_exact": exact}
        if self.scrolls or not exact or self.offset + found < total:
            told["scroll_id"] = f"{_SCROLL}{self.offset + found}"
        return told


def page(said: ListIn) -> Page:
    """Return which page is asked for. Raises Invalid."""
    if said.scroll_id is not None or (said.size is not None and said.start is None and said.page is None):
        limit = _bounded("size", said.size or said.page_size or PAGE_SIZE)
        place = _place(said.scroll_id)
        if said.refresh_scroll:
            return Page(0, min(place or limit, LARGEST), scrolls=True)
        return Page(place, limit, scrolls=True)
    if said.start is not None:
        if said.start < 0:
            raise Invalid(reason="error for field 'start'. it is at least 0")
        return Page(min(said.start, _FURTHEST), _bounded("size", said.size or PAGE_SIZE))
    if said.page is not None and said.page < 0:
        raise Invalid(reason="error for field 'page'. it is at least 0")
    limit = _bounded("page_size", PAGE_SIZE if said.page_size is None else said.page_size)
    return Page(min((said.page or 0) * limit, _FURTHEST), limit)


def order(said: ListIn, known: frozenset[str]) -> list[tuple[str, bool]]:
    """Return in the order of which fields a list is wanted, each with whether it is turned round. Raises Invalid."""
    names = [unescaped(name) for name in strings(said.order_by)]
    if "@text_score" in {name.removeprefix("-") for name in names} and not said.search_text:
        raise Invalid(reason="@text_score needs search_text")
    names = [name for name in names if name.removeprefix("-") != "@text_score"]
    require_known(names, known)
    return [(name.removeprefix("-"), name.startswith("-")) for name in names]


def ordered(found: list[Json], fields: Sequence[tuple[str, bool]]) -> list[Json]:
    """Return documents in the order of some fields; what has no value comes last, and ids decide at the end."""
    found = sorted(found, key=lambda one: str(one.get("id", "")))
    for name, down in reversed(fields):
        there = [(key, one) for one in found if (key := _key(name, dig(one, name))) is not None]
        there.sort(key=lambda pair: pair[0], reverse=down)
        ids = {id(one) for _, one in there}
        found = [one for _, one in there] + [one for one in found if id(one) not in ids]
    return found


def _key(name: str, value: Any) -> tuple[int, Any] | None:
    if isinstance(value, bool):
        return (0, int(value))
    if isinstance(value, (int, float)):
        return (0, value)
    if isinstance(value, dict) and value:
        return (2, json.encode(value, order="sorted"))
    if not isinstance(value, str) or not value:
        return None
    if name.startswith(_NUMERIC):
        try:
            return (0, float(value))
        except ValueError:
            return (1, value)
    return (1, value)


def _bounded(name: str, size: int) -> int:
    if not 1 <= size <= LARGEST:
        raise Invalid(reason=f"error for field '{name}'. it is 1 to {LARGEST}")
    return size


def _place(scroll: str | None) -> int:
    """Return the place that a scroll id names; the beginning for one that is not known."""
    text = (scroll or "").removeprefix(_SCROLL)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
