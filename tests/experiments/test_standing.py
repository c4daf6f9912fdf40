"""How a task stands is its job's state or a mark on it, and one table says what may follow."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.experiments.standing import ALLOWED, MARK, MARKS, Standing, standing, state_for
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import State


def job(state: State, **told: object) -> Job:
    return replace(Job(id="1" * 32, kind="experiment.run", owner="mia"), state=state, **told)


@pytest.mark.parametrize("state", list(State))
def test_a_job_without_a_mark_stands_as_its_state(state: State) -> None:
    assert standing(job(state, begun_at=1)) is Standing(state.value)


def test_what_was_lent_is_in_line_and_what_fell_silent_was_stopped() -> None:
    assert standing(job(State.RUNNING)) is Standing.QUEUED
    lost = Failure(reason=Reason.LOST, message="gone")
    assert standing(job(State.FAILED, failure=lost)) is Standing.CANCELLED
    assert standing(job(State.FAILED, failure=Failure(reason=Reason.ERROR, message="x"))) is Standing.FAILED


@pytest.mark.parametrize("mark", sorted(MARKS))
@pytest.mark.parametrize("state", list(State))
def test_every_standing_is_a_state_and_comes_back(mark: Standing, state: State) -> None:
    wanted = state_for(mark, state)
    assert standing(job(wanted, marks={MARK: mark.value})) is mark
    ended = wanted in {State.SUCCEEDED, State.FAILED, State.CANCELLED}
    assert ended or mark is Standing.UNKNOWN


def test_a_mark_that_nobody_knows_says_nothing() -> None:
    assert standing(job(State.SUCCEEDED, marks={MARK: "nonsense"})) is Standing.SUCCEEDED


def test_nothing_follows_what_is_published_or_unknown() -> None:
    assert ALLOWED.keys() == set(Standing)
    assert not ALLOWED[Standing.PUBLISHED] and not ALLOWED[Standing.UNKNOWN]
    assert all(Standing.UNKNOWN not in after for after in ALLOWED.values())
