"""Collections, datasets and assignments in this protocol's words: projects, tasks and jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets.assignment import Assignment, AssignmentKind, Stage, Work
from jobyard.datasets.collection import Collection
from jobyard.datasets.record import Dataset
from jobyard.faces.cvat.wire import JobOut, JobsRef, LinkRef, ListRef, ProjectOut, TaskOut, UserRef
from jobyard.faces.cvat.words.times import moment, some_moment
from jobyard.job.errors import Invalid

SETTINGS = "cvat"
"""Under which name this face keeps what a dataset or a collection has no field for."""
NAME_LIMIT = 256
_HOUSE_NAME = 90
"""What of a name the house keeps as its own, with room for a number behind it."""
IMAGESET = "imageset"
_TYPES: Mapping[AssignmentKind, str] = MappingProxyType(
    {
        AssignmentKind.ANNOTATION: "annotation",
        AssignmentKind.GROUND_TRUTH: "ground_truth",
        AssignmentKind.REPLICA: "replica",
    }
)


class Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What this face keeps with a dataset or a collection."""

    name: str = ""
    """Its whole name, where the house has another one: here names may be long and need not be unique."""
    bug_tracker: str = ""
    assignee: str | None = None
    """The name of a user."""
    assigned_at: int | None = None
    """When somebody else was last named to see to it, or nobody any more."""
    subset: str = ""
    segment_size: int = 0
    overlap: int = 0
    replicas: int = 0
    image_quality: int = 70
    chunk_size: int = 72
    start_frame: int = 0
    stop_frame: int | None = None
    frame_filter: str = ""
    deleted_frames: tuple[int, ...] = ()
    validation: str = ""
    """`gt` or `gt_pool`."""


class Refs(Struct, frozen=True, kw_only=True):
    """What is shown of the surroundings of a thing."""

    base: str
    """The address of this face, without a slash at its end."""
    users: Mapping[str, UserRef]
    organization: int | None = None
    guide: int | None = None
    """The number of its own guide."""
    guide_of_jobs: int | None = None
    """The number of the guide by which its jobs are done: its project's, where it is in one."""
    project: Collection | None = None
    jobs: Sequence[Assignment] = ()
    tasks: Sequence[Dataset] = ()


def kept(thing: Dataset | Collection) -> Kept:
    """Return what this face keeps with a thing."""
    try:
        return msgspec.convert(thing.settings.get(SETTINGS, {}), Kept)
    except msgspec.ValidationError:
        return Kept()


def settings(thing: Dataset | Collection | None, now_kept: Kept) -> dict[str, Any]:
    """Return the settings of a thing with what this face keeps from now on."""
    return {**(thing.settings if thing is not None else {}), SETTINGS: msgspec.to_builtins(now_kept)}


def entrusted(kept_: Kept, assignee: str | None, now: int) -> Kept:
    """Return what is kept of a thing once somebody is to see to it, or nobody."""
    return kept_ if assignee == kept_.assignee else replace(kept_, assignee=assignee, assigned_at=now)


def name_of(thing: Dataset | Collection) -> str:
    """Return the name these clients gave a thing."""
    return kept(thing).name or thing.name


def checked_name(text: str) -> str:
    """Return a name without blanks at its ends. Raises Invalid for what no name can be."""
    name = text.strip()
    if not 0 < len(name) <= NAME_LIMIT:
        message = f"Ensure this field has 1 to {NAME_LIMIT} characters."
    elif not name.isprintable():
        message = "A name holds printable characters only."
    else:
        return name
    raise Invalid(reason=message, fields=[{"path": "name", "message": message}])


def house_name(name: str, turn: int) -> str:
    """Return what the house calls a thing at the n-th try to find a name that its owner has not used."""
    plain = name[: _HOUSE_NAME + 10].strip() if not turn else f"{name[:_HOUSE_NAME].strip()} ({turn + 1})"
    return plain if len(plain) != 32 else f"{plain} (1)"


def size_of(dataset: Dataset, jobs: Sequence[Assignment]) -> int:
    """Return how many frames a task has, those that are gone included: a frame's number never changes."""
    last = max((job.last for job in jobs if job.kind is AssignmentKind.ANNOTATION), default=-1)
    return max(dataset.samples, last + 1)


def status_of(jobs: Sequence[Assignment]) -> str:
    """Return how far a task is: `annotation`, `validation` or `completed`."""
    stages = [_status(job) for job in jobs if job.kind is not AssignmentKind.GROUND_TRUTH]
    for status in ("annotation", "validation"):
        if status in stages or not stages:
            return status
    return "completed"


def validation_of(dataset: Dataset, jobs: Sequence[Assignment]) -> str | None:
    """Return how a task is compared with the truth: as it was made for, or by a ground truth that came later."""
    truth = any(job.kind is AssignmentKind.GROUND_TRUTH for job in jobs)
    return kept(dataset).validation or ("gt" if truth else None)


def project_out(collection: Collection, refs: Refs) -> ProjectOut:
    """Return a collection as a project."""
    said, number, base = kept(collection), collection.number, refs.base
    return ProjectOut(
        url=f"{base}/projects/{number}",
        id=number,
        name=name_of(collection),
        owner=refs.users[collection.owner],
        assignee=refs.users.get(said.assignee or ""),
        assignee_updated_date=some_moment(said.assigned_at),
        guide_id=refs.guide,
        bug_tracker=said.bug_tracker,
        task_subsets=sorted({subset for subset in (kept(task).subset for task in refs.tasks) if subset}),
        created_date=moment(collection.created_at),
        updated_date=moment(collection.updated_at),
        status="annotation",
        dimension="2d" if refs.tasks else None,
        organization=refs.organization,
        organization_id=refs.organization,
        tasks=ListRef(url=f"{base}/tasks?project_id={number}", count=len(refs.tasks)),
        labels=LinkRef(url=f"{base}/labels?project_id={number}"),
    )


def task_out(dataset: Dataset, refs: Refs) -> TaskOut:
    """Return a dataset as a task."""
    said, number, base = kept(dataset), dataset.number, refs.base
    size = size_of(dataset, refs.jobs)
    filled = dataset.number if size else None
    chunks = IMAGESET if filled else None
    return TaskOut(
        url=f"{base}/tasks/{number}",
        id=number,
        name=name_of(dataset),
        project_id=refs.project.number if refs.project else None,
        project_name=name_of(refs.project) if refs.project else None,
        mode="annotation" if filled else "",
        media_type="image",
        owner=refs.users[dataset.owner],
        assignee=refs.users.get(said.assignee or ""),
        assignee_updated_date=some_moment(said.assigned_at),
        guide_id=refs.guide,
        bug_tracker=said.bug_tracker,
        created_date=moment(dataset.created_at),
        updated_date=moment(dataset.updated_at or dataset.created_at),
        overlap=said.overlap if filled else None,
        segment_size=said.segment_size or size,
        status=status_of(refs.jobs),
        data_chunk_size=said.chunk_size if filled else None,
        data_compressed_chunk_type=chunks,
        data_original_chunk_type=chunks,
        size=size,
        image_quality=said.image_quality,
        data=filled,
        dimension="2d",
        subset=said.subset,
        organization=refs.organization,
        organization_id=refs.organization,
        jobs=_jobs(f"{base}/jobs?task_id={number}", refs.jobs),
        labels=LinkRef(url=f"{base}/labels?task_id={number}"),
        validation_mode=validation_of(dataset, refs.jobs),
        consensus_enabled=said.replicas > 0,
        initial_replicas=said.replicas,
    )


def _jobs(url: str, jobs: Sequence[Assignment]) -> JobsRef:
    stages = [_status(job) for job in jobs if job.kind is not AssignmentKind.GROUND_TRUTH]
    completed, validation = stages.count("completed"), stages.count("validation")
    return JobsRef(url=url, count=len(jobs), completed=completed, validation=validation)


def job_out(job: Assignment, dataset: Dataset, refs: Refs, issues: int = 0) -> JobOut:
    """Return an assignment as a job; `refs` are those of its dataset, `issues` how many were raised in it."""
    base, number = refs.base, job.number
    replicas = sum(one.parent == number for one in refs.jobs)
    # Chosen frames are told beside; the job itself spans all frames of its task.
    first, last = (job.first, job.last) if job.frames is None else (0, size_of(dataset, refs.jobs) - 1)
    return JobOut(
        url=f"{base}/jobs/{number}",
        id=number,
        task_id=dataset.number,
        task_name=name_of(dataset),
        project_id=refs.project.number if refs.project else None,
        project_name=name_of(refs.project) if refs.project else None,
        assignee=refs.users.get(job.assignee or ""),
        assignee_updated_date=some_moment(job.assigned_at),
        guide_id=refs.guide_of_jobs,
        dimension="2d",
        mode="annotation",
        media_type="image",
        bug_tracker=kept(dataset).bug_tracker,
        status=_status(job),
        stage=job.stage.value,
        state=job.state.value,
        type=_TYPES[job.kind],
        frame_count=len(job.frames) if job.frames is not None else job.last - job.first + 1,
        start_frame=first,
        stop_frame=last,
        data_chunk_size=kept(dataset).chunk_size,
        data_compressed_chunk_type=IMAGESET,
        data_original_chunk_type=IMAGESET,
        created_date=moment(job.created_at),
        updated_date=moment(job.updated_at),
        organization=refs.organization,
        organization_id=refs.organization,
        parent_job_id=job.parent,
        consensus_replicas=replicas,
        replicas_count=replicas,
        issues=ListRef(url=f"{base}/issues?job_id={number}", count=issues),
        labels=LinkRef(url=f"{base}/labels?job_id={number}"),
    )


def stage_in(text: str) -> Stage:
    """Return which part of the work is meant. Raises Invalid."""
    try:
        return Stage(text)
    except ValueError:
        raise _no_choice("stage", text) from None


def state_in(text: str) -> Work:
    """Return how far a stage is. Raises Invalid."""
    try:
        return Work(text)
    except ValueError:
        raise _no_choice("state", text) from None


def _status(job: Assignment) -> str:
    if job.stage is Stage.ACCEPTANCE and job.state is Work.COMPLETED:
        return "completed"
    return "annotation" if job.stage is Stage.ANNOTATION else "validation"


def _no_choice(field: str, text: str) -> Invalid:
    message = f'"{text[:50]}" is not a valid choice.'
    return Invalid(reason=message, fields=[{"path": field, "message": message}])
