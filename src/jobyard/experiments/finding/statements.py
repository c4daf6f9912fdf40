"""The parts of which statements that find tasks are put together."""

from __future__ import annotations

from jobyard.store.queries import Queries

PARTS = Queries("jobyard.experiments.finding")
