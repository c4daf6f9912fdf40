"""A house that is killed around the time of every run makes each of them once."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.running import RunningHouse, eventually

pytestmark = [pytest.mark.storm, pytest.mark.timeout(300)]
RUNS = 8
SEED = 20_260_301


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_run_is_neither_lost_nor_made_twice(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    settings = {"JOBYARD_DATABASE": request.getfixturevalue("postgres_address")} if database == "postgres" else {}
    house = RunningHouse(tmp_path, workers=0, **settings)
    try:
        start = datetime.now(UTC) + timedelta(seconds=3)
        end = start + timedelta(seconds=10 * (RUNS - 1))
        with house.client() as client:
            schedule = client.schedules.create(
                "ticking", "command.run", {"argv": ["echo"]},
                interval=10, starts_at=start, ends_at=end, catch_up="all", overlap="allow",
            )  # fmt: skip
        for run in range(RUNS):
            moment = start + timedelta(seconds=10 * run + chance.uniform(-0.01, 0.08))
            time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
            house.kill()
            house = RunningHouse(tmp_path, workers=0, **settings)
        with house.client() as client:
            eventually(lambda: client.schedules.get(schedule.id).state == "over")
            told = client.schedules.get(schedule.id)
            made = Counter(job.labels["scheduled_for"] for job in client.jobs(schedule=schedule.id))
        assert len(made) == RUNS, made
        assert set(made.values()) == {1}, made
        assert (told.runs, told.skipped_at) == (RUNS, None)
    finally:
        house.kill()
