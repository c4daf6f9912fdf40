"""Projects of tasks: names with slashes, homes, and who sees what."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.people.record import Role
from tests.faces.clearml.house import Caller, House

pytestmark = pytest.mark.anyio


async def names(caller: Caller, **asked: object) -> list[str]:
    return [one["name"] for one in (await caller("projects.get_all", **{"order_by": ["name"], **asked}))["projects"]]


async def test_a_project_brings_those_above_it(any_house: House) -> None:
    mia = any_house.caller()
    id_ = (await mia("projects.create", name="a1/b/c", description="deep", tags=["x"]))["id"]
    assert await names(mia) == ["a1", "a1/b", "a1/b/c"]
    found = (await mia("projects.get_by_id", project=id_))["project"]
    assert (found["basename"], found["description"], found["tags"], found["user"]) == ("c", "deep", ["x"], "mia")
    assert await names(mia, name="^a1/b$") == ["a1/b"]
    assert await names(mia, shallow_search=True) == ["a1"]
    top = (await mia("projects.get_all", name="^a1$"))["projects"][0]["id"]
    assert await names(mia, parent=[top]) == ["a1/b", "a1/b/c"]
    assert await names(mia, parent=[None]) == ["a1"]
    assert await names(mia, id=[id_], page=0) == ["a1/b/c"]
    assert await names(mia, page=5) == []


async def test_a_name_is_taken_once_in_a_home(any_house: House) -> None:
    mia, max_ = any_house.caller(), any_house.caller("max")
    await mia("projects.create", name="mine")
    assert await mia.refused("projects.create", name="mine") == (400, 801)
    await max_("projects.create", name="mine")
    assert await names(mia) == await names(max_) == ["mine"]
    assert await mia.refused("projects.create", name="ab") == (400, 800)
    assert await mia.refused("projects.create", name="/".join("abcdefghijk")) == (400, 409)
    for empty in ("/", "abc//def", " / "):
        assert await mia.refused("projects.create", name=empty) == (400, 407), empty
    assert await any_house.caller("vera").refused("projects.create", name="other") == (403, 21)
    assert await names(any_house.caller("ada")) == []


async def test_a_new_name_renames_what_is_below(any_house: House) -> None:
    mia = any_house.caller()
    await mia("projects.create", name="old/.datasets/x", system_tags=["hidden"])
    await mia("projects.create", name="older")
    top = (await mia("projects.get_all", name="^old$"))["projects"][0]["id"]
    told = await mia("projects.update", project=top, name="new", description="d")
    assert (told["updated"], told["fields"]["name"], told["fields"]["description"]) == (1, "new", "d")
    assert await names(mia, search_hidden=True) == ["new", "new/.datasets", "new/.datasets/x", "older"]
    assert await names(mia) == ["new", "new/.datasets", "older"]
    assert await mia.refused("projects.update", project=top, name="older") == (400, 801)
    assert await mia.refused("projects.update", project=top, name="else/where") == (400, 408)
    assert await mia.refused("projects.update", project="0" * 32, name="abc") == (400, 401)


async def test_the_versions_of_a_dataset_are_called_as_it_is(any_house: House) -> None:
    mia = any_house.caller()
    place = (await mia("projects.create", name="data/.datasets/old", system_tags=["hidden", "dataset"]))["id"]
    version = await mia.task("old", project=place, system_tags=["dataset"], status="completed")
    others = [await mia.task("old", project=place), await mia.task("other", project=place, system_tags=["dataset"])]
    await mia("projects.update", project=place, name="data/.datasets/new")
    assert [(await mia.get(one))["name"] for one in (version, *others)] == ["new", "old", "other"]
    await mia("projects.update", project=place, name="data/.datasets/x")
    assert (await mia.get(version))["name"] == "new"


async def test_a_project_of_the_house_shares_what_is_called_so(any_house: House) -> None:
    project = await any_house.project("team", mia=Role.MEMBER, vera=Role.VIEWER)
    mia, max_, vera = (any_house.caller(name) for name in ("mia", "max", "vera"))
    folder = (await mia("projects.create", name="team/vision"))["id"]
    id_ = await mia.task(project=folder)
    assert await names(vera) == ["team", "team/vision"] and await names(max_) == []
    assert (await vera.get(id_))["project"] == folder
    assert await max_.refused("tasks.get_by_id", task=id_) == (400, 101)
    assert await max_.refused("projects.get_by_id", project=folder) == (400, 401)
    assert await max_.refused("tasks.create", name="abc", type="training", project=folder) == (400, 16)
    assert await vera.refused("tasks.edit", task=id_, comment="x") == (403, 21)
    assert await vera.refused("projects.update", project=folder, description="x") == (403, 21)
    assert (await any_house.job(id_)).project == project
    private = (await mia("projects.create", name="private"))["id"]
    await mia("tasks.edit", task=id_, project=private)
    assert (await any_house.job(id_)).project is None
    assert await vera.refused("tasks.get_by_id", task=id_) == (400, 101)


async def test_a_project_with_tasks_goes_by_force_alone(any_house: House) -> None:
    mia = any_house.caller()
    folder = (await mia("projects.create", name="holds/some"))["id"]
    id_ = await mia.task(project=folder)
    top = (await mia("projects.get_all", name="^holds$"))["projects"][0]["id"]
    assert await mia.refused("projects.delete", project=top) == (400, 402)
    assert await any_house.caller("max").refused("projects.delete", project=top, force=True) == (400, 401)
    model = (await mia("models.create", name="net", uri="file:///a", project=folder))["id"]
    gone = await mia("projects.delete", project=top, force=True)
    assert (gone["deleted"], gone["disassociated_tasks"], gone["deleted_tasks"]) == (2, 1, 0)
    assert await names(mia) == [] and "project" not in await mia.get(id_)
    assert "project" not in (await mia("models.get_by_id", model=model))["model"]


async def test_what_is_archived_holds_no_project(any_house: House) -> None:
    mia = any_house.caller()
    top = (await mia("projects.create", name="archives"))["id"]
    task = await mia.task(project=top, system_tags=["archived"])
    model = (await mia("models.create", name="net", uri="file:///a", project=top))["id"]
    weighed = await mia("projects.validate_delete", project=top)
    assert (weighed["tasks"], weighed["non_archived_tasks"], weighed["models"]) == (1, 0, 1)
    assert await mia.refused("projects.delete", project=top) == (400, 405)
    await mia("models.edit", model=model, system_tags=["archived"])
    data = (await mia("projects.create", name="archives/.datasets/some", system_tags=["dataset"]))["id"]
    pipe = (await mia("projects.create", name="archives/.pipelines/some", system_tags=["pipeline"]))["id"]
    version = await mia.task(project=data, system_tags=["dataset"])
    run = await mia.task(project=pipe, type="controller", system_tags=["pipeline"])
    weighed = await mia("projects.validate_delete", project=top)
    assert (weighed["datasets"], weighed["pipelines"], weighed["tasks"]) == (1, 1, 1)
    assert await mia.refused("projects.delete", project=top) == (400, 413)
    await mia("tasks.delete", task=version)
    assert await mia.refused("projects.delete", project=top) == (400, 414)
    await mia("tasks.edit", task=run, system_tags=["archived"])
    gone = await mia("projects.delete", project=top, delete_contents=True)
    assert (gone["deleted"], gone["deleted_tasks"], gone["deleted_models"]) == (5, 2, 1)
    assert gone["urls"] == {"model_urls": ["file:///a"], "artifact_urls": [], "event_urls": []}
    assert [await mia.refused("tasks.get_by_id", task=one) for one in (task, run)] == [(400, 101)] * 2
    assert await mia.refused("models.get_by_id", model=model) == (400, 201)


async def test_a_project_that_somebody_else_moves_stays_its_owners(house: House) -> None:
    mia, olga = house.caller(), house.caller("olga")
    below = (await mia("projects.create", name="above/solo"))["id"]
    await olga("projects.move", project=below, new_location="")
    assert await mia.refused("projects.create", name="solo") == (400, 801)


async def test_a_project_is_moved_with_what_lies_below(any_house: House) -> None:
    project = await any_house.project("team", mia=Role.MEMBER, vera=Role.VIEWER)
    mia, vera = any_house.caller(), any_house.caller("vera")
    below = (await mia("projects.create", name="root1/one/two"))["id"]
    one = (await mia("projects.get_all", name="^root1/one$"))["projects"][0]["id"]
    id_ = await mia.task(project=below)
    assert await mia("projects.move", project=one, new_location="root2") == {"moved": 2}
    found = (await mia("projects.get_by_id", project=below))["project"]
    assert (found["name"], found["parent"]) == ("root2/one/two", one)
    assert await mia.refused("projects.move", project=one, new_location="root2") == (400, 410)
    assert await mia.refused("projects.move", project=one, new_location="root2/one/two") == (400, 411)
    assert await mia.refused("projects.move", project=below, new_location="/".join("abcdefghi") + "/jkl") == (400, 409)
    assert await vera.refused("projects.move", project=one, new_location="root3") == (400, 401)
    await mia("projects.create", name="root3/one")
    assert await mia.refused("projects.move", project=one, new_location="root3") == (400, 801)
    assert await mia("projects.move", project=one) == {"moved": 2}
    assert await mia("projects.move", project=one, new_location="team") == {"moved": 2}
    assert (await any_house.job(id_)).project == project
    assert (await vera.get(id_))["project"] == below
    assert await names(vera) == ["team", "team/one", "team/one/two"]


async def test_a_project_is_merged_into_another(any_house: House) -> None:
    mia = any_house.caller()
    into = (await mia("projects.create", name="into/this"))["id"]
    below = (await mia("projects.create", name="from/that/below"))["id"]
    source = (await mia("projects.get_all", name="^from/that$"))["projects"][0]["id"]
    tasks = [await mia.task(project=place) for place in (source, below)]
    model = (await mia("models.create", name="net", uri="file:///a", project=source))["id"]
    assert await mia.refused("projects.merge", project=source, destination_project=below) == (400, 412)
    assert await mia.refused("projects.merge", project=source, destination_project="0" * 32) == (400, 401)
    merged = await mia("projects.merge", project=source, destination_project=into)
    assert merged == {"moved_entities": 2, "moved_projects": 1}
    assert [(await mia.get(one))["project"] for one in tasks] == [into, below]
    assert (await mia("models.get_by_id", model=model))["model"]["project"] == into
    assert (await any_house.job(tasks[0])).resource.id == into  # type: ignore[union-attr]
    assert await mia.refused("projects.get_by_id", project=source) == (400, 401)
    assert await names(mia) == ["from", "into", "into/this", "into/this/below"]


async def test_projects_count_their_tasks(any_house: House) -> None:
    mia = any_house.caller()
    folder = (await mia("projects.create", name="counted/here"))["id"]
    for status in ("", "completed", "completed", "failed"):
        await mia.task(project=folder, status=status)
    found = (await mia("projects.get_all_ex", include_stats=True, name="^counted$"))["projects"][0]
    active = found["stats"]["active"]
    counts = {status: count for status, count in active["status_count"].items() if count}
    assert (counts, len(active["status_count"])) == ({"created": 1, "completed": 2, "failed": 1}, 10)
    assert (active["total_tasks"], active["total_runtime"], "archived" in found["stats"]) == (4, 0, False)
    assert found["sub_projects"] == [{"id": folder, "name": "counted/here"}]
    assert found["user"] == {"id": "mia", "name": "mia"}


async def test_projects_are_told_with_what_lies_in_them(any_house: House) -> None:
    mia = any_house.caller()
    folder, empty = [(await mia("projects.create", name=f"part/{name}"))["id"] for name in ("full", "empty")]
    data = (await mia("projects.create", name="part/full/.datasets/some"))["id"]
    task = await mia.task(project=folder)
    await mia("tasks.started", task=task)
    any_house.clock.forward(90)
    await mia("tasks.completed", task=task)
    await mia.task(project=folder, system_tags=["archived"])
    await mia.task(project=data)
    asked: dict[str, Any] = {"include_stats": True, "id": [folder, empty], "order_by": ["name"]}
    first, last = (await mia("projects.get_all_ex", **asked, stats_for_state=None, check_own_contents=True))["projects"]
    assert (first["own_tasks"], last["own_tasks"], last["own_models"]) == (0, 2, 0)
    active, archived = (last["stats"][name] for name in ("active", "archived"))
    assert (active["total_tasks"], active["completed_tasks_24h"]) == (2, 1)
    assert 90 <= active["total_runtime"] < 180 and active["last_task_run"]
    assert (archived["total_tasks"], archived["status_count"]["created"]) == (1, 1)
    assert last["parent"]["name"] == "part" and first["sub_projects"] == []
    alone = (await mia("projects.get_all_ex", **asked, stats_with_children=False))["projects"][1]
    assert alone["stats"]["active"]["total_tasks"] == 1


async def test_projects_are_narrowed_by_what_lies_in_them(any_house: House) -> None:
    mia = any_house.caller()
    folder = (await mia("projects.create", name="part/full"))["id"]
    data = (await mia("projects.create", name="part/full/.datasets/some", system_tags=["dataset"], tags=["x"]))["id"]
    await mia.task(project=folder)
    await mia.task(project=data, system_tags=["dataset"], runtime={"ds_file_count": 3, "ds_total_size": 12})
    asked: dict[str, Any] = {"include_stats": True, "id": [folder]}
    narrow = {"system_tags": ["-dataset"], "type": ["training"]}
    some = (await mia("projects.get_all_ex", **asked, include_stats_filter=narrow))["projects"][0]
    assert some["stats"]["active"]["total_tasks"] == 1
    assert await mia.refused("projects.get_all_ex", **asked, include_stats_filter={"name": "x.*"}) == (400, 12)

    async def found(**more: object) -> list[str]:
        return sorted(one["name"] for one in (await mia("projects.get_all_ex", **more))["projects"])

    assert await found(active_users=["mia"], name="full$") == ["part/full"] and await found(active_users=["max"]) == []
    assert await found(children_type="dataset") == [
        "part",
        "part/full",
        "part/full/.datasets",
        "part/full/.datasets/some",
    ]
    assert await found(children_type="dataset", children_tags=["y"]) == await found(children_type="report") == []
    told = (await mia("projects.get_all_ex", id=[data], include_dataset_stats=True))["projects"][0]
    assert told["dataset_stats"] == {"file_count": 3, "total_size": 12}
    top = told["parent"]["id"]
    assert await names(mia, parent=[top], shallow_search=True) == ["part/full/.datasets/some"]


async def test_tags_parents_and_owners_are_told_of_projects(any_house: House) -> None:
    mia, max_ = any_house.caller(), any_house.caller("max")
    top = (await mia("projects.create", name="all of it", tags=["p"]))["id"]
    below = (await mia("projects.create", name="all of it/below"))["id"]
    parent = await mia.task("the parent", project=top, tags=["b", "a"])
    child = await mia.task(project=below, tags=["c"], system_tags=["s"], parent=parent)
    await mia.task(project=below, system_tags=["archived"], parent=child)
    await mia("models.create", name="net", uri="x", project=below, tags=["m"])

    assert await mia("projects.get_task_tags", projects=[top]) == {"tags": ["a", "b", "c"]}
    narrow = {"system_tags": ["__$not", "s"]}
    told = await mia("projects.get_task_tags", projects=[top], include_system=True, filter=narrow)
    assert told == {"tags": ["a", "b"], "system_tags": ["archived"]}
    assert (await mia("projects.get_model_tags", projects=[below]))["tags"] == ["m"]
    assert (await mia("projects.get_project_tags", projects=[top]))["tags"] == ["p"]
    assert (await mia("organization.get_tags"))["tags"] == ["a", "b", "c", "m"]
    assert (await max_("organization.get_tags"))["tags"] == []
    [found] = (await mia("projects.get_task_parents", projects=[top]))["parents"]
    assert (found["id"], found["name"], found["project"]["name"]) == (parent, "the parent", "all of it")
    assert len((await mia("projects.get_task_parents", tasks_state=None))["parents"]) == 2
    assert (await mia("projects.get_task_parents", task_name="nobody"))["parents"] == []
    assert await mia("projects.get_user_names", projects=[top]) == {"users": [{"id": "mia", "name": "mia"}]}


async def test_parameters_metrics_and_metadata_are_told_of_projects(any_house: House) -> None:
    mia, max_ = any_house.caller(), any_house.caller("max")
    below = (await mia("projects.create", name="all of it/below"))["id"]
    top = (await mia("projects.get_by_id", project=below))["project"]["parent"]
    parameters = {"Args": {"lr": {"section": "Args", "name": "lr", "value": "0.1"}}}
    task = await mia.task(project=below, hyperparams=parameters)
    metadata = [{"key": "k", "type": "str", "value": "v"}]
    await mia("models.create", name="net", uri="x", project=below, metadata=metadata)
    point = {"type": "training_stats_scalar", "task": task, "metric": "loss", "variant": "train", "iter": 1, "value": 2}
    await mia.lines("events.add_batch", point)
    told = await mia("projects.get_hyper_parameters", project=top)
    assert told == {"parameters": [{"section": "Args", "name": "lr"}], "remaining": 0, "total": 1}
    assert (await mia("projects.get_hyper_parameters", project=top, include_subprojects=False))["total"] == 0
    values = await mia("projects.get_hyperparam_values", section="Args", name="lr")
    assert values == {"values": ["0.1"], "total": 1}
    assert await max_("projects.get_hyperparam_values", section="Args", name="lr") == {"values": [], "total": 0}
    [metric] = (await mia("projects.get_unique_metric_variants", project=top))["metrics"]
    assert (metric["metric"], metric["variant"], len(metric["metric_hash"])) == ("loss", "train", 32)
    assert (await max_("projects.get_unique_metric_variants"))["metrics"] == []
    assert (await mia("projects.get_model_metadata_keys", project=top))["keys"] == ["k"]
    assert (await mia("projects.get_model_metadata_values", key="k"))["values"] == ["v"]
    assert await max_.refused("projects.get_hyper_parameters", project=top) == (400, 401)


async def test_reports_lie_hidden_below_what_they_are_about(any_house: House) -> None:
    mia, max_ = any_house.caller(), any_house.caller("max")
    made = await mia("reports.create", name="first", comment="why", tags=["hello"], report="some text")
    task = (await mia("tasks.get_all_ex", id=[made["id"]]))["tasks"][0]
    assert (task["type"], task["comment"], task["report"]) == ("report", "why", "some text")
    assert (task["tags"], task["system_tags"]) == (["hello"], ["hidden", "reports"])
    assert await names(mia, name=r"^\.reports$") == []
    [place] = (await mia("projects.get_all_ex", name=r"^\.reports$", search_hidden=True))["projects"]
    assert (place["id"], place["system_tags"]) == (made["project_id"], ["hidden", "reports"])
    assert (await mia("tasks.get_all"))["tasks"] == [] and await mia("reports.get_tags") == {"tags": ["hello"]}
    told = await mia("reports.update", task=made["id"], report="hello world", tags=[])
    assert (told["updated"], told["fields"]["report"], told["fields"]["tags"]) == (1, "hello world", [])
    words = {"pattern": "HELLO", "fields": ["name", "tags", "report"]}
    await mia.task("hello")
    for caller, count in ((mia, 1), (max_, 0)):
        assert len((await caller("reports.get_all_ex", _any_=words))["tasks"]) == count
    assert (await mia("reports.publish", task=made["id"]))["fields"]["status"] == "published"
    assert await mia.refused("reports.update", task=made["id"], report="other") == (400, 110)
    assert (await mia("reports.update", task=made["id"], name="renamed"))["fields"]["name"] == "renamed"

    other = (await mia("reports.create", name="second"))["id"]
    moved = (await mia("reports.move", task=made["id"], project_name="about"))["project_id"]
    [place] = (await mia("projects.get_all_ex", id=[moved]))["projects"]
    assert (place["name"], place["system_tags"]) == ("about/.reports", ["hidden", "reports"])
    assert (await mia("projects.validate_delete", project=place["parent"]["id"]))["reports"] == 1
    assert len(await names(mia, id=[made["project_id"]])) == 1
    assert (await mia("reports.move", task=other, project=moved))["project_id"] == moved
    assert await names(mia, id=[made["project_id"]]) == []
    assert (await mia("reports.move", task=other))["project_id"] not in (moved, made["project_id"])
    assert await mia.refused("reports.delete", task=made["id"]) == (400, 123)
    assert await mia("reports.archive", task=made["id"]) == {"archived": 1}
    assert await mia("reports.unarchive", task=made["id"]) == {"unarchived": 1}
    assert await mia("reports.delete", task=made["id"], force=True) == {"deleted": 1}
    assert await mia.refused("reports.update", task=await mia.task(), name="abc") == (400, 101)
    assert await max_.refused("reports.publish", task=other) == (400, 101)


async def test_a_report_is_told_what_tasks_reported(any_house: House) -> None:
    mia, max_ = any_house.caller(), any_house.caller("max")
    task = await mia.task("hello", tags=["shown"])
    places = [{"task": task, "iter": 1, "metric": m, "variant": v} for m in ("one", "two") for v in ("a", "b")]
    pictures = [{**place, "type": "training_debug_image", "url": "x", "key": "x"} for place in places]
    plots = [{**place, "type": "plot", "plot_str": "{}"} for place in places]
    await mia.lines("events.add_batch", *pictures, *plots, {**places[0], "type": "training_stats_scalar", "value": 2})
    bare = await mia("reports.get_task_data", id=[task], only_fields=["name"])
    assert bare == {"tasks": [{"id": task, "name": "hello"}]}
    wanted = {"plots": {"metrics": [{"metric": "one"}]}, "debug_images": {"metrics": []}}
    told = await mia("reports.get_task_data", tags=["shown"], **wanted, scalar_metrics_iter_histogram={"key": "iter"})
    [images] = told["debug_images"]
    assert (images["task"], [len(one["events"]) for one in images["iterations"]]) == (task, [4])
    assert list(told["plots"]) == ["one"] and sorted(told["plots"]["one"]) == ["a", "b"]
    [plot] = told["plots"]["one"]["a"][task]["1"]["plots"]
    assert (plot["metric"], plot["variant"], plot["task"], plot["iter"]) == ("one", "a", task, 1)
    assert told["scalar_metrics_iter_histogram"]["one"]["a"][task]["y"] == [2.0]
    assert await max_("reports.get_task_data", id=[task], **wanted) == {"tasks": [], "plots": {}, "debug_images": []}


async def test_what_the_house_says_of_a_viewer_counts_everywhere(any_house: House) -> None:
    mia, vera = any_house.caller(), any_house.caller("vera")
    id_ = await mia.task()
    for action, body in [
        ("tasks.create", {"name": "abc", "type": "training"}),
        ("models.create", {"name": "abc", "uri": "x"}),
        ("queues.create", {"name": "abc"}),
        ("workers.register", {"worker": "x"}),
    ]:
        assert await vera.refused(action, **body) == (403, 21), action
    for action in ("edit", "update", "started", "stop", "delete", "reset", "publish", "enqueue", "completed", "clone"):
        more = {"queue_name": "a line"} if action == "enqueue" else {}
        code = (403, 21) if action == "enqueue" else (400, 101)
        assert await vera.refused(f"tasks.{action}", task=id_, **more) == code, action
    assert (await mia.get(id_))["status"] == "created"
