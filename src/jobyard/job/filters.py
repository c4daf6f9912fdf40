"""The closed set of questions by which jobs may be listed. Only what stands here reaches a query; values are bound."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Any

from msgspec import Struct

from jobyard.job.record import Job
from jobyard.job.states import State

PAGE_LIMIT = 500
"""The most jobs one page holds."""
OUTLINE_LIMIT = 5_000
"""The most outlines that are read at once."""
BLOCK = 1_024
"""So many numbers are a block; how many jobs of each facet stand in it is kept."""
UNTOLD = "*"
"""Stands for the names of parameters that are too many, too long or too odd to tell."""
ASSIGNMENT = "assignment"
"""The parameter that says which piece of a dataset is worked on."""
WORD_LIMIT = 16
"""The most words one search looks at; further ones are ignored."""


class Order(StrEnum):
    """How a list is sorted; ties go by number in the same direction."""

    NEWEST = "-number"
    OLDEST = "number"
    PRIORITY = "-priority"
    """Higher priority first, then first come."""
    ENDED = "-finished_at"
    """Last ended first; jobs that have not ended are left out."""


class Scope(Struct, frozen=True, kw_only=True):
    """Whose jobs may be seen: everyone's, or one owner's and those of some projects and of some schedules."""

    everything: bool = False
    owner: str | None = None
    projects: frozenset[str] = frozenset()
    schedules: frozenset[str] = frozenset()
    """Ids of schedules that somebody shared; lists heed them, kept counters do not."""

    def covers(self, owner: str, project: str | None, schedule: str | None = None) -> bool:
        """Tell whether a job of this owner, project and schedule is inside."""
        return self.everything or owner == self.owner or project in self.projects or schedule in self.schedules


EVERYTHING = Scope(everything=True)


class Filter(Struct, frozen=True, kw_only=True):
    """Which jobs are meant. Every field narrows; an empty one does not."""

    states: frozenset[State] = frozenset()
    kinds: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    """Ids of projects."""
    queues: frozenset[str] = frozenset()
    faces: frozenset[str] = frozenset()
    workers: frozenset[str] = frozenset()
    """Who had one of their attempts."""
    ids: frozenset[str] = frozenset()
    parent: str | None = None
    schedule: str | None = None
    """The id of the schedule that made them."""
    origin: str | None = None
    """The job that they run again with changes."""
    after: str | None = None
    """The job that they wait for, or waited for."""
    resource_type: str | None = None
    resource_id: str | None = None
    format: str | None = None
    """What their parameter `format` says, capitals or not."""
    marked: tuple[str, int] | None = None
    """A number that a face marked them with: `face.name` and the number; or ASSIGNMENT and their parameter's."""
    labels: frozenset[tuple[str, str | None]] = frozenset()
    """(name, value) pairs that must all be there; a value of None asks only for the name."""
    created_from: int | None = None
    """Created at or after this time."""
    created_to: int | None = None
    """Created before this time."""
    finished_from: int | None = None
    finished_to: int | None = None
    text: str = ""
    """Every word in it must begin a word of the job's searchable text."""


class Cursor(Struct, frozen=True, kw_only=True, array_like=True):
    """Where a page ended: the sort value and the number of its last job."""

    value: int
    number: int


class Outline(Struct, frozen=True, kw_only=True):
    """As much of a job as tells whether it is meant, where no filter can say so."""

    number: int
    id: str
    kind: str
    state: State
    parameters: dict[str, Any]
    marks: dict[str, Any]
    resource: tuple[str, str] | None = None
    """The type and the id of what it works on."""
    project: str | None = None
    """The id of the project that shares it."""


class Facet(Struct, frozen=True, kw_only=True):
    """What many jobs have in common, so that a list need not look at each of them."""

    kind: str
    state: State
    format: str = ""
    """The parameter of that name with its ASCII capitals made small; empty where there is none."""
    given: str = ""
    """Names of the parameters that say something, sorted, with a comma between them; or UNTOLD."""


class Tallied(Struct, frozen=True, kw_only=True):
    """How many jobs of one facet stand in one block of numbers."""

    block: int
    """Their numbers divided by BLOCK."""
    facet: Facet
    count: int


class Faceted(Struct, frozen=True, kw_only=True):
    """A job in a block."""

    number: int
    id: str
    facet: Facet


class Query(Struct, frozen=True, kw_only=True):
    """One page of a list."""

    filter: Filter = Filter()
    scope: Scope = EVERYTHING
    order: Order = Order.NEWEST
    limit: int = 50
    """1 to PAGE_LIMIT."""
    after: Cursor | None = None
    """The page begins behind this; None for the first page."""


def words(text: str) -> list[str]:
    """Split text into search words: runs of letters, digits and marks, case folded, in order, doubles kept.

    Both sides of a search use this one function, so that every store finds the same.
    """
    if text.isascii():  # nearly every job, and its words are split while the writer waits
        return [word[:64] for word in text.translate(_SPLIT_ASCII).split()]
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in folded)
    return [word[:64] for word in kept.split()]


def lowered(text: str) -> str:
    """Return text with its ASCII capitals made small; every database does the same to it."""
    return text.translate(_SMALL)


_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_SPLIT_ASCII = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))


def searchable(job: Job) -> str:
    """Return the words a job is found by: those of its number, names, kind, labels, resource, failure and parameters.

    Of the parameters only texts and whole numbers count, and of everything only the first words, up to a limit.
    """
    parts = [str(job.number), job.id, job.name, job.kind, job.owner, job.queue, job.face]
    parts += [f"{name} {value}" for name, value in job.labels.items()]
    if job.resource is not None:
        parts += [job.resource.type, job.resource.id, job.resource.name]
    if job.failure is not None:
        parts.append(job.failure.message)
    parts += [str(value)[:256] for value in job.parameters.values() if isinstance(value, (str, int))]
    return " ".join(words(" ".join(parts))[:_SEARCHABLE_WORDS])


_SEARCHABLE_WORDS = 256
