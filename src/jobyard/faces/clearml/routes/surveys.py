"""What lies in projects, told together: tags, parents, owners, parameters, metrics, and what is kept of models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from jobyard.experiments.record import Experiment, Model
from jobyard.experiments.search import Asked
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.asking.conditions import Among
from jobyard.faces.clearml.asking.pages import page
from jobyard.faces.clearml.asking.patterns import pattern
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json, ListIn
from jobyard.faces.clearml.wire.surveys import (
    Filter,
    KeysOut,
    MetadataValuesIn,
    MetricsIn,
    MetricsOut,
    NamesIn,
    NamesOut,
    PagedPartIn,
    ParametersIn,
    ParametersOut,
    ParentsIn,
    ParentsOut,
    ProjectTagsIn,
    TagsOut,
    ValuesIn,
    ValuesOut,
)
from jobyard.faces.clearml.words.tasks import hashed

T = TypeVar("T")

_STATES = {"active": False, "archived": True}


@action("projects.get_task_tags", "2.8", ProjectTagsIn, TagsOut)
async def get_task_tags(call: Call, said: ProjectTagsIn) -> Answer:
    """Return the tags of the tasks in some projects and below them, or of all."""
    found = await tasks_in(call, said.projects)
    return tags_of(
        [(one.task.head.tags, one.task.head.system_tags) for one in found], said.filter, system=said.include_system
    )


@action("projects.get_model_tags", "2.8", ProjectTagsIn, TagsOut)
async def get_model_tags(call: Call, said: ProjectTagsIn) -> Answer:
    """Return the tags of the models in some projects and below them, or of all."""
    found = await models_in(call, said.projects)
    return tags_of([(one.tags, one.system_tags) for one in found], said.filter, system=said.include_system)


@action("projects.get_project_tags", "2.17", ProjectTagsIn, TagsOut)
async def get_project_tags(call: Call, said: ProjectTagsIn) -> Answer:
    """Return the tags of some projects and of those below them, or of all."""
    inside = await _inside(call, said.projects)
    seen = await call.experiments.folders.seen(call.actor)
    found = [(one.tags, one.system_tags) for one in seen if inside is None or one.id in inside]
    return tags_of(found, said.filter, system=said.include_system)


@action("projects.get_task_parents", "2.12", ParentsIn, ParentsOut)
async def get_task_parents(call: Call, said: ParentsIn) -> Answer:
    """Return the parents of the tasks in some projects, or of all, by name."""
    archived = _STATES[said.tasks_state] if said.tasks_state else None
    found = await tasks_in(call, said.projects, below=said.include_subprojects, archived=archived)
    ids = {one.task.parent for one in found if one.task.parent}
    parents = await call.experiments.search.all(call.actor, Asked(ids=tuple(ids), whole=False)) if ids else []
    fits = pattern(said.task_name or "", folded=True)
    names = {one.id: one.name for one in await call.experiments.folders.seen(call.actor)}
    told = [_parent(one, names.get(one.task.project)) for one in parents if fits(one.job.name)]
    return ParentsOut(parents=sorted(told, key=lambda one: (one["name"], one["id"])))


@action("projects.get_user_names", "2.26", NamesIn, NamesOut)
async def get_user_names(call: Call, said: NamesIn) -> Answer:
    """Return whose tasks or models lie in some projects, or in all, by name."""
    if said.entity == "task":
        names = {one.job.owner for one in await tasks_in(call, said.projects, below=said.include_subprojects)}
    else:
        names = {one.owner for one in await models_in(call, said.projects, below=said.include_subprojects)}
    return NamesOut(users=[{"id": name, "name": name} for name in sorted(names)])


@action("projects.get_hyper_parameters", "2.9", ParametersIn, ParametersOut)
async def get_hyper_parameters(call: Call, said: ParametersIn) -> Answer:
    """Return the sections and names of the parameters that the tasks of a project have."""
    await call.experiments.folders.get(call.actor, said.project)
    found = await tasks_in(call, [said.project], below=said.include_subprojects, whole=True)
    names = sorted({(section, name) for one in found for section, name, _ in _parameters(one)})
    some, remaining = _part(names, said)
    parameters = [{"section": section, "name": name} for section, name in some]
    return ParametersOut(parameters=parameters, remaining=remaining, total=len(names))


@action("projects.get_hyperparam_values", "2.13", ValuesIn, ValuesOut)
async def get_hyperparam_values(call: Call, said: ValuesIn) -> Answer:
    """Return the values that a parameter has in the tasks of some projects, or of all."""
    found = await tasks_in(call, said.projects, below=said.include_subprojects, whole=True)
    fits, wanted = pattern(said.pattern or ""), (said.section, said.name)
    values = {value for one in found for *place, value in _parameters(one) if tuple(place) == wanted and fits(value)}
    some, _ = _part(sorted(values), said)
    return ValuesOut(values=some, total=len(values))


@action("projects.get_unique_metric_variants", "2.1", MetricsIn, MetricsOut)
async def get_unique_metric_variants(call: Call, said: MetricsIn) -> Answer:
    """Return the metrics and variants of the curves in a project, or of all."""
    projects = [said.project] if said.project else None
    if said.model_metrics:
        models = await models_in(call, projects, below=said.include_subprojects)
        homes = [one.id for one in models if not said.ids or one.id in said.ids]
        known = await call.experiments.curves.last(call.actor, homes)
        curves = sorted({(one.metric, one.variant) for there in known.values() for one in there})
    else:
        asked = await _asked(call, projects, below=said.include_subprojects, ids=said.ids)
        curves = await call.experiments.search.curves(call.actor, asked)
    return MetricsOut(
        metrics=[
            {
                "metric": metric,
                "metric_hash": hashed(metric),
                "variant": variant,
                "variant_hash": hashed(variant),
            }
            for metric, variant in curves
        ]
    )


@action("projects.get_model_metadata_keys", "2.17", ParametersIn, KeysOut)
async def get_model_metadata_keys(call: Call, said: ParametersIn) -> Answer:
    """Return the keys of what is kept of the models of a project."""
    await call.experiments.folders.get(call.actor, said.project)
    found = await models_in(call, [said.project], below=said.include_subprojects)
    keys = sorted({key for one in found for key in one.metadata})
    some, remaining = _part(keys, said)
    return KeysOut(keys=some, remaining=remaining, total=len(keys))


@action("projects.get_model_metadata_values", "2.17", MetadataValuesIn, ValuesOut)
async def get_model_metadata_values(call: Call, said: MetadataValuesIn) -> Answer:
    """Return the values that are kept under a key of the models of some projects, or of all."""
    found = await models_in(call, said.projects, below=said.include_subprojects)
    kept = [one.metadata[said.key] for one in found if said.key in one.metadata]
    values = sorted({str(one["value"]) for one in kept if one.get("value") is not None})
    some, _ = _part(values, said)
    return ValuesOut(values=some, total=len(values))


async def tasks_in(
    call: Call, projects: Sequence[str] | None, *, below: bool = True, archived: bool | None = None, whole: bool = False
) -> list[Experiment]:
    """Return the tasks in some projects, or all."""
    asked = await _asked(call, projects, below=below, archived=archived, whole=whole)
    return await call.experiments.search.all(call.actor, asked)


async def models_in(call: Call, projects: Sequence[str] | None, *, below: bool = True) -> list[Model]:
    """Return the models in some projects, or all."""
    inside = await _inside(call, projects, below=below)
    if inside is None:
        return await call.experiments.library.all(call.actor)
    return await call.experiments.library.all(call.actor, "in", inside)


def tags_of(found: Iterable[tuple[Sequence[str], Sequence[str]]], narrow: Filter | None, *, system: bool) -> Json:
    """Return the tags of all that a filter leaves; those of programs only for `system`."""
    tags = Among("tags", (narrow and narrow.tags) or [])
    system_tags = Among("system_tags", (narrow and narrow.system_tags) or [])
    kept = [one for one in found if tags.fits(one[0]) and system_tags.fits(one[1])]
    told: Json = {"tags": sorted({tag for there, _ in kept for tag in there})}
    if system:
        told["system_tags"] = sorted({tag for _, there in kept for tag in there})
    return told


async def _inside(call: Call, projects: Sequence[str] | None, *, below: bool = True) -> list[str] | None:
    if not projects:
        return None
    return await call.experiments.folders.inside(call.actor, projects) if below else list(projects)


async def _asked(
    call: Call,
    projects: Sequence[str] | None,
    *,
    below: bool,
    archived: bool | None = None,
    whole: bool = False,
    ids: Sequence[str] | None = None,
) -> Asked:
    inside = await _inside(call, projects, below=below)
    return Asked(
        ids=tuple(ids) if ids else None,
        folders=None if inside is None else tuple(inside),
        archived=archived,
        hidden=True,
        whole=whole,
    )


def _parameters(one: Experiment) -> Iterable[tuple[str, str, str]]:
    for section, named in one.task.sections.get("hyperparams", {}).items():
        for name, item in named.items():
            yield section, name, str(item.get("value") or "")


def _parent(one: Experiment, project: str | None) -> Json:
    told: Json = {"id": one.task.id, "name": one.job.name}
    if one.task.project:
        told["project"] = {"id": one.task.project, "name": project or one.task.project}
    return told


def _part(found: Sequence[T], said: PagedPartIn | ParametersIn) -> tuple[list[T], int]:
    """Return a page of what was found, and how many come behind it."""
    part = page(ListIn(page=said.page, page_size=said.page_size))
    some = list(found[part.offset : part.offset + part.limit])
    return some, max(0, len(found) - part.offset - len(some))


ACTIONS = (
    get_task_tags,
    get_model_tags,
    get_project_tags,
    get_task_parents,
    get_user_names,
    get_hyper_parameters,
    get_hyperparam_values,
    get_unique_metric_variants,
    get_model_metadata_keys,
    get_model_metadata_values,
)
