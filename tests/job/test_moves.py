"""T-01: every move in every state: what it leads to and tells, or the exact refusal; its input stays as it was."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from jobyard.job import moves
from jobyard.job.errors import StaleAttempt, WrongState
from jobyard.job.events import Change, EventType
from jobyard.job.record import Job, Progress
from tests.job.making import BROKEN, LATER, LEASE, STAGES, at

MOVES: dict[str, Callable[[Job], Change]] = {
    "release": lambda job: moves.release(job, LATER, "bob"),
    "withdraw": lambda job: moves.withdraw(job, LATER, "bob"),
    "claim": lambda job: moves.claim(job, LATER, "w2", LEASE),
    "start": lambda job: moves.start(job, LATER, "bob", LEASE),
    "begin": lambda job: moves.begin(job, job.attempt, LATER),
    "beat": lambda job: moves.beat(job, job.attempt, LATER, LEASE),
    "report": lambda job: moves.report(job, job.attempt, LATER, LEASE, Progress(done=1, total=4)),
    "finish": lambda job: moves.finish(job, job.attempt, LATER, 7),
    "fail": lambda job: moves.fail(job, job.attempt, LATER, BROKEN),
    "back_off": lambda job: moves.back_off(job, job.attempt, LATER, BROKEN, LATER + 5),
    "give_back": lambda job: moves.give_back(job, job.attempt, LATER),
    "cancel": lambda job: moves.cancel(job, LATER, "bob"),
    "stop": lambda job: moves.stop(job, job.attempt, LATER),
    "lose": lambda job: moves.lose(job, job.attempt, LATER, BROKEN, LATER + 5),
    "retry": lambda job: moves.retry(job, LATER, "bob"),
    "edit": lambda job: moves.edit(job, LATER, "bob", {"name": "another"}),
    "meet": lambda job: moves.meet(job, LATER, "b" * 32, 0),
    "keep": lambda job: moves.keep(job, LATER, "bob", LATER + 9),
    "expire": lambda job: moves.expire(job, LATER),
    "mark": lambda job: moves.mark(job, LATER, "bob", {"star": True}),
}

# state/event it leads to; `wrong` and `stale` are refusals; nothing behind the slash: no event.
OURS = """
           draft               queued              running             wished              succeeded         failed            cancelled
release    queued/released     wrong               wrong               wrong               wrong             wrong             wrong
withdraw   wrong               draft/withdrawn     wrong               wrong               wrong             wrong             wrong
claim      wrong               running/claimed     wrong               wrong               wrong             wrong             wrong
start      wrong               wrong               wrong               wrong               wrong             wrong             wrong
begin      stale               stale               running/begun       running/begun       stale             stale             stale
beat       stale               stale               running/            running/            stale             stale             stale
report     stale               stale               running/            running/            stale             stale             stale
finish     stale               stale               succeeded/finished  succeeded/finished  stale             stale             stale
fail       stale               stale               failed/failed       failed/failed       stale             stale             stale
back_off   stale               stale               queued/backed_off   cancelled/cancelled stale             stale             stale
give_back  stale               stale               queued/given_back   cancelled/cancelled stale             stale             stale
cancel     cancelled/cancelled cancelled/cancelled running/cancel_asked running/           wrong             wrong             wrong
stop       stale               stale               wrong               cancelled/cancelled stale             stale             stale
lose       stale               stale               failed/failed       cancelled/cancelled stale             stale             stale
retry      wrong               wrong               wrong               wrong               queued/retried    queued/retried    queued/retried
edit       draft/edited        queued/edited       wrong               wrong               wrong             wrong             wrong
meet       draft/met           queued/met          wrong               wrong               wrong             wrong             wrong
keep       wrong               wrong               wrong               wrong               succeeded/kept    failed/kept       cancelled/kept
expire     wrong               wrong               wrong               wrong               succeeded/expired failed/expired    cancelled/expired
mark       draft/marked        queued/marked       running/marked      running/marked      succeeded/marked  failed/marked     cancelled/marked
"""  # noqa: E501 - a grid is read as a grid
THEIRS = """
           draft               queued              running             wished              succeeded         failed            cancelled
claim      wrong               wrong               wrong               wrong               wrong             wrong             wrong
start      running/started     running/started     wrong               wrong               running/started   running/started   running/started
begin      stale               stale               running/            running/            stale             stale             stale
"""  # noqa: E501 - the same


def _cells() -> list[tuple[bool, str, str, str]]:
    def rows(grid: str) -> dict[str, list[str]]:
        heading, *lines = grid.strip("\n").splitlines()
        assert tuple(heading.split()) == STAGES
        return {name: cells for name, *cells in map(str.split, lines)}

    ours = rows(OURS)
    theirs = ours | rows(THEIRS)
    return [
        (external, move, stage, cell)
        for external, grid in ((False, ours), (True, theirs))
        for move, cells in grid.items()
        for stage, cell in zip(STAGES, cells, strict=True)
    ]


CELLS = _cells()


def test_the_grid_knows_every_move() -> None:
    assert {move for _, move, _, _ in CELLS} == set(MOVES)
    assert len(CELLS) == 2 * len(MOVES) * len(STAGES)


@pytest.mark.parametrize(("external", "move", "stage", "cell"), CELLS)
def test_each_move_in_each_state(external: bool, move: str, stage: str, cell: str) -> None:
    job = at(stage, external=external)
    before = msgspec.json.encode(job)
    if cell in {"wrong", "stale"}:
        with pytest.raises(WrongState if cell == "wrong" else StaleAttempt):
            MOVES[move](job)
    else:
        _expect(MOVES[move](job), job, *cell.split("/"))
    assert msgspec.json.encode(job) == before


def _expect(change: Change, job: Job, state: str, event: str) -> None:
    assert change.job.state == state
    assert change.job.revision == job.revision + 1
    assert change.guard == job.revision
    assert [told.type for told in change.events] == ([event] if event else [])
    for told in change.events:
        assert (told.job, told.at, told.state, told.revision) == (job.id, LATER, state, job.revision + 1)
        assert told.attempt == change.job.attempt
    unchanged = ("id", "kind", "owner", "number", "parameters", "created_at", "external", "tries", "queue", "project")
    assert [getattr(change.job, name) for name in unchanged] == [getattr(job, name) for name in unchanged]


@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_a_job_in_any_state_is_consistent(stage: str, external: bool) -> None:
    for job in (at(stage, external=external), *_reachable(stage, external)):
        runs = job.state == "running"
        assert (job.worker is not None) == runs
        assert (job.lease_until is not None) == runs
        assert (job.finished_at is not None) == job.final
        assert job.queued_at is not None or job.state != "queued"
        assert job.results_until is None or job.final
        assert not job.cancelling or runs


def _reachable(stage: str, external: bool) -> list[Job]:
    found = []
    for on, move, where, cell in CELLS:
        if (on, where) == (external, stage) and cell not in {"wrong", "stale"}:
            found.append(MOVES[move](at(stage, external=external)).job)
    return found


WORDS_OF_A_HOLDER = ("begin", "beat", "report", "finish", "fail", "back_off", "give_back", "stop", "lose")


@pytest.mark.parametrize("stage", ["running", "wished"])
@pytest.mark.parametrize("attempt", [-1, 0, 2, 99])
@pytest.mark.parametrize("word", WORDS_OF_A_HOLDER)
def test_a_word_under_another_attempt_number_is_refused(word: str, attempt: int, stage: str) -> None:
    job = at(stage)
    spoken: dict[str, Callable[[], object]] = {
        "begin": lambda: moves.begin(job, attempt, LATER),
        "beat": lambda: moves.beat(job, attempt, LATER, LEASE),
        "report": lambda: moves.report(job, attempt, LATER, LEASE, Progress()),
        "finish": lambda: moves.finish(job, attempt, LATER),
        "fail": lambda: moves.fail(job, attempt, LATER, BROKEN),
        "back_off": lambda: moves.back_off(job, attempt, LATER, BROKEN, LATER),
        "give_back": lambda: moves.give_back(job, attempt, LATER),
        "stop": lambda: moves.stop(job, attempt, LATER),
        "lose": lambda: moves.lose(job, attempt, LATER, BROKEN, LATER),
    }
    with pytest.raises(StaleAttempt) as refusal:
        spoken[word]()
    assert refusal.value.data == {"id": job.id, "attempt": attempt, "state": "running", "newest": 1}


@pytest.mark.parametrize(
    ("move", "stage", "sentence"),
    [
        ("release", "queued", "A job that is queued cannot be asked to release."),
        ("withdraw", "running", "A job that is running cannot be asked to withdraw."),
        ("cancel", "succeeded", "A job that is succeeded cannot be asked to cancel."),
        ("retry", "draft", "A job that is draft cannot be asked to retry."),
        ("stop", "running", "A job that is running without a wish to cancel cannot be asked to stop."),
        ("start", "queued", "A job that is queued and run by our workers cannot be asked to start."),
    ],
)
def test_a_refusal_says_the_state_and_the_verb(move: str, stage: str, sentence: str) -> None:
    with pytest.raises(WrongState) as refusal:
        MOVES[move](at(stage))
    assert refusal.value.sentence == sentence


def test_an_external_job_is_never_claimed() -> None:
    with pytest.raises(WrongState) as refusal:
        moves.claim(at("queued", external=True), LATER, "w1", LEASE)
    assert refusal.value.sentence == "A job that is queued and run by its own client cannot be asked to claim."


def test_every_event_type_is_told_by_some_move() -> None:
    told = {cell.split("/")[1] for _, _, _, cell in CELLS if "/" in cell} - {""}
    assert told | {"submitted", "deleted", "refused"} == {type_.value for type_ in EventType}


def test_two_moves_may_be_one_change_with_both_their_tales() -> None:
    job = at("running")
    begun = moves.begin(job, job.attempt, LATER)
    ended = moves.finish(begun.job, job.attempt, LATER + 1, 7)
    both = ended.after(begun)
    assert both.job == ended.job
    assert both.guard == job.revision == both.job.revision - 2
    assert [event.type for event in both.events] == [EventType.BEGUN, EventType.FINISHED]
    assert [event.revision for event in both.events] == [job.revision + 1, job.revision + 2]
    assert both.attempt == ended.attempt
    assert both.attempt is not None
    assert (both.attempt.begun_at, both.attempt.ended_at) == (LATER, LATER + 1)
    assert ended.after(None) is ended


@pytest.mark.parametrize(("since", "expected"), [(0, LATER), (3, LATER - 3), (-5, LATER), (2**62, None)])
def test_a_begin_told_late_is_noted_as_of_then_but_never_before_the_claim(since: int, expected: int | None) -> None:
    job = at("running")
    begun = moves.begin(job, job.attempt, LATER, since)
    assert begun.job.begun_at == (job.started_at if expected is None else expected)
    assert begun.events[0].at == LATER


def test_a_move_that_touches_no_attempt_keeps_that_of_the_one_before() -> None:
    job = at("running")
    begun = moves.begin(job, job.attempt, LATER)
    told = moves.report(begun.job, job.attempt, LATER, LEASE, Progress(done=1)).after(begun)
    assert told.attempt == begun.attempt
    assert told.steps == 2
