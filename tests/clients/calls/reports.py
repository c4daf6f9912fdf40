"""The calls of events, models, users and the server."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

from tests.clients.calls.row import Row, Said, after


def _scalar(**more: Any) -> dict[str, Any]:
    return {
        "type": "training_stats_scalar",
        "task": "$task",
        "metric": "loss",
        "variant": "train",
        "iter": 1,
        "value": 2.0,
        "timestamp": 1_700_000_000_000,
        **more,
    }


def _told(*events: dict[str, Any]) -> tuple[Said, ...]:
    return tuple(("events.add", event) for event in events)


_PLOT = {**_scalar(type="plot", metric="roc", variant="one", plot_str='{"data": []}'), "value": None}
_IMAGE = {
    **_scalar(type="training_debug_image", metric="seen", variant="cat", url="s3://b/a.png", key="a"),
    "value": None,
}
_LINE = {"type": "log", "task": "$task", "timestamp": 1_700_000_000_000, "level": "INFO", "msg": "said", "worker": "w"}
_VECTOR = {**_scalar(type="training_stats_vector", values=[1, 2]), "value": None}
# Before the first iteration of the metric and the variant that pictures and plots here have, and of all others.
STANDS = urlsafe_b64encode(b'{"metric":"","variant":"","iteration":0,"alone":false}').decode()
_SINGLE = _scalar(metric="Summary", variant="accuracy", iter=-(2**31), value=0.5)

EVENTS = {
    "events.add": Row(
        _scalar(),
        {"added": 1, "errors": 0, "errors_info": {}},
        after("tasks.get_by_id", {"task": {"last_iteration": 1}}, task="$task"),
    ),
    "events.add_batch": Row(
        {"lines": [_scalar(), _scalar(iter=2), _LINE, {"type": "zzz", "task": "$task"}]},
        {"added": 3, "errors": 1, "errors_info": {"Invalid event type zzz": 1}},
        after("events.get_task_log", {"events": [{"msg": "said"}], "total": 1}, task="$task"),
        lines=True,
    ),
    "events.delete_for_task": Row(
        {"task": "$task"},
        {"deleted": True},
        after("events.get_task_metrics", {"metrics": [{"task": "$task", "metrics": []}]}, tasks=["$task"]),
        _told(_scalar()),
    ),
    "events.get_task_log": Row(
        {"task": "$task", "order": "asc", "navigate_earlier": True, "batch_size": 10},
        {
            "events": [{name: _LINE[name] for name in ("msg", "timestamp", "level", "worker")}],
            "returned": 1,
            "total": 1,
        },
        first=_told(_LINE),
    ),
    "events.scalar_metrics_iter_histogram": Row(
        {"task": "$task", "key": "iter", "samples": 10, "metrics": [{"metric": "loss", "variants": ["train"]}]},
        {"loss": {"train": {"name": "train", "x": [1, 2], "y": [2, 3]}}},
        first=_told(_scalar(), _scalar(iter=2, value=3.0), _scalar(variant="other")),
    ),
    "events.multi_task_scalar_metrics_iter_histogram": Row(
        {"tasks": ["$task"]},
        {"metrics": {"loss": {"train": {"$task": {"name": "a task", "x": [1], "y": [2]}}}}},
        first=_told(_scalar()),
    ),
    "events.get_task_single_value_metrics": Row(
        {"tasks": ["$task"]},
        {
            "tasks": [
                {
                    "task": "$task",
                    "task_name": "a task",
                    "values": [{"metric": "Summary", "variant": "accuracy", "value": 0.5, "timestamp": int}],
                }
            ]
        },
        after("events.scalar_metrics_iter_histogram", {}, task="$task"),
        _told(_SINGLE),
    ),
    "events.get_task_events": Row(
        {"task": "$task", "event_type": "training_stats_scalar", "order": "asc", "batch_size": 10, "scroll_id": None},
        {
            "events": [
                {"metric": "loss", "variant": "train", "iter": 1, "value": 2, "timestamp": int, "task": "$task"}
            ],
            "returned": 1,
            "total": 1,
            "scroll_id": str,
        },
        first=_told(_scalar()),
    ),
    "events.get_task_metrics": Row(
        {"tasks": ["$task"], "event_type": "plot"},
        {"metrics": [{"task": "$task", "metrics": ["roc"]}]},
        first=_told(_scalar(), _PLOT),
    ),
    "events.get_scalar_metrics_and_variants": Row(
        {"task": "$task"}, {"metrics": {"loss": ["train"]}}, first=_told(_scalar(), _PLOT)
    ),
    "events.get_task_plots": Row(
        {"task": "$task", "iters": 1, "no_scroll": True},
        {"plots": [{"metric": "roc", "variant": "one", "iter": 1, "plot_str": '{"data": []}'}], "returned": 1},
        first=_told(_PLOT),
    ),
    "events.debug_images": Row(
        {"metrics": [{"task": "$task", "metric": "seen", "variants": ["cat"]}], "iters": 2},
        {
            "metrics": [
                {
                    "task": "$task",
                    "metric": "seen",
                    "iterations": [{"iter": 1, "events": [{"variant": "cat", "url": "s3://b/a.png", "key": "a"}]}],
                }
            ],
            "scroll_id": str,
        },
        after(
            "events.debug_images",
            {"metrics": [{"iterations": [{"iter": 1}]}]},
            metrics=[{"task": "$task"}],
            scroll_id="below-1",
        ),
        _told(_IMAGE),
    ),
    "events.plots": Row(
        {"metrics": [{"task": "$task", "metric": "roc"}], "iters": 1},
        {"metrics": [{"task": "$task", "metric": "roc", "iterations": [{"iter": 1, "events": [dict]}]}]},
        first=_told(_PLOT),
    ),
    "events.get_multi_task_plots": Row(
        {"tasks": ["$task"], "iters": 1, "no_scroll": True},
        {"plots": {"roc": {"one": {"$task": {"1": {"name": "a task", "plots": [{"plot_str": '{"data": []}'}]}}}}}},
        first=_told(_PLOT),
    ),
    "events.get_multi_task_metrics": Row(
        {"tasks": ["$task"], "event_type": "plot"},
        {"metrics": [{"metric": "roc", "variants": ["one"]}]},
        first=_told(_PLOT, _scalar()),
    ),
    "events.get_plot_sample": Row(
        {"task": "$task", "metric": "roc", "navigate_current_metric": True},
        {"events": [{"variant": "one", "iter": 1}], "min_iteration": 1, "max_iteration": 1, "scroll_id": str},
        first=_told(_PLOT),
    ),
    "events.next_plot_sample": Row(
        {"task": "$task", "scroll_id": STANDS, "navigate_earlier": False},
        {"events": [{"metric": "roc", "variant": "one", "iter": 1}], "scroll_id": str},
        first=_told(_PLOT),
    ),
    "events.get_debug_image_sample": Row(
        {"task": "$task", "metric": "seen", "variant": "cat"},
        {"event": {"url": "s3://b/a.png", "iter": 1}, "min_iteration": 1, "max_iteration": 1, "scroll_id": str},
        first=_told(_IMAGE),
    ),
    "events.next_debug_image_sample": Row(
        {"task": "$task", "scroll_id": STANDS, "navigate_earlier": False},
        {"event": {"url": "s3://b/a.png", "iter": 1}, "scroll_id": str},
        first=_told(_IMAGE),
    ),
    "events.scalar_metrics_iter_raw": Row(
        {"task": "$task", "metric": {"metric": "loss"}, "batch_size": 10, "count_total": True},
        {"variants": {"train": {"iter": [1], "y": [2]}}, "returned": 1, "total": 1, "scroll_id": str},
        first=_told(_scalar()),
    ),
    "events.get_scalar_metric_data": Row(
        {"task": "$task", "metric": "loss"},
        {"events": [{"variant": "train", "iter": 1, "value": 2}], "returned": 1, "total": 1, "scroll_id": str},
        first=_told(_scalar(), _scalar(metric="other")),
    ),
    "events.get_task_latest_scalar_values": Row(
        {"task": "$task"},
        {
            "metrics": [{"name": "loss", "variants": [{"name": "train", "last_value": 3, "last_100_value": 2.5}]}],
            "last_iter": 2,
        },
        first=_told(_scalar(), _scalar(iter=2, value=3.0)),
    ),
    "events.get_vector_metrics_and_variants": Row(
        {"task": "$task"}, {"metrics": [{"metric": "loss", "variants": ["train"]}]}, first=_told(_VECTOR)
    ),
    "events.vector_metrics_iter_histogram": Row(
        {"task": "$task", "metric": "loss", "variant": "train"},
        {"iterations": [1], "vectors": [[1, 2]], "images": [{"iter": 1, "values": [1, 2]}]},
        first=_told(_VECTOR),
    ),
    "events.clear_scroll": Row({"scroll_id": "seen-"}, {}),
    "events.clear_task_log": Row(
        {"task": "$task", "allow_locked": False, "threshold_sec": 0},
        {"deleted": 1},
        after("events.get_task_log", {"events": [], "total": 0}, task="$task"),
        _told(_LINE),
    ),
    "events.download_task_log": Row(
        {"task": "$task", "line_type": "text", "line_format": "{worker} {level} {msg}"},
        {"content": "w INFO said\n"},
        first=_told(_LINE),
    ),
    "events.delete_for_model": Row(
        {"model": "$model", "allow_locked": False},
        {"deleted": True},
        after("events.get_task_metrics", {"metrics": [{"metrics": []}]}, tasks=["$model"], model_events=True),
        _told(_scalar(task="$model", model_event=True)),
    ),
}

_NOTE = {"key": "note", "type": "str", "value": "3"}
_READY = after("models.get_by_id", {"model": {"ready": True}}, model="$model")

MODELS = {
    "models.create": Row(
        {"uri": "s3://b/$task", "name": "a net", "labels": {"cat": 1}, "project": "$project", "framework": "f"},
        {"id": str, "created": True},
        after(
            "models.get_all",
            {"models": [{"name": "a net", "labels": {"cat": 1}, "project": "$project", "ready": True}]},
            uri=["s3://b/$task"],
        ),
    ),
    "models.get_by_id": Row(
        {"model": "$model"},
        {
            "model": {
                "id": "$model",
                "name": "net",
                "uri": "s3://bucket/net",
                "ready": False,
                "tags": [],
                "system_tags": [],
                "labels": {},
                "design": {},
                "metadata": {},
                "user": str,
                "created": str,
            }
        },
    ),
    "models.get_all": Row(
        {"id": ["$model"], "only_fields": ["id", "uri"]},
        {"models": [{"id": "$model", "uri": "s3://bucket/net"}], "total": 1},
    ),
    "models.get_all_ex": Row(
        {"id": ["$model"]}, {"models": [{"id": "$model", "name": "net", "user": {"id": str, "name": str}}]}
    ),
    "models.edit": Row(
        {"model": "$model", "name": "other", "uri": "s3://b/c", "iteration": 4, "design": {"design": "text"}},
        {"updated": 1, "fields": {"name": "other", "uri": "s3://b/c"}},
        after(
            "models.get_by_id",
            {"model": {"name": "other", "uri": "s3://b/c", "last_iteration": 4, "design": {"design": "text"}}},
            model="$model",
        ),
    ),
    "models.update": Row(
        {"model": "$model", "comment": "a word", "tags": ["t"]},
        {"updated": 1, "fields": {"comment": "a word", "tags": ["t"]}},
        after("models.get_by_id", {"model": {"comment": "a word", "tags": ["t"]}}, model="$model"),
    ),
    "models.set_ready": Row({"model": "$model", "publish_task": False}, {"updated": 1}, _READY),
    "models.delete": Row(
        {"model": "$model", "force": True},
        {"deleted": True, "url": "s3://bucket/net"},
        after("models.get_all", {"models": []}, id=["$model"]),
    ),
    "models.make_public": Row(
        {"ids": ["$model"]}, {"updated": 1}, after("models.get_by_id", {"model": {"name": "net"}}, model="$model")
    ),
    "models.make_private": Row(
        {"ids": ["$model"]},
        {"updated": 1},
        after("models.get_by_id", {"model": {"name": "net"}}, model="$model"),
        (("models.make_public", {"ids": ["$model"]}),),
    ),
    "models.archive_many": Row(
        {"ids": ["$model", "0" * 32]},
        {"succeeded": [{"id": "$model", "archived": True}], "failed": [{"error": {"codes": [400, 201]}}]},
        after("models.get_by_id", {"model": {"system_tags": ["archived"]}}, model="$model"),
    ),
    "models.unarchive_many": Row(
        {"ids": ["$model"]},
        {"succeeded": [{"id": "$model", "unarchived": True}], "failed": []},
        after("models.get_by_id", {"model": {"system_tags": []}}, model="$model"),
        (("models.archive_many", {"ids": ["$model"]}),),
    ),
    "models.add_or_update_metadata": Row(
        {"model": "$model", "metadata": [_NOTE], "replace_metadata": False},
        {"updated": 1},
        after("models.get_by_id", {"model": {"metadata": {"note": _NOTE}}}, model="$model"),
    ),
    "models.delete_metadata": Row(
        {"model": "$model", "keys": ["note"]},
        {"updated": 1},
        after("models.get_all", {"models": [{"id": "$model", "metadata": {}}]}, id=["$model"]),
        (("models.add_or_update_metadata", {"model": "$model", "metadata": [_NOTE]}),),
    ),
    "models.publish_many": Row(
        {"ids": ["$model"], "publish_tasks": False, "force_publish_task": False},
        {"succeeded": [{"id": "$model", "updated": True}], "failed": []},
        _READY,
    ),
    "models.delete_many": Row(
        {"ids": ["$model"], "force": True},
        {"succeeded": [{"id": "$model", "deleted": True, "url": "s3://bucket/net"}], "failed": []},
        after("models.get_all", {"models": []}, id=["$model"]),
    ),
    "models.move": Row(
        {"ids": ["$model"], "project": "$project"},
        {"project_id": "$project"},
        after("models.get_by_id", {"model": {"project": "$project"}}, model="$model"),
    ),
    "models.get_by_task_id": Row(
        {"task": "$task"},
        {"model": {"id": "$model", "uri": "s3://bucket/net"}},
        first=(("models.edit", {"model": "$model", "task": "$task"}),),
    ),
    "models.get_by_id_ex": Row(
        {"id": ["$model"], "only_fields": ["name", "user.name"]},
        {"models": [{"id": "$model", "name": "net", "user": {"name": str}}]},
    ),
    "models.update_tags": Row(
        {"ids": ["$model"], "add_tags": ["t"], "remove_tags": ["u"]},
        {"updated": 1},
        after("models.get_by_id", {"model": {"tags": ["t"]}}, model="$model"),
    ),
    "models.get_frameworks": Row(
        {"projects": ["$project"]},
        {"frameworks": ["a framework"]},
        first=(("models.edit", {"model": "$model", "project": "$project", "framework": "a framework"}),),
    ),
    "models.update_for_task": Row(
        {"task": "$task", "uri": "s3://b/w", "name": "made", "iteration": 2},
        {"id": str, "created": True, "updated": 1},
        after("models.get_all", {"models": [{"name": "made", "uri": "s3://b/w"}]}, task=["$task"]),
    ),
}

HOUSE = {
    "auth.login": Row({"expiration_sec": 3600}, {"token": str}),
    "auth.create_credentials": Row({"label": "mine"}, {"credentials": {"access_key": str, "secret_key": str}}),
    "auth.get_credentials": Row({}, {"credentials": list}),
    "auth.revoke_credentials": Row({"access_key": "$pair"}, {"revoked": 1}),
    "auth.edit_credentials": Row({"access_key": "$pair", "label": "other"}, {"updated": 1}),
    "auth.validate_token": Row({"token": "none"}, {"valid": False, "msg": str}),
    "auth.logout": Row({}, {}),
    "auth.edit_user": Row({}, {"updated": 0, "fields": {}}),
    "users.get_by_id": Row({"user": "admin"}, {"user": {"id": "admin", "name": str, "company": dict}}),
    "users.get_current_user": Row({}, {"user": {"id": str, "name": str, "company": dict}}),
    "users.get_all": Row({"only_fields": ["id", "name"]}, {"users": list, "total": int}),
    "users.get_all_ex": Row({"active_in_projects": None}, {"users": list, "total": int}),
    "server.info": Row({}, {"version": str, "build": str, "uid": str}),
    "server.config": Row({}, {}),
    "debug.ping": Row({}, {}),
}

ROWS: dict[str, Row] = {**EVENTS, **MODELS, **HOUSE}
