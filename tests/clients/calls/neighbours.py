"""The calls of projects, queues and agents."""

from __future__ import annotations

from tests.clients.calls.row import Row, Said, after

_QUEUED: Said = ("tasks.enqueue", {"task": "$task", "queue": "$queue"})
_BOTH_QUEUED: tuple[Said, ...] = (_QUEUED, ("tasks.enqueue", {"task": "$other", "queue": "$queue"}))
_KEPT = {"key": "k", "type": "str", "value": "v"}
_REGISTERED: Said = ("workers.register", {"worker": "box:$task", "queues": ["$queue"]})
_PLACED: tuple[Said, ...] = (
    (
        "tasks.edit",
        {
            "task": "$task",
            "project": "$project",
            "tags": ["t"],
            "hyperparams": {"Args": {"lr": {"section": "Args", "name": "lr", "value": "0.1"}}},
        },
    ),
)
_TIME = {"from_date": 1_600_000_000, "to_date": 3_600_000_000, "interval": 60}
_MEASURED: tuple[Said, ...] = (
    (
        "workers.status_report",
        {"worker": "box:$task", "timestamp": 1_700_000_000_000, "machine_stats": {"cpu_usage": [1, 2]}},
    ),
)
_STARTED: Said = ("tasks.started", {"task": "$task"})

PROJECTS = {
    "projects.create": Row(
        {"name": "above $task/below", "description": "a word", "tags": ["t"], "system_tags": []},
        {"id": str},
        after(
            "projects.get_all",
            {"projects": [{"name": str, "basename": "below", "description": "a word", "tags": ["t"]}]},
            name="^above $task/",
        ),
    ),
    "projects.get_by_id": Row(
        {"project": "$project"},
        {"project": {"id": "$project", "name": "$project name", "user": str, "created": str, "last_update": str}},
    ),
    "projects.get_all": Row(
        {"id": ["$project"], "only_fields": ["name"], "shallow_search": False, "search_hidden": True},
        {"projects": [{"id": "$project", "name": "$project name"}], "total": 1},
    ),
    "projects.get_all_ex": Row(
        {"id": ["$project"], "include_stats": True},
        {"projects": [{"id": "$project", "user": {"id": str, "name": str}, "stats": {"active": {"total_tasks": 1}}}]},
        first=(("tasks.edit", {"task": "$task", "project": "$project"}),),
    ),
    "projects.update": Row(
        {"project": "$project", "name": "other $task", "description": "d", "system_tags": ["hidden"]},
        {"updated": 1, "fields": {"name": str, "description": "d", "last_update": str}},
        after("projects.get_by_id", {"project": {"description": "d", "system_tags": ["hidden"]}}, project="$project"),
    ),
    "projects.delete": Row(
        {"project": "$project", "force": True},
        {"deleted": 1, "disassociated_tasks": 1},
        after("projects.get_all", {"projects": []}, id=["$project"]),
        (("tasks.edit", {"task": "$task", "project": "$project"}),),
    ),
}

SURVEYS = {
    "projects.move": Row(
        {"project": "$project", "new_location": "over $task"},
        {"moved": 1},
        after("projects.get_all", {"projects": [{"id": "$project"}]}, name="^over $task/"),
    ),
    "projects.merge": Row(
        {"project": "$project", "destination_project": None},
        {"moved_entities": 1, "moved_projects": 0},
        after("projects.get_all", {"projects": []}, id=["$project"]),
        _PLACED,
    ),
    "projects.validate_delete": Row(
        {"project": "$project"},
        {"tasks": 1, "non_archived_tasks": 1, "models": 0, "reports": 0, "pipelines": 0, "datasets": 0},
        first=_PLACED,
    ),
    "projects.get_task_tags": Row(
        {"projects": ["$project"], "include_system": True}, {"tags": ["t"], "system_tags": []}, first=_PLACED
    ),
    "projects.get_model_tags": Row({"projects": ["$project"]}, {"tags": []}, first=_PLACED),
    "projects.get_project_tags": Row({"projects": ["$project"]}, {"tags": []}, first=_PLACED),
    "projects.get_task_parents": Row({"projects": ["$project"], "tasks_state": "active"}, {"parents": []}),
    "projects.get_user_names": Row({"projects": ["$project"]}, {"users": [{"id": str, "name": str}]}, first=_PLACED),
    "projects.get_hyper_parameters": Row(
        {"project": "$project", "page": 0, "page_size": 10},
        {"parameters": [{"section": "Args", "name": "lr"}], "total": 1, "remaining": 0},
        first=_PLACED,
    ),
    "projects.get_hyperparam_values": Row(
        {"projects": ["$project"], "section": "Args", "name": "lr"}, {"values": ["0.1"], "total": 1}, first=_PLACED
    ),
    "projects.get_unique_metric_variants": Row({"project": "$project"}, {"metrics": []}, first=_PLACED),
    "projects.get_model_metadata_keys": Row({"project": "$project"}, {"keys": [], "total": 0, "remaining": 0}),
    "projects.get_model_metadata_values": Row({"projects": ["$project"], "key": "k"}, {"values": [], "total": 0}),
    "pipelines.start_pipeline": Row(
        {"task": "$task", "queue": "$queue", "args": [{"name": "lr", "value": "0.2"}], "verify_watched_queue": True},
        {"pipeline": str, "enqueued": True, "queue_watched": False},
        after("queues.get_num_entries", {"num": 1}, queue="$queue"),
    ),
    "pipelines.delete_runs": Row(
        {"ids": ["$task"], "project": "$project"},
        {"succeeded": [{"id": "$task", "deleted": True}], "failed": []},
        after("tasks.get_all", {"tasks": []}, id=["$task"]),
        (
            ("tasks.edit", {"task": "$task", "project": "$project", "type": "controller", "system_tags": ["pipeline"]}),
            ("tasks.clone", {"task": "$task", "new_task_project": "$project"}),
        ),
    ),
    "organization.get_tags": Row({"include_system": True}, {"tags": list, "system_tags": list}),
    "organization.get_user_companies": Row({}, {"companies": [{"id": str, "owners": list, "allocated": int}]}),
}

QUEUES = {
    "queues.create": Row(
        {"name": "line $task", "tags": ["t"], "system_tags": []},
        {"id": str},
        after(
            "queues.get_all", {"queues": [{"name": "line $task", "tags": ["t"], "entries": []}]}, name="^line $task$"
        ),
    ),
    "queues.get_by_id": Row(
        {"queue": "$queue"},
        {
            "queue": {
                "id": "$queue",
                "name": str,
                "created": str,
                "tags": [],
                "system_tags": [],
                "entries": [{"task": "$task", "added": str}],
            }
        },
        first=(_QUEUED,),
    ),
    "queues.get_all": Row(
        {"id": ["$queue"], "only_fields": ["id", "tags", "name"]},
        {"queues": [{"id": "$queue", "name": str, "tags": []}]},
    ),
    "queues.get_all_ex": Row(
        {"id": ["$queue"]},
        {"queues": [{"id": "$queue", "workers": [{"name": "box:$task", "ip": str}], "company": {"id": str}}]},
        first=(_REGISTERED,),
    ),
    "queues.get_default": Row(
        {}, {"id": "$queue", "name": str}, first=(("queues.update", {"queue": "$queue", "system_tags": ["default"]}),)
    ),
    "queues.get_next_task": Row(
        {"queue": "$queue", "get_task_info": True},
        {"entry": {"task": "$task", "added": str}, "task_info": {"company": str, "user": str}},
        (
            (("queues.get_next_task", {"queue": "$queue"}), {}),
            (("tasks.get_by_id", {"task": "$task"}), {"task": {"status": "queued"}}),
        ),
        (_QUEUED,),
    ),
    "queues.get_num_entries": Row({"queue": "$queue"}, {"num": 1}, first=(_QUEUED,)),
    "queues.peek_task": Row(
        {"queue": "$queue"},
        {"task": "$task"},
        after("queues.get_num_entries", {"num": 1}, queue="$queue"),
        (_QUEUED,),
    ),
    "queues.add_task": Row(
        {"queue": "$queue", "task": "$task"},
        {"added": 1},
        after("queues.get_by_id", {"queue": {"entries": [{"task": "$task"}]}}, queue="$queue"),
    ),
    "queues.remove_task": Row(
        {"queue": "$queue", "task": "$task"},
        {"removed": 1},
        after("queues.get_by_id", {"queue": {"entries": []}}, queue="$queue"),
        (_QUEUED,),
    ),
    "queues.clear_queue": Row(
        {"queue": "$queue"},
        {"removed_tasks": ["$task"]},
        after("queues.get_by_id", {"queue": {"entries": []}}, queue="$queue"),
        (_QUEUED,),
    ),
    "queues.update": Row(
        {"queue": "$queue", "name": "other $task", "tags": ["t"]},
        {"updated": 1, "fields": {"name": "other $task", "tags": ["t"]}},
        after("queues.get_by_id", {"queue": {"name": "other $task", "tags": ["t"]}}, queue="$queue"),
    ),
    "queues.move_task_forward": Row(
        {"queue": "$queue", "task": "$other", "count": 1},
        {"position": 0},
        after("queues.get_by_id", {"queue": {"entries": [{"task": "$other"}, {"task": "$task"}]}}, queue="$queue"),
        _BOTH_QUEUED,
    ),
    "queues.move_task_backward": Row({"queue": "$queue", "task": "$task"}, {"position": 1}, first=_BOTH_QUEUED),
    "queues.move_task_to_front": Row({"queue": "$queue", "task": "$other"}, {"position": 0}, first=_BOTH_QUEUED),
    "queues.move_task_to_back": Row({"queue": "$queue", "task": "$task"}, {"position": 1}, first=_BOTH_QUEUED),
    "queues.add_or_update_metadata": Row(
        {"queue": "$queue", "metadata": [_KEPT], "replace_metadata": True},
        {"updated": 1},
        after("queues.get_by_id", {"queue": {"metadata": {"k": _KEPT}}}, queue="$queue"),
    ),
    "queues.delete_metadata": Row(
        {"queue": "$queue", "keys": ["k"]},
        {"updated": 1},
        after("queues.get_by_id", {"queue": {"metadata": {}}}, queue="$queue"),
        (("queues.add_or_update_metadata", {"queue": "$queue", "metadata": [_KEPT]}),),
    ),
    "queues.get_queue_metrics": Row(
        {**_TIME, "queue_ids": ["$queue"]},
        {"queues": [{"queue": "$queue", "dates": list, "avg_waiting_times": list, "queue_lengths": list}]},
        first=(_QUEUED,),
    ),
    "queues.delete": Row({"queue": "$queue"}, {"deleted": 1}, after("queues.get_all", {"queues": []}, id=["$queue"])),
}

AGENTS = {
    "workers.register": Row(
        {"worker": "box:$task", "queues": ["$queue"], "timeout": 60, "tags": ["t"]},
        {},
        after(
            "workers.get_all",
            {"workers": [{"id": "box:$task", "tags": ["t"], "queues": [{"id": "$queue", "name": str}], "user": dict}]},
            worker_pattern="box:$task",
        ),
    ),
    "workers.status_report": Row(
        {
            "worker": "box:$task",
            "timestamp": 1_700_000_000_000,
            "task": "$task",
            "queue": "$queue",
            "machine_stats": {},
        },
        {},
        (
            (("tasks.get_by_id", {"task": "$task"}), {"task": {"last_worker": "box:$task", "last_worker_report": str}}),
            (
                ("workers.get_all", {"worker_pattern": "box:$task", "last_seen": 0}),
                {"workers": [{"id": "box:$task", "task": {"id": "$task", "name": "a task", "running_time": int}}]},
            ),
        ),
        (_STARTED,),
    ),
    "workers.unregister": Row(
        {"worker": "box:$task"},
        {},
        after("workers.get_all", {"workers": []}, worker_pattern="box:$task"),
        (_REGISTERED,),
    ),
    "workers.get_all": Row(
        {"last_seen": 0, "worker_pattern": "box:$task"},
        {"workers": [{"id": "box:$task", "ip": str, "register_time": str, "last_activity_time": str}]},
        first=(_REGISTERED,),
    ),
    "workers.get_metric_keys": Row(
        {"worker_ids": ["box:$task"]},
        {"categories": [{"name": "cpu", "metric_keys": ["cpu_usage"]}]},
        first=_MEASURED,
    ),
    "workers.get_stats": Row(
        {**_TIME, "items": [{"key": "cpu_usage", "category": "max"}], "worker_ids": ["box:$task"]},
        {"workers": [{"worker": "box:$task", "metrics": [{"metric": "cpu_usage", "dates": list, "stats": list}]}]},
        first=_MEASURED,
    ),
    "workers.get_activity_report": Row(
        _TIME, {"total": {"dates": list, "counts": list}, "active": {"dates": list, "counts": list}}, first=_MEASURED
    ),
    "workers.get_count": Row({"worker_pattern": "box:$task"}, {"count": 1}, first=(_REGISTERED,)),
    "workers.get_runtime_properties": Row({"worker": "box:$task"}, {"runtime_properties": []}),
}

_REPORTED: tuple[Said, ...] = (("tasks.edit", {"task": "$task", "type": "report", "project": "$project"}),)
REPORTS = {
    "reports.create": Row({"name": "of $task", "project": "$project", "report": "x"}, {"id": str, "project_id": str}),
    "reports.update": Row({"task": "$task", "report": "x"}, {"updated": 1, "fields": {"report": "x"}}, first=_REPORTED),
    "reports.publish": Row({"task": "$task"}, {"updated": 1, "fields": {"status": "published"}}, first=_REPORTED),
    "reports.archive": Row({"task": "$task"}, {"archived": 1}, first=_REPORTED),
    "reports.unarchive": Row({"task": "$task"}, {"unarchived": 1}, first=_REPORTED),
    "reports.move": Row({"task": "$task", "project_name": "over $task"}, {"project_id": str}, first=_REPORTED),
    "reports.get_all_ex": Row({"project": ["$project"]}, {"tasks": [{"id": "$task"}]}, first=_REPORTED),
    "reports.get_task_data": Row(
        {"id": ["$task"], "plots": {"iters": 1}, "debug_images": {}},
        {"tasks": [{"id": "$task"}], "plots": {}, "debug_images": [{"task": "$task", "iterations": []}]},
    ),
    "reports.get_tags": Row({}, {"tags": list}),
    "reports.delete": Row({"task": "$task"}, {"deleted": 1}, first=_REPORTED),
}

ROWS: dict[str, Row] = {**REPORTS, **PROJECTS, **SURVEYS, **QUEUES, **AGENTS}
