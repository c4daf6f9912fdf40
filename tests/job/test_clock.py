"""The house's clock goes only forward, whatever happens to the machine's."""

from __future__ import annotations

import time

import pytest

from jobyard.job.clock import SECOND, Clock, SystemClock


def test_a_second_has_a_million_of_our_units() -> None:
    assert SECOND == 1_000_000


def test_the_clock_tells_the_time_of_the_machine() -> None:
    clock: Clock = SystemClock()
    assert abs(clock.now() - time.time_ns() // 1_000) < SECOND


@pytest.mark.parametrize("jump", [-3_600, -1, 1, 3_600, 86_400 * 365])
def test_a_wall_clock_that_is_set_does_not_move_ours(monkeypatch: pytest.MonkeyPatch, jump: int) -> None:
    clock = SystemClock()
    before = clock.now()
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + jump * 1_000_000_000)
    assert 0 <= clock.now() - before < SECOND


def test_it_goes_on_with_the_monotonic_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([1_000_000_000, 1_000_001_999, 4_000_000_000])
    monkeypatch.setattr(time, "time_ns", lambda: 50_000_000_000)
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(ticks))
    clock = SystemClock()
    assert clock.now() == 50_000_001
    assert clock.now() == 53_000_000


def test_it_never_goes_back() -> None:
    clock = SystemClock()
    told = [clock.now() for _ in range(10_000)]
    assert told == sorted(told)


def test_the_next_start_reads_the_wall_clock_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() + 3_600 * 1_000_000_000)
    assert SystemClock().now() - real() // 1_000 > 3_599 * SECOND
