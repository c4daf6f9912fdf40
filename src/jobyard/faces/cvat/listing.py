"""Lists of projects, tasks, jobs and labels: filtered by facts, sorted, cut into pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct

from jobyard.faces.cvat import logic, paging
from jobyard.faces.cvat.logic import Facts
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import PageOut

T = TypeVar("T")


class Sort(Struct, frozen=True, kw_only=True):
    """What a list can be asked."""

    fields: frozenset[str]
    """What it is filtered and sorted by; the same as facts."""
    searched: tuple[str, ...]
    """Facts that a search looks at."""
    default: str = "-id"


async def listed(
    request: Ask,
    path: str,
    things: Iterable[T],
    sort: Sort,
    facts: Callable[[T], Facts],
    shown: Callable[[Sequence[T]], Awaitable[list[Any]]],
) -> PageOut:
    """Return the page of things that a request asks for. Only those on it are shown, so only they are looked up."""
    asked = request.asked
    which = paging.wanted(asked)
    orders = paging.sorting(asked, sort.fields, sort.default)
    known = [(facts(thing), thing) for thing in things]
    tests = _tests(asked, sort)
    kept = [(fact, thing) for fact, thing in known if all(test(fact) for test in tests)]
    for name, backward in reversed([*orders, ("id", orders[-1][1])]):
        kept.sort(key=partial(_key, name), reverse=backward)
    rows = await shown([thing for _, thing in which.cut(kept)])
    return paging.page(request.link(path), asked, which, rows, len(kept))


def _tests(asked: dict[str, str], sort: Sort) -> list[Callable[[Facts], Any]]:
    tests: list[Callable[[Facts], Any]] = [
        _equal(name, asked[name]) for name in sorted(sort.fields & asked.keys()) if asked[name]
    ]
    if asked.get("filter"):
        tests.append(logic.compiled(asked["filter"], sort.fields))
    text = asked.get("search", "").casefold().strip()
    if text:
        tests.append(lambda fact: any(text in str(fact.get(name) or "").casefold() for name in sort.searched))
    return tests


def _equal(name: str, wanted: str) -> Callable[[Facts], bool]:
    folded = wanted.casefold()
    return lambda fact: str(fact.get(name) if fact.get(name) is not None else "").casefold() == folded


def _key(name: str, pair: tuple[Facts, Any]) -> tuple[bool, Any]:
    """Return what sorts before what: those without a value first, texts whatever their case."""
    value = pair[0].get(name)
    return (value is not None, value.casefold() if isinstance(value, str) else value or 0)
