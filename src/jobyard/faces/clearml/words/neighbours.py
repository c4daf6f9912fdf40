"""Projects, queues, agents, users and models as they read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobyard.experiments.lines import Waiting
from jobyard.experiments.record import Agent, Experiment, Folder, Line, Model, Series
from jobyard.faces.clearml import times
from jobyard.faces.clearml.wire import COMPANY, Json
from jobyard.faces.clearml.words.tasks import metrics
from jobyard.people.record import Actor, Role, User

ROLES: Mapping[Role, str] = {
    Role.VIEWER: "guest",
    Role.MEMBER: "user",
    Role.OPERATOR: "superuser",
    Role.ADMINISTRATOR: "admin",
}


def project(one: Folder, above: str | None = None) -> Json:
    """Return a folder of experiments as a project, with the id of the one that it lies in."""
    said: Json = {
        "id": one.id,
        "name": one.name,
        "basename": one.name.rpartition("/")[2],
        "description": one.description,
        "user": one.owner,
        "company": COMPANY,
        "created": times.told(one.created_at),
        "last_update": times.told(one.updated_at),
        "tags": list(one.tags),
        "system_tags": list(one.system_tags),
        "default_output_destination": one.destination,
    }
    return said if above is None else {**said, "parent": above}


def queue(one: Line, waiting: Waiting | None = None, most: int | None = None) -> Json:
    """Return what is said of a queue, with what waits in it."""
    entries = waiting.entries if waiting is not None else ()
    return {
        "id": one.id,
        **queue_names(one),
        "user": "",
        "company": COMPANY,
        "created": times.told(one.created_at),
        "last_update": times.told(one.touched_at),
        "tags": list(one.tags),
        "system_tags": list(one.system_tags),
        "entries": [entry(task, added) for task, added in (entries if most is None else entries[:most])],
        "metadata": dict(one.metadata),
    }


def queue_names(one: Line) -> Json:
    """Return what programs and what people call a queue."""
    return {"name": one.name, "display_name": one.display or one.name}


def entry(task: str, added: int) -> Json:
    """Return a task that waits."""
    return {"task": task, "added": times.told(added)}


def worker(
    one: Agent, lines: Mapping[str, Waiting], running: Experiment | None, folder: Folder | None, now: int
) -> Json:
    """Return an agent with the queues that it serves and what it runs."""
    said: Json = {
        "id": one.name,
        "key": _key(one),
        "user": {"id": one.owner, "name": one.owner},
        "company": {"id": COMPANY, "name": COMPANY},
        "ip": one.address,
        "register_time": times.told(one.registered_at),
        "last_activity_time": times.told(one.heard_at),
        "last_report_time": times.told(one.reported_at),
        "tags": list(one.tags),
        "system_tags": list(one.system_tags),
        "queues": [_served(lines[id_]) for id_ in one.queues if id_ in lines],
    }
    if one.queue in lines:
        said["queue"] = _served(lines[one.queue])
    if running is not None:
        began = running.task.started_at or now
        said["task"] = {
            "id": running.task.id,
            "name": running.job.name,
            "running_time": max(0, now - began) // 1_000,
            "last_iteration": running.task.iteration,
        }
    if folder is not None:
        said["project"] = {"id": folder.id, "name": folder.name}
    return {name: value for name, value in said.items() if value is not None}


def serving(one: Agent, task: Json | None) -> Json:
    """Return an agent as a queue shows it."""
    said: Json = {"name": one.name, "ip": one.address, "key": _key(one)}
    return said if task is None else {**said, "task": task}


def model(one: Model, known: list[Series] | None = None) -> Json:
    """Return a model."""
    said: Json = {
        "id": one.id,
        "name": one.name,
        "user": one.owner,
        "company": COMPANY,
        "created": times.told(one.created_at),
        "last_update": times.told(one.updated_at),
        "last_change": times.told(one.touched_at),
        "last_changed_by": one.touched_by,
        "last_iteration": one.last_iteration,
        "task": one.task or None,
        "parent": one.parent or None,
        "project": one.folder or None,
        "comment": one.comment,
        "tags": list(one.tags),
        "system_tags": list(one.system_tags),
        "framework": one.framework or None,
        "design": _design(one.design),
        "labels": dict(one.labels),
        "uri": one.uri,
        "ready": one.ready,
        "metadata": dict(one.metadata),
        "last_metrics": metrics(known or []),
    }
    return {name: value for name, value in said.items() if value is not None}


def user(one: User | Actor) -> Json:
    """Return a user; their name is their id."""
    created = times.told(one.created_at) if isinstance(one, User) else None
    return {
        "id": one.name,
        "name": one.name,
        "given_name": one.name,
        "family_name": "",
        "role": ROLES[one.role],
        "company": {"id": COMPANY, "name": COMPANY},
        "created": created,
        "preferences": {},
    }


def _key(one: Agent) -> str:
    """Return what programs tell agents of several users apart by."""
    return f"worker_{COMPANY}_{one.owner}_{one.name}"


def _served(one: Waiting) -> Json:
    said: Json = {"id": one.line.id, **queue_names(one.line), "num_tasks": len(one.entries)}
    if one.entries:
        said["next_task"] = {"id": one.entries[0][0], "name": one.entries[0][0]}
    return said


def _design(design: Any) -> Json:
    if design is None:
        return {}
    return design if isinstance(design, dict) else {"design": design}
