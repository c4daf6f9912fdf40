"""Which requests are about the projects, tasks and jobs that a list names by their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jobyard.faces.cvat import logic
from jobyard.faces.cvat.marks import mark_of
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.words import requests as words
from jobyard.job.errors import NotFound
from jobyard.job.filters import ASSIGNMENT, Filter, Outline

_MOST = 64
"""So many numbers a list may name before each request is looked at."""
_OTHER = object()
"""Stands for every number that a list does not name: it equals none that it does."""


class About(Struct, frozen=True, kw_only=True):
    """The numbers that a list compares, and what leads from them to requests."""

    told: frozenset[str] = frozenset()
    """Fields that are compared with named numbers and looked at in no other way."""
    ways: tuple[Filter, ...] = ()
    """They lead to every request that has one of these numbers."""
    tasks: Mapping[str, int] = {}
    """Numbers of tasks by the ids of their datasets."""
    projects: Mapping[str, int] = {}
    """Numbers of projects by the ids of their collections."""

    @property
    def others(self) -> dict[str, Any]:
        """What filters may know of the numbers of all other requests."""
        return dict.fromkeys(self.told, _OTHER)

    def mark(self, job: Outline) -> words.Mark:
        """Return a request's mark; what other doors were asked for gets the numbers that are named here."""
        found = mark_of(job)
        if words.MARK in job.marks or job.resource is None:
            return found
        type_, id_ = job.resource
        if type_ == "dataset":
            return replace(found, task_id=self.tasks.get(id_))
        return replace(found, project_id=self.projects.get(id_) if type_ == "collection" else None)


async def asked_for(request: Ask, plain: Mapping[str, object]) -> About:
    """Return what the numbers in a list's filters are about, where those things are still there."""
    text = request.asked.get("filter", "")
    compared = logic.compared(text, words.NUMBERS) if text else logic.Compared({}, frozenset())
    named = {field: set(compared.numbers.get(field, ())) for field in words.NUMBERS}
    for field in plain.keys() & words.NUMBERS:
        named[field].add(int(str(plain[field])))
    if sum(map(len, named.values())) > _MOST:
        return About()
    tasks, projects = dict[str, int](), dict[str, int]()
    for number in named["project_id"]:
        with suppress(NotFound):  # the requests outlive what they are about
            projects[(await request.house.tasks.collection(request.user, number)).id] = number
    for number in named["task_id"]:
        with suppress(NotFound):
            tasks[(await request.house.tasks.known(request.user, number)).id] = number
    for number in named["job_id"]:
        with suppress(NotFound):
            dataset = (await request.datasets.assignment(request.user, number))[1]
            tasks[dataset.id] = dataset.number
    marked = [
        Filter(marked=(f"{words.MARK}.{field}", number)) for field, numbers in named.items() for number in numbers
    ]
    marked += [Filter(marked=(ASSIGNMENT, number)) for number in named["job_id"]]
    owned = [Filter(resource_type="dataset", resource_id=id_) for id_ in tasks]
    owned += [Filter(resource_type="collection", resource_id=id_) for id_ in projects]
    return About(told=words.NUMBERS - compared.loose, ways=(*marked, *owned), tasks=tasks, projects=projects)
