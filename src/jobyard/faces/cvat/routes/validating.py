"""Which frames of a task are compared with its ground truth: looked at and changed."""

from __future__ import annotations

from litestar import get, patch
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.datasets import rulebook
from jobyard.datasets.assignment import AssignmentKind
from jobyard.datasets.record import Dataset, DatasetChanges
from jobyard.faces.cvat import taking
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire.validating import JobLayoutOut, LayoutChanges, TaskLayoutOut
from jobyard.job.errors import Invalid


@get("/tasks/{number:str}/validation_layout")
async def get_task_layout(request: Ask, number: FromPath[str]) -> TaskLayoutOut:
    """Return which frames of a task are compared with its ground truth, and which of them are left out."""
    task = await request.house.tasks.dataset(request.user, int(number))
    return _layout(task, await _true(request, task))


@patch("/tasks/{number:str}/validation_layout")
async def change_task_layout(request: Ask, number: FromPath[str]) -> TaskLayoutOut:
    """Say which frames of the ground truth nothing is compared on from now on."""
    said = await taking.body(request, LayoutChanges)
    task = await request.house.tasks.dataset(request.user, int(number))
    _require_no_pool(said)
    true = await _true(request, task)
    if true is None:
        raise Invalid(reason="The task has no ground truth.")
    if said.disabled_frames is not UNSET and said.disabled_frames is not None:
        disabled = tuple(sorted(set(said.disabled_frames)))
        unknown = set(disabled) - set(true)
        if unknown:
            raise taking.wrong("disabled_frames", f"Frame {min(unknown)} is not part of the ground truth.")
        settings = replace(rulebook.quality_settings(task.settings), left_out=disabled)
        changes = DatasetChanges(settings=rulebook.with_quality(task.settings, settings))
        task = await request.datasets.update(request.user, task.id, changes)
    return _layout(task, true)


@get("/jobs/{number:str}/validation_layout")
async def get_job_layout(request: Ask, number: FromPath[str]) -> JobLayoutOut:
    """Return which frames of a job repeat frames of the ground truth: none do."""
    await request.datasets.assignment(request.user, int(number))
    return JobLayoutOut(honeypot_count=0, honeypot_frames=[], honeypot_real_frames=[])


@patch("/jobs/{number:str}/validation_layout")
async def change_job_layout(request: Ask, number: FromPath[str]) -> JobLayoutOut:
    """Refuse to choose frames of the ground truth for a job, since none are repeated in it."""
    said = await taking.body(request, LayoutChanges)
    await request.datasets.assignment(request.user, int(number))
    _require_no_pool(said)
    raise Invalid(reason=_NO_POOL)


_NO_POOL = (
    "Frames of the ground truth are not repeated in other jobs here, whichever mode a task was made with; "
    "there are none to choose."
)


def _require_no_pool(said: LayoutChanges) -> None:
    for name in ("frame_selection_method", "honeypot_real_frames"):
        if getattr(said, name) not in (UNSET, None):
            raise taking.wrong(name, _NO_POOL)


async def _true(request: Ask, task: Dataset) -> list[int] | None:
    """Return the frames of a task's ground truth; None where it has none."""
    jobs = await request.house.tasks.divided(request.user, task.id)
    truth = next((one for one in jobs if one.kind is AssignmentKind.GROUND_TRUTH), None)
    if truth is None:
        return None
    if truth.frames is not None:
        return sorted(truth.frames)
    there = await request.house.tasks.frames(request.user, task.id, truth.first, truth.last)
    return [frame.number for frame in there]


def _layout(task: Dataset, true: list[int] | None) -> TaskLayoutOut:
    left_out = set(rulebook.quality_settings(task.settings).left_out)
    return TaskLayoutOut(
        mode=None if true is None else "gt",
        frames_per_job_count=None,
        validation_frames=true or [],
        disabled_frames=[frame for frame in true or [] if frame in left_out],
        honeypot_count=0,
        honeypot_frames=[],
        honeypot_real_frames=[],
    )


HANDLERS = (get_task_layout, change_task_layout, get_job_layout, change_job_layout)
