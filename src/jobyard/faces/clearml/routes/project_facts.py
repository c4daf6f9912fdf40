"""What is told beside projects: how many tasks they hold and how these stand, what lies below them, and datasets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from jobyard.experiments.contents import DATASET
from jobyard.experiments.record import ARCHIVED, HIDDEN, Folder
from jobyard.experiments.search import Asked, Count, Worn
from jobyard.experiments.standing import Standing
from jobyard.faces.clearml import times
from jobyard.faces.clearml.asking.conditions import Among, Condition
from jobyard.faces.clearml.routes.task_asking import asked as asked_of
from jobyard.faces.clearml.statuses import STATUS
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.projects import ProjectsExIn
from jobyard.faces.clearml.wire.tasks import TasksIn
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid

_DAY = 86_400 * SECOND
_UNENDED = frozenset({Standing.QUEUED, Standing.RUNNING, Standing.FAILED})
"""How tasks stand that do not count as completed."""
_CHILDREN = {"pipeline": "pipeline", "dataset": "dataset", "report": "reports"}
"""The system tag of the projects that hold things of a sort."""


def below(seen: Sequence[Folder]) -> Mapping[str, list[str]]:
    """Return by each project's id itself and all below it."""
    folders = {(one.home, one.name): one for one in seen}
    inside: dict[str, list[str]] = {one.id: [one.id] for one in seen}
    for one in seen:
        name = one.name
        while name := name.rpartition("/")[0]:
            above = folders.get((one.home, name))
            if above is not None:
                inside[above.id].append(one.id)
    return inside


async def narrowing(call: Call, said: ProjectsExIn, seen: Sequence[Folder]) -> list[Condition]:
    """Return the conditions on what lies in projects: tasks of some users, and things of a sort."""
    if said.active_users is None and said.children_type is None:
        return []
    inside, found = below(seen), list[Condition]()
    if said.active_users is not None:
        counts = await call.experiments.search.counts(call.actor, await _asked(call, said, None), call.now())
        active = {one.folder for one in counts}
        found.append(lambda one: not active.isdisjoint(inside[one["id"]]))
    if said.children_type is not None:
        tag, among = _CHILDREN[said.children_type], Among("children_tags", said.children_tags or [])
        holding = {one.id for one in seen if tag in one.system_tags and among.fits(one.tags)}
        found.append(lambda one: not holding.isdisjoint(inside[one["id"]]))
    return found


async def told(call: Call, said: ProjectsExIn, some: Sequence[Json], seen: Sequence[Folder]) -> None:
    """Put what is asked of them into projects."""
    if not (said.include_stats or said.check_own_contents or said.include_dataset_stats):
        return
    under = below(seen)
    if said.include_stats:
        wanted = dict.fromkeys(id_ for one in some for id_ in under[one["id"]])
        counts = await call.experiments.search.counts(
            call.actor, await _asked(call, said, list(wanted)), call.now() - _DAY
        )
        by = defaultdict[str, list[Count]](list)
        for count in counts:
            by[count.folder].append(count)
        names = {one.id: one for one in seen}
        for one in some:
            inside = under[one["id"]] if said.stats_with_children else [one["id"]]
            one["stats"] = _stats([count for id_ in inside for count in by[id_]], said.stats_for_state)
            one["sub_projects"] = _named(under[one["id"]][1:], names, hidden=said.search_hidden)
    if said.check_own_contents and said.id:
        await _own(call, some)
    if said.include_dataset_stats:
        for one in some:
            facts = await _dataset(call, under[one["id"]])
            if facts:
                one["dataset_stats"] = facts


async def _asked(call: Call, said: ProjectsExIn, folders: list[str] | None) -> Asked:
    """Return which tasks are counted."""
    told_ = dict(said.include_stats_filter or {})
    sought, rest = await asked_of(call.saying(told_), TasksIn(search_hidden=True))
    if rest:
        raise Invalid(reason=f"error for field 'include_stats_filter'. {', '.join(sorted(told_))} cannot be counted by")
    owners = sought.owners if said.active_users is None else tuple(said.active_users)
    if folders is not None and sought.folders is not None:
        folders = [one for one in folders if one in sought.folders]
    sought = replace(sought, owners=owners, hidden=True, whole=False)
    return sought if folders is None else replace(sought, folders=tuple(folders))


def _stats(counts: Iterable[Count], state: str | None) -> Json:
    found = list(counts)
    states = {"active": False, "archived": True}
    return {
        name: _state([one for one in found if one.archived is archived])
        for name, archived in states.items()
        if state in {None, name}
    }


def _state(counts: Sequence[Count]) -> Json:
    status = dict.fromkeys(STATUS.values(), 0)
    for one in counts:
        status[STATUS[one.standing]] += one.tasks
    began = max((one.began for one in counts if one.began is not None), default=None)
    return {
        "status_count": status,
        "total_tasks": sum(one.tasks for one in counts),
        "total_runtime": sum(one.ran for one in counts) // SECOND,
        "completed_tasks_24h": sum(one.lately for one in counts if one.standing not in _UNENDED),
        "last_task_run": None if began is None else times.told(began),
    }


def _named(ids: Sequence[str], names: Mapping[str, Folder], *, hidden: bool) -> list[Json]:
    there = [names[id_] for id_ in ids if hidden or HIDDEN not in names[id_].system_tags]
    return [{"id": one.id, "name": one.name} for one in sorted(there, key=lambda one: one.name)]


async def _own(call: Call, some: Sequence[Json]) -> None:
    ids = tuple(one["id"] for one in some)
    counts = await call.experiments.search.counts(call.actor, Asked(folders=ids, hidden=True, whole=False), call.now())
    models = await call.experiments.library.all(call.actor, "in", ids)
    for one in some:
        one["own_tasks"] = sum(count.tasks for count in counts if count.folder == one["id"])
        one["own_models"] = sum(model.folder == one["id"] for model in models)


async def _dataset(call: Call, folders: Collection[str]) -> Json:
    asked = Asked(
        folders=tuple(folders), system_tags=Worn(all=(DATASET,), none=(ARCHIVED,)), hidden=True, order="created"
    )
    found = await call.experiments.search.page(call.actor, asked, 0, 1)
    if not found.tasks:
        return {}
    kept = found.tasks[0].task.sections.get("runtime", {})
    return {"file_count": kept.get("ds_file_count", 0), "total_size": kept.get("ds_total_size", 0)}
