"""T-01: the table of states against one written by hand, cell by cell."""

from __future__ import annotations

import pytest

from jobyard.job.states import FINAL, LIVE, REMOVABLE, TABLE, Arrow, State, after, may

# A dot means that there is no such arrow. Written by hand from the life of a job, not from the code.
BY_HAND = """
            draft      queued     running    succeeded  failed     cancelled
release     queued     .          .          .          .          .
withdraw    .          draft      .          .          .          .
claim       .          running    .          .          .          .
start       running    running    .          running    running    running
begin       .          .          running    .          .          .
beat        .          .          running    .          .          .
report      .          .          running    .          .          .
finish      .          .          succeeded  .          .          .
fail        .          .          failed     .          .          .
back_off    .          .          queued     .          .          .
give_back   .          .          queued     .          .          .
cancel      cancelled  cancelled  running    .          .          .
stop        .          .          cancelled  .          .          .
retry       .          .          .          queued     queued     queued
keep        .          .          .          succeeded  failed     cancelled
expire      .          .          .          succeeded  failed     cancelled
edit        draft      queued     .          .          .          .
meet        draft      queued     .          .          .          .
mark        draft      queued     running    succeeded  failed     cancelled
"""


def _cells() -> dict[tuple[str, str], str]:
    heading, *rows = BY_HAND.strip("\n").splitlines()
    states = heading.split()
    cells: dict[tuple[str, str], str] = {}
    for row in rows:
        arrow, *targets = row.split()
        assert len(targets) == len(states)
        cells |= {(state, arrow): target for state, target in zip(states, targets, strict=True)}
    return cells


CELLS = _cells()


def test_the_hand_written_table_has_every_state_and_arrow() -> None:
    assert set(CELLS) == {(state.value, arrow.value) for state in State for arrow in Arrow}
    assert len(CELLS) == 6 * 19


@pytest.mark.parametrize(("state", "arrow"), sorted(CELLS))
def test_each_cell(state: str, arrow: str) -> None:
    expected = CELLS[state, arrow]
    found = after(State(state), Arrow(arrow))
    assert found == (None if expected == "." else State(expected))


@pytest.mark.parametrize("state", State)
def test_may_lists_exactly_the_arrows_that_leave_a_state(state: State) -> None:
    leaving = {Arrow(arrow) for (source, arrow), target in CELLS.items() if source == state and target != "."}
    assert may(state) == leaving


def test_the_table_cannot_be_changed_while_we_run() -> None:
    with pytest.raises(TypeError):
        TABLE[State.DRAFT, Arrow.CLAIM] = State.RUNNING  # type: ignore[index]


def test_the_sets_of_states() -> None:
    assert {state.value for state in LIVE} == {"queued", "running"}
    assert {state.value for state in FINAL} == {"succeeded", "failed", "cancelled"}
    assert {state.value for state in REMOVABLE} == {"draft", "succeeded", "failed", "cancelled"}
    assert not LIVE & REMOVABLE
    assert set(State) == LIVE | REMOVABLE


def test_only_retry_and_start_leave_a_final_state() -> None:
    leaving = {arrow for (source, arrow), target in TABLE.items() if source in FINAL and target is not source}
    assert leaving == {Arrow.RETRY, Arrow.START}


def test_every_state_can_be_reached_from_a_new_job() -> None:
    reached = {State.DRAFT, State.QUEUED}
    while True:
        further = {target for (source, _), target in TABLE.items() if source in reached} | reached
        if further == reached:
            break
        reached = further
    assert reached == set(State)


def test_every_arrow_is_used() -> None:
    assert {arrow for _, arrow in TABLE} == set(Arrow)
