"""Projects of tasks: names with slashes, homes, and who sees what."""

from __future__ import annotations

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
    assert await names(mia, id=[id_], page=0) == ["a1/b/c"]
    assert await names(mia, page=5) == []


async def test_a_name_is_taken_once_in_a_home(any_house: House) -> None:
    mia, max_ = any_house.caller(), any_house.caller("max")
    await mia("projects.create", name="mine")
    assert await mia.refused("projects.create", name="mine") == (400, 801)
    await max_("projects.create", name="mine")
    assert await names(mia) == await names(max_) == ["mine"]
    assert await mia.refused("projects.create", name="ab") == (400, 800)
    assert await mia.refused("projects.create", name="/".join("abcdefghijk")) == (400, 12)
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
    assert await mia("projects.delete", project=top, force=True) == {"deleted": 1, "disassociated_tasks": 1}
    assert await names(mia) == [] and (await mia.get(id_))["id"] == id_


async def test_projects_count_their_tasks(any_house: House) -> None:
    mia = any_house.caller()
    folder = (await mia("projects.create", name="counted/here"))["id"]
    for status in ("", "completed", "completed", "failed"):
        await mia.task(project=folder, status=status)
    found = (await mia("projects.get_all_ex", include_stats=True, name="^counted$"))["projects"][0]
    assert found["stats"]["active"]["status_count"] == {"created": 1, "completed": 2, "failed": 1}
    assert found["user"] == {"id": "mia", "name": "mia"}


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
