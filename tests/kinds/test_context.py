"""A stop is not an error: work that catches its own errors must not swallow it."""

from __future__ import annotations

import pytest

from jobyard.kinds import Cancelled


def test_a_stop_passes_work_that_catches_every_exception() -> None:
    def careless() -> str:
        try:
            raise Cancelled
        except Exception:  # noqa: BLE001 - just what careless work does
            return "swallowed"

    with pytest.raises(Cancelled):
        careless()
