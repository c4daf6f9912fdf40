"""The calls of tasks."""

from __future__ import annotations

from typing import Any

from tests.clients.calls.row import Row, after, task

_MOVED = {"updated": 1, "fields": {"status": str, "status_reason": "why", "status_message": "more", "last_update": str}}
_WHY = {"status_reason": "why", "status_message": "more"}
_LR = {"section": "General", "name": "lr", "value": "0.1", "type": "float", "description": "how fast"}
_LAYERS = {"name": "layers", "value": "[1, 2]", "type": "json", "description": "how many"}
_DATA = {"key": "data", "type": "csv", "mode": "output", "uri": "s3://bucket/data", "content_size": 3, "hash": "a"}
_GONE = after("tasks.get_all", {"tasks": []}, id=["$task"])


def _many(word: str, status: str, *before: tuple[str, dict[str, Any]], **more: Any) -> Row:
    """Return a call for several, of which one is not there."""
    answers = {"succeeded": [{"id": "$task"}], "failed": [{"id": "0" * 32, "error": {"codes": [400, 101], "msg": str}}]}
    then = _GONE if status == "gone" else task({"status": status})
    return Row({"ids": ["$task", "0" * 32], **more}, answers, then, before)


_STARTED = ("tasks.started", {"task": "$task"})
_STOPPED = ("tasks.stopped", {"task": "$task", "force": True})
_QUEUED = ("tasks.enqueue", {"task": "$task", "queue": "$queue"})

FOUND = {
    "tasks.get_by_id": Row(
        {"task": "$task", "method": "get"},
        {
            "task": {
                "id": "$task",
                "name": "a task",
                "type": "training",
                "status": "created",
                "user": str,
                "company": str,
                "created": str,
                "last_update": str,
                "last_change": str,
                "status_changed": str,
                "tags": [],
                "system_tags": [],
                "status_message": str,
                "status_reason": str,
                "last_iteration": 0,
                "hyperparams": {},
                "configuration": {},
                "runtime": {},
                "container": {},
                "last_metrics": {},
                "models": {"input": [], "output": []},
                "script": {"binary": "python", "repository": "", "entry_point": "", "requirements": {}},
                "execution": {"artifacts": [], "parameters": {}, "model_desc": {}, "model_labels": {}},
                "output": {},
            }
        },
    ),
    "tasks.get_by_id_ex": Row(
        {"id": ["$task"], "only_fields": ["project.name", "user.name", "company.name"]},
        {"tasks": [{"id": "$task", "project": {"id": "$project", "name": "$project name"}, "user": {"name": str}}]},
        first=(("tasks.edit", {"task": "$task", "project": "$project"}),),
    ),
    "tasks.get_all": Row(
        {"id": ["$task"], "only_fields": ["status", "runtime.version"], "method": "get"},
        {"tasks": [{"id": "$task", "status": "created", "runtime": {}}], "total": 1, "total_exact": True},
    ),
    "tasks.get_all_ex": Row(
        {"id": ["$task"], "only_fields": ["name", "user.name"], "allow_public": False},
        {"tasks": [{"id": "$task", "name": "a task", "user": {"id": str, "name": str}}], "total": 1},
    ),
    "tasks.get_types": Row({"projects": []}, {"types": list}),
}

EDITED = {
    "tasks.create": Row(
        {
            "name": "fresh",
            "type": "data_processing",
            "project": "$project",
            "comment": "a word",
            "method": "get",
            "system_tags": ["development"],
            "tags": ["b", "a"],
            "output_dest": "s3://bucket",
            "hyperparams": {"General": {"lr": _LR}},
            "configuration": {"layers": _LAYERS},
            "runtime": {"n": 1},
        },
        {"id": str},
        after(
            "tasks.get_all",
            {
                "tasks": [
                    {
                        "name": "fresh",
                        "type": "data_processing",
                        "status": "created",
                        "comment": "a word",
                        "tags": ["a", "b"],
                        "system_tags": ["development"],
                        "runtime": {"n": 1},
                        "hyperparams": {"General": {"lr": _LR}},
                        "configuration": {"layers": _LAYERS},
                        "output": {"destination": "s3://bucket"},
                    }
                ]
            },
            project=["$project"],
        ),
    ),
    "tasks.validate": Row(
        {"name": "fresh", "type": "testing", "project": "$project"},
        {},
        after("tasks.get_all", {"tasks": []}, project=["$project"]),
    ),
    "tasks.update": Row(
        {"task": "$task", "name": "renamed", "tags": ["b", "a"], "comment": "a word", "output__error": "broke"},
        {"updated": 1, "fields": {"name": "renamed", "comment": "a word", "output.error": "broke", "last_change": str}},
        task({"name": "renamed", "tags": ["a", "b"], "comment": "a word", "output": {"error": "broke"}}),
    ),
    "tasks.update_batch": Row(
        {"lines": [{"task": "$task", "name": "first"}, {"task": "$task", "name": "later"}]},
        {"updated": 1},
        task({"name": "later"}),
        lines=True,
    ),
    "tasks.edit": Row(
        {
            "task": "$task",
            "name": "renamed",
            "type": "inference",
            "parent": "$other",
            "force": True,
            "script": {"repository": "r", "diff": "d"},
            "container": {"image": "i"},
            "input": {"view": {}},
            "execution": {"framework": "f", "artifacts": [_DATA]},
        },
        {"updated": 1, "fields": {"name": "renamed", "type": "inference", "last_change": str, "last_changed_by": str}},
        task(
            {
                "name": "renamed",
                "type": "inference",
                "parent": "$other",
                "container": {"image": "i"},
                "script": {"repository": "r", "diff": "d", "binary": "python"},
                "execution": {"framework": "f", "artifacts": [_DATA]},
            }
        ),
    ),
    "tasks.set_requirements": Row(
        {"task": "$task", "requirements": {"pip": ["a==1"], "conda": ""}},
        {"updated": 1, "fields": dict},
        task({"script": {"requirements": {"pip": ["a==1"], "conda": ""}}}),
        (("tasks.edit", {"task": "$task", "script": {"diff": "x"}}),),
    ),
    "tasks.ping": Row({"task": "$task"}, {}, task({"status": "in_progress"}), (_STARTED,)),
    "tasks.clone": Row(
        {"task": "$task", "new_task_name": "a copy", "new_task_project": "$project"},
        {"id": str},
        after(
            "tasks.get_all",
            {"tasks": [{"name": "a copy", "status": "created", "parent": "$task", "tags": []}]},
            project=["$project"],
        ),
        (_STARTED,),
    ),
    "tasks.move": Row(
        {"ids": ["$task"], "project": "$project"}, {"project_id": "$project"}, task({"project": "$project"})
    ),
    "tasks.update_tags": Row(
        {"ids": ["$task"], "add_tags": ["b", "a"], "remove_tags": ["c"]},
        {"updated": 1},
        task({"tags": ["a", "b"]}),
        (("tasks.edit", {"task": "$task", "tags": ["c"]}),),
    ),
}

LIFE = {
    "tasks.started": Row(
        {"task": "$task", **_WHY},
        {**_MOVED, "started": 1},
        task({"status": "in_progress", "started": str, "status_reason": "why", "status_message": "more"}),
    ),
    "tasks.stop": Row(
        {"task": "$task"},
        {"updated": 1, "fields": {"status": "stopped", "status_message": str}},
        task({"status": "stopped"}),
        (_STARTED,),
    ),
    "tasks.stopped": Row(
        {"task": "$task", **_WHY},
        {**_MOVED, "updated": 1},
        task({"status": "stopped", "completed": str, "status_reason": "why"}),
        (_STARTED,),
    ),
    "tasks.failed": Row(
        {"task": "$task", **_WHY}, _MOVED, task({"status": "failed", "completed": str, **_WHY}), (_STARTED,)
    ),
    "tasks.completed": Row(
        {"task": "$task", "publish": True, **_WHY},
        {"updated": 1, "published": 1, "fields": {"status": "published", "published": str}},
        task({"status": "published", "completed": str, "published": str}),
        (_STARTED,),
    ),
    "tasks.close": Row({"task": "$task", **_WHY}, _MOVED, task({"status": "closed"}), (_STARTED, _STOPPED)),
    "tasks.publish": Row(
        {"task": "$task"},
        {"updated": 1, "fields": {"status": "published", "published": str, "output": dict}},
        task({"status": "published", "published": str}),
        (_STARTED, _STOPPED),
    ),
    "tasks.reset": Row(
        {"task": "$task", "return_file_urls": True},
        {
            "updated": 1,
            "fields": {"status": "created", "status_reason": "reset"},
            "deleted_models": 0,
            "dequeued": {},
            "frames": {},
            "events": {},
            "urls": {"artifact_urls": [_DATA["uri"]]},
        },
        task({"status": "created", "last_metrics": {}, "last_iteration": 0, "execution": {"artifacts": []}}),
        (
            _STARTED,
            ("tasks.add_or_update_artifacts", {"task": "$task", "artifacts": [_DATA]}),
            ("events.add", {"task": "$task", "type": "training_stats_scalar", "metric": "m", "value": 1, "iter": 2}),
            _STOPPED,
        ),
    ),
    "tasks.delete": Row({"task": "$task", "force": True}, {"deleted": True, "updated_children": 0}, _GONE, (_STARTED,)),
    "tasks.make_public": Row({"ids": ["$task"]}, {"updated": 1}, task({"status": "created"})),
    "tasks.make_private": Row(
        {"ids": ["$task"]}, {"updated": 1}, task({"status": "created"}), (("tasks.make_public", {"ids": ["$task"]}),)
    ),
    "tasks.archive": Row({"tasks": ["$task"]}, {"archived": 1}, task({"system_tags": ["archived"]})),
    "tasks.enqueue": Row(
        {"task": "$task", "queue": "$queue"},
        {
            "queued": 1,
            "updated": 1,
            "fields": {"status": "queued", "enqueue_status": "created", "execution.queue": "$queue"},
        },
        task({"status": "queued", "execution": {"queue": "$queue"}}),
    ),
    "tasks.dequeue": Row(
        {"task": "$task"},
        {"dequeued": 1, "updated": 1, "fields": {"status": "created"}},
        task({"status": "created"}),
        (_QUEUED,),
    ),
}

MANY = {
    "tasks.archive_many": _many("archive", "created"),
    "tasks.unarchive_many": _many("unarchive", "created", ("tasks.archive", {"tasks": ["$task"]})),
    "tasks.reset_many": _many("reset", "created", _STARTED, _STOPPED),
    "tasks.delete_many": _many("delete", "gone", _STARTED, force=True),
    "tasks.publish_many": _many("publish", "published", _STARTED, _STOPPED),
    "tasks.stop_many": _many("stop", "stopped", _STARTED),
    "tasks.enqueue_many": _many("enqueue", "queued", queue="$queue"),
    "tasks.dequeue_many": _many("dequeue", "created", _QUEUED),
}

_SET_LR = ("tasks.edit_hyper_params", {"task": "$task", "hyperparams": [_LR]})
_SET_LAYERS = ("tasks.edit_configuration", {"task": "$task", "configuration": [_LAYERS]})
_SET_DATA = ("tasks.add_or_update_artifacts", {"task": "$task", "artifacts": [_DATA]})
_SET_NET = ("tasks.add_or_update_model", {"task": "$task", "name": "net", "model": "$model", "type": "output"})

HELD = {
    "tasks.get_hyper_params": Row(
        {"tasks": ["$task"]}, {"params": [{"task": "$task", "hyperparams": [_LR]}]}, first=(_SET_LR,)
    ),
    "tasks.edit_hyper_params": Row(
        {"task": "$task", "hyperparams": [_LR], "replace_hyperparams": "all"},
        {"updated": 1},
        task({"hyperparams": {"General": {"lr": _LR}}}),
    ),
    "tasks.delete_hyper_params": Row(
        {"task": "$task", "hyperparams": [{"section": "General", "name": "lr"}]},
        {"deleted": 1},
        after("tasks.get_hyper_params", {"params": [{"task": "$task", "hyperparams": []}]}, tasks=["$task"]),
        (_SET_LR,),
    ),
    "tasks.get_configurations": Row(
        {"tasks": ["$task"]}, {"configurations": [{"task": "$task", "configuration": [_LAYERS]}]}, first=(_SET_LAYERS,)
    ),
    "tasks.get_configuration_names": Row(
        {"tasks": ["$task"]}, {"configurations": [{"task": "$task", "names": ["layers"]}]}, first=(_SET_LAYERS,)
    ),
    "tasks.edit_configuration": Row(
        {"task": "$task", "configuration": [_LAYERS]}, {"updated": 1}, task({"configuration": {"layers": _LAYERS}})
    ),
    "tasks.delete_configuration": Row(
        {"task": "$task", "configuration": ["layers"]},
        {"deleted": 1},
        after("tasks.get_configuration_names", {"configurations": []}, tasks=["$task"]),
        (_SET_LAYERS,),
    ),
    "tasks.add_or_update_artifacts": Row(
        {"task": "$task", "artifacts": [_DATA], "force": True},
        {"updated": 1},
        task({"execution": {"artifacts": [_DATA]}}),
    ),
    "tasks.delete_artifacts": Row(
        {"task": "$task", "artifacts": [{"key": "data"}]},
        {"deleted": 1},
        task({"execution": {"artifacts": []}}),
        (_SET_DATA,),
    ),
    "tasks.add_or_update_model": Row(
        {"task": "$task", "name": "net", "model": "$model", "type": "output", "iteration": 3},
        {"updated": 1},
        task({"models": {"input": [], "output": [{"name": "net", "model": "$model"}]}}),
    ),
    "tasks.delete_models": Row(
        {"task": "$task", "models": [{"name": "net", "type": "output"}]},
        {"updated": 1},
        task({"models": {"output": []}}),
        (_SET_NET,),
    ),
    "tasks.edit_runtime": Row(
        {"task": "$task", "runtime": {"progress": "100", "n": 1, "none": None}},
        {"updated": 1},
        task({"runtime": {"progress": "100", "n": 1, "none": None}}),
    ),
}

ROWS: dict[str, Row] = {**FOUND, **EDITED, **LIFE, **MANY, **HELD}
