"""What no client of theirs sends is told to be wrong, and nobody reaches what belongs to others by way of their own."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.faces.clearml.asking import pages
from jobyard.people.record import Role
from tests.faces.clearml.house import Caller, House

pytestmark = pytest.mark.anyio

DEEP = 900
"""Levels that the reader of JSON still goes down."""


def deep(levels: int = DEEP) -> Any:
    """Return objects within objects."""
    found: Any = 1
    for _ in range(levels):
        found = {"a": found}
    return found


LISTS = ("tasks.get_all", "projects.get_all", "models.get_all", "queues.get_all", "users.get_all")
PATTERNS: tuple[Any, ...] = (
    {"fields": 5, "pattern": "x"},
    {"fields": [5], "pattern": "x"},
    {"fields": "name", "pattern": "x"},
    {"fields": ["name"], "pattern": 5},
    {"fields": ["name"], "datetime": 5},
    {"fields": ["name"], "datetime": [5]},
    "name",
    [],
)


@pytest.mark.parametrize("name", ["_any_", "_or_", "_all_", "_and_"])
async def test_a_pattern_over_fields_has_its_shape(mia: Caller, name: str) -> None:
    for action in LISTS:
        for said in PATTERNS:
            assert await mia.refused(action, **{name: said}) == (400, 12), (action, said)
        assert (await mia.ask(action, {name: {"fields": ["name"], "pattern": "x"}})).status == 200


@pytest.mark.parametrize("action", ["events.scalar_metrics_iter_histogram", "events.get_task_plots"])
async def test_metrics_are_named_by_texts(mia: Caller, action: str) -> None:
    id_ = await mia.task()
    odd: tuple[Any, ...] = ({"metric": "a", "variants": 5}, {"metric": "a", "variants": [[1]]}, {"metric": {}}, {})
    for said in odd:
        assert await mia.refused(action, task=id_, metrics=[said]) == (400, 12), said


@pytest.mark.parametrize(
    "overrides",
    [{"artifacts": 5}, {"artifacts": [5]}, {"artifacts": {"key": "a"}}, {"queue": 5}, {"parameters": 5}],
    ids=str,
)
async def test_a_copy_is_told_in_the_shape_of_a_task(mia: Caller, overrides: Any) -> None:
    id_ = await mia.task()
    assert await mia.refused("tasks.clone", task=id_, execution_overrides=overrides) == (400, 12)
    assert (await mia("tasks.get_all"))["total"] == 1


async def test_a_copy_is_run_differently_where_that_is_told(mia: Caller) -> None:
    id_ = await mia.task(execution={"framework": "one", "model_labels": {"a": 1}})
    told = {"framework": "other", "artifacts": [{"key": "data", "type": "csv", "mode": "input"}]}
    made = await mia.get((await mia("tasks.clone", task=id_, execution_overrides=told))["id"])
    assert (made["execution"]["framework"], made["execution"]["model_labels"]) == ("other", {"a": 1})
    assert [one["key"] for one in made["execution"]["artifacts"]] == ["data"]


ODD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("tasks.get_all", {"created": ["0001-01-01T00:00:00+14:00", None]}),
    ("tasks.get_all", {"created": ["9999-12-31T23:59:59-14:00", None]}),
    ("tasks.get_all", {"status_changed": [">=0001-01-01T00:00:00+14:00"]}),
    ("tasks.get_all", {"start": 2**62, "size": 10}),
    ("tasks.get_all", {"page": 2**62, "page_size": 500}),
    ("tasks.get_all", {"scroll_id": "at-99999999999", "size": 10}),
    ("tasks.get_all", {"last_metrics.a.b.metric": ["1", None]}),
    ("tasks.get_all", {"hyperparams.a.b": {"a": deep(50)}}),
    ("tasks.get_all", {"nobody knows": deep()}),
    ("tasks.get_all", {"hyperparams.a.b": deep()}),
    ("tasks.get_all", {"filters": {"name": {"any": {"include": [{}, [], 1]}}}}),
    ("tasks.get_all", {"filters": {"name": {"op": []}}}),
    ("tasks.get_all", {"only_fields": ["a" * 100_000]}),
    ("tasks.get_all", {"order_by": ["last_metrics" + "." * 5_000]}),
    ("tasks.get_all", {"search_text": "\x00"}),
    ("tasks.get_all", {"name": "a" * 3_999}),
    ("tasks.get_all", {"name": "(a{1,900}){1,900}"}),
    ("tasks.get_types", {"projects": ["\x00"]}),
    ("events.get_task_log", {"task": "T", "from_timestamp": 1e308}),
    ("events.get_task_log", {"task": "T", "from_timestamp": -1e308}),
    ("events.get_task_events", {"task": "T", "scroll_id": "999999999999999.999999999999999"}),
    ("events.debug_images", {"metrics": [{"task": "T"}], "scroll_id": "below--999999999999999"}),
    ("events.add", {"task": "T", "type": "log", "msg": "x", "timestamp": 1e308}),
    ("events.add", {"task": "T", "type": "plot", "plot_str": "\x00", "metric": "m" * 100_000}),
    ("workers.get_all", {"last_seen": 2**62}),
    ("workers.get_all", {"worker_pattern": "(?<x"}),
    ("workers.register", {"worker": "\x00"}),
    ("workers.register", {"worker": "w" * 100_000, "timeout": 2**62}),
    ("workers.register", {"worker": "", "timeout": -1}),
    (
        "workers.status_report",
        {"worker": "w", "timestamp": 2**62, "task": "\x00", "machine_stats": {"a": deep(50)}},
    ),
    ("queues.create", {"name": "q\x00q"}),
    ("queues.create", {"name": "abc", "display_name": "\x00"}),
    ("projects.create", {"name": "abc/\x00"}),
    ("projects.create", {"name": "abc", "description": "\x00"}),
    ("projects.create", {"name": "abc", "tags": ["\x00"]}),
    ("models.create", {"name": "abc", "uri": "\x00"}),
    ("models.create", {"name": "abc", "design": deep(500)}),
    ("tasks.create", {"name": "abc", "type": "training", "comment": "\x00", "tags": ["\x00"]}),
    ("tasks.edit", {"task": "T", "runtime": {"a": deep(500)}}),
    ("tasks.edit", {"task": "T", "runtime": deep()}),
    ("tasks.edit", {"task": "T", "hyperparams": {"\x00": {"\x00": {"value": "\x00"}}}}),
    ("tasks.edit", {"task": "T", "output": {"destination": {"a": 1}, "result": []}}),
    ("tasks.edit_runtime", {"task": "T", "runtime": deep()}),
    ("tasks.set_requirements", {"task": "T", "requirements": deep()}),
    ("auth.login", {"expiration_sec": 2**62}),
    ("auth.login", {"expiration_sec": -(2**62)}),
    ("auth.create_credentials", {"label": "\x00"}),
    ("auth.revoke_credentials", {"access_key": "\x00"}),
    ("users.get_all", {"name": "("}),
)
"""What may be said and makes no sense; T stands for a task that is there."""
QUERIES = (
    "x=" + "9" * 5_000,
    ".".join("a" * 3_000) + "=1",
    "=1",
    ".=1",
    "[]=1",
    "task=%ff",
    "runtime.a=1&runtime=2",
    "a.b=1&a=2&a.c=3",
)


async def test_odd_values_break_nothing(any_house: House) -> None:
    mia = any_house.caller()
    id_ = await mia.task()
    for action, body in ODD:
        told = {name: id_ if value == "T" else value for name, value in body.items()}
        answer = await mia.ask(action, told)
        assert answer.code[0] in {200, 400}, (action, str(body)[:200], answer.body[:300])
        assert (await mia.ask("tasks.get_all", {"id": [id_]})).status == 200, (action, str(body)[:200])
    for query in QUERIES:
        answer = await mia.house.ask("GET", f"/tasks.get_all?{query}", b"", **mia.headers)
        assert answer.code[0] in {200, 400}, query[:100]


async def test_a_list_from_its_beginning_is_no_longer_than_any(mia: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        await mia.task(name=f"task {number}")
    monkeypatch.setattr(pages, "LARGEST", 2)
    found = await mia("tasks.get_all", size=1, scroll_id="at-99999999999", refresh_scroll=True)
    assert (len(found["tasks"]), found["total"], found["scroll_id"]) == (2, 3, "at-2")


async def test_publishing_makes_no_model_of_somebody_else_ready(house: House) -> None:
    mia, other = house.caller("mia"), house.caller("max")
    model = (await mia("models.create", name="net of mia", uri="x", ready=False))["id"]
    id_ = await other.task(status="stopped", models={"output": [{"name": "mine", "model": model}]})
    await other("tasks.publish", task=id_)
    assert (await mia("models.get_by_id", model=model))["model"]["ready"] is False
    own = (await other("models.create", name="net of max", uri="x", ready=False))["id"]
    id_ = await other.task(status="stopped", models={"output": [{"name": "mine", "model": own}]})
    await other("tasks.publish", task=id_)
    assert (await other("models.get_by_id", model=own))["model"]["ready"] is True


async def test_whoever_looks_on_in_a_project_puts_no_model_into_it(house: House) -> None:
    await house.project("shared", mia=Role.MEMBER, max=Role.VIEWER)
    mia, other = house.caller("mia"), house.caller("max")
    project = (await mia("projects.create", name="shared/inside"))["id"]
    id_ = await mia.task(project=project)
    assert (await other.get(id_))["id"] == id_
    assert (await other.refused("models.create", name="a net", uri="x", task=id_))[0] == 403
    assert (await mia("models.get_all"))["total"] == 0
    model = (await mia("models.create", name="a net", uri="x", task=id_))["id"]
    assert (await other("models.get_by_id", model=model))["model"]["project"] == project


async def test_what_was_published_keeps_its_curves_unless_that_is_meant(mia: Caller) -> None:
    id_ = await mia.task(status="in_progress")
    await mia("events.add", task=id_, type="training_stats_scalar", metric="a", variant="b", value=1, iter=1)
    await mia("tasks.stopped", task=id_)
    await mia("tasks.publish", task=id_)
    assert await mia.refused("events.delete_for_task", task=id_) == (400, 110)
    assert await mia("events.scalar_metrics_iter_histogram", task=id_) != {}
    assert (await mia("events.delete_for_task", task=id_, allow_locked=True))["deleted"] is True
    assert await mia("events.scalar_metrics_iter_histogram", task=id_) == {}


async def test_events_of_models_are_read_in_every_way(mia: Caller) -> None:
    model = (await mia("models.create", name="a net", uri="x"))["id"]
    told = {"task": model, "model_event": True, "metric": "a", "variant": "b", "iter": 1}
    await mia("events.add", type="training_stats_scalar", value=2, **told)
    found = await mia("events.get_task_events", task=model, model_events=True)
    assert [one["value"] for one in found["events"]] == [2]
    curves = await mia("events.multi_task_scalar_metrics_iter_histogram", tasks=[model], model_events=True)
    assert curves["metrics"]["a"]["b"][model] == {"name": "a net", "x": [1], "y": [2]}
