"""The shapes that all answers of this face are made of."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class PageOut(Struct, kw_only=True):
    """One page of a list. `next` must be there even where it is null, or the client gives up."""

    count: int
    next: str | None
    previous: str | None
    results: list[Any]


class UserRef(Struct, kw_only=True):
    """Who somebody is, in short. The client refuses a name with a blank in it; ours have none."""

    url: str
    id: int
    username: str
    first_name: str = ""
    last_name: str = ""


class ListRef(Struct, kw_only=True):
    """Where a list of things is, and how many there are."""

    url: str
    count: int


class LinkRef(Struct, kw_only=True):
    """Where something is."""

    url: str


class Started(Struct, kw_only=True):
    """The answer to whatever is done in the background: the id of the request to wait for."""

    rq_id: str
