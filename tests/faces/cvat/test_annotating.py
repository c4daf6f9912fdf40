from __future__ import annotations

from typing import Any

import pytest

from jobyard.job.states import State
from jobyard.people.record import Role
from tests.faces.cvat.house import Caller, House

pytestmark = pytest.mark.anyio


def box(frame: int, label: int, **more: Any) -> dict[str, Any]:
    return {"type": "rectangle", "frame": frame, "label_id": label, "points": [1, 2, 3.5, 4], **more}


async def labelled(house: House, come: Caller | None = None, **said: Any) -> tuple[Caller, str, int]:
    """Return somebody with a task of four pictures in two jobs, where its annotations are, and its label."""
    mia = come or house.caller()
    task = await mia.task("a.png", "b.png", "c.png", "d.png", segment_size=2, **said)
    [label] = (await mia.got(f"/labels?task_id={task['id']}"))["results"]
    return mia, f"/tasks/{task['id']}/annotations", label["id"]


async def test_annotations_are_put_changed_and_deleted(house: House) -> None:
    mia, path, cat = await labelled(house)
    put = await mia("PUT", path, {"tags": [{"frame": 0, "label_id": cat}], "shapes": [box(0, cat), box(3, cat)]})
    assert put.status_code == 200, put.text
    numbers = [shape["id"] for shape in put.json()["shapes"]]
    assert all(numbers) and (await mia.got(path))["shapes"] == put.json()["shapes"]
    made = await mia("PATCH", f"{path}?action=create", {"shapes": [box(1, cat)]})
    assert made.status_code == 200 and len((await mia.got(path))["shapes"]) == 3
    moved = await mia("PATCH", f"{path}?action=update", {"shapes": [box(2, cat, id=numbers[0], points=[0, 0, 9, 9])]})
    assert moved.json()["shapes"][0]["frame"] == 2
    tags = {"tags": [{"frame": 1, "label_id": cat}], "shapes": [box(3, cat, id=numbers[1], points=[1, 1, 2, 2])]}
    both = (await mia("PATCH", f"{path}?action=update", tags)).json()
    assert both["tags"][0]["id"] and both["shapes"][0]["id"] == numbers[1]
    assert len((await mia.got(path))["tags"]) == 2, "what has no id is new, what has one is changed"
    gone = await mia("PATCH", f"{path}?action=delete", {"shapes": [box(3, cat, id=numbers[1])]})
    assert gone.status_code == 200
    assert sorted(shape["frame"] for shape in (await mia.got(path))["shapes"]) == [1, 2]
    assert (await mia("DELETE", path)).status_code == 204
    assert await mia.got(path) == {"version": 0, "tags": [], "shapes": [], "tracks": [], "intervals": []}


async def test_asking_how_far_an_import_is_erases_nothing(house: House) -> None:
    mia, path, label = await labelled(house)
    assert (await mia("PUT", path, {"tags": [{"frame": 0, "label_id": label}]})).status_code == 200
    for query in ("?format=COCO%201.0", "?rq_id=x", "?format=COCO%201.0&rq_id=x"):
        answer = await mia("PUT", path + query, b"")
        assert answer.status_code == 410 and "requests" in answer.json()["detail"]
    for place in (
        f"{path}?format=COCO%201.0",
        path.replace("annotations", "dataset"),
        path.replace("annotations", "backup"),
    ):
        answer = await mia("GET", place)
        assert answer.status_code == 410 and "export" in answer.json()["detail"], place
    assert len((await mia.got(path))["tags"]) == 1


async def test_a_jobs_annotations_are_those_of_its_frames(house: House) -> None:
    mia, path, cat = await labelled(house)
    await mia("PUT", path, {"shapes": [box(frame, cat) for frame in range(4)]})
    jobs = sorted((await mia.got("/jobs"))["results"], key=lambda job: job["id"])
    second = f"/jobs/{jobs[1]['id']}/annotations"
    assert [shape["frame"] for shape in (await mia.got(second))["shapes"]] == [2, 3]
    assert (await mia("PUT", second, {"shapes": [box(2, cat, points=[0, 0, 1, 1])]})).status_code == 200
    assert sorted(shape["frame"] for shape in (await mia.got(path))["shapes"]) == [0, 1, 2]
    assert (await mia("PATCH", f"{second}?action=create", {"shapes": [box(0, cat)]})).status_code == 400
    assert (await mia("DELETE", second)).status_code == 204
    assert sorted(shape["frame"] for shape in (await mia.got(path))["shapes"]) == [0, 1]


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "blob"},
        {"points": [1, 2, 3]},
        {"points": [1, 2, 3, 1e300]},
        {"label_id": 99},
        {"frame": 4},
        {"frame": -1},
        {"rotation": 400},
        {"score": 2},
        {"attributes": [{"spec_id": 77, "value": "x"}]},
        {"type": "polygon", "points": [1, 2]},
        {"type": "mask", "points": [1, 2, 0, 0, 5, 5]},
        {"type": "skeleton", "points": []},
    ],
)
async def test_one_wrong_shape_refuses_all_and_is_named(house: House, shape: dict[str, Any]) -> None:
    mia, path, cat = await labelled(house)
    await mia("PUT", path, {"shapes": [box(0, cat)]})
    answer = await mia("PUT", path, {"shapes": [box(1, cat), {**box(1, cat), **shape}]})
    assert answer.status_code == 400 and answer.json()
    assert [one["frame"] for one in (await mia.got(path))["shapes"]] == [0]


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ("?action=odd", {}, 400),
        ("", {}, 400),
        ("?action=delete", {"shapes": [{"type": "points", "frame": 0, "label_id": 1}]}, 400),
        ("?action=delete", {"shapes": [{"id": 9999, "type": "points", "frame": 0, "label_id": 1}]}, 404),
        ("?action=create", {"intervals": [{"label_id": 1, "start": 0, "stop": 1}]}, 400),
    ],
)
async def test_changes_that_make_no_sense_are_refused(house: House, query: str, body: Any, status: int) -> None:
    mia, path, _ = await labelled(house)
    assert (await mia("PATCH", path + query, body)).status_code == status


async def test_who_may_only_look_changes_nothing(house: House) -> None:
    await house.project("team", mia=Role.MEMBER, max=Role.MEMBER, vera=Role.VIEWER)
    mia, path, cat = await labelled(house, house.caller(X_Organization="team"))
    said = {"shapes": [box(0, cat)]}
    assert (await house.caller("max")("PUT", path, said)).status_code == 200
    viewer = house.caller("vera")
    assert len((await viewer.got(path))["shapes"]) == 1
    for method in ("PUT", "DELETE"):
        assert (await viewer(method, path, said if method == "PUT" else None)).status_code == 403
    assert len((await mia.got(path))["shapes"]) == 1


async def test_the_ground_truth_and_replicas_are_kept_apart(house: House) -> None:
    mia, path, cat = await labelled(house)
    task = (await mia.got("/tasks"))["results"][0]["id"]
    said = {"type": "ground_truth", "task_id": task, "frame_selection_method": "manual", "frames": [0, 2]}
    truth = await mia.made("jobs", **said)
    apart = f"/jobs/{truth['id']}/annotations"
    assert (await mia("PUT", apart, {"shapes": [box(0, cat), box(2, cat)]})).status_code == 200
    assert (await mia("PUT", apart, {"shapes": [box(1, cat)]})).status_code == 400
    assert (await mia.got(path))["shapes"] == [] and len((await mia.got(apart))["shapes"]) == 2


async def test_a_file_is_read_beside_or_in_place_of_what_was_said(house: House) -> None:
    mia, path, cat = await labelled(house)
    await mia("PUT", path, {"shapes": [box(0, cat)]})
    export = path.replace("annotations", "dataset/export") + "?format=COCO%201.0"
    rq_id = (await mia("POST", export)).json()["rq_id"]
    await house.work()
    download = path.replace("annotations", "dataset/download")
    archive = (await mia("GET", f"{download}?rq_id={rq_id}")).content

    async def read(mode: str) -> int:
        answer = await mia(
            "POST", f"{path}?format=COCO%201.0&import_mode={mode}", files=[("annotation_file", ("a.zip", archive))]
        )
        assert answer.status_code == 202, answer.text
        job = await house.work()
        assert job.state is State.SUCCEEDED, job.failure
        return len((await mia.got(path))["shapes"])

    assert await read("append") == 2
    assert await read("replace") == 1
    assert (
        await mia("POST", f"{path}?format=COCO%201.0&import_mode=odd", files=[("annotation_file", ("a.zip", archive))])
    ).status_code == 400
    assert house.uploads.files(path.split("/")[2]) == []
