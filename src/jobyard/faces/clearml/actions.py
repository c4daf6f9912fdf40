"""What an action is: a name, the version since which it is there, a function, and the two shapes it speaks in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from jobyard.faces.clearml.paths import Version, version_of
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import In, Json, Out

I = TypeVar("I", bound=In)  # noqa: E741 - the shape that goes in


class Download(NamedTuple):
    """An answer that is a file, without an envelope."""

    content: bytes
    media_type: str
    name: str


Answer = Out | Json | Download


class Action(NamedTuple):
    """One thing that may be called."""

    name: str
    since: Version
    takes: type[In]
    gives: type[Out]
    run: Callable[[Call, Any], Awaitable[Answer]]
    """Told the call and what was said, in the shape that it takes."""
    says: str
    """What it does, in one sentence."""
    batch: bool = False
    """Whether its body is a JSON object a line."""
    public: bool = False
    """Whether it needs no login."""


def action(
    name: str, since: str, takes: type[I], gives: type[Out], *, batch: bool = False, public: bool = False
) -> Callable[[Callable[[Call, I], Awaitable[Answer]]], Action]:
    """Make an action of a function."""

    def made(run: Callable[[Call, I], Awaitable[Answer]]) -> Action:
        says = (run.__doc__ or "").strip().splitlines()[0]
        return Action(name, version_of(since) or (0, 0), takes, gives, run, says, batch, public)

    return made


def said(version: Version) -> str:
    """Return a version as text."""
    return f"{version[0]}.{version[1]}"


def table(actions: Iterable[Action]) -> Mapping[str, Action]:
    """Return actions by name. Raises ValueError for a name that is there twice."""
    found: dict[str, Action] = {}
    for one in actions:
        if one.name in found:
            raise ValueError(f"the action {one.name} is there twice")
        found[one.name] = one
    return found
