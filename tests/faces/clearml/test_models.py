"""Models."""

from __future__ import annotations

import pytest

from jobyard.people.record import Role
from tests.faces.clearml.house import House

pytestmark = pytest.mark.anyio


async def test_a_model_is_made_found_changed_and_published(any_house: House) -> None:
    mia = any_house.caller()
    task = await mia.task(status="completed")
    made = await mia(
        "models.create", name="net", uri="s3://x", task=task, ready=False, labels={"a": 1}, design={"d": "t"}
    )
    id_ = made["id"]
    assert made["created"] is True
    model = (await mia("models.get_by_id", model=id_))["model"]
    assert (model["uri"], model["ready"], model["labels"], model["design"]) == ("s3://x", False, {"a": 1}, {"d": "t"})
    assert (model["task"], model["user"], model["metadata"]) == (task, "mia", {})
    told = await mia("models.edit", model=id_, uri="s3://y", tags=["best"], iteration=5, name="other", ready=None)
    assert told["fields"]["uri"] == "s3://y" and told["fields"]["tags"] == ["best"]
    for asked in (
        {"task": [task]},
        {"uri": "s3://y"},
        {"id": [id_]},
        {"tags": ["best"]},
        {"name": "^oth"},
        {"ready": False},
    ):
        assert [one["id"] for one in (await mia("models.get_all", **asked))["models"]] == [id_], asked
    assert (await mia("models.get_all", uri="s3://x"))["models"] == []
    assert (await mia("models.get_all", only_fields=["uri"]))["models"] == [{"id": id_, "uri": "s3://y"}]
    told = await mia("models.set_ready", model=id_)
    assert told["published_task"]["id"] == task and await mia.status(task) == "published"
    assert await mia.refused("models.update", model=id_, uri="s3://z") == (400, 203)
    assert await mia.refused("models.set_ready", model=id_) == (400, 203)
    assert await mia.refused("models.delete", model=id_) == (400, 206)
    assert await mia("models.delete", model=id_, force=True) == {"deleted": True, "url": "s3://y"}
    assert await mia.refused("models.get_by_id", model=id_) == (400, 201)


async def test_metadata_is_kept_by_key(any_house: House) -> None:
    mia = any_house.caller()
    id_ = (await mia("models.create", name="net", uri="x"))["id"]
    item = {"key": "depth", "type": "int", "value": 3}
    await mia("models.add_or_update_metadata", model=id_, metadata=[item])
    await mia("models.add_or_update_metadata", model=id_, metadata=[{"key": "b", "type": "str", "value": "x"}])
    kept = (await mia("models.get_by_id", model=id_))["model"]["metadata"]
    assert kept["depth"] == {"key": "depth", "type": "int", "value": "3"} and set(kept) == {"depth", "b"}
    await mia("models.delete_metadata", model=id_, keys=["b"])
    await mia("models.add_or_update_metadata", model=id_, metadata=[{"key": "c", "value": "y"}], replace_metadata=True)
    assert set((await mia("models.get_by_id", model=id_))["model"]["metadata"]) == {"c"}
    assert await mia.refused("models.add_or_update_metadata", model=id_, metadata=[{"value": 1}]) == (400, 12)
    kept = {"d": {"key": "d", "type": "str", "value": "z"}}
    await mia("models.update", model=id_, metadata={"d": {"type": "str", "value": "z"}})
    assert (await mia("models.get_all", id=[id_], only_fields=["metadata.d"]))["models"][0]["metadata"] == kept
    other = (await mia("models.create", name="net", uri="x", metadata=list(kept.values())))["id"]
    assert (await mia("models.get_by_id", model=other))["model"]["metadata"] == kept


async def test_models_are_put_away_and_fetched_back(any_house: House) -> None:
    mia = any_house.caller()
    id_ = (await mia("models.create", name="net", uri="x"))["id"]
    told = await mia("models.archive_many", ids=[id_, "0" * 32])
    assert [one["id"] for one in told["succeeded"]] == [id_] and told["failed"][0]["error"]["codes"] == [400, 201]
    assert (await mia("models.get_all", system_tags=["-archived"]))["models"] == []
    await mia("models.unarchive_many", ids=[id_])
    assert len((await mia("models.get_all_ex", system_tags=["-archived"]))["models"]) == 1


async def test_a_task_says_which_model_it_made(any_house: House) -> None:
    mia = any_house.caller()
    task = await mia.task(status="in_progress")
    made = await mia("models.update_for_task", task=task, uri="s3://w", iteration=3)
    model = (await mia("models.get_by_id", model=made["id"]))["model"]
    assert (model["ready"], model["last_iteration"], model["name"]) == (False, 3, "a task")
    assert (await mia.get(task))["models"]["output"][0]["model"] == made["id"]
    assert await mia.refused("models.update_for_task", task=task) == (400, 12)
    await mia("tasks.completed", task=task)
    await mia("tasks.publish", task=task)
    assert (await mia("models.get_by_id", model=made["id"]))["model"]["ready"] is True


async def test_a_task_whose_program_runs_keeps_its_model_from_being_published(any_house: House) -> None:
    mia = any_house.caller()
    task = await mia.task(status="in_progress")
    model = (await mia("models.update_for_task", task=task, uri="s3://w"))["id"]
    assert await mia.refused("models.set_ready", model=model) == (400, 110)
    assert (await mia("models.get_by_id", model=model))["model"]["ready"] is False
    told = await mia("models.publish_many", ids=[model, "0" * 32], force_publish_task=True)
    assert [(one["id"], one["published_task"]["id"]) for one in told["succeeded"]] == [(model, task)]
    assert told["failed"][0]["error"]["codes"] == [400, 201] and await mia.status(task) == "published"
    other = (await mia("models.create", name="other", uri="y", ready=False, task=task))["id"]
    assert (await mia("models.set_ready", model=other))["published_task"] is None
    gone = (await mia("models.create", name="other", uri="y", ready=False, task=await mia.task()))["id"]
    told = await mia("models.publish_many", ids=[gone, other], publish_tasks=False)
    assert [one["id"] for one in told["succeeded"]] == [gone]
    assert told["failed"][0]["error"]["codes"] == [400, 203]


async def test_a_model_goes_from_the_task_that_made_it(any_house: House) -> None:
    mia = any_house.caller()
    task = await mia.task(status="in_progress")
    models = [(await mia("models.update_for_task", task=task, uri=f"s3://{n}", name=f"net {n}"))["id"] for n in "ab"]
    await mia("models.delete", model=models[0])
    assert [one["model"] for one in (await mia.get(task))["models"]["output"]] == [models[1]]
    taking = await mia.task(models={"input": [{"name": "in", "model": models[1]}]})
    assert await mia.refused("models.delete", model=models[1]) == (400, 205)
    await mia("tasks.delete", task=taking)
    await mia("tasks.stopped", task=task)
    await mia("tasks.publish", task=task, publish_model=False)
    told = await mia("models.delete_many", ids=[models[1]])
    assert told["failed"][0]["error"]["codes"] == [400, 206]
    told = await mia("models.delete_many", ids=[models[1], "0" * 32], force=True)
    assert told["succeeded"] == [{"id": models[1], "deleted": True, "url": "s3://b"}] and len(told["failed"]) == 1
    assert (await mia.get(task))["models"]["output"][0]["model"] == f"__DELETED__{models[1]}"


async def test_a_model_brings_what_its_task_is_made_with_and_how_far_it_came(any_house: House) -> None:
    mia = any_house.caller()
    project = (await mia("projects.create", name="nets"))["id"]
    execution = {"framework": "pure", "model_labels": {"cat": 1}}
    task = await mia.task(project=project, execution=execution)
    assert await mia.refused("models.get_by_task_id", task=task) == (400, 201)
    first = (await mia("models.update_for_task", task=task, uri="s3://a", name="first", iteration=9))["id"]
    last = (await mia("models.update_for_task", task=task, uri="s3://b", name="last", iteration=5))["id"]
    assert (await mia.get(task))["last_iteration"] == 9
    await mia("models.update", model=first, iteration=12)
    await mia("models.edit", model=first, iteration=3)
    assert (await mia.get(task))["last_iteration"] == 12
    model = (await mia("models.get_by_task_id", task=task))["model"]
    assert (model["id"], model["framework"], model["labels"]) == (last, "pure", {"cat": 1})
    bare = (await mia("models.create", name="bare", uri="x", framework="other"))["id"]
    assert (await mia("models.get_frameworks"))["frameworks"] == ["other", "pure"]
    assert (await mia("models.get_frameworks", projects=[project]))["frameworks"] == ["pure"]
    below = (await mia("projects.create", name="nets/below"))["id"]
    await mia.task(project=below, type="qc")
    await mia("models.create", name="below", uri="x", framework="deep", project=below)
    assert (await mia("models.get_frameworks", projects=[project]))["frameworks"] == ["deep", "pure"]
    assert (await mia("tasks.get_types", projects=[project]))["types"] == ["qc", "training"]
    told = (await mia("models.get_all_ex", id=[last, bare], include_stats=True))["models"]
    assert {one["id"]: one["stats"]["labels_count"] for one in told} == {last: 1, bare: 0}
    assert await mia("models.update_tags", ids=[last, bare], add_tags=["a", "b"]) == {"updated": 2}
    assert await mia("models.update_tags", ids=[bare], remove_tags=["a"]) == {"updated": 1}
    assert await mia.refused("models.update_tags", ids=["0" * 32], add_tags=["a"]) == (400, 201)
    told = (await mia("models.get_by_id_ex", id=[last, bare], only_fields=["tags", "project.name"]))["models"]
    assert {one["id"]: one["tags"] for one in told} == {last: ["a", "b"], bare: ["b"]}
    assert await mia.refused("models.get_by_id_ex") == (400, 11)
    assert await mia.refused("models.get_by_id_ex", id="0" * 32) == (400, 201)
    assert await mia.refused("models.move", ids=[bare]) == (400, 11)
    assert await mia.refused("models.move", ids=[bare, "0" * 32], project_name="over there") == (400, 201)
    moved = await mia("models.move", ids=[bare, last], project_name="over there")
    assert {one["project"] for one in (await mia("models.get_all", id=[bare, last]))["models"]} == {moved["project_id"]}


async def test_drafts_go_with_their_task_and_published_models_stay(any_house: House) -> None:
    mia = any_house.caller()
    task = await mia.task()
    draft = (await mia("models.create", name="draft", uri="x", task=task, ready=False))["id"]
    ready = (await mia("models.create", name="ready", uri="y", task=task))["id"]
    assert await mia.refused("tasks.delete", task=task) == (400, 123)
    told = await mia("tasks.delete", task=task, force=True, return_file_urls=True)
    assert (told["deleted_models"], told["updated_models"]) == (1, 1) and told["urls"]["model_urls"] == ["x"]
    assert await mia.refused("models.get_by_id", model=draft) == (400, 201)
    assert (await mia("models.get_by_id", model=ready))["model"]["task"] == f"__DELETED__{task}"


async def test_a_model_is_seen_by_whoever_sees_its_project(any_house: House) -> None:
    await any_house.project("team", mia=Role.MEMBER, vera=Role.VIEWER)
    mia, max_, vera = (any_house.caller(name) for name in ("mia", "max", "vera"))
    folder = (await mia("projects.create", name="team/x"))["id"]
    id_ = (await mia("models.create", name="net", uri="x", project=folder))["id"]
    assert (await vera("models.get_by_id", model=id_))["model"]["name"] == "net"
    assert await vera.refused("models.edit", model=id_, name="other") == (403, 21)
    assert await max_.refused("models.get_by_id", model=id_) == (400, 201)
    assert (await max_("models.get_all"))["models"] == []
    assert await mia.refused("models.create", name="ab", uri="x") == (400, 800)
    assert await mia.refused("models.create", name="abc", task="0" * 32) == (400, 101)
