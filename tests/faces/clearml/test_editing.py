"""What is written down of a task, and how it changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faces.clearml.house import Caller, House

pytestmark = pytest.mark.anyio


async def test_a_fresh_task_shows_what_everybody_expects(mia: Caller) -> None:
    task = await mia.get(await mia.task(name="  fresh  ", tags=["b", "a", "a"]))
    given = {name: task[name] for name in ("name", "type", "status", "user", "tags", "system_tags", "last_iteration")}
    assert given == {
        "name": "fresh",
        "type": "training",
        "status": "created",
        "user": "mia",
        "tags": ["a", "a", "b"],
        "system_tags": [],
        "last_iteration": 0,
    }
    assert task["script"] == {"binary": "python", "repository": "", "entry_point": "", "requirements": {}}
    assert task["execution"] == {
        "parameters": {},
        "model_desc": {},
        "model_labels": {},
        "artifacts": [],
        "test_split": 0,
    }
    for name in ("output", "hyperparams", "configuration", "runtime", "container", "last_metrics"):
        assert task[name] == {}, name
    assert task["models"] == {"input": [], "output": []}
    assert task["created"].endswith("+00:00") and len(task["created"]) == 32


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " ab "}, (400, 800)),
        ({"type": "nonsense"}, (400, 12)),
        ({"type": None}, (400, 12)),
        ({"tags": "a"}, (400, 12)),
        ({"tags": [1]}, (400, 12)),
        ({"tags": ["__$x"]}, (400, 16)),
        ({"name": "x\0yz"}, (400, 800)),
        ({"project": "0" * 32}, (400, 16)),
        ({"parent": "0" * 32}, (400, 16)),
        ({"models": {"input": [{"name": "m", "model": "0" * 32}]}}, (400, 201)),
        ({"execution": {"artifacts": [{"key": "a"}]}}, (400, 12)),
        ({"execution": {"artifacts": [{"key": "a", "type": "t", "mode": "x"}]}}, (400, 12)),
        ({"hyperparams": {"a": {"b": 1}}}, (400, 12)),
        ({"hyperparams": {"a": {"b": {"section": "a", "name": "b", "value": 1}}}}, (400, 12)),
        ({"script": []}, (400, 12)),
        ({"comment": "x" * (2 * 1024 * 1024)}, (400, 800)),
        ({"runtime": {"x": "x" * (40 * 1024 * 1024)}}, (400, 800)),
    ],
)
async def test_what_makes_no_task_is_told_and_nothing_is_made(mia: Caller, fields: dict[str, Any], code: Any) -> None:
    body = {"name": "a task", "type": "training", **fields}
    assert await mia.refused("tasks.create", **body) == code
    if "runtime" not in fields:
        assert await mia.refused("tasks.validate", **body) == code
    assert (await mia("tasks.get_all"))["tasks"] == []


async def test_what_would_be_a_task_is_checked_and_not_made(mia: Caller) -> None:
    assert await mia("tasks.validate", name="abc", type="training", parent="__DELETED__x", unknown=1) == {}
    assert (await mia("tasks.get_all"))["tasks"] == []
    assert (await mia.get(await mia.task(parent="__DELETED__x"))).get("parent") is None


async def test_old_clients_say_parameters_models_and_images_in_their_way(mia: Caller) -> None:
    model = (await mia("models.create", name="net", uri="x"))["id"]
    id_ = await mia.task(
        execution={
            "parameters": {"lr": 0.1, "General/x": "y", "TF_DEFINE/z": "w"},
            "model_desc": {"design": "layers"},
            "model": model,
            "docker_cmd": "image --gpus all",
            "odd": 1,
        }
    )
    task = await mia.get(id_)
    assert task["hyperparams"]["Args"]["lr"] == {"section": "Args", "name": "lr", "value": "0.1", "type": "legacy"}
    assert task["hyperparams"]["Args"]["General/x"]["value"] == "y"
    assert task["hyperparams"]["TF_DEFINE"]["z"]["value"] == "w"
    assert task["configuration"] == {"design": {"name": "design", "value": "layers", "type": "legacy"}}
    assert task["models"]["input"][0]["model"] == model
    assert task["container"] == {"image": "image", "arguments": "--gpus all"}
    assert "odd" not in task["execution"] and task["execution"]["parameters"] == {}
    old = mia.house.caller(version="2.5")
    shown = await old.get(id_)
    assert shown["execution"]["parameters"] == {"lr": "0.1", "General/x": "y", "TF_DEFINE/z": "w"}
    assert (shown["execution"]["model"], shown["execution"]["docker_cmd"]) == (model, "image --gpus all")
    parameters = [{"section": "General", "name": "x", "value": "1", "type": "int"}]
    await mia("tasks.edit_hyper_params", task=id_, hyperparams=parameters)
    said = {"parameters": {"lr": "0.2", "General/x": "2"}, "model_desc": {"design": "more layers"}}
    await old("tasks.edit", task=id_, execution=said)
    shown = await old.get(id_)
    assert {name: shown["execution"][name] for name in said} == said
    assert {**shown["hyperparams"]["General"]["x"]} == {**parameters[0], "value": "2"}
    assert "TF_DEFINE" not in shown["hyperparams"]


async def test_what_older_clients_say_stands_beside_what_newer_ones_say(mia: Caller) -> None:
    named = {"a.b": {"lr": {"section": "a.b", "name": "lr", "value": "1"}}}
    pieces = {"net": {"name": "net", "value": "x"}}
    older = {"parameters": {"x.y": 1}, "model_desc": {"design": "d"}}
    id_ = await mia.task(hyperparams=named, configuration=pieces, execution=older)
    task = await mia.get(id_)
    assert (list(task["hyperparams"]), list(task["configuration"])) == (["a.b", "Args"], ["net", "design"])
    asked = {"id": [id_], "only_fields": ["hyperparams.a%2Eb"], "order_by": ["-hyperparams.a%2Eb"]}
    assert (await mia("tasks.get_all", **asked))["tasks"] == [{"id": id_, "hyperparams": named}]
    assert (await mia("tasks.get_all", **{"hyperparams.a%2Eb.lr.value": "1"}))["tasks"][0]["id"] == id_
    assert (await mia("tasks.get_all", **{"hyperparams.a%2Eb.lr.value": "2"}))["tasks"] == []


async def test_a_model_of_older_clients_has_to_be_there(mia: Caller) -> None:
    gone = {"execution": {"model": "0" * 32}}
    assert await mia.refused("tasks.create", name="abc", type="testing", **gone) == (400, 201)
    id_ = await mia.task()
    assert await mia.refused("tasks.edit", task=id_, **gone) == (400, 201)
    taken = (await mia("models.create", name="net", uri="x"))["id"]
    await mia("tasks.edit", task=id_, execution={"model": taken})
    await mia("models.delete", model=taken, force=True)
    assert await mia("tasks.edit", task=id_, execution={"model": taken, "framework": "f"}, force=True)
    made = (await mia("models.create", name="net", uri="x", ready=False))["id"]
    await mia("tasks.edit", task=id_, models={"output": [{"name": "net", "model": made}]}, output_dest="s3://b")
    assert (await mia.house.caller(version="2.12").get(id_))["output"] == {"destination": "s3://b", "model": made}


async def test_a_number_without_a_fraction_is_whole(mia: Caller) -> None:
    id_ = await mia.task(execution={"model_labels": {"cat": 1.0}}, runtime={"kept": 1.0})
    assert (await mia.get(id_))["execution"]["model_labels"] == {"cat": 1}
    half = {"execution": {"model_labels": {"cat": 1.5}}}
    assert await mia.refused("tasks.create", name="abc", type="testing", **half) == (400, 12)


async def test_an_edit_merges_what_is_embedded_and_replaces_maps(mia: Caller) -> None:
    id_ = await mia.task(
        script={"repository": " r ", "branch": "b"},
        hyperparams={"General": {"a": {"section": "General", "name": "a", "value": "1"}}},
        runtime={"n": 1},
        output_dest="s3://x",
    )
    edited = await mia(
        "tasks.edit",
        task=id_,
        script={"branch": "c"},
        hyperparams={"Other": {"b": {"section": "Other", "name": "b", "value": "2"}}},
        runtime={"m": None},
        name="new name",
    )
    assert edited["updated"] == 1
    assert {"name", "script", "hyperparams", "runtime", "last_change", "last_changed_by"} == set(edited["fields"])
    task = await mia.get(id_)
    assert (task["script"]["repository"], task["script"]["branch"]) == ("r", "c")
    assert list(task["hyperparams"]) == ["Other"] and task["runtime"] == {"m": None}
    assert (task["output"], task["name"]) == ({"destination": "s3://x"}, "new name")
    await mia("tasks.edit", task=id_, hyperparams={}, configuration={}, tags=[], runtime={})
    task = await mia.get(id_)
    assert (task["hyperparams"], task["runtime"], task["tags"]) == ({}, {}, [])


async def test_an_update_takes_words_alone_and_leaves_the_time_of_life(mia: Caller) -> None:
    id_ = await mia.task(status="completed")
    before = await mia.get(id_)
    updated = await mia("tasks.update", task=id_, name="other", output__error="broke", created="2020", status="created")
    assert updated["updated"] == 1 and updated["fields"]["output.error"] == "broke"
    task = await mia.get(id_)
    assert (task["name"], task["status"], task["output"]["error"]) == ("other", "completed", "broke")
    assert (task["created"], task["last_update"]) == (before["created"], before["last_update"])
    assert await mia("tasks.update", task=id_, created="2020") == {"updated": 0, "fields": {}}
    assert await mia.refused("tasks.update", task="0" * 32, name="abc") == (400, 101)


async def test_parameters_are_set_by_section_and_name(mia: Caller) -> None:
    id_ = await mia.task()

    async def put(replace: str | None, *items: tuple[str, str, str]) -> dict[str, Any]:
        given = [{"section": section, "name": name, "value": value} for section, name, value in items]
        await mia("tasks.edit_hyper_params", task=id_, hyperparams=given, replace_hyperparams=replace)
        kept = (await mia.get(id_))["hyperparams"]
        return {section: {name: one["value"] for name, one in named.items()} for section, named in kept.items()}

    assert await put(None, ("a", "x/y.z $", "1"), ("a", "p", "2"), ("b", "q", "3")) == {
        "a": {"x/y.z $": "1", "p": "2"},
        "b": {"q": "3"},
    }
    assert await put("section", ("a", "p", "4")) == {"a": {"p": "4"}, "b": {"q": "3"}}
    [told] = (await mia("tasks.get_hyper_params", tasks=[id_]))["params"]
    assert [(one["section"], one["name"]) for one in told["hyperparams"]] == [("a", "p"), ("b", "q")]
    assert await put("all", ("c", "r", "5")) == {"c": {"r": "5"}}
    assert await mia("tasks.delete_hyper_params", task=id_, hyperparams=[{"section": "c"}]) == {"deleted": 1}
    assert (await mia.get(id_))["hyperparams"] == {}
    assert await mia.refused("tasks.get_hyper_params", tasks=["0" * 32]) == (400, 101)


async def test_configuration_artifacts_models_and_runtime_are_kept_by_name(mia: Caller) -> None:
    id_ = await mia.task(status="in_progress")
    pieces = [{"name": "net", "value": "x"}, {"name": "data", "value": "y"}]
    await mia("tasks.edit_configuration", task=id_, configuration=pieces, force=True)
    await mia("tasks.delete_configuration", task=id_, configuration=["net"], force=True)
    [told] = (await mia("tasks.get_configurations", tasks=[id_]))["configurations"]
    assert told["configuration"] == [{"name": "data", "value": "y"}]
    assert (await mia("tasks.get_configuration_names", tasks=[id_]))["configurations"][0]["names"] == ["data"]
    await mia(
        "tasks.add_or_update_artifacts", task=id_, artifacts=[{"key": "b", "type": "t"}, {"key": "a", "type": "t"}]
    )
    await mia("tasks.add_or_update_artifacts", task=id_, artifacts=[{"key": "b", "type": "u", "content_size": 3}])
    artifacts = (await mia.get(id_))["execution"]["artifacts"]
    assert [(one["key"], one["type"], one["mode"]) for one in artifacts] == [("a", "t", "output"), ("b", "u", "output")]
    assert await mia("tasks.delete_artifacts", task=id_, artifacts=[{"key": "a"}]) == {"deleted": 1}
    assert await mia("tasks.delete_artifacts", task=id_, artifacts=[{"key": "a"}]) == {"deleted": 0}
    model = (await mia("models.create", name="net", uri="x", ready=False))["id"]
    item = {"task": id_, "name": "best", "model": model, "type": "output"}
    await mia("tasks.add_or_update_model", **item, iteration=5)
    await mia("tasks.add_or_update_model", **item)
    [kept] = (await mia.get(id_))["models"]["output"]
    assert (kept["name"], kept["model"]) == ("best", model)
    assert (await mia("models.get_by_id", model=model))["model"]["last_iteration"] == 5
    assert await mia("tasks.delete_models", task=id_, models=[{"name": "best", "type": "output"}]) == {"updated": 1}
    assert await mia("tasks.add_or_update_model", **{**item, "model": "elsewhere"}, iteration=7) == {"updated": 1}
    assert (await mia.get(id_))["models"]["output"][0]["model"] == "elsewhere"
    await mia("tasks.edit_runtime", task=id_, runtime={"a": 1})
    await mia("tasks.edit_runtime", task=id_, runtime={"b": [None]})
    assert (await mia.get(id_))["runtime"] == {"a": 1, "b": [None]}


async def test_requirements_come_back_as_they_came(mia: Caller) -> None:
    id_ = await mia.task()
    for requirements in ({"pip": "numpy==2\n"}, {"pip": ["numpy", "x"], "conda": ""}):
        await mia("tasks.set_requirements", task=id_, requirements=requirements)
        assert (await mia.get(id_))["script"]["requirements"] == requirements


async def test_a_copy_holds_what_is_told_and_nothing_of_what_ran(mia: Caller) -> None:
    project = (await mia("projects.create", name="here"))["id"]
    id_ = await mia.task(
        name="original",
        project=project,
        tags=["kept"],
        system_tags=["development", "archived", "dataset"],
        script={"repository": "r"},
        hyperparams={"General": {"a": {"section": "General", "name": "a", "value": "1"}}},
        execution={"artifacts": [{"key": "in", "type": "t", "mode": "input"}, {"key": "out", "type": "t"}]},
        runtime={"n": 1},
    )
    copy = await mia.get((await mia("tasks.clone", task=id_))["id"])
    assert (copy["name"], copy["parent"], copy["status"]) == ("Clone Of original", id_, "created")
    assert (copy["tags"], copy["system_tags"], copy["runtime"]) == (["kept"], ["dataset"], {})
    assert [one["key"] for one in copy["execution"]["artifacts"]] == ["in"] and copy["script"]["repository"] == "r"
    other = await mia(
        "tasks.clone", task=copy["id"], new_task_name="third", new_project_name="made/now", new_task_tags=[]
    )
    task = await mia.get(other["id"])
    assert (task["name"], task["parent"], task["tags"]) == ("third", id_, [])
    assert task["project"] == other["new_project"]["id"] != project
    assert await mia.refused("tasks.clone", task="0" * 32) == (400, 101)


async def test_a_copy_has_the_models_parameters_and_configuration_that_are_said(mia: Caller) -> None:
    first, second = [(await mia("models.create", name="net", uri=f"x{number}"))["id"] for number in range(2)]
    id_ = await mia.task(models={"input": [{"name": "in", "model": first}]})
    named = {"a": {"b": {"section": "a", "name": "b", "value": "1"}}}
    pieces = {"net": {"name": "net", "value": "x"}}
    inputs = [{"name": "other", "model": second}]
    made = await mia(
        "tasks.clone", task=id_, new_hyperparams=named, new_configuration=pieces, new_task_input_models=inputs
    )
    copy = await mia.get(made["id"])
    assert (copy["hyperparams"], copy["configuration"]) == (named, pieces)
    assert [one["model"] for one in copy["models"]["input"]] == [second]
    await mia("models.delete", model=first, force=True)
    assert (await mia("tasks.clone", task=id_, new_task_name="as it is"))["id"]
    assert await mia.refused("tasks.clone", task=id_, validate_references=True) == (400, 201)
    assert await mia.refused("tasks.clone", task=id_, execution_overrides={"model": first}) == (400, 201)
    assert await mia.refused("tasks.clone", task=id_, new_task_input_models=[{"name": "n", "model": first}]) == (
        400,
        201,
    )


async def test_tasks_move_and_are_tagged_together(mia: Caller) -> None:
    ids = [await mia.task(name=f"task {number}", tags=["old"]) for number in range(2)]
    moved = await mia("tasks.move", ids=ids, project_name="over there")
    assert {(await mia.get(id_))["project"] for id_ in ids} == {moved["project_id"]}
    assert await mia("tasks.update_tags", ids=ids, add_tags=["new"], remove_tags=["old"]) == {"updated": 2}
    assert (await mia.get(ids[0]))["tags"] == ["new"]
    assert await mia.refused("tasks.move", ids=ids) == (400, 11)
    assert await mia.refused("tasks.move", ids=[]) == (400, 12)


async def test_several_at_once_are_done_one_by_one(mia: Caller) -> None:
    good, bad = await mia.task(status="stopped"), await mia.task()
    told = await mia("tasks.publish_many", ids=[good, bad, "0" * 32])
    assert [one["id"] for one in told["succeeded"]] == [good]
    assert [one["error"]["codes"] for one in told["failed"]] == [[400, 110], [400, 101]]
    assert await mia.refused("tasks.publish_many", ids=[]) == (400, 12)
    told = await mia("tasks.enqueue_many", ids=[good, bad], queue_name="a line")
    assert [one["id"] for one in told["succeeded"]] == [bad] and len(told["failed"]) == 1
    told = await mia("tasks.dequeue_many", ids=[bad])
    assert told["succeeded"][0]["dequeued"] == 1
    told = await mia("tasks.reset_many", ids=[good], force=True)
    assert await mia.status(good) == "created" and told["succeeded"][0]["updated"] == 1
    told = await mia("tasks.stop_many", ids=[good])
    assert told["failed"][0]["error"]["codes"] == [400, 110]
    told = await mia("tasks.delete_many", ids=[good, bad])
    assert [one["deleted"] for one in told["succeeded"]] == [True, True]


async def test_a_task_is_a_job_like_any_other(house: House, mia: Caller) -> None:
    project = (await mia("projects.create", name="seen"))["id"]
    id_ = await mia.task(name="seen as a job", project=project, status="in_progress")
    job = await house.job(id_)
    assert (job.kind, job.name, job.state.value, job.face) == ("experiment.run", "seen as a job", "running", "clearml")
    assert job.resource is not None and (job.resource.id, job.resource.name) == (project, "seen")
    await mia("tasks.update", task=id_, name="another name")
    assert (await house.job(id_)).name == "another name"
    await house.engine.jobs.cancel(house.actor("mia"), id_)
    task = await mia.get(id_)
    assert (task["status"], task["status_message"]) == ("in_progress", "stopping")
    await mia("tasks.stopped", task=id_)
    assert await mia.status(id_) == "stopped"
    other = await mia.task()
    await house.engine.jobs.cancel(house.actor("mia"), other)
    task = await mia.get(other)
    assert (task["status"], task["status_message"]) == ("stopped", "Stopped by mia")
    assert task["status_changed"] >= task["created"] and task["completed"]


async def test_a_batch_of_updates_is_done_whole_or_not_at_all(mia: Caller) -> None:
    one, two = await mia.task(name="one"), await mia.task(name="two")
    wrong = await mia.lines("tasks.update_batch", {"task": one, "name": "fresh"}, {"task": two, "name": "x"})
    assert wrong.code == (400, 800) and (await mia.get(one))["name"] == "one"
    missing = await mia.lines("tasks.update_batch", {"task": one, "name": "fresh"}, {"task": "0" * 32})
    assert missing.code == (400, 101) and (await mia.get(one))["name"] == "one"
    done = await mia.lines("tasks.update_batch", {"task": one, "name": "fresh"}, {"task": two})
    assert done.data == {"updated": 1} and (await mia.get(one))["name"] == "fresh"
    assert await mia.refused("tasks.move", ids=[one, "0" * 32], project_name="elsewhere") == (400, 101)
    assert "project" not in await mia.get(one)


async def test_an_edit_of_the_status_is_done_whole_or_not_at_all(mia: Caller) -> None:
    id_ = await mia.task()
    assert await mia.refused("tasks.edit", task=id_, status="failed", name="x") == (400, 800)
    assert await mia.status(id_) == "created"
    await mia("tasks.edit", task=id_, status="failed", name="fresh")
    assert await mia.status(id_) == "failed"
    assert await mia.refused("tasks.edit", task=id_, status="created") == (400, 110)


async def test_a_task_tells_where_what_it_made_lies_before_it_goes(mia: Caller) -> None:
    id_ = await mia.task(status="in_progress")
    await mia("tasks.add_or_update_artifacts", task=id_, artifacts=[{"key": "a", "type": "t", "uri": "s3://a"}])
    await mia("models.create", name="net", uri="s3://net", task=id_, ready=False)
    await mia("models.create", name="net", uri="s3://published", task=id_)
    picture = {"type": "training_debug_image", "task": id_, "metric": "m", "key": "k"}
    pictures = [{**picture, "variant": f"v{number % 2}", "iter": number, "url": f"u{number}"} for number in range(5)]
    await mia.lines("events.add_batch", *pictures)
    told = {
        "model_urls": ["s3://net"],
        "artifact_urls": ["s3://a"],
        "event_urls": [f"u{number}" for number in range(5)],
    }
    await mia("tasks.stopped", task=id_)
    reset = await mia("tasks.reset", task=id_, force=True, return_file_urls=True, delete_output_models=False)
    assert {name: sorted(urls) for name, urls in reset["urls"].items()} == told
    gone = await mia("tasks.delete", task=id_, force=True, return_file_urls=True, delete_output_models=False)
    assert gone["urls"]["model_urls"] == ["s3://net"] and (gone["deleted_models"], gone["updated_models"]) == (0, 2)


async def test_tasks_of_a_project_that_is_gone_lie_in_none(mia: Caller) -> None:
    project = (await mia("projects.create", name="above/below"))["id"]
    id_ = await mia.task(project=project)
    await mia("projects.delete", project=project, force=True)
    assert "project" not in await mia.get(id_)
    assert (await mia("tasks.clone", task=id_))["id"]
