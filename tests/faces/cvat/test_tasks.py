from __future__ import annotations

from typing import Any

import pytest

from jobyard.datasets.work import thumbnails
from jobyard.faces.cvat.routes import data
from jobyard.people.record import Role
from tests.datasets.formats import drawn
from tests.faces.cvat.house import House
from tests.faces.cvat.synchronized import synchronized
from tests.faces.leaving import left_open

pytestmark = pytest.mark.anyio

NEEDED = {
    "tasks": {"id", "name", "jobs", "labels", "organization", "target_storage"},
    "projects": {"id", "name", "tasks", "labels", "organization", "target_storage"},
    "jobs": {"id", "issues", "labels"},
    "labels": {"id", "name"},
}
"""Fields without which the client gives up."""


async def test_a_task_without_pictures_is_a_task_all_the_same(house: House) -> None:
    mia = house.caller()
    task = await mia.made("tasks", name="  cats ", labels=[{"name": "cat"}], bug_tracker="https://b", subset="train")
    assert (task["name"], task["size"], task["data"], task["mode"], task["jobs"]["count"]) == ("cats", 0, None, "", 0)
    assert (task["bug_tracker"], task["subset"], task["owner"]["username"]) == ("https://b", "train", "mia")
    assert await mia.got(f"/tasks/{task['id']}") == task
    assert (await mia.got(f"/tasks/{task['id']}/data/meta"))["frames"] == []
    assert await mia.got(f"/tasks/{task['id']}/status") == {"state": "Finished", "message": "", "progress": 1.0}
    await mia.fill(task["id"], "note.txt")
    broken = await mia.got(f"/tasks/{task['id']}/status")
    assert broken["state"] == "Failed" and broken["message"]


async def test_only_the_local_storage_is_taken(house: House) -> None:
    mia = house.caller()
    cloud, local = {"location": "cloud_storage", "cloud_storage_id": 1}, {"location": "local"}
    for what in ("tasks", "projects"):
        made = await mia.made(what, name="n", target_storage=local, source_storage=None)
        for body in ({"target_storage": cloud}, {"source_storage": cloud}, {"source_storage": "x"}):
            for method, path in (("POST", f"/{what}"), ("PATCH", f"/{what}/{made['id']}")):
                answer = await mia(method, path, {"name": "m", **body})
                assert answer.status_code == 400 and list(answer.json()) == list(body)
        assert [one["name"] for one in (await mia.got(f"/{what}"))["results"]] == ["n"]
    assert (await mia.got("/tasks?media_type=video"))["count"] == 0
    assert (await mia.got("/tasks?media_type=image"))["count"] == 1


async def test_who_does_not_see_an_organization_is_not_given_its_work(house: House) -> None:
    await house.project("team", mia=Role.MEMBER)
    mia, stranger = house.caller(X_Organization="team"), (await house.caller("max").got("/users/self"))["id"]
    task = await mia.task("a.png")
    [job] = (await mia.got(f"/jobs?task_id={task['id']}"))["results"]
    path = f"/jobs/{job['id']}"
    refused = await mia("PATCH", path, {"assignee": stranger})
    assert refused.status_code == 400 and list(refused.json()) == ["assignee"]
    issue = {"frame": 0, "position": [1, 1], "message": "x", "job": job["id"], "assignee": stranger}
    assert (await mia("POST", "/issues", issue)).status_code == 400
    assert (await mia("PATCH", "/jobs/99", {"assignee": stranger})).status_code == 404
    truth = {"type": "ground_truth", "task_id": task["id"], "frame_selection_method": "manual", "frames": [0]}
    assert (await mia("POST", "/jobs", truth | {"assignee": stranger})).status_code == 400
    assert (await mia.got(f"/tasks/{task['id']}"))["jobs"]["count"] == 1
    own = (await mia.got("/users/self"))["id"]
    assert (await mia("PATCH", path, {"assignee": own})).json()["assignee"]["username"] == "mia"


async def test_names_need_not_be_unique_and_may_be_long(house: House) -> None:
    mia = house.caller()
    for what in ("tasks", "projects"):
        for name in ("same", "x" * 256, "0" * 32):
            made = [await mia.made(what, name=name) for _ in range(3)]
            assert [one["name"] for one in made] == [name] * 3
            assert len({one["id"] for one in made}) == 3
        listed = (await mia.got(f"/{what}?page_size=all&name=same"))["results"]
        assert len(listed) == 3


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 257, "a\x00b"])
async def test_what_is_no_name_is_refused(house: House, name: str) -> None:
    for what in ("tasks", "projects"):
        answer = await house.caller()("POST", f"/{what}", {"name": name})
        assert answer.status_code == 400 and "name" in answer.json()


async def test_everything_a_client_needs_is_there(house: House) -> None:
    mia = house.caller()
    project = await mia.made("projects", name="p", labels=[{"name": "cat"}])
    task = await mia.task("a.png", "b.png", project_id=project["id"])
    for what, query in (
        ("tasks", ""),
        ("projects", ""),
        ("jobs", f"?task_id={task['id']}"),
        ("labels", f"?task_id={task['id']}"),
    ):
        page = await mia.got(f"/{what}{query}")
        assert {"count", "next", "results"} <= set(page) and page["count"] == 1
        assert NEEDED[what] <= set(page["results"][0])
    assert {"url", "count", "completed", "validation"} <= set(task["jobs"])
    meta = await mia.got(f"/tasks/{task['id']}/data/meta")
    assert {"chunks_updated_date", "frames", "deleted_frames"} <= set(meta)
    assert [(one["name"], one["width"], one["related_files"]) for one in meta["frames"]] == [
        ("a.png", 40, 0),
        ("b.png", 41, 0),
    ]


async def test_a_task_is_moved_into_a_project_with_its_annotations(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    path = f"/tasks/{task['id']}"
    [own] = (await mia.got(f"/labels?task_id={task['id']}"))["results"]
    await mia("PUT", f"{path}/annotations", {"tags": [{"frame": 0, "label_id": own["id"]}]})
    task = await mia.got(path)
    other, project = [await mia.made("projects", name="p", labels=[{"name": name}]) for name in ("dog", "cat")]
    refused = await mia("PATCH", path, {"project_id": other["id"]})
    assert refused.status_code == 400 and "cat" in refused.json()["detail"]
    assert await mia.got(path) == task
    moved = (await mia("PATCH", path, {"project_id": project["id"], "name": "moved"})).json()
    assert (moved["project_id"], moved["name"]) == (project["id"], "moved")
    [label] = (await mia.got(f"/labels?task_id={task['id']}"))["results"]
    assert label["project_id"] == project["id"] and label["id"] != own["id"]
    assert [tag["label_id"] for tag in (await mia.got(f"{path}/annotations"))["tags"]] == [label["id"]]
    for number, status in ((None, 400), (99, 404), (project["id"], 200)):
        assert (await mia("PATCH", path, {"project_id": number})).status_code == status


async def test_a_project_shares_its_labels_with_its_tasks(house: House) -> None:
    mia = house.caller()
    project = await mia.made("projects", name="p", labels=[{"name": "cat"}])
    task = await mia.task("a.png", project_id=project["id"])
    own = await mia("POST", "/tasks", {"name": "t", "project_id": project["id"], "labels": [{"name": "x"}]})
    assert own.status_code == 400 and "labels" in own.json()
    assert (task["project_id"], task["project_name"]) == (project["id"], "p")
    changed = await mia("PATCH", f"/projects/{project['id']}", {"name": "q", "labels": [{"name": "dog"}]})
    assert changed.status_code == 200 and changed.json()["tasks"]["count"] == 1
    labels = (await mia.got(f"/labels?task_id={task['id']}"))["results"]
    assert [label["name"] for label in labels] == ["cat", "dog"]
    assert {label["project_id"] for label in labels} == {project["id"]}
    through = await mia("PATCH", f"/tasks/{task['id']}", {"labels": [{"name": "cow"}]})
    assert through.status_code == 400 and through.json().keys() == {"labels"}
    assert (await mia("DELETE", f"/projects/{project['id']}")).status_code == 204
    assert (await mia("GET", f"/tasks/{task['id']}")).status_code == 404
    assert list(house.pictures.iterdir()) == []


async def test_labels_are_changed_one_by_one_and_keep_their_numbers(house: House) -> None:
    mia = house.caller()
    said = {
        "name": "cat",
        "color": "#112233",
        "attributes": [{"name": "mood", "input_type": "select", "mutable": True, "values": ["good", "bad"]}],
    }
    task = await mia.made("tasks", name="t", labels=[said, {"name": "dog"}])
    cat, dog = (await mia.got(f"/labels?task_id={task['id']}"))["results"]
    mood = cat["attributes"][0]
    assert (cat["color"], mood["default_value"], mood["values"], cat["type"]) == (
        "#112233",
        "good",
        ["good", "bad"],
        "any",
    )
    longer = {
        "attributes": [
            {**mood, "values": ["good", "bad", "odd"]},
            {"name": "age", "input_type": "number", "values": ["0", "9", "1"]},
        ]
    }
    answer = await mia("PATCH", f"/labels/{cat['id']}", {"name": "tom", **longer})
    assert answer.status_code == 200, answer.text
    tom = answer.json()
    assert (tom["id"], tom["name"], [one["name"] for one in tom["attributes"]]) == (cat["id"], "tom", ["mood", "age"])
    assert tom["attributes"][0]["id"] == mood["id"]
    gone = await mia("PATCH", f"/tasks/{task['id']}", {"labels": [{"id": dog["id"], "deleted": True}, {"name": "cow"}]})
    assert gone.status_code == 200, gone.text
    assert [one["name"] for one in (await mia.got(f"/labels?task_id={task['id']}"))["results"]] == ["tom", "cow"]
    assert (await mia("DELETE", f"/labels/{cat['id']}")).status_code == 204
    assert (await mia("GET", f"/labels/{cat['id']}")).status_code == 404


async def test_labels_of_everything_are_listed_once(house: House) -> None:
    mia = house.caller()
    project = await mia.made("projects", name="p", labels=[{"name": "cat"}])
    await mia.made("tasks", name="inside", project_id=project["id"])
    task = await mia.made("tasks", name="alone", labels=[{"name": "dog", "color": "#112233"}, {"name": "cow"}])
    await house.caller("max").made("tasks", name="other", labels=[{"name": "owl"}])
    listed = (await mia.got("/labels"))["results"]
    homes = [(one["name"], one.get("project_id"), one.get("task_id")) for one in listed]
    assert homes == [("cat", project["id"], None), ("dog", None, task["id"]), ("cow", None, task["id"])]
    assert [one["name"] for one in (await mia.got("/labels?color=%23112233"))["results"]] == ["dog"]
    both = await mia("GET", f"/labels?task_id={task['id']}&project_id={project['id']}")
    assert both.status_code == 400 and "together" in both.text


@pytest.mark.parametrize(
    "label",
    [
        {},
        {"name": ""},
        {"name": "a", "type": "blob"},
        {"name": "a", "color": "red"},
        {"name": "a", "attributes": [{"name": "b", "input_type": "slider"}]},
        {"name": "a", "type": "skeleton"},
        {"name": "a", "sublabels": [{"name": "b"}]},
        {"name": "a", "type": "skeleton", "sublabels": [{"name": "b"}, {"name": "b"}]},
        {"name": "twice"},
    ],
)
async def test_labels_that_make_no_sense_are_refused(house: House, label: dict[str, Any]) -> None:
    answer = await house.caller()("POST", "/tasks", {"name": "t", "labels": [{"name": "twice"}, label]})
    assert answer.status_code == 400 and answer.json()
    assert (await house.caller().got("/tasks"))["count"] == 0


async def test_a_task_is_divided_and_its_jobs_are_given_to_people(house: House) -> None:
    await house.project("team", mia=Role.MEMBER, max=Role.MEMBER)
    mia = house.caller(X_Organization="team")
    task = await mia.task("a.png", "b.png", "c.png", segment_size=2, overlap=1)
    jobs = sorted((await mia.got(f"/jobs?task_id={task['id']}"))["results"], key=lambda job: job["id"])
    assert [(job["start_frame"], job["stop_frame"], job["frame_count"]) for job in jobs] == [(0, 1, 2), (1, 2, 2)]
    number = (await house.caller("max").got("/users/self"))["id"]
    changed = await mia(
        "PATCH", f"/jobs/{jobs[0]['id']}", {"assignee": number, "stage": "acceptance", "state": "completed"}
    )
    assert changed.status_code == 200 and changed.json()["assignee"]["username"] == "max"
    assert changed.json()["status"] == "completed"
    shown = await mia.got(f"/tasks/{task['id']}")
    assert (shown["jobs"]["completed"], shown["jobs"]["count"], shown["status"]) == (1, 2, "annotation")
    meta = await mia.got(f"/jobs/{jobs[1]['id']}/data/meta")
    assert [one["name"] for one in meta["frames"]] == ["b.png", "c.png"] and meta["start_frame"] == 1
    assert (await mia("PATCH", f"/jobs/{jobs[0]['id']}", {"stage": "odd"})).status_code == 400
    assert (await mia("PATCH", f"/jobs/{jobs[0]['id']}", {"assignee": 999})).status_code == 400
    assert (await mia("DELETE", f"/jobs/{jobs[0]['id']}")).status_code == 400
    assert (await mia("PATCH", f"/jobs/{jobs[0]['id']}", {"assignee": 999})).json().keys() == {"assignee"}
    sort = [one["id"] for one in (await mia.got("/jobs?sort=stage,-id"))["results"]]
    assert sort == [jobs[0]["id"], *sorted((one["id"] for one in jobs[1:]), reverse=True)]
    assert (await house.caller("max").got("/jobs?assignee=max"))["count"] == 1


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"frame_selection_method": "random_uniform", "frame_count": 2}, 2),
        ({"frame_selection_method": "random_uniform", "frame_share": 0.5}, 2),
        ({"frame_selection_method": "manual", "frames": [1, 3]}, 2),
        ({"frame_selection_method": "random_per_job", "frames_per_job_count": 1}, 2),
    ],
)
async def test_a_ground_truth_is_chosen_once(house: House, chosen: dict[str, Any], count: int) -> None:
    mia = house.caller()
    task = await mia.task("a.png", "b.png", "c.png", "d.png", segment_size=2)
    said = {"type": "ground_truth", "task_id": task["id"], **chosen}
    made = await mia("POST", "/jobs", said)
    assert made.status_code == 201 and made.json()["frame_count"] == count, made.text
    assert (await mia("POST", "/jobs", said)).status_code == 400
    assert (await mia("POST", "/jobs", said | {"task_id": 99})).json().keys() == {"task_id"}
    meta = await mia.got(f"/jobs/{made.json()['id']}/data/meta")
    assert len(meta["included_frames"]) == meta["size"] == count
    names = [f"{name}.png" for name in "abcd"]
    assert [one["name"] for one in meta["frames"]] == [
        name if frame in meta["included_frames"] else "placeholder.jpg" for frame, name in enumerate(names)
    ]
    job = f"/jobs/{made.json()['id']}"
    outside = next(frame for frame in range(4) if frame not in meta["included_frames"])
    assert (await mia("GET", f"{job}/data?type=frame&number={outside}")).status_code == 400
    assert [made.json()[name] for name in ("start_frame", "stop_frame")] == [0, 3]
    assert (await mia.got("/tasks?validation_mode=gt"))["results"][0]["validation_mode"] == "gt"
    assert (await mia("DELETE", f"/jobs/{made.json()['id']}")).status_code == 204
    for wrong in ({"frame_count": 5}, {"frame_share": 2}, {"frames": [1, 1], "frame_selection_method": "manual"}):
        unfit = {"frame_selection_method": "random_uniform", **wrong}
        assert (await mia("POST", "/jobs", {"type": "ground_truth", "task_id": task["id"], **unfit})).status_code == 400


async def test_replicas_and_a_ground_truth_come_with_the_pictures(house: House) -> None:
    mia = house.caller()
    task = await mia.task(consensus_replicas=2)
    await mia.fill(task["id"], "a.png", "b.png")
    jobs = (await mia.got(f"/jobs?task_id={task['id']}"))["results"]
    assert sorted(job["type"] for job in jobs) == ["annotation", "replica", "replica"]
    parent = next(job["id"] for job in jobs if job["type"] == "annotation")
    assert {job["parent_job_id"] for job in jobs if job["type"] == "replica"} == {parent}
    replica = next(job["id"] for job in jobs if job["type"] == "replica")
    assert (await mia("PATCH", f"/jobs/{parent}", {"stage": "acceptance"})).status_code == 200
    for said in ({"job_id": parent}, {"task_id": task["id"]}, {"job_id": replica}, {"task_id": 1, "job_id": 1}, {}):
        assert (await mia("POST", "/consensus/merges", said)).status_code == 400, said
    assert (await mia("PATCH", f"/jobs/{parent}", {"stage": "annotation"})).status_code == 200
    assert (await mia("POST", "/consensus/merges", {"task_id": task["id"]})).status_code == 202
    assert (await mia("POST", "/tasks", {"name": "t", "consensus_replicas": 1})).status_code == 400


async def test_frames_are_shown_one_by_one_in_chunks_and_small(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "_OPEN", 1)
    mia = house.caller()
    task = await mia.task("a.png", "b.png")
    path = f"/tasks/{task['id']}/data"
    frame = await mia("GET", f"{path}/?type=frame&number=1&quality=original")
    assert frame.status_code == 200 and frame.headers["content-type"] == "image/png"
    assert frame.content == drawn.png(41, 30)
    preview = await mia("GET", f"/tasks/{task['id']}/preview")
    assert preview.headers["content-type"] == "image/jpeg" and preview.content[:2] == b"\xff\xd8"
    chunk = await mia("GET", f"{path}?type=chunk&number=0&quality=compressed")
    assert chunk.status_code == 200 and chunk.content[:4] == b"PK\3\4" and b"000000.jpeg" in chunk.content
    whole = (await mia("GET", f"{path}?type=chunk&number=0&quality=original")).content
    assert b"000000.png" in whole and b"000001.png" in whole
    small = await mia("GET", f"{path}?type=frame&number=1&quality=compressed")
    assert small.headers["content-type"] == "image/jpeg" and small.content[:2] == b"\xff\xd8"
    for query, status in (
        ("type=frame&number=2", 404),
        ("type=frame", 400),
        ("type=odd", 400),
        ("type=frame&number=1&quality=odd", 400),
        ("type=chunk&number=5", 404),
        ("", 400),
    ):
        assert (await mia("GET", f"{path}?{query}")).status_code == status
    assert (await house.caller("max")("GET", f"{path}?type=frame&number=0")).status_code == 403
    monkeypatch.setattr(thumbnails, "_IN_MEMORY", 1)
    for what in ("frame", "chunk"):
        at = f"/api{path}?type={what}&number=0&quality=original"
        assert not await left_open(house.door, at, f"Token {house.tokens['mia']}"), what


async def test_frames_are_marked_as_deleted_and_left_out(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png", "b.png")
    answer = await mia("PATCH", f"/tasks/{task['id']}/data/meta", {"deleted_frames": [1]})
    assert answer.status_code == 200 and answer.json()["deleted_frames"] == [1]
    assert (await mia("PATCH", f"/tasks/{task['id']}/data/meta", {"deleted_frames": [7]})).status_code == 400
    await mia("POST", f"/tasks/{task['id']}/dataset/export?format=COCO%201.0")
    assert (await house.work()).result["frames"] == 1


async def test_a_folder_that_was_synchronized_is_a_task_too(house: House) -> None:
    number = await synchronized(house, {f"{place}.png": drawn.png(20 + place, 10) for place in range(3)})
    mia = house.caller()
    task = await mia.got(f"/tasks/{number}")
    assert (task["size"], task["jobs"]["count"], task["mode"]) == (3, 1, "annotation")
    frame = await mia("GET", f"/tasks/{number}/data?type=frame&number=2")
    assert frame.content == drawn.png(22, 10)
    answer = await mia("POST", f"/tasks/{number}/data", {"image_quality": 70, "server_files": ["x"]})
    assert answer.status_code == 400


async def test_deleting_a_task_removes_the_pictures_that_were_sent_in(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    assert [len(list(folder.iterdir())) for folder in house.pictures.iterdir()] == [1]
    assert (await house.caller("max")("DELETE", f"/tasks/{task['id']}")).status_code == 403
    assert (await mia("DELETE", f"/tasks/{task['id']}")).status_code == 204
    assert list(house.pictures.iterdir()) == [] and house.uploads.stale(float("inf")) == []
