"""Who is named in the history: whoever asked, the worker that holds the job, the user whose client does, the house."""

from __future__ import annotations

import pytest

from jobyard.job import moves
from jobyard.job.events import Change
from jobyard.job.record import Failure, Job, Progress, Reason
from tests.job.making import BROKEN, LATER, LEASE, NOW, at, draft, queued, running

GONE = Failure(reason=Reason.LOST, message="The worker w1 stopped answering.")


def actors(change: Change) -> set[str]:
    return {event.actor for event in change.events}


def test_whoever_asks_is_named() -> None:
    asked = [
        moves.release(draft(), NOW, "bob"),
        moves.withdraw(queued(), NOW, "bob"),
        moves.edit(queued(), NOW, "bob", {"priority": 3}),
        moves.cancel(queued(), NOW, "bob"),
        moves.cancel(running(), NOW, "bob"),
        moves.retry(at("failed"), NOW, "bob"),
        moves.keep(at("failed"), NOW, "bob", None),
        moves.mark(queued(), NOW, "bob", {"a": 1}),
    ]
    assert [actors(change) for change in asked] == [{"bob"}] * len(asked)
    assert moves.delete(at("failed"), NOW, "bob").actor == "bob"
    assert moves.late(running(), 1, NOW, "worker:w2", "finish").actor == "worker:w2"


@pytest.mark.parametrize(("external", "holder"), [(False, "worker:w1"), (True, "ada")])
def test_whoever_holds_the_job_is_named_for_what_becomes_of_it(external: bool, holder: str) -> None:
    job = running(external=external)
    told = [
        moves.finish(job, 1, NOW),
        moves.fail(job, 1, NOW, BROKEN),
        moves.back_off(job, 1, NOW, BROKEN, LATER),
        moves.give_back(job, 1, NOW),
    ]
    if not external:
        told.append(moves.begin(job, 1, NOW))
        told.append(moves.claim(queued(), NOW, "w1", LEASE))
    assert [actors(change) for change in told] == [{holder}] * len(told)
    assert moves.report(job, 1, NOW, LEASE, Progress(done=1)).events == ()


def test_the_house_is_named_for_what_it_finds_out_by_itself() -> None:
    job: Job = running(tries=1)
    assert actors(moves.lose(job, 1, NOW, GONE, LATER)) == {moves.HOUSE}
    assert actors(moves.fail(job, 1, NOW, GONE)) == {moves.HOUSE}
    assert actors(moves.expire(at("succeeded"), NOW)) == {moves.HOUSE}


def test_who_wished_the_end_is_named_whoever_stopped_the_work() -> None:
    assert actors(moves.stop(at("wished"), 1, NOW)) == {"ada"}
    assert actors(moves.lose(at("wished"), 1, NOW, GONE, LATER)) == {"ada"}
