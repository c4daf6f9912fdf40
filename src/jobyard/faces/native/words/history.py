"""Events, attempts, log lines, result files and progress in the native protocol's words."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from jobyard.faces.native.wire import AttemptOut, EventOut, LogLineOut, ProgressOut, ResultOut
from jobyard.faces.native.words.jobs import failure_out, progress_out
from jobyard.faces.native.words.times import moment, some_moment
from jobyard.job.events import Event
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
from jobyard.job.states import State


def event_out(event: Event) -> EventOut:
    """Return an event."""
    return EventOut(
        number=event.number,
        job=event.job,
        type=event.type.value,
        at=moment(event.at),
        actor=event.actor,
        state=event.state.value,
        attempt=event.attempt,
        data=event.data,
    )


def attempt_out(attempt: Attempt) -> AttemptOut:
    """Return an attempt."""
    return AttemptOut(
        number=attempt.number,
        worker=attempt.worker,
        claimed_at=moment(attempt.claimed_at),
        begun_at=some_moment(attempt.begun_at),
        ended_at=some_moment(attempt.ended_at),
        outcome=attempt.outcome,
        failure=failure_out(attempt.failure),
    )


def line_out(line: LogLine) -> LogLineOut:
    """Return a line of output; a stream of another name shows as the work's own log."""
    if line.stream == "out":
        return LogLineOut(number=line.number, at=moment(line.at), stream="out", text=line.text)
    if line.stream == "err":
        return LogLineOut(number=line.number, at=moment(line.at), stream="err", text=line.text)
    return LogLineOut(number=line.number, at=moment(line.at), stream="log", text=line.text)


def result_out(job: str, file: ResultFile) -> ResultOut:
    """Return a result file with the address of its bytes."""
    return ResultOut(
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        media_type=file.media_type,
        attempt=file.attempt,
        url=f"/v1/jobs/{job}/results/{quote(file.name, safe='')}?attempt={file.attempt}",
    )


def progress_of(jobs: Iterable[Job]) -> dict[str, ProgressOut]:
    """Return the progress of those jobs that run and told any, by id."""
    told = ((job.id, progress_out(job.progress)) for job in jobs if job.state is State.RUNNING)
    return {id_: progress for id_, progress in told if progress is not None}
