"""A task as they read it, and what they say of one as ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import md5
from typing import Any

from msgspec import UNSET

from jobyard.experiments.record import Experiment, Series
from jobyard.experiments.sections import carried
from jobyard.experiments.standing import Standing
from jobyard.experiments.tasks import Draft, Edits, like
from jobyard.faces.clearml import times
from jobyard.faces.clearml.statuses import STATUS
from jobyard.faces.clearml.wire import COMPANY, Json
from jobyard.faces.clearml.wire.parts import Execution, Models, Script
from jobyard.faces.clearml.wire.tasks import CloneIn, CreateIn, EditIn, TaskFields, UpdateIn
from jobyard.faces.clearml.words import standings
from jobyard.faces.clearml.words.parameters import (
    models,
    parameters,
    plain,
    set_artifacts,
    take_design,
    take_legacy,
    to_design,
    to_legacy,
)
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid
from jobyard.job.states import State

LARGER = frozenset(
    {
        *("script", "execution", "output", "hyperparams", "configuration", "runtime", "models", "container"),
        *("input", "report"),
    }
)
"""Fields that lie in a task's larger parts."""
METRICS = "last_metrics"
REPORT = "report"
"""The text of a report."""
STATUS_FIELDS = (
    *("status", "status_reason", "status_message", "status_changed"),
    *("last_update", "last_change", "last_changed_by"),
)
"""What a word about a task's life always sets."""

_EMPTY: Mapping[str, Any] = {"parameters": {}, "model_desc": {}, "model_labels": {}, "artifacts": [], "test_split": 0}


def document(experiment: Experiment, *, whole: bool = True, queues: Mapping[str, str] | None = None) -> Json:
    """Return a task as a document with all its fields; not `whole` leaves its larger parts out.

    `queues` are the ids of queues by their names.
    """
    job, task, head = experiment.job, experiment.task, experiment.task.head
    reason, message = standings.reason_and_message(experiment)
    completed = task.completed_at
    if completed is None and head.said_of != experiment.standing.value:
        completed = job.finished_at
    said: Json = {
        "id": task.id,
        "name": job.name,
        "user": job.owner,
        "company": COMPANY,
        "type": task.type,
        "status": standings.status(experiment),
        "comment": head.comment,
        "created": times.told(task.created_at),
        "started": times.told(task.started_at),
        "completed": times.told(completed),
        "published": times.told(head.published_at),
        "parent": task.parent or None,
        "project": task.project or None,
        "tags": list(head.tags),
        "system_tags": list(head.system_tags),
        "status_changed": times.told(standings.changed_at(experiment)),
        "status_message": message,
        "status_reason": reason,
        "last_update": times.told(task.updated_at),
        "last_change": times.told(head.touched_at or task.updated_at),
        "last_changed_by": head.touched_by or job.owner,
        "last_iteration": task.iteration,
        "last_worker": head.worker or None,
        "last_worker_report": times.told(head.worker_at),
        "active_duration": _worked(experiment),
        "enqueue_status": STATUS.get(Standing(head.before)) if head.before else None,
    }
    found = {name: value for name, value in said.items() if value is not None}
    return {**found, **_parts(experiment, queues or {})} if whole else found


def in_line(experiment: Experiment) -> bool:
    """Tell whether a task stands in a queue, runs from one, or was taken out of one and left as queued."""
    job = experiment.job
    if job.external:
        return job.state is State.QUEUED and experiment.task.head.before != ""
    return job.state in {State.QUEUED, State.RUNNING}


def _worked(experiment: Experiment) -> int | None:
    """Return the seconds that a task was worked on, up to now or to its end."""
    task = experiment.task
    if experiment.standing is Standing.RUNNING and task.started_at is not None:
        return max(0, task.updated_at - task.started_at) // SECOND
    return None if task.head.worked is None else task.head.worked // SECOND


def metrics(known: Iterable[Series]) -> Json:
    """Return what is known of curves, by the MD5 of their metric and of their variant."""
    found: Json = {}
    for one in known:
        if one.last is not None:
            found.setdefault(hashed(one.metric), {})[hashed(one.variant)] = {
                "metric": one.metric,
                "variant": one.variant,
                "value": one.last,
                "min_value": one.least,
                "min_value_iteration": one.least_iteration,
                "max_value": one.most,
                "max_value_iteration": one.most_iteration,
                "first_value": one.first,
                "first_value_iteration": one.first_iteration,
                "count": one.count,
                "mean_value": round(one.total / one.count, 2) if one.count else None,
                "timestamp": times.milliseconds(one.last_at),
                "iter": one.last_iteration,
                **({"x_axis_label": one.label} if one.label else {}),
            }
    return found


def hashed(name: str) -> str:
    """Return what a metric or a variant is called where names would stand in the way."""
    return md5(name.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def aged(found: Json, version: tuple[int, int]) -> Json:
    """Return a task as clients of an older version read it."""
    execution = found.get("execution")
    if isinstance(execution, dict) and version < (2, 9):
        execution["parameters"] = to_legacy(found.get("hyperparams", {}))
        execution["model_desc"] = to_design(found.get("configuration", {}))
    if isinstance(execution, dict) and version < (2, 13):
        container = found.get("container", {})
        told = " ".join(filter(None, (container.get("image"), container.get("arguments"))))
        if told:
            execution["docker_cmd"] = told
        taken = found.get("models", {}).get("input", [])
        if taken:
            execution["model"] = taken[0]["model"]
    made = found.get("models", {}).get("output", [])
    if made and isinstance(found.get("output"), dict) and version < (2, 13):
        found["output"]["model"] = made[-1]["model"]
    return found


def draft(said: CreateIn, now: str) -> Draft:
    """Return the wish for a task."""
    sections: Json = {}
    _put(sections, said, now)
    return Draft(
        name=said.name,
        type=said.type,
        project=said.project or "",
        parent=said.parent or "",
        comment=said.comment or "",
        tags=tuple(said.tags or ()),
        system_tags=tuple(said.system_tags or ()),
        sections=sections,
    )


def edits(said: EditIn, now: str, named: set[str]) -> Edits:
    """Return what shall be different by an edit; `named` are the fields that were said."""
    larger = any(name in LARGER or name == "output_dest" for name in named)
    alive = bool(named - {"name", "tags", "system_tags", "comment", "project", "task", "force"})
    return Edits(
        name=_said(said.name),
        type=_said(said.type),
        project=_said(said.project),
        parent=_said(said.parent),
        comment=_said(said.comment),
        tags=UNSET if said.tags is None else tuple(said.tags),
        system_tags=UNSET if said.system_tags is None else tuple(said.system_tags),
        sections=partial(_put, said=said, now=now, output=said.output) if larger else None,
        alive=alive,
    )


def updates(said: UpdateIn) -> Edits | None:
    """Return what shall be different by an update; None where nothing is."""

    def put(sections: Json) -> None:
        sections.setdefault("output", {})["error"] = said.output__error

    told = Edits(
        name=_said(said.name),
        project=_said(said.project),
        comment=_said(said.comment),
        message=_said(said.status_message),
        tags=UNSET if said.tags is None else tuple(said.tags),
        system_tags=UNSET if said.system_tags is None else tuple(said.system_tags),
        sections=put if said.output__error is not None else None,
        alive=False,
    )
    return None if told == Edits(alive=False) else told


def copied(said: CloneIn, original: Experiment, now: str) -> Draft:
    """Return the wish for a task like another one: what it is told, and nothing of what it ran or made."""
    sections = carried(original.task.sections)
    if said.execution_overrides is not None:
        _execution(sections, said.execution_overrides, now)
    if (wanted := said.new_task_hyperparams or said.new_hyperparams) is not None:
        sections["hyperparams"] = parameters(wanted)
    if (pieces := said.new_task_configuration or said.new_configuration) is not None:
        sections["configuration"] = {name: plain(one) for name, one in pieces.items()}
    if said.new_task_input_models is not None:
        sections["models"]["input"] = models(Models(input=said.new_task_input_models), now)["input"]
    if said.new_task_container is not None:
        sections["container"] = plain(said.new_task_container)
    told: Json = {
        "name": said.new_task_name or f"Clone Of {original.job.name}",
        "parent": said.new_task_parent,
        "project": said.new_task_project,
        "comment": said.new_task_comment,
        "tags": None if said.new_task_tags is None else tuple(said.new_task_tags),
        "system_tags": None if said.new_task_system_tags is None else tuple(said.new_task_system_tags),
    }
    return like(original, sections, **{name: value for name, value in told.items() if value is not None})


def flat(said: Mapping[str, Any], found: Json) -> Json:
    """Return the fields that were set, by their dotted names, as a task holds them now."""
    return {name: found[name] for name in said if name in found}


def _put(sections: Json, said: TaskFields, now: str, output: Json | None = None) -> None:
    """Write the larger parts: embedded ones are merged one level deep, maps are replaced."""
    if said.script is not None:
        sections.setdefault("script", {}).update(_script(said.script))
    if said.output_dest is not None:
        sections.setdefault("output", {})["destination"] = said.output_dest
    if output is not None:
        sections.setdefault("output", {}).update(output)
    if said.models is not None:
        fresh = models(said.models, now)
        kept = sections.setdefault("models", {})
        kept.update({side: fresh[side] for side in fresh if getattr(said.models, side) is not None})
    if said.hyperparams is not None:
        sections["hyperparams"] = parameters(said.hyperparams)
    if said.configuration is not None:
        sections["configuration"] = {name: plain(one) for name, one in said.configuration.items()}
    if said.container is not None:
        sections["container"] = plain(said.container)
    if said.execution is not None:
        _execution(sections, said.execution, now, beside=said.hyperparams is not None)
    for name in ("runtime", "input"):
        value = getattr(said, name)
        if value is not None:
            sections[name] = value


def _execution(sections: Json, said: Execution, now: str, *, beside: bool = False) -> None:
    """Write how it is run; what older clients say of parameters stands `beside` others that were said with it."""
    told = plain(said)
    told.pop("artifacts", None)
    legacy = told.pop("parameters", None)
    if legacy:
        take_legacy(sections, legacy, beside=beside)
    if said.model_desc and said.model_desc != sections.get("execution", {}).get("model_desc"):
        take_design(sections, said.model_desc, beside=beside)
    taken = told.pop("model", None)
    if taken:
        sections.setdefault("models", {"output": []})["input"] = [{"name": taken, "model": taken, "updated": now}]
    image = told.pop("docker_cmd", None)
    if image is not None:
        name, _, arguments = image.partition(" ")
        sections["container"] = {"image": name, "arguments": arguments}
    sections.setdefault("execution", {}).update(told)
    if said.artifacts is not None:
        sections["execution"]["artifacts"] = []
        set_artifacts(sections, said.artifacts)


def _script(said: Script) -> Json:
    return {
        name: value.strip() if isinstance(value, str) and name != "diff" else value
        for name, value in plain(said).items()
    }


def _parts(experiment: Experiment, queues: Mapping[str, str]) -> Json:
    sections = experiment.task.sections
    execution = {**_EMPTY, **sections.get("execution", {})}
    job = experiment.job
    if in_line(experiment) and job.queue in queues:
        execution["queue"] = queues[job.queue]
    kept_models = sections.get("models", {})
    found: Json = {
        "script": {"binary": "python", "repository": "", "entry_point": "", "requirements": {}}
        | sections.get("script", {}),
        "execution": execution,
        "output": sections.get("output", {}),
        "hyperparams": sections.get("hyperparams", {}),
        "configuration": sections.get("configuration", {}),
        "runtime": sections.get("runtime", {}),
        "models": {"input": kept_models.get("input", []), "output": kept_models.get("output", [])},
        "container": sections.get("container", {}),
    }
    return found | {name: sections[name] for name in ("input", REPORT) if name in sections}


def _said(value: str | None) -> Any:
    return UNSET if value is None else value


def require_some(ids: list[str]) -> None:
    """Raise Invalid for no ids at all."""
    if not ids:
        raise Invalid(reason="error for field 'ids'. list is too short")
