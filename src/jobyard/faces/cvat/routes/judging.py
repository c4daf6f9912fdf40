"""How the quality of tasks and projects is calculated, and how replicas are merged: looked at and changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import get, patch, route
from litestar.params import FromPath

from jobyard.datasets import rulebook
from jobyard.datasets.collection import Collection, CollectionChanges
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset, DatasetChanges
from jobyard.faces.cvat import finding, submitting, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import PageOut
from jobyard.faces.cvat.wire.judging import (
    ConsensusSettingsIn,
    ConsensusSettingsOut,
    QualitySettingsIn,
    RequirementIn,
    RequirementOut,
)
from jobyard.faces.cvat.words import judging as words
from jobyard.job.errors import NotFound

Thing = Dataset | Collection
_SETTINGS = Sort(fields=frozenset({"id", "task_id", "project_id", "inherit"}), searched=())
_REQUIREMENTS = Sort(fields=frozenset({"id", "settings_id", "task_id", "project_id", "name"}), searched=("name",))
_MERGES = Sort(fields=frozenset({"id", "task_id"}), searched=())


@get("/quality/settings")
async def list_quality_settings(request: Ask) -> PageOut:
    """Return one page of the settings of tasks and projects you may see."""

    async def shown(things: Sequence[Thing]) -> list[Any]:
        return [words.quality_out(thing, await _labels(request, thing)) for thing in things]

    return await listed(request, "quality/settings", await _things(request), _SETTINGS, _facts, shown)


@get("/quality/settings/{number:str}")
async def get_quality_settings(request: Ask, number: FromPath[str]) -> dict[str, Any]:
    """Return how the quality of a task or a project is calculated."""
    thing = await _meant(request, number)
    return words.quality_out(thing, await _labels(request, thing))


@route("/quality/settings/{number:str}", http_method=["PATCH", "PUT"])
async def change_quality_settings(request: Ask, number: FromPath[str]) -> dict[str, Any]:
    """Change how the quality of a task or a project is calculated from now on."""
    said = await taking.body(request, QualitySettingsIn)
    thing = await _meant(request, number)
    now = words.with_settings(said, rulebook.quality_settings(thing.settings))
    return words.quality_out(await _kept(request, thing, now), await _labels(request, thing))


@get("/quality/settings/requirements")
async def list_requirements(request: Ask) -> PageOut:
    """Return one page of the requirements of tasks and projects you may see."""

    async def shown(things: Sequence[Thing]) -> list[Any]:
        return [words.listed(words.requirement_out(thing, await _labels(request, thing))) for thing in things]

    return await listed(request, "quality/settings/requirements", await _things(request), _REQUIREMENTS, _facts, shown)


@get("/quality/settings/requirements/{number:str}")
async def get_requirement(request: Ask, number: FromPath[str]) -> RequirementOut:
    """Return what all annotations of a task or a project are measured by."""
    thing = await _meant(request, number)
    return words.requirement_out(thing, await _labels(request, thing))


@route("/quality/settings/requirements/{number:str}", http_method=["PATCH", "PUT"])
async def change_requirement(request: Ask, number: FromPath[str]) -> RequirementOut:
    """Change what all annotations of a task or a project are measured by from now on."""
    said = await taking.body(request, RequirementIn)
    thing = await _meant(request, number)
    labels = await _labels(request, thing)
    now = words.with_requirement(said, rulebook.quality_settings(thing.settings), labels)
    return words.requirement_out(await _kept(request, thing, now), labels)


@get("/consensus/settings")
async def list_consensus_settings(request: Ask) -> PageOut:
    """Return one page of the settings of tasks you may see."""

    async def shown(tasks: Sequence[Dataset]) -> list[Any]:
        return [words.consensus_out(task) for task in tasks]

    def facts(task: Dataset) -> dict[str, Any]:
        return {"id": task.number, "task_id": task.number}

    return await listed(request, "consensus/settings", await finding.all_tasks(request), _MERGES, facts, shown)


@get("/consensus/settings/{number:str}")
async def get_consensus_settings(request: Ask, number: FromPath[str]) -> ConsensusSettingsOut:
    """Return how the replicas of a task are merged."""
    return words.consensus_out(await request.house.tasks.dataset(request.user, int(number)))


@patch("/consensus/settings/{number:str}")
async def change_consensus_settings(request: Ask, number: FromPath[str]) -> ConsensusSettingsOut:
    """Change how the replicas of a task are merged from now on."""
    said = await taking.body(request, ConsensusSettingsIn)
    task = await request.house.tasks.dataset(request.user, int(number))
    rules = words.with_consensus(said, rulebook.consensus_rules(task.settings))
    changes = DatasetChanges(settings=rulebook.with_consensus(task.settings, rules))
    return words.consensus_out(await request.datasets.update(request.user, task.id, changes))


async def _things(request: Ask) -> list[Thing]:
    """Return whose settings a list may show; only what it names, where it names something."""
    for name, what in (("task_id", "tasks"), ("project_id", "projects")):
        number = taking.whole(request.asked, name)
        if number is not None:
            try:
                return [(await submitting.target(request, what, number)).thing]
            except NotFound:
                return []
    return [*await finding.all_tasks(request), *await finding.all_projects(request)]


async def _meant(request: Ask, number: str) -> Thing:
    what, own = words.meant(int(number))
    return (await submitting.target(request, what, own)).thing


async def _labels(request: Ask, thing: Thing) -> list[Label]:
    if isinstance(thing, Collection):
        return await request.datasets.collection_labels(request.user, thing.id)
    return await request.datasets.labels(request.user, thing.id)


async def _kept(request: Ask, thing: Thing, now: rulebook.QualitySettings) -> Thing:
    settings = rulebook.with_quality(thing.settings, now)
    if isinstance(thing, Collection):
        return await request.datasets.update_collection(request.user, thing.id, CollectionChanges(settings=settings))
    return await request.datasets.update(request.user, thing.id, DatasetChanges(settings=settings))


def _facts(thing: Thing) -> dict[str, Any]:
    number, project = words.settings_number(thing), isinstance(thing, Collection)
    return {
        "id": number,
        "settings_id": number,
        "task_id": None if project else thing.number,
        "project_id": thing.number if project else None,
        "inherit": rulebook.quality_settings(thing.settings).inherit,
        "name": "",
    }


HANDLERS = (
    list_quality_settings,
    get_quality_settings,
    change_quality_settings,
    list_requirements,
    get_requirement,
    change_requirement,
    list_consensus_settings,
    get_consensus_settings,
    change_consensus_settings,
)
