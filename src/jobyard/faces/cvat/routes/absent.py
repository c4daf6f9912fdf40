"""What these clients look for and no house has: the lists of it are empty, and nothing can be added to them."""

from __future__ import annotations

from litestar import get

from jobyard.faces.cvat import paging
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import PageOut

_LISTS = ("cloudstorages", "webhooks")


@get([f"/{name}" for name in _LISTS])
async def list_nothing(request: Ask) -> PageOut:
    """Return an empty page."""
    place = request.url.path.removeprefix("/api/").strip("/")
    return paging.page(request.link(place), request.asked, paging.wanted(request.asked), [], 0)


@get(["/lambda/functions", "/lambda/requests"])
async def list_functions(request: Ask) -> list[str]:
    """Return the functions that annotate by themselves, and what was asked of them: none."""
    return []


HANDLERS = (list_nothing, list_functions)
