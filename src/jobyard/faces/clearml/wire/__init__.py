"""What goes over the wire, by service. Fields that a request does not know are passed over; `null` is not said."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

Json = dict[str, Any]

COMPANY = "jobyard"
"""The id of the one company that there is here."""


class In(Struct, frozen=True, kw_only=True):
    """What a call takes."""


class Out(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What a call answers."""


class Nothing(In, frozen=True, kw_only=True):
    """A call that takes nothing."""


class Empty(Out, frozen=True, kw_only=True):
    """An answer that holds nothing."""


class UpdatedOut(Out, frozen=True, kw_only=True):
    """What was changed."""

    updated: Literal[0, 1]
    """How many were changed."""
    fields: Json = field(default_factory=dict)
    """Changed fields by their dotted names, with their new values."""


class ManyIn(In, frozen=True, kw_only=True):
    """Several at once, one after the other."""

    ids: list[str]
    """Ids of those that are meant; at least one."""


class FailedOut(Out, frozen=True, kw_only=True):
    """One of several for which it was not done."""

    id: str
    """Its id."""
    error: Json
    """`codes`, `msg` and `data`."""


class ManyOut(Out, frozen=True, kw_only=True):
    """What became of each of several."""

    succeeded: list[Json]
    """Those for which it was done, each with what the single call answers."""
    failed: list[FailedOut]
    """Those for which it was not done."""


class ListIn(In, frozen=True, kw_only=True):
    """What every list takes, beside the filters by field."""

    page: int | None = None
    """The page's number, from 0."""
    page_size: int | None = None
    """How many of one page; at least 1."""
    start: int | None = None
    """How many to pass over, in the place of a page."""
    size: int | None = None
    """How many, together with `start` or `scroll_id`."""
    scroll_id: str | None = None
    """Where the answer before ended."""
    refresh_scroll: bool = False
    """Everything up to where the answer before ended, once more."""
    order_by: list[str] | str | None = None
    """Fields in whose order they come; `-` before one turns it round."""
    only_fields: list[str] | str | None = None
    """Dotted names of the fields that are wanted; `-` before one leaves it out."""
    projection: list[str] | str | None = None
    """The same, and it wins."""
    search_text: str | None = None
    """Text that is found in the name, the comment or the id."""
    search_hidden: bool = False
    """Also those with the system tag `hidden`."""
    filters: dict[str, Json] | None = None
    """By field: `any` and `all`, each with `include` and `exclude`, and `op`."""
