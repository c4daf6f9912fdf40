"""Five wrong signatures in a row lock an access key for whoever made them, and for nobody else."""

from __future__ import annotations

from jobyard.faces.modelarts import lockout
from jobyard.faces.modelarts.lockout import IN_A_ROW, LOCKED, Lockout
from jobyard.job.clock import SECOND


class Turned:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = 10**15

    def now(self) -> int:
        return self.at


def test_a_row_locks_for_five_minutes_and_then_begins_anew() -> None:
    clock = Turned()
    kept = Lockout(clock)
    for _ in range(IN_A_ROW - 1):
        kept.wrong("key", "1.1.1.1")
    assert kept.left("key", "1.1.1.1") == 0
    kept.wrong("key", "1.1.1.1")
    assert kept.left("key", "1.1.1.1") == LOCKED // SECOND == 300
    clock.at += LOCKED - 1
    assert kept.left("key", "1.1.1.1") == 1
    clock.at += 1
    assert kept.left("key", "1.1.1.1") == 0
    for _ in range(IN_A_ROW - 1):
        kept.wrong("key", "1.1.1.1")
    assert kept.left("key", "1.1.1.1") == 0


def test_a_right_one_ends_the_row() -> None:
    kept = Lockout(Turned())
    for _ in range(3):
        for _ in range(IN_A_ROW - 1):
            kept.wrong("key", "1.1.1.1")
        kept.right("key", "1.1.1.1")
    assert kept.left("key", "1.1.1.1") == 0


def test_a_stranger_elsewhere_locks_out_nobody_but_himself() -> None:
    kept = Lockout(Turned())
    for _ in range(IN_A_ROW * 10):
        kept.wrong("key", "6.6.6.6")
    assert kept.left("key", "6.6.6.6") > 0
    assert (kept.left("key", "1.1.1.1"), kept.left("other", "6.6.6.6")) == (0, 0)


def test_what_is_remembered_is_bounded_and_a_flood_forgets_the_oldest() -> None:
    kept = Lockout(Turned())
    for _ in range(IN_A_ROW):
        kept.wrong("key", "1.1.1.1")
    for number in range(lockout._REMEMBERED):
        kept.wrong(f"flood{number}", "6.6.6.6")
    assert len(kept._wrong) == lockout._REMEMBERED
    assert kept.left("key", "1.1.1.1") == 0
