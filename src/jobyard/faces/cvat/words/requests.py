"""Our jobs as requests: the four statuses, operations and targets, and filters of lists of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jobyard.faces.cvat.wire import OperationOut, RequestOut, UserRef, WaitOut
from jobyard.faces.cvat.words.times import moment, some_moment
from jobyard.job.errors import Invalid
from jobyard.job.filters import UNTOLD, Facet, Filter, Outline
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.job.waiting import Waiting

MARK = "cvat"
"""What this face marks its jobs with: the numbers by which its clients know what a job works on."""
SHOWN = frozenset({State.QUEUED, State.RUNNING, State.SUCCEEDED, State.FAILED})
"""States that these clients may see. A cancelled request is gone for them, and a draft is none yet."""
_STATUS: Mapping[State, str] = MappingProxyType(
    {
        State.DRAFT: "",
        State.QUEUED: "queued",
        State.RUNNING: "started",
        State.SUCCEEDED: "finished",
        State.FAILED: "failed",
        State.CANCELLED: "",
    }
)
_STATES: Mapping[str, State] = MappingProxyType({word: state for state, word in _STATUS.items() if word})
STATUSES = tuple(sorted(_STATES))


class _Doing(Struct, frozen=True):
    """What a kind does, in this protocol's words."""

    action: str
    subresource: str = ""


_KINDS: Mapping[str, _Doing] = MappingProxyType(
    {
        "dataset.create": _Doing("create"),
        "dataset.import": _Doing("import", "annotations"),
        "dataset.export": _Doing("export", "annotations"),
        "backup.export": _Doing("export", "backup"),
        "backup.import": _Doing("import", "backup"),
        "quality.calculate": _Doing("calculate", "quality"),
        "consensus.merge": _Doing("merge"),
        "events.report": _Doing("export", "events"),
    }
)
KINDS = frozenset(_KINDS)
"""Kinds of work that these clients see."""
ACTIONS = tuple(sorted({doing.action for doing in _KINDS.values()}))
_TARGETS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "project": frozenset(
            {"dataset.import", "dataset.export", "backup.export", "backup.import", "quality.calculate"}
        ),
        "task": KINDS - {"events.report"},
        "job": frozenset({"dataset.import", "dataset.export", "consensus.merge"}),
        "events": frozenset({"events.report"}),
    }
)
"""What can be done to each sort of target."""
_PARTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "annotations": frozenset({"dataset.import", "dataset.export"}),
        "dataset": frozenset({"dataset.import", "dataset.export"}),
        "backup": frozenset({"backup.export", "backup.import"}),
        "quality": frozenset({"quality.calculate"}),
    }
)
"""What can be done to each part of a target."""
SURE = frozenset({"status", "action", "format"})
"""Fields whose values the groups of a list hold exactly."""
FIELDS = frozenset({"status", "project_id", "task_id", "job_id", "action", "target", "subresource", "format"})
"""What a list of requests can be filtered by."""
NUMBERS = frozenset({"project_id", "task_id", "job_id"})
"""Those of them that say by its number what is worked on."""


class Mark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What this face keeps with a job."""

    target: str
    """`project`, `task`, `job` or `events`."""
    project_id: int | None = None
    task_id: int | None = None
    job_id: int | None = None
    org_id: int | None = None
    format: str | None = None
    lightweight: bool | None = None
    pictures: bool = False
    """The pictures go along."""


class Place(Struct, frozen=True, kw_only=True):
    """What a request's words are made of beside the job."""

    mark: Mark
    owner: UserRef
    base: str
    """The address of this face, without a slash at its end."""
    house: str
    """The address of the server, without a slash at its end."""
    waiting: Waiting | None = None
    report: int | None = None
    """The number of the report that it made."""


def status(job: Job | Outline) -> str:
    """Return a job's status; empty for one that these clients must not see."""
    return _STATUS[job.state]


def action(job: Job | Outline) -> str:
    """Return what is done."""
    return _KINDS[job.kind].action


def subresource(job: Job | Outline, mark: Mark) -> str:
    """Return the part of the target that it is done to; empty for the whole."""
    found = _KINDS[job.kind].subresource
    if job.kind == "dataset.export" and mark.pictures:
        return "dataset"
    if job.kind == "dataset.import" and mark.target == "project":
        return "dataset"
    return "" if found == "events" else found


def facts(job: Job | Outline, mark: Mark) -> dict[str, Any]:
    """Return what filters may ask of a request."""
    return {
        "status": status(job),
        "action": action(job),
        "target": mark.target,
        "subresource": subresource(job, mark) or None,
        "format": mark.format,
        "project_id": mark.project_id,
        "task_id": mark.task_id,
        "job_id": mark.job_id,
    }


def untold(facet: Facet) -> frozenset[str]:
    """Return the facts that a facet does not tell."""
    found = set(NUMBERS)
    if _facet_target(facet) is None:
        found.add("target")
    if facet.given == UNTOLD and facet.kind in {"dataset.export", "dataset.import"}:
        found.add("subresource")
    return frozenset(found)


def facet_facts(facet: Facet) -> dict[str, Any]:
    """Return what filters may ask of every request of a facet; what it does not tell is None."""
    target, part = _facet_target(facet), _KINDS[facet.kind].subresource
    if (facet.kind == "dataset.export" and "pictures" in _names(facet)) or (
        facet.kind == "dataset.import" and target == "project"
    ):
        part = "dataset"
    return {
        "status": _STATUS[facet.state],
        "action": _KINDS[facet.kind].action,
        "target": target,
        "subresource": part if part and part != "events" else None,
        "format": facet.format or None,
        "project_id": None,
        "task_id": None,
        "job_id": None,
    }


def _facet_target(facet: Facet) -> str | None:
    if facet.kind == "events.report":
        return "events"
    if facet.kind == "backup.import" or facet.given == UNTOLD:
        return None  # the mark says it, or the job's parameters
    names = _names(facet)
    if "assignment" in names:
        return "job"
    return "project" if "collection" in names else "task"


def _names(facet: Facet) -> list[str]:
    return facet.given.split(",")


def request_out(job: Job, place: Place) -> RequestOut:
    """Return a job as a request."""
    mark, progress = place.mark, job.progress
    said = (progress.text if progress else "") if job.state is State.RUNNING else ""
    failed = job.state is State.FAILED and job.failure is not None
    return RequestOut(
        id=job.id,
        status=status(job),
        message=job.failure.message if failed and job.failure else said,
        operation=_operation(job, mark),
        progress=_share(job),
        created_date=moment(job.created_at),
        started_date=some_moment(job.started_at if job.attempt else None),
        finished_date=some_moment(job.finished_at),
        expiry_date=some_moment(job.results_until),
        owner=place.owner,
        result_url=_result_url(job, place),
        result_id=_result_id(job, place),
        name=job.name,
        progress_text=progress.text if progress else "",
        attempt=job.attempt,
        tries=job.tries,
        cancelling=job.cancelling,
        waiting=_waiting(place.waiting),
        result=job.result,
        log_url=f"{place.house}/v1/jobs/{job.id}/log",
        page_url=f"{place.house}/jobs/{job.id}",
    )


def groups(wanted: Mapping[str, Any]) -> list[Filter]:
    """Return which jobs can be meant by values demanded of a list; none where no job can."""
    states, kinds = set(SHOWN), set(KINDS)
    if "status" in wanted:
        states &= {_STATES[word] for word in [str(wanted["status"]).lower()] if word in _STATES}
    if "action" in wanted:
        kinds &= {name for name, doing in _KINDS.items() if doing.action == str(wanted["action"]).lower()}
    for field, known in (("target", _TARGETS), ("subresource", _PARTS)):
        if field in wanted:
            kinds &= known.get(str(wanted[field]).lower(), frozenset())
    if not states or not kinds:
        return []
    format_ = wanted.get("format")
    said = format_ if isinstance(format_, str) else None
    return [Filter(states=frozenset(states), kinds=frozenset(kinds), format=said)]


def sorted_groups(groups_: list[Filter], field: str, *, backward: bool) -> list[Filter]:
    """Return the groups split so that one after the other they are sorted by status or by action."""
    found = list[Filter]()
    for group in groups_:
        if field == "status":
            words = sorted((_STATUS[state], state) for state in group.states)
            found += [replace(group, states=frozenset({state})) for _, state in words]
        else:
            for word in ACTIONS:
                kinds = frozenset(name for name in group.kinds if _KINDS[name].action == word)
                found += [replace(group, kinds=kinds)] if kinds else []
    return found[::-1] if backward else found


def simple(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the plain filters of a list. Raises Invalid for a number that is none."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        text = asked.get(name, "")
        if not text:
            continue
        if name in NUMBERS:
            if not (text.isascii() and text.isdecimal() and len(text) <= 10):
                raise Invalid(reason="", fields=[{"path": name, "message": "Enter a number."}])
            found[name] = int(text)
        else:
            found[name] = text
    return found


def _operation(job: Job, mark: Mark) -> OperationOut:
    part = subresource(job, mark)
    return OperationOut(
        type=f"{action(job)}:{part or mark.target}",
        target=mark.target,
        project_id=mark.project_id,
        task_id=mark.task_id,
        job_id=mark.job_id,
        org_id=mark.org_id,
        format=mark.format,
        function_id=None,
        lightweight=mark.lightweight,
    )


def _share(job: Job) -> float | None:
    if job.state is State.SUCCEEDED:
        return 1.0
    if job.progress is None or job.state is State.QUEUED:
        return None
    return job.progress.share


def _result_url(job: Job, place: Place) -> str | None:
    if job.state is not State.SUCCEEDED or not file_of(job) or job.results_expired:
        return None
    mark = place.mark
    if mark.target == "events":
        return f"{place.base}/events/download?rq_id={job.id}"
    what = "backup" if job.kind == "backup.export" else "dataset"
    number = {"project": mark.project_id, "task": mark.task_id, "job": mark.job_id}[mark.target]
    return f"{place.base}/{mark.target}s/{number}/{what}/download?rq_id={job.id}"


def file_of(job: Job) -> str:
    """Return the name of the file that a finished export has made; empty where it made none."""
    found = job.result.get("file") if isinstance(job.result, dict) else None
    return found if isinstance(found, str) and action(job) == "export" else ""


def _result_id(job: Job, place: Place) -> int | None:
    if job.state is not State.SUCCEEDED or place.report is not None:
        return place.report
    found = job.result.get("number") if isinstance(job.result, dict) else None
    return found if isinstance(found, int) else None


def _waiting(waiting: Waiting | None) -> WaitOut | None:
    if waiting is None:
        return None
    return WaitOut(reason=waiting.sentence, ahead=waiting.ahead, starts_at=some_moment(waiting.starts_at))
