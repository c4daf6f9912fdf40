"""Which frames are compared with the ground truth, and that those that are left out are not."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.job.states import State
from tests.faces.cvat.house import Caller, House

pytestmark = pytest.mark.anyio

NONE = {"honeypot_count": 0, "honeypot_frames": [], "honeypot_real_frames": []}


async def true(mia: Caller, *frames: int, **said: Any) -> tuple[int, int]:
    """Return the numbers of a task and of the job with its ground truth."""
    task = await mia.task("a.png", "b.png", "c.png", **said)
    wish: dict[str, Any] = {
        "type": "ground_truth",
        "task_id": task["id"],
        "frame_selection_method": "manual",
        "frames": list(frames),
    }
    wish |= {"stage": "acceptance", "state": "completed"}
    return task["id"], (await mia.made("jobs", **wish))["id"]


async def frames_judged(house: House, mia: Caller, task: int) -> Any:
    answer = await mia("POST", "/quality/reports", {"task_id": task})
    assert answer.status_code == 202, answer.text
    job = await house.work()
    assert job.state is State.SUCCEEDED, job.failure
    assert isinstance(job.result, dict)
    return job.result["frames"]


async def test_frames_that_are_left_out_are_not_compared(house: House) -> None:
    mia = house.caller()
    task, truth = await true(mia, 0, 2)
    path = f"/tasks/{task}/validation_layout"
    said = {"mode": "gt", "frames_per_job_count": None, "validation_frames": [0, 2], "disabled_frames": [], **NONE}
    assert await mia.got(path) == said
    assert await frames_judged(house, mia, task) == 2
    answer = await mia("PATCH", path, {"disabled_frames": [2, 2]})
    assert (answer.status_code, answer.json()) == (200, {**said, "disabled_frames": [2]})
    assert await frames_judged(house, mia, task) == 1
    number = (await mia.got(f"/quality/settings?task_id={task}"))["results"][0]["id"]
    assert (await mia("PATCH", f"/quality/settings/{number}", {"inherit": False})).status_code == 200
    assert (await mia.got(path))["disabled_frames"] == [2]
    assert (await mia("PATCH", path, {})).json()["disabled_frames"] == [2]
    # The frames of a ground truth that count as deleted are those that nothing is compared on.
    meta = f"/jobs/{truth}/data/meta"
    assert (await mia.got(meta))["deleted_frames"] == [2]
    assert (await mia("PATCH", meta, {"deleted_frames": [0, 2]})).json()["deleted_frames"] == [0, 2]
    assert (await mia.got(path))["disabled_frames"] == [0, 2]
    assert (await mia.got(f"/tasks/{task}/data/meta"))["deleted_frames"] == []
    assert await frames_judged(house, mia, task) == 0
    await mia("PATCH", path, {"disabled_frames": []})
    assert await frames_judged(house, mia, task) == 2


async def judged_in_two(house: House, mia: Caller) -> tuple[int, Any, list[Any]]:
    """Return a task of two jobs, the report on it, and the jobs: the first one's frame is right, the second's bare."""
    task, truth = await true(mia, 0, 2, segment_size=2)
    [label] = (await mia.got(f"/labels?task_id={task}"))["results"]
    jobs = (await mia.got(f"/jobs?task_id={task}&type=annotation&sort=id"))["results"]
    box = {"type": "rectangle", "label_id": label["id"], "points": [1, 1, 9, 9]}
    for job, frames in ((truth, (0, 2)), (jobs[0]["id"], (0,))):
        said = {"shapes": [{**box, "frame": frame} for frame in frames]}
        assert (await mia("PUT", f"/jobs/{job}/annotations", said)).status_code == 200
    me = (await mia.got("/users/self"))["id"]
    assert (await mia("PATCH", f"/jobs/{jobs[1]['id']}", {"assignee": me})).status_code == 200
    await frames_judged(house, mia, task)
    [whole] = (await mia.got(f"/quality/reports?task_id={task}"))["results"]
    return task, whole, jobs


async def test_a_report_says_what_it_found_in_each_job(house: House) -> None:
    mia = house.caller()
    _, whole, jobs = await judged_in_two(house, mia)
    parts = (await mia.got(f"/quality/reports?parent_id={whole['id']}&sort=job_id"))["results"]
    assert [(one["target"], one["job_id"], one["task_id"], one["parent_id"]) for one in parts] == [
        ("job", job["id"], None, whole["id"]) for job in jobs
    ]
    assert [one["summary"]["valid_count"] for one in (whole, *parts)] == [1, 1, 0]
    assert [one["summary"]["conflict_count"] for one in (whole, *parts)] == [1, 0, 1]
    assert parts[0]["assignee"] is None and parts[1]["assignee"]["username"] == "mia"
    second = jobs[1]["id"]
    for query in (f"job_id={second}", f'filter={{"==":[{{"var":"job_id"}},{second}]}}'):
        assert (await mia.got(f"/quality/reports?{query}"))["results"] == [parts[1]]
    assert (await mia.got("/quality/reports?target=job"))["count"] == 2
    own = f"/quality/reports/{parts[1]['id']}"
    assert await mia.got(own) == parts[1]
    for place in (f"/quality/reports/{whole['id']}/data", f"{own}/data"):
        answer = await mia("GET", place)
        assert answer.headers["content-type"] == "application/json"
        assert "quality" in answer.headers["content-disposition"]
    data = await mia.got(f"{own}/data")
    assert list(data["frame_results"]) == ["2"] and data["assignee"]["username"] == "mia"
    assert (await mia.got(f"{own}/confusion/matrix"))["labels"][0] == "cat"
    max_ = house.caller("max")
    assert (await max_("GET", own)).status_code == (await max_("GET", f"{own}/data")).status_code == 403
    assert (await max_.got("/quality/reports"))["count"] == (await max_.got("/quality/conflicts"))["count"] == 0


async def test_conflicts_are_found_by_what_they_are(house: House) -> None:
    mia = house.caller()
    task, whole, jobs = await judged_in_two(house, mia)
    [part] = (await mia.got(f"/quality/reports?job_id={jobs[1]['id']}"))["results"]
    [found] = (await mia.got(f"/quality/conflicts?report_id={part['id']}"))["results"]
    assert (found["type"], found["frame"], found["report_id"]) == ("missing_annotation", 2, part["id"])
    for query in (f"task_id={task}", "severity=error", "type=missing_annotation", "frame=2", ""):
        listed = (await mia.got(f"/quality/conflicts?{query}"))["results"]
        assert [(one["frame"], one["report_id"]) for one in listed] == [(2, whole["id"])], query
    assert (await mia.got(f"/quality/conflicts?job_id={jobs[0]['id']}"))["count"] == 0
    assert (await mia.got(f"/quality/conflicts?report_id={whole['id']}&severity=warning"))["count"] == 0


async def test_what_cannot_be_left_out_or_chosen_is_refused(house: House) -> None:
    mia = house.caller()
    task, job = await true(mia, 0, 2)
    path, own = f"/tasks/{task}/validation_layout", f"/jobs/{job}/validation_layout"
    wishes: list[dict[str, Any]] = [
        {"disabled_frames": [1]},
        {"disabled_frames": ["x"]},
        {"disabled_frames": [0], "frame_selection_method": "manual"},
        {"honeypot_real_frames": [0]},
    ]
    for wish in wishes:
        answer = await mia("PATCH", path, wish)
        assert answer.status_code == 400, answer.text
    assert (await mia.got(path))["disabled_frames"] == []
    assert await mia.got(own) == NONE
    for chosen in ({"frame_selection_method": "random_uniform"}, {}):
        assert (await mia("PATCH", own, chosen)).status_code == 400
    bare = (await mia.task("d.png", name="bare"))["id"]
    assert (await mia.got(f"/tasks/{bare}/validation_layout"))["mode"] is None
    assert (await mia("PATCH", f"/tasks/{bare}/validation_layout", {"disabled_frames": []})).status_code == 400
    max_ = house.caller("max")
    for what in (path, own):
        assert (await max_("GET", what)).status_code == 403
        assert (await max_("PATCH", what, {"disabled_frames": []})).status_code == 403
