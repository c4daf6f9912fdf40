"""Pages with numbers: `page` and `page_size`, and the addresses of the pages before and behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from jobyard.faces.cvat.wire import PageOut
from jobyard.job.errors import Invalid, NotFound

PAGE_SIZE = 10
"""Things on a page where nobody says."""
ALL = 2**31
"""Stands for a page that holds everything."""
_LARGEST = 10_000
_SORTS = 8
"""So many fields a list is sorted by at most."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which page."""

    page: int = 1
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """The row that the page begins with."""
        return (self.page - 1) * self.size

    def cut(self, things: list[Any]) -> list[Any]:
        """Return the page of a whole list."""
        return things[self.offset : self.offset + self.size]


def wanted(asked: Mapping[str, str]) -> Wanted:
    """Return which page is asked for. Raises Invalid for a size that is none, NotFound for a page that is none."""
    text = asked.get("page_size", "") or str(PAGE_SIZE)
    if text == "all":
        return Wanted(size=ALL, page=_page(asked))
    if not _whole(text) or not int(text):
        message = "A page's size is a whole number above 0, or `all`."
        raise Invalid(reason=message, fields=[{"path": "page_size", "message": message}])
    return Wanted(size=min(int(text), _LARGEST), page=_page(asked))


def page(base: str, asked: Mapping[str, str], which: Wanted, results: list[Any], count: int) -> PageOut:
    """Return a page with its neighbours' addresses. Raises NotFound for a page behind the last one."""
    if which.page > 1 and which.offset >= count:
        raise NotFound(what="page", name=str(which.page))
    more = which.offset + which.size < count

    def link(number: int) -> str:
        said = {name: text for name, text in asked.items() if name != "page"}
        if number > 1:
            said = {**asked, "page": str(number)}
        return f"{base}?{urlencode(said)}" if said else base

    return PageOut(
        count=count,
        next=link(which.page + 1) if more else None,
        previous=link(which.page - 1) if which.page > 1 else None,
        results=results,
    )


def sorting(asked: Mapping[str, str], fields: frozenset[str], default: str) -> list[tuple[str, bool]]:
    """Return by which fields a list is sorted, the weightiest first, each with whether backwards.

    Raises Invalid for an unknown one.
    """
    found = list[tuple[str, bool]]()
    for text in (asked.get("sort") or default).split(",")[:_SORTS]:
        name = text.strip().removeprefix("-")
        if name not in fields:
            message = f"There is no sorting by {name[:50]!r}; known are {', '.join(sorted(fields))}."
            raise Invalid(reason=message, fields=[{"path": "sort", "message": message}])
        found.append((name, text.strip().startswith("-")))
    return found


def _page(asked: Mapping[str, str]) -> int:
    text = asked.get("page", "") or "1"
    if not _whole(text) or not int(text):
        raise NotFound(what="page", name=text[:20])
    return int(text)


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9
