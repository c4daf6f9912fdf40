"""Which frames are compared with the ground truth, and that those that are left out are not."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.job.states import State
from tests.faces.cvat.house import Caller, House

pytestmark = pytest.mark.anyio

NONE = {"honeypot_count": 0, "honeypot_frames": [], "honeypot_real_frames": []}


async def true(mia: Caller, *frames: int) -> tuple[int, int]:
    """Return the numbers of a task and of the job with its ground truth."""
    task = await mia.task("a.png", "b.png", "c.png")
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
    task, _ = await true(mia, 0, 2)
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
    await mia("PATCH", path, {"disabled_frames": [0, 2]})
    assert await frames_judged(house, mia, task) == 0
    await mia("PATCH", path, {"disabled_frames": []})
    assert await frames_judged(house, mia, task) == 2


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
        assert (await max_("GET", what)).status_code == 404
        assert (await max_("PATCH", what, {"disabled_frames": []})).status_code == 404
