"""The order of the line in its pure form: turns, levels that grow more urgent, and nobody who starves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.job import moves
from jobyard.job.clock import SECOND
from jobyard.job.line import (
    AGING,
    LEVEL_LIMIT,
    Offers,
    Served,
    compared,
    merged,
    next_turn,
    others_in_turn,
    weight,
)
from jobyard.job.record import Job
from jobyard.job.states import State
from tests.job.making import LEASE
from tests.trials import at_most

MINUTE = 60_000_000
KINDS = frozenset({"k"})


def waiting(number: int, *, queued_at: int | None = 0, priority: int = 0, turn: int = 0, **fields: object) -> Job:
    """Return a job in line."""
    made = {"id": f"{number:032x}", "kind": "k", "owner": "ada"} | fields
    state = State.QUEUED
    return Job(number=number, queued_at=queued_at, priority=priority, turn=turn, state=state, **made)  # type: ignore[arg-type]


def numbers(levels: Sequence[Sequence[Job]], now: int = 0, served: Served | None = None) -> list[int]:
    return [job.number for job in merged(levels, KINDS, now, served or Served())]


class Line:
    """Queue `q` as a store would keep it, with one worker that takes one job after the other."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.born = 0
        self.now = 0
        self.served = Served()

    def submit(self, owner: str, priority: int = 0, queue: str = "q") -> Job:
        """Put a job in line and return it."""
        here = [job for job in self.jobs if (job.queue, job.priority) == (queue, priority)]
        mine = [job.turn for job in here if job.owner == owner]
        turn = next_turn(min((job.turn for job in here), default=None), max(mine, default=None))
        self.born += 1
        job = waiting(self.born, queued_at=self.now, priority=priority, turn=turn, owner=owner, queue=queue)
        self.jobs.append(job)
        return job

    def claim(self, limit: int = 1) -> list[Job]:
        """Give out the first jobs."""
        offers = Offers(self.served)
        claimed = offers.best(self._levels(), KINDS, self.now, limit)
        for job in claimed:
            offers.follow(moves.claim(job, self.now, "w1", LEASE).job)
            self.jobs.remove(job)
        offers.settle()
        return claimed

    def owners(self, many: int) -> str:
        """Give out one job after the other and return whose they were."""
        return "".join(job.owner for _ in range(many) for job in self.claim())

    def _levels(self) -> list[list[Job]]:
        levels: dict[tuple[str, int], list[Job]] = {}
        for job in sorted(self.jobs, key=lambda job: (job.turn, job.number)):
            levels.setdefault((job.queue, job.priority), []).append(job)
        return list(levels.values())


# --- turns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("front", "last", "turn"),
    [
        (None, None, 0),  # the first job of all
        (None, 4, 5),  # nothing else in line: behind his own
        (0, None, 0),  # a newcomer is served in this round
        (7, None, 7),  # and never gets a turn that is over
        (7, 7, 8),
        (7, 20, 21),  # behind his own, however many these are
        (7, 3, 7),
    ],
)
def test_the_turn_of_who_joins(front: int | None, last: int | None, turn: int) -> None:
    assert next_turn(front, last) == turn


def test_t_25_ten_thousand_jobs_of_one_owner_do_not_keep_another_waiting() -> None:
    heap = [(turn, turn, "a") for turn in range(10_000)]  # what ten thousand calls of next_turn give
    line = [*heap[4_000:], *((turn, 10_000 + turn, "b") for turn in _turns(front=4_000, many=10))]
    served = [owner for _, _, owner in sorted(line)]
    assert served[:50].count("b") == 10


def _turns(front: int, many: int) -> list[int]:
    turns: list[int] = []
    for _ in range(many):
        turns.append(next_turn(front, turns[-1] if turns else None))
    return turns


def test_owners_alternate_whoever_brought_more() -> None:
    line = Line()
    for owner, many in (("a", 9), ("b", 3), ("c", 5)):
        for _ in range(many):
            line.submit(owner)
    assert line.owners(17) == "abc" * 3 + "ac" * 2 + "a" * 4


def test_who_comes_late_is_served_in_the_next_round() -> None:
    line = Line()
    for _ in range(20):
        line.submit("a")
    assert line.owners(8) == "a" * 8
    for _ in range(3):
        line.submit("b")
    assert line.owners(8) == "ab" * 3 + "aa"


def test_who_went_away_does_not_save_turns_up() -> None:
    line = Line()
    for _ in range(10):
        line.submit("a")
    line.submit("b")
    assert line.owners(8) == "ab" + "a" * 6
    for _ in range(3):
        line.submit("b")
    assert line.owners(5) == "ababa"


# --- levels ---------------------------------------------------------------------------------------------------------


def test_a_point_of_priority_is_a_minute() -> None:
    assert AGING == MINUTE
    later = waiting(2, queued_at=3 * MINUTE, priority=3)
    assert weight(later, 0)[0] == weight(waiting(1), 0)[0]
    assert numbers([[later], [waiting(1)]]) == [1, 2]
    assert numbers([[waiting(2, queued_at=3 * MINUTE - 1, priority=3)], [waiting(1)]]) == [2, 1]


def test_waiting_counts_from_when_the_level_was_served_last() -> None:
    assert weight(waiting(1), 5 * MINUTE) == (5 * MINUTE, 1)
    assert weight(waiting(1, queued_at=7 * MINUTE), 5 * MINUTE) == (7 * MINUTE, 1)


def test_a_job_that_does_not_know_when_it_was_queued_waits_since_it_was_made() -> None:
    assert weight(waiting(1, queued_at=None, created_at=9), 0) == (9, 1)


def test_a_level_keeps_its_turns_even_where_they_do_not_follow_the_clock() -> None:
    level = [waiting(3, queued_at=900), waiting(1, queued_at=100), waiting(2, queued_at=500)]
    assert numbers([level]) == [3, 1, 2]


def test_nothing_in_line_gives_nothing() -> None:
    assert numbers([]) == []
    assert numbers([[], []]) == []


def test_a_long_line_of_old_jobs_does_not_outgrow_what_is_urgent() -> None:
    line = Line()
    for _ in range(1_000):
        line.submit("a")
    line.now = 5 * 60 * MINUTE
    assert line.owners(1) == "a"
    for _ in range(10):
        line.submit("b", priority=1)
    assert line.owners(10) == "b" * 10
    assert line.owners(2) == "aa"


def test_after_a_start_an_old_level_is_served_once_before_what_is_urgent() -> None:
    line = Line()
    for _ in range(5):
        line.submit("a")
    line.now = 60 * MINUTE
    for _ in range(3):
        line.submit("b", priority=10)
    assert line.owners(8) == "abbbaaaa"


def test_what_is_less_urgent_is_served_after_as_many_minutes_as_points() -> None:
    line = Line()
    for _ in range(3):
        line.submit("a")
    served = ""
    for _ in range(40):
        line.submit("b", priority=5)
        served += line.owners(1)
        line.now += MINUTE // 2
    assert [at for at, owner in enumerate(served) if owner == "a"] == [10, 21, 32]


def test_queues_of_one_priority_take_turns() -> None:
    line = Line()
    for _ in range(6):
        line.submit("a", queue="x")
    line.now = MINUTE
    for _ in range(3):
        line.submit("b", queue="y")
    assert line.owners(9) == "ababab" + "aaa"


def test_a_claim_of_many_gives_the_same_as_many_claims_of_one() -> None:
    lines = [Line(), Line()]
    for line in lines:
        for at in range(30):
            line.now = at * MINUTE // 7
            line.submit("abc"[at % 3], priority=at % 4, queue="xy"[at % 2])
    one_by_one = [job.number for _ in range(30) for job in lines[0].claim()]
    assert [job.number for job in lines[1].claim(30)] == one_by_one


# --- what is remembered ----------------------------------------------------------------------------------------------


def test_workers_of_other_kinds_do_not_make_a_level_look_served() -> None:
    served = Served()
    served.note(waiting(1), frozenset({"other"}), 99)
    assert served.last(waiting(1), KINDS) == 0
    served.note(waiting(1), KINDS, 99)
    assert served.last(waiting(2), KINDS) > 0
    assert served.last(waiting(2, priority=1), KINDS) == 0
    assert served.last(waiting(2, queue="elsewhere"), KINDS) == 0


def test_two_levels_are_never_served_at_the_same_time() -> None:
    served = Served()
    for at in range(3):
        served.note(waiting(at, priority=at), KINDS, 50)
    assert [served.last(waiting(9, priority=at), KINDS) for at in range(3)] == [51, 52, 53]
    served.note(waiting(4), KINDS, 10)
    assert served.last(waiting(4), KINDS) == 54


def test_what_is_remembered_is_bounded() -> None:
    served = Served()
    for at in range(10_001):
        served.note(waiting(at, queue=f"q{at}"), KINDS, at)
    assert served.last(waiting(1, queue="q9999"), KINDS) == 0
    assert served.last(waiting(1, queue="q10000"), KINDS) > 10_000


def test_only_what_was_offered_and_taken_by_a_work_that_ended_well_counts_as_served() -> None:
    served, job, other = Served(), waiting(1), waiting(2, priority=1)
    offers = Offers(served)
    assert offers.best([[job], [other]], ["k"], 5, 9) == [other, job]
    offers.follow(moves.claim(job, 5, "w1", LEASE).job)
    offers.follow(moves.cancel(other, 5, "ada").job)
    offers.follow(moves.claim(waiting(3), 5, "w1", LEASE).job)
    assert served.last(job, KINDS) == 0
    offers.settle()
    assert (served.last(job, KINDS), served.last(other, KINDS)) == (6, 0)
    offers.settle()
    assert served.last(job, KINDS) == 6


def test_no_more_is_offered_than_was_asked_for() -> None:
    assert Offers(Served()).best([[waiting(1), waiting(2)]], ["k"], 0, 1) == [waiting(1)]
    assert Offers(Served()).best([[waiting(1)]], ["k"], 0, 0) == []


# --- whatever comes --------------------------------------------------------------------------------------------------

levels = st.lists(st.lists(st.tuples(st.integers(0, 20 * MINUTE), st.integers(0, 9)), max_size=8), max_size=6).map(
    lambda drawn: [
        [
            waiting(at * 100 + place, queued_at=queued_at, priority=at - 2, turn=turn)
            for place, (queued_at, turn) in enumerate(level)
        ]
        for at, level in enumerate(drawn)
    ]
)


@pytest.mark.property
@given(levels, st.integers(0, 30 * MINUTE))
def test_every_job_comes_once_and_each_level_keeps_its_order(lines: list[list[Job]], now: int) -> None:
    came = list(merged(lines, KINDS, now, Served()))
    assert sorted(job.number for job in came) == sorted(job.number for level in lines for job in level)
    for level in lines:
        assert [job for job in came if job in level] == level


@pytest.mark.property
@given(levels, st.integers(0, 9))
def test_the_beginning_of_the_line_is_the_beginning_of_the_whole(lines: list[list[Job]], limit: int) -> None:
    whole = list(merged(lines, KINDS, 0, Served()))
    assert list(islice(merged(lines, KINDS, 0, Served()), limit)) == whole[:limit]
    assert Offers(Served()).best([level[:limit] for level in lines], KINDS, 0, limit) == whole[:limit]


@pytest.mark.property
@at_most(2_000)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 30)), min_size=2, max_size=12))
def test_whoever_waits_is_served_within_two_rounds(arrivals: list[tuple[str, int]]) -> None:
    line = Line()
    for owner, many in arrivals:
        for _ in range(many):
            line.submit(owner)
        line.claim(3)
    while line.jobs:
        here = {job.owner for job in line.jobs}
        assert set(line.owners(2 * len(here))) == here


@pytest.mark.property
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 90)), min_size=1, max_size=60),
    st.integers(0, 3),
)
def test_nobody_starves(arrivals: list[tuple[int, str, int]], priority: int) -> None:
    """One job a minute is served while more urgent ones keep coming; the last of all is served within a bound."""
    line = Line()
    for level, owner, seconds in arrivals:
        line.submit(owner, priority=level)
        line.now += seconds * 1_000_000
    victim = line.submit("v", priority=priority)
    before = len(line.jobs)
    for _ in range(before * 6 + 10):
        for urgent in range(priority + 1, 5):
            line.submit("u", priority=urgent)
        if victim in line.claim():
            break
        line.now += MINUTE
    else:
        pytest.fail(f"not served within {before * 6 + 10} minutes")


def test_a_claim_compares_as_many_levels_as_people_can_mean() -> None:
    assert LEVEL_LIMIT >= 200


def test_of_the_levels_that_are_not_the_best_each_is_compared_within_two_minutes() -> None:
    _, others = compared()
    priorities = list(range(700, -1001, -1))
    seen = {one for second in range(120) for one in others_in_turn(priorities, second * SECOND)[:others]}
    assert seen == set(priorities)
    assert sorted(others_in_turn(priorities, 5 * SECOND), reverse=True) == priorities
