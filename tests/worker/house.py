"""A small strict house for workers under test: real HTTP, the real moves, everything in memory.

Whatever a worker says that the protocol does not allow is noted in `wrongs`, and every test ends by finding none.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import msgspec

from jobyard.job import moves
from jobyard.job.clock import SECOND, SystemClock
from jobyard.job.desk import (
    LINE_LIMIT,
    LOG_BATCH,
    Answer,
    Ask,
    Assignment,
    Beat,
    Call,
    Claimed,
    Finish,
    GiveBack,
    Held,
    Outcome,
    Report,
    Settled,
    Told,
    Wish,
    Wishes,
)
from jobyard.job.events import Change
from jobyard.job.ids import new_id
from jobyard.job.record import Job, LogLine
from jobyard.job.states import State
from tests.worker.door import Door, Receive


class House:
    """Keeps jobs, hands them out, and watches the worker's manners."""

    def __init__(self, lease: float = 30.0, grace: float = 5.0) -> None:
        self.lease = int(lease * SECOND)
        self.grace = grace
        self.clock = SystemClock()
        self.jobs: dict[str, Job] = {}
        self.ended: dict[tuple[str, int], str] = {}
        self.lines: dict[tuple[str, int], dict[int, LogLine]] = defaultdict(dict)
        self.progress: dict[str, list[float]] = defaultdict(list)
        self.files: dict[str, dict[str, bytes]] = defaultdict(dict)
        self.blobs: dict[str, bytes] = {}
        self.counts: Counter[str] = Counter()
        self.stale = 0
        self.left: list[str] = []
        """Sessions that have said that they leave."""
        self.wrongs: list[str] = []
        self.calls: list[Call] = []
        self.answer: Callable[[Call], Any] = lambda call: call.payload
        self.most_held = 0
        self.trouble: Callable[[str], int | None] = lambda verb: None
        """Asked before each verb: a status to answer instead, 0 to answer after doing it but to lose the answer."""
        self.keep = True
        """Whether lapsed leases are noticed."""
        self.open = True
        self._changed = threading.Condition()
        self._claiming: set[str] = set()
        self._closing = False
        self._number = 0
        self._looked = 0
        self._door: Door | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ---- what tests do

    def start(self) -> None:
        self._closing = False
        self._door = Door(self)

    def stop(self) -> None:
        self._closing = True
        if self._door is not None:
            self._door.close()

    def submit(self, kind: str, /, **rest: Any) -> str:
        fields = {name: rest.pop(name) for name in ("tries", "time_limit", "memory_limit", "queue") if name in rest}
        with self._changed:
            self._number += 1
            now = self.clock.now()
            job = Job(
                id=new_id(), kind=kind, owner="ann", number=self._number, parameters=rest, created_at=now, **fields
            )
            job = msgspec.structs.replace(job, state=State.QUEUED, queued_at=now)
            self.jobs[job.id] = job
            self._changed.notify_all()
        return job.id

    def cancel(self, job: str) -> None:
        with self._changed:
            self._apply(moves.cancel(self.jobs[job], self.clock.now(), "ann"))

    def lapse(self, job: str) -> None:
        """Let somebody else have the job: its holder counts as lost."""
        with self._changed:
            found = self.jobs[job]
            self._apply(moves.lose(found, found.attempt, self.clock.now(), moves.lost(found), self.clock.now()))

    def until(self, condition: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Wait until the condition holds; it is asked again with every change."""
        with self._changed:
            if not self._changed.wait_for(condition, seconds):
                raise AssertionError(f"it did not come to pass: {self.states()} {self.wrongs}")
        return condition()

    def final(self, *jobs: str, seconds: float = 30.0) -> Job:
        """Wait until the jobs are final and return the last one."""
        self.until(lambda: all(self.jobs[job].final for job in jobs), seconds)
        return self.jobs[jobs[-1]]

    def begun(self, job: str) -> Job:
        self.until(lambda: self.jobs[job].begun_at is not None)
        return self.jobs[job]

    def said(self, job: str, text: str) -> None:
        """Wait until the job's log has a line with this text."""
        self.until(lambda: any(text in line for line in self.log(job)))

    def log(self, job: str, *streams: str, attempt: int = 1) -> list[str]:
        found = self.lines[job, attempt]
        return [found[number].text for number in sorted(found) if not streams or found[number].stream in streams]

    def states(self) -> Counter[str]:
        return Counter(job.state.value for job in self.jobs.values())

    def reset(self) -> None:
        """Make ready for the next test: end what runs, mend what was broken."""
        self.trouble = lambda verb: None
        self.answer = lambda call: call.payload
        with self._changed:
            for job in list(self.jobs.values()):
                if job.state in {State.QUEUED, State.RUNNING}:
                    self._apply(moves.cancel(job, self.clock.now(), "ann"))
        self.until(lambda: all(job.final for job in self.jobs.values()))
        self.check()
        self.grace, self.open, self.stale, self.most_held = 5.0, True, 0, 0
        for known in (
            self.left,
            self.jobs,
            self.ended,
            self.lines,
            self.progress,
            self.files,
            self.blobs,
            self.counts,
            self.calls,
        ):
            known.clear()

    def check(self) -> None:
        """Find nothing wrong with what was said so far."""
        assert self.wrongs == []
        for (job, attempt), lines in self.lines.items():
            assert sorted(lines) == list(range(1, len(lines) + 1)), (job, attempt)

    # ---- what workers say

    async def claim(self, ask: Ask, receive: Receive) -> Claimed:
        self.expect(ask.session not in self._claiming, "two claims at once")
        self.expect(ask.limit >= 1 and 0 <= ask.wait <= 30 and ask.pid > 0, f"an odd claim: {ask}")
        self._claiming.add(ask.session)
        loop = asyncio.get_running_loop()
        end = loop.time() + ask.wait
        left = asyncio.ensure_future(receive())
        try:
            while not left.done() and not self._closing:
                with self._changed:
                    given = self._give(ask)
                    self.counts["claim"] += bool(given)
                    self._changed.notify_all()
                if given:
                    await asyncio.sleep(0.002)
                if left.done():
                    self._take_back(given)
                elif given or loop.time() >= end:
                    return Claimed(assignments=given)
                await asyncio.sleep(0.01)
            return Claimed()
        finally:
            left.cancel()
            self._claiming.discard(ask.session)

    def hear(self, verb: str, said: Any) -> Any:
        """Answer any verb but claim."""
        with self._changed:
            self.counts[verb] += 1
            try:
                return getattr(self, f"_{verb}")(said)
            finally:
                self._changed.notify_all()

    def take(self, job: str, name: str, body: bytes) -> dict[str, Any]:
        """Take a result file."""
        self.expect(job in self.jobs, f"{name}: of no job")
        digest = hashlib.sha256(body).hexdigest()
        with self._changed:
            self.counts["upload"] += 1
            self.blobs[digest] = body
            self._changed.notify_all()
        return {"blob": digest, "size": len(body), "sha256": digest}

    def _take_back(self, given: tuple[Assignment, ...]) -> None:
        """Put in line again what was given to a worker that had gone."""
        with self._changed:
            for one in given:
                self._apply(moves.give_back(self.jobs[one.job.id], one.job.attempt, self.clock.now()))

    def _give(self, ask: Ask) -> tuple[Assignment, ...]:
        if not self.open:
            return ()
        now = self.clock.now()
        line = [job for job in self.jobs.values() if job.state is State.QUEUED and job.queue in ask.queues]
        line = [job for job in line if job.kind in ask.kinds and (job.due_at or 0) <= now][: ask.limit]
        given = [self._apply(moves.claim(job, now, ask.worker, self.lease)) for job in line]
        held = (
            sum(job.state is State.RUNNING and job.worker == ask.worker for job in self.jobs.values()) if given else 0
        )
        self.most_held = max(self.most_held, held)
        return tuple(Assignment(job=job, lease=self.lease, grace=self.grace) for job in given)

    def _beat(self, beat: Beat) -> Wishes:
        if beat.leaving:
            self.left.append(beat.session)
        self._lapse_all()
        now = self.clock.now()
        for held in beat.held:
            if self._holds(held):
                self._apply(moves.beat(self.jobs[held.job], held.attempt, now, self.lease))
        return Wishes(wishes=tuple(wish for held in beat.held for wish in self._wish(held)))

    def _report(self, report: Report) -> Wishes:
        wishes: list[Wish] = []
        for told in report.told:
            held = Held(job=told.job, attempt=told.attempt)
            wishes += self._wish(held)
            if self._holds(held):
                self._hear(told)
        return Wishes(wishes=tuple(wishes))

    def _hear(self, told: Told) -> None:
        now = self.clock.now()
        self._write(told)
        job = self.jobs[told.job]
        if told.begun:
            job = self._apply(moves.begin(job, told.attempt, now))
        if told.progress is not None:
            self._apply(moves.report(job, told.attempt, now, self.lease, told.progress))
            self.progress[job.id].append(told.progress.done)

    def _finish(self, finish: Finish) -> Settled:
        return Settled(states=tuple(self._end(outcome) for outcome in finish.outcomes))

    def _end(self, outcome: Outcome) -> str:
        self._lapse_all()
        key = (outcome.job, outcome.attempt)
        if key in self.ended:
            return self.ended[key]
        if not self._holds(Held(job=outcome.job, attempt=outcome.attempt)):
            self.stale += 1
            return "stale"
        self._write(outcome)
        now, job = self.clock.now(), self.jobs[outcome.job]
        if outcome.progress is not None:
            job = self._apply(moves.report(job, outcome.attempt, now, self.lease, outcome.progress))
            self.progress[job.id].append(outcome.progress.done)
        for made in outcome.files:
            self.files[job.id][made.name] = self.blobs[made.blob]
        match outcome.how:
            case "finish":
                change = moves.finish(job, outcome.attempt, now, outcome.result, None)
            case "fail":
                assert outcome.failure is not None
                change = moves.lose(job, outcome.attempt, now, outcome.failure, now)
            case "stop":
                change = moves.stop(job, outcome.attempt, now)
            case _:
                raise AssertionError(outcome.how)
        self.ended[key] = self._apply(change).state.value
        return self.ended[key]

    def _give_back(self, back: GiveBack) -> Settled:
        states = []
        for held in back.held:
            if self._holds(held):
                self._apply(moves.give_back(self.jobs[held.job], held.attempt, self.clock.now()))
                states.append(self.jobs[held.job].state.value)
            else:
                states.append("stale")
        return Settled(states=tuple(states))

    def _call(self, call: Call) -> Answer:
        held = Held(job=call.job, attempt=call.attempt)
        self.calls.append(call)
        wish = next((wish.what for wish in self._wish(held)), "")
        return Answer(wish=wish) if wish else Answer(value=self.answer(call))

    def _write(self, said: Told | Outcome) -> None:
        self.expect(len(said.lines) <= LOG_BATCH, f"{len(said.lines)} lines at once")
        for line in said.lines:
            self.expect(len(line.text) <= LINE_LIMIT and "\n" not in line.text, f"a wrong line {line.text[:50]!r}")
            known = self.lines[said.job, said.attempt].setdefault(line.number, line)
            self.expect(known.text == line.text, f"line {line.number} twice: {known.text!r} and {line.text!r}")

    def _holds(self, held: Held) -> bool:
        job = self.jobs.get(held.job)
        return job is not None and job.state is State.RUNNING and job.attempt == held.attempt

    def _wish(self, held: Held) -> list[Wish]:
        if not self._holds(held):
            return [Wish(job=held.job, attempt=held.attempt, what="drop")]
        return [Wish(job=held.job, attempt=held.attempt, what="stop")] if self.jobs[held.job].cancelling else []

    def _lapse_all(self) -> None:
        now = self.clock.now()
        if now - self._looked < 50_000:
            return
        self._looked = now
        for job in list(self.jobs.values()):
            if self.keep and job.state is State.RUNNING and (job.lease_until or 0) < now:
                self._apply(moves.lose(job, job.attempt, now, moves.lost(job), now))

    def _apply(self, change: Change) -> Job:
        self.expect(self.jobs[change.job.id].revision == change.guard, "a lost update in the test's own house")
        self.jobs[change.job.id] = change.job
        self._changed.notify_all()
        return change.job

    def expect(self, truth: bool, wrong: str) -> None:
        if not truth:
            self.wrongs.append(wrong)
