"""Lists: conditions, order, pages, and which fields come back."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jobyard.experiments import curves
from jobyard.faces.clearml.asking import pages
from jobyard.faces.clearml.routes import task_finding
from jobyard.faces.clearml.words.tasks import hashed
from tests.faces.clearml.house import Caller, House

pytestmark = pytest.mark.anyio

LOSS = f"last_metrics.{hashed('loss')}.{hashed('v')}"


async def names(caller: Caller, **asked: Any) -> list[str]:
    found = await caller("tasks.get_all", **{"order_by": ["created"], **asked})
    return [one["name"] for one in found["tasks"]]


@pytest.fixture
async def crowd(any_house: House) -> Caller:
    """Six tasks of mia's: one to six, with tags, types and statuses of all sorts."""
    mia = any_house.caller()
    for number, (name, tags, type_, status) in enumerate(
        [
            ("one", ["a"], "training", ""),
            ("two", ["b"], "testing", "in_progress"),
            ("three.x", ["a", "b"], "training", "completed"),
            ("four (4)", [], "qc", "failed"),
            ("five", ["c"], "training", "stopped"),
            ("Six", ["a", "c"], "training", "published"),
        ]
    ):
        id_ = await mia.task(name=name, tags=tags, type=type_, status=status, comment=f"number {number}")
        event = {"type": "training_stats_scalar", "task": id_, "metric": "loss", "variant": "v", "value": 10 - number}
        await mia.lines("events.add_batch", {**event, "iter": number, "allow_locked": True})
    return mia


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"name": "e"}, "one three.x five"),
        ({"name": "^three\\.x$"}, "three.x"),
        ({"name": "^four\\ \\(4\\)$"}, "four (4)"),
        ({"name": "s|S"}, "Six"),
        ({"tags": ["a"]}, "one three.x Six"),
        ({"tags": ["a", "-b"]}, "one Six"),
        ({"tags": ["-a", "-b"]}, "four (4) five"),
        ({"tags": ["a", "c"]}, "one three.x five Six"),
        ({"tags": ["__$all", "a", "b"]}, "three.x"),
        ({"tags": ["__$and", "a", "__$not", "b"]}, "one Six"),
        ({"tags": ["__$not", "a"]}, "two four (4) five"),
        ({"tags": ["__$all", "a", "__$any", "b", "c"]}, "three.x Six"),
        ({"tags": [None]}, "four (4)"),
        ({"tags": [None, "b"]}, "two three.x four (4)"),
        ({"tags": []}, "one two three.x four (4) five Six"),
        ({"type": ["testing", "qc"]}, "two four (4)"),
        ({"type": "qc"}, "four (4)"),
        ({"type": ["QC", "-Testing"]}, "four (4)"),
        ({"type": "QC"}, "four (4)"),
        ({"runtime._x": {"$where": "sleep(9)"}}, ""),
        ({"type": ["-training"]}, "two four (4)"),
        ({"status": ["failed", "stopped"]}, "four (4) five"),
        ({"status": ["-failed"]}, "one two three.x five Six"),
        ({"status": ["nonsense"]}, ""),
        ({"user": ["max"]}, ""),
        ({"user": "mia", "type": ["testing"]}, "two"),
        ({"comment": "[02]$"}, "one three.x"),
        ({"search_text": "NUMBER 1"}, "two"),
        ({"_any_": {"fields": ["name", "comment"], "pattern": "SIX|number 0"}}, "one Six"),
        ({"_all_": {"fields": ["name", "comment"], "pattern": "e"}}, "one three.x five"),
        ({"_or_": {"fields": ["name"], "pattern": "two"}}, "two"),
        ({"filters": {"tags": {"any": {"include": ["a"]}, "all": {"exclude": ["b"]}}}}, "one Six"),
        ({"filters": {"tags": {"all": {"include": ["a", "b"]}}}}, "three.x"),
        ({"filters": {"type": {"any": {"include": ["qc"]}}, "status": {}}}, "four (4)"),
        ({"filters": {"tags": {"any": {"include": ["c"], "exclude": ["a"]}}}}, "two four (4) five Six"),
        ({"filters": {"tags": {"all": {"include": ["a"], "exclude": ["b"]}}}}, "one Six"),
        ({"_any_": {"fields": ["created"], "datetime": ["2020-01-01", None]}, "type": "qc"}, "four (4)"),
        ({"_all_": {"fields": ["created"], "datetime": ["2100-01-01", None]}}, ""),
        ({"last_iteration": [1, 2]}, "two three.x"),
        ({"last_iteration": [4, None]}, "five Six"),
        (
            {f"{LOSS}.value": [9, None]},
            "one two",
        ),
        ({"created": ["2020-01-01", None]}, "one two three.x four (4) five Six"),
        ({"created": [None, "2020-01-01T00:00:00+00:00"]}, ""),
        ({"last_update": [">=2020-01-01T00:00:00", "<2100-01-01"]}, "one two three.x four (4) five Six"),
        ({"status_changed": ["2100-01-01", None]}, ""),
        ({"status_changed": [">=1577836800"]}, "one two three.x four (4) five Six"),
        ({"page": 1, "page_size": 4}, "five Six"),
        ({"page": 2, "page_size": 4}, ""),
        ({"start": 1, "size": 2}, "two three.x"),
        ({"order_by": ["-created"], "page": 0, "page_size": 2}, "Six five"),
        ({"order_by": "name"}, "Six five four (4) one three.x two"),
        ({"order_by": ["type", "-name"]}, "four (4) two three.x one five Six"),
        (
            {"order_by": [f"{LOSS}.min_value"]},
            "Six five four (4) three.x two one",
        ),
    ],
)
async def test_what_fits_all_conditions_comes_in_order(crowd: Caller, asked: dict[str, Any], expected: str) -> None:
    words = "one two three.x four (4) five Six"
    assert " ".join(await names(crowd, **asked)) == expected, (asked, words)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"name": "("}, (400, 21)),
        ({"name": "(?<=a)b"}, (400, 21)),
        ({"name": "a" * 5_000}, (400, 21)),
        ({"_any_": {"fields": ["name"], "pattern": "["}}, (400, 21)),
        ({"_any_": {"fields": ["nothing"], "pattern": "x"}}, (400, 14)),
        ({"_any_": {"fields": ["user.password"], "pattern": "^a"}}, (400, 14)),
        ({"_all_": {"fields": ["name.x"], "pattern": "^a"}}, (400, 14)),
        ({"filters": {"tags": {"test": ["1"]}}}, (400, 12)),
        ({"order_by": ["token_hash"]}, (400, 14)),
        ({"order_by": ["user.token"]}, (400, 14)),
        ({"only_fields": ["auth.*"]}, (400, 14)),
        ({"only_fields": ["project.home"]}, (400, 14)),
        ({"filters": {"status.x": {}}}, (400, 14)),
        ({"name": {"$ne": None}}, (400, 12)),
        ({"name": "a{100000}"}, (400, 21)),
        ({"order_by": ["nothing"]}, (400, 14)),
        ({"order_by": ["@text_score"]}, (400, 12)),
        ({"only_fields": ["nothing.x"]}, (400, 14)),
        ({"only_fields": ["id", "-name"]}, (400, 12)),
        ({"tags": ["__$nothing"]}, (400, 16)),
        ({"tags": ["-"]}, (400, 16)),
        ({"tags": [1]}, (400, 16)),
        ({"page": -1}, (400, 12)),
        ({"page": "x"}, (400, 12)),
        ({"page_size": 0}, (400, 12)),
        ({"page_size": 10**9}, (400, 12)),
        ({"start": -1}, (400, 12)),
        ({"last_update": ["junk"]}, (400, 12)),
        ({"created": ["2020-01-01"]}, (400, 12)),
        ({"created": [None, None]}, (400, 12)),
        ({"last_iteration": ["x", 1]}, (400, 12)),
        ({"filters": {"nothing": {}}}, (400, 14)),
        ({"filters": {"tags": {"any": []}}}, (400, 12)),
        ({"filters": {"tags": {"op": "xor"}}}, (400, 12)),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_so(mia: Caller, asked: dict[str, Any], code: Any) -> None:
    await mia.task(tags=["a"])
    assert await mia.refused("tasks.get_all", **asked) == code


@pytest.mark.parametrize("pattern", ["^(a+)+b$", "(.*a){25}b", "(a|aa)+$b"])
async def test_a_pattern_that_would_take_for_ever_does_not(mia: Caller, pattern: str) -> None:
    await mia.task(name="a" * 900, comment="a" * 5_000 + "!")
    assert await names(mia, name=pattern) == []
    assert await names(mia, comment=pattern) == []


async def test_only_what_is_wanted_comes_back(mia: Caller) -> None:
    id_ = await mia.task(
        hyperparams={"General": {"a.b": {"section": "General", "name": "a.b", "value": "1"}}}, runtime={}, tags=["t"]
    )
    for fields, expected in [
        (["name"], {"id": id_, "name": "a task"}),
        (["runtime.version"], {"id": id_, "runtime": {}}),
        (["hyperparams.General.a.b.value"], {"id": id_, "hyperparams": {"General": {"a.b": {"value": "1"}}}}),
        (["script.binary", "tags"], {"id": id_, "script": {"binary": "python"}, "tags": ["t"]}),
        ("status", {"id": id_, "status": "created"}),
    ]:
        found = await mia("tasks.get_all", id=[id_], only_fields=fields)
        assert found["tasks"] == [expected], fields
    found = (await mia("tasks.get_all", only_fields=["-script", "-execution.parameters"]))["tasks"][0]
    assert "script" not in found and "parameters" not in found["execution"] and found["name"] == "a task"
    assert (await mia("tasks.get_all", only_fields=["name"], projection=["tags"]))["tasks"] == [
        {"id": id_, "tags": ["t"]}
    ]


async def test_what_is_hidden_is_found_by_its_id_or_when_asked(mia: Caller) -> None:
    id_ = await mia.task(name="hidden", system_tags=["hidden"])
    away = await mia.task(name="away", system_tags=["archived"])
    assert await names(mia) == ["away"]
    assert await names(mia, id=[id_]) == ["hidden"]
    assert await names(mia, search_hidden=True) == ["hidden", "away"]
    assert await names(mia, search_hidden=True, system_tags=["-archived"]) == ["hidden"]
    assert await names(mia, id=[id_, away, "0" * 32], system_tags=["archived"]) == ["away"]


async def test_a_look_through_many_tasks_keeps_nobody_waiting(crowd: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = list[int]()

    def sorted_there(found: list[Any], fields: Any) -> list[Any]:
        threads.append(threading.get_ident())
        return pages.ordered(found, fields)

    monkeypatch.setattr(task_finding, "ordered", sorted_there)
    few = (await crowd("tasks.get_all", order_by=["type", "name"], only_fields=["name"]))["tasks"]
    monkeypatch.setattr(task_finding, "_MANY", 1)
    monkeypatch.setattr(curves, "_FEW", 1)
    many = (await crowd("tasks.get_all", order_by=["type", "name"], only_fields=["name"]))["tasks"]
    assert few == many and len(few) > 1
    assert threads[0] == threading.get_ident() != threads[1]


async def test_a_long_list_says_how_long_it_is_and_where_to_go_on(mia: Caller) -> None:
    for number in range(7):
        await mia.task(name=f"task {number}")
    found = await mia("tasks.get_all", page_size=3, page=1, order_by=["created"], only_fields=["name"])
    assert [one["name"] for one in found["tasks"]] == ["task 3", "task 4", "task 5"] and found["total"] == 7
    assert found["total_exact"] is True
    beyond = await mia("tasks.get_all", size=3, scroll_id=found["scroll_id"], order_by=["created"])
    assert [one["name"] for one in beyond["tasks"]] == ["task 6"]
    last = await mia("tasks.get_all", page_size=3, page=2, order_by=["created"], name="task")
    assert last["total"] == 7 and "scroll_id" not in last
    filtered = await mia("tasks.get_all", page_size=2, name="task [0-4]", only_fields=["name"])
    assert (filtered["total"], filtered["total_exact"], filtered["scroll_id"]) == (5, True, "at-2")
    projects = [(await mia("projects.create", name=f"project {number}"))["id"] for number in range(3)]
    listed = await mia("projects.get_all", page_size=2)
    assert listed["total"] == 3 and listed["projects"][0]["id"] in projects and listed["scroll_id"] == "at-2"
    seen, scroll = [], None
    while True:
        part = await mia("tasks.get_all", size=3, scroll_id=scroll, order_by=["created"], only_fields=["name"])
        if not part["tasks"]:
            break
        seen += [one["name"] for one in part["tasks"]]
        scroll = part["scroll_id"]
    assert seen == [f"task {number}" for number in range(7)]
    again = await mia("tasks.get_all", size=3, scroll_id=scroll, refresh_scroll=True, order_by=["created"])
    assert len(again["tasks"]) == 7
    assert len((await mia("tasks.get_all", size=3, scroll_id="unknown"))["tasks"]) == 3


async def test_references_are_put_in_the_place_of_ids(mia: Caller) -> None:
    project = (await mia("projects.create", name="above/below"))["id"]
    parent = await mia.task(name="parent", project=project)
    child = await mia.task(name="child", project=project, parent=parent)
    await mia("tasks.enqueue", task=child, queue_name="a line")
    found = (await mia("tasks.get_all_ex", id=[child], only_fields=["project.name", "user.name", "parent.name"]))[
        "tasks"
    ]
    assert found == [
        {
            "id": child,
            "project": {"id": project, "name": "above/below"},
            "user": {"id": "mia", "name": "mia"},
            "parent": {"id": parent, "name": "parent"},
        }
    ]
    [whole] = (await mia("tasks.get_by_id_ex", id=[child]))["tasks"]
    assert whole["execution"]["queue"]["name"] == "a line" and whole["company"]["id"] == "jobyard"
    model = (await mia("models.create", name="net", uri="s3://net", project=project))["id"]
    await mia("tasks.add_or_update_model", task=child, name="mine", model=model, type="input")
    asked = ["models.input.model.uri", "parent.project.name"]
    assert (await mia("tasks.get_all_ex", id=[child], only_fields=asked))["tasks"] == [
        {
            "id": child,
            "models": {"input": [{"model": {"uri": "s3://net"}}]},
            "parent": {"id": parent, "project": {"name": "above/below"}},
        }
    ]
    await mia("models.delete", model=model, force=True)
    [dangling] = (await mia("tasks.get_all_ex", id=[child]))["tasks"]
    assert dangling["models"]["input"][0]["model"] == {"id": model}
    assert await mia.refused("tasks.get_by_id_ex") == (400, 11)
    assert await mia.refused("tasks.get_by_id_ex", id=["0" * 32]) == (400, 101)
    top = (await mia("projects.get_all", name="^above$"))["projects"][0]["id"]
    assert await names(mia, project=[top]) == []
    assert await names(mia, project=[top], include_subprojects=True) == ["parent", "child"]
    assert await names(mia, parent=parent) == ["child"]


async def test_a_random_list_is_what_a_plain_look_at_all_tasks_finds(crowd: Caller) -> None:
    """The tables answer some conditions, a walk the others; both together are one filter."""
    everything = (await crowd("tasks.get_all", order_by=["created"]))["tasks"]
    for status in ({"status": ["published", "created"]}, {}):
        for tags in ({"tags": ["a"]}, {"tags": ["-c"]}, {}):
            for kind in ({"type": ["training"]}, {}):
                expected = [
                    one["name"]
                    for one in everything
                    if (not status or one["status"] in status["status"])
                    and (not kind or one["type"] == "training")
                    and (tags.get("tags") != ["a"] or "a" in one["tags"])
                    and (tags.get("tags") != ["-c"] or "c" not in one["tags"])
                ]
                assert await names(crowd, **status, **tags, **kind) == expected, (status, tags, kind)
