"""What somebody sees and does whose only way to a task is a job of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from jobyard.job.states import State
from tests.faces.cvat.house import Caller, House

pytestmark = pytest.mark.anyio


class Given(Struct, frozen=True):
    """A task of two jobs, the first of which is given to somebody else."""

    mia: Caller
    max: Caller
    project: int
    task: int
    first: int
    second: int
    tag: dict[str, Any]
    """One in the first job's last frame."""


def said(*tags: dict[str, Any]) -> dict[str, Any]:
    return {"version": 0, "tags": list(tags), "shapes": [], "tracks": []}


@pytest.fixture
async def given(house: House) -> Given:
    mia, max_ = house.caller(), house.caller("max")
    number = (await max_.got("/users/self"))["id"]
    project = await mia.made("projects", name="zoo", labels=[{"name": "cat"}])
    made = await mia.task("a.png", "b.png", "c.png", segment_size=2, labels=(), project_id=project["id"])
    await mia.task("d.png", name="another")
    first, second = sorted(job["id"] for job in (await mia.got(f"/jobs?task_id={made['id']}"))["results"])
    [label] = (await mia.got(f"/labels?job_id={first}"))["results"]
    tag = {"frame": 1, "label_id": label["id"], "attributes": []}
    theirs = said(tag | {"frame": 2})
    assert (await mia("PUT", f"/jobs/{second}/annotations", theirs)).status_code == 200
    changed = await mia("PATCH", f"/jobs/{first}", {"assignee": number})
    assert changed.json()["assignee"]["username"] == "max"
    return Given(mia, max_, project["id"], made["id"], first, second, tag)


async def test_who_is_given_a_job_sees_it_with_what_it_needs_and_works_on_it(house: House, given: Given) -> None:
    max_, path, label = given.max, f"/jobs/{given.first}", given.tag["label_id"]
    for what, numbers in (("tasks", [given.task]), ("jobs", [given.first]), ("projects", []), ("issues", [])):
        shown = await max_.got(f"/{what}?page_size=1")
        assert (shown["count"], [one["id"] for one in shown["results"]]) == (len(numbers), numbers), what
    for settings in ("quality/settings", "consensus/settings"):
        assert (await max_.got(f"/{settings}"))["count"] == 0
    assert (await max_.got(f"/tasks/{given.task}"))["name"] == "cats"
    assert (await max_.got(path))["task_id"] == given.task
    assert [one["id"] for one in (await max_.got(f"/labels?job_id={given.first}"))["results"]] == [label]
    assert (await max_.got(f"/labels/{label}"))["name"] == "cat"
    assert [frame["name"] for frame in (await max_.got(f"{path}/data/meta"))["frames"]] == ["a.png", "b.png"]
    for picture in ("data?type=frame&number=1", "data?type=chunk&index=0", "preview"):
        assert (await max_("GET", f"{path}/{picture}")).status_code == 200, picture
    assert (await max_("PUT", f"{path}/annotations", said(given.tag))).status_code == 200
    [kept] = (await max_.got(f"{path}/annotations"))["tags"]
    assert (await max_("PATCH", f"{path}/annotations?action=update", said(kept))).status_code == 200
    issue = await max_.made("issues", frame=0, position=[1, 1], message="x", job=given.first)
    assert (await max_.got("/issues"))["count"] == 1 and issue["owner"]["username"] == "max"
    assert (await max_("PATCH", path, {"state": "completed"})).json()["state"] == "completed"
    assert (await max_("POST", f"{path}/dataset/export?format=COCO 1.0")).status_code == 202
    assert (await house.work()).state is State.SUCCEEDED
    assert (await max_.got(f"/requests?task_id={given.task}"))["count"] == 1


async def test_who_is_given_a_job_is_given_nothing_else(given: Given) -> None:
    whole, path, other = f"/tasks/{given.task}", f"/jobs/{given.first}", f"/jobs/{given.second}"
    for method, where, body, status in (
        ("GET", other, None, 403),
        ("GET", f"{other}/annotations", None, 403),
        ("GET", f"/projects/{given.project}", None, 403),
        ("GET", f"{whole}/annotations", None, 403),
        ("GET", f"{whole}/data/meta", None, 403),
        ("GET", f"{whole}/data?type=frame&number=2", None, 403),
        ("POST", f"{whole}/dataset/export?format=COCO 1.0", None, 403),
        ("POST", f"{whole}/backup/export", None, 403),
        ("PATCH", whole, {"name": "mine"}, 403),
        ("DELETE", whole, None, 403),
        ("PATCH", path, {"assignee": None}, 403),
        ("PATCH", path, {"stage": "acceptance"}, 403),
        ("DELETE", path, None, 403),
        ("PATCH", f"/labels/{given.tag['label_id']}", {"name": "dog"}, 403),
        ("PATCH", f"{path}/annotations?action=create", said(given.tag | {"frame": 2}), 400),
    ):
        answer = await given.max(method, where, body)
        assert answer.status_code == status, (method, where, answer.text)
    assert [one["frame"] for one in (await given.mia.got(f"{whole}/annotations"))["tags"]] == [2]


@pytest.mark.parametrize("what", ["task", "project"])
async def test_who_is_given_a_task_or_its_project_works_on_all_of_it(house: House, given: Given, what: str) -> None:
    mia, max_, whole = given.mia, given.max, f"/tasks/{given.task}"
    place = whole if what == "task" else f"/projects/{given.project}"
    number = (await max_.got("/users/self"))["id"]
    assert (await mia("PATCH", f"/jobs/{given.first}", {"assignee": None})).status_code == 200
    assert (await max_("GET", whole)).status_code == 403
    assert (await mia.got(place))["assignee_updated_date"] is None
    charged = (await mia("PATCH", place, {"assignee_id": number})).json()
    assert charged["assignee"]["username"] == "max" and charged["assignee_updated_date"] is not None
    again = (await mia("PATCH", place, {"assignee_id": number, "name": "other"})).json()
    assert again["assignee_updated_date"] == charged["assignee_updated_date"]
    assert (await mia("PATCH", place, {"name": charged["name"]})).status_code == 200
    projects = 1 if what == "project" else 0
    for listed, count in (("tasks", 1), ("jobs", 2), ("projects", projects), ("quality/settings", 1 + projects)):
        assert (await max_.got(f"/{listed}"))["count"] == count, listed
    assert (await max_.got(whole))["jobs"]["count"] == 2
    assert len((await max_.got(f"{whole}/data/meta"))["frames"]) == 3
    assert (await max_("GET", f"{whole}/data?type=frame&number=2")).status_code == 200
    assert len((await max_.got(f"{whole}/annotations"))["tags"]) == 1
    tags = [given.tag, given.tag | {"frame": 2}]
    assert (await max_("PUT", f"{whole}/annotations", said(*tags))).status_code == 200
    taken = await max_("PATCH", f"/jobs/{given.second}", {"assignee": number, "stage": "validation"})
    assert taken.json()["stage"] == "validation"
    assert (await max_("POST", f"{whole}/dataset/export?format=COCO 1.0")).status_code == 202
    assert (await house.work()).state is State.SUCCEEDED
    for method, where, body in (("PATCH", whole, {"assignee_id": None}), ("DELETE", whole, None)):
        assert (await max_(method, where, body)).status_code == 403
    assert (await mia("PATCH", place, {"assignee_id": None})).status_code == 200
    assert (await max_.got("/jobs"))["count"] == 1
    assert (await max_("GET", f"{whole}/annotations")).status_code == 403
    assert (await mia.made("tasks", name="given", assignee_id=number))["assignee"]["username"] == "max"
    assert [one["name"] for one in (await max_.got("/tasks"))["results"]] == ["given", "cats"]


async def test_who_is_no_longer_given_a_job_sees_nothing_more(given: Given) -> None:
    path = f"/jobs/{given.first}"
    issue = await given.max.made("issues", frame=0, position=[1, 1], message="x", job=given.first)
    assert (await given.mia("PATCH", path, {"assignee": None})).status_code == 200
    label = given.tag["label_id"]
    for where in (path, f"/tasks/{given.task}", f"{path}/annotations", f"/issues/{issue['id']}", f"/labels/{label}"):
        assert (await given.max("GET", where)).status_code == 403, where
    for what in ("jobs", "tasks", "issues", "labels"):
        assert (await given.max.got(f"/{what}"))["count"] == 0


async def test_who_is_given_a_job_says_which_of_its_frames_count(given: Given) -> None:
    path, whole = f"/jobs/{given.first}/data/meta", f"/tasks/{given.task}/data/meta"
    dates = [
        (await given.mia.got(f"/jobs/{number}"))["assignee_updated_date"] for number in (given.first, given.second)
    ]
    assert dates[0] is not None and dates[1] is None
    changed = await given.max("PATCH", path, {"deleted_frames": [1]})
    assert changed.status_code == 200 and changed.json()["deleted_frames"] == [1]
    assert (await given.mia.got(whole))["deleted_frames"] == [1]
    for where, body, status in (
        (path, {"deleted_frames": [2]}, 400),
        (f"/jobs/{given.second}/data/meta", {"deleted_frames": []}, 403),
        (whole, {"deleted_frames": []}, 403),
    ):
        assert (await given.max("PATCH", where, body)).status_code == status, where
    assert (await given.mia("PATCH", whole, {"deleted_frames": [1, 2]})).json()["deleted_frames"] == [1, 2]
    assert (await given.max("PATCH", path, {"deleted_frames": []})).json()["deleted_frames"] == []
    assert (await given.mia.got(whole))["deleted_frames"] == [2]
    await given.max("PATCH", f"/users/{(await given.max.got('/users/self'))['id']}", {"first_name": "Max"})
    assert (await given.mia.got(f"/jobs/{given.first}"))["assignee"]["first_name"] == "Max"
