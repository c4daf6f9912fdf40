"""Workers and their children are killed while a dataset is synchronized: counts, samples and counters stay exact."""

from __future__ import annotations

import os
import random
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from jobyard.client import Jobyard
from tests.cli.running import RunningHouse, eventually, running


def grow(folder: Path, count: int) -> None:
    for number in range(count):
        place = folder / f"{number // 1000:03}"
        if number % 1000 == 0:
            place.mkdir(parents=True)
        os.close(os.open(place / f"{number:06}.jpg", os.O_WRONLY | os.O_CREAT))


def churn(folder: Path, count: int) -> tuple[int, int]:
    """Delete every seventh file, add another beside it, and change the next one; return how many went and changed."""
    gone, changed = range(0, count, 7), 0
    for number in gone:
        path = folder / f"{number // 1000:03}" / f"{number:06}.jpg"
        path.unlink()
        path.with_suffix(".png").touch()
        other = path.with_name(f"{number + 1:06}.jpg")
        if other.exists():
            other.write_bytes(b"changed")
            changed += 1
    return len(gone), changed


def listed(client: Jobyard, job: str) -> float:
    progress = client.job(job).progress
    return progress.done if progress is not None else 0.0


def strike(house: RunningHouse, chance: random.Random) -> None:
    """Kill a worker, or only the processes that it has started."""
    for pid in house.workers():
        # One that was killed just now may be gone between two looks.
        with suppress(psutil.NoSuchProcess):
            worker = psutil.Process(pid)
            victims = worker.children(recursive=True) if chance.random() < 0.5 else [worker]
            for victim in victims:
                victim.send_signal(signal.SIGKILL)


def killed(house: RunningHouse, folder: Path, kills: int, chance: random.Random) -> dict[str, int]:
    """Synchronize while it is killed again and again; return the result."""
    with house.client() as client:
        source = str(folder)
        known = {one.source: one.id for one in client.datasets.all()}
        dataset = known.get(source) or client.datasets.create("cats", source).id
        job = client.datasets.sync(dataset, tries=50).id
        for _ in range(kills):
            mark = listed(client, job)
            eventually(lambda mark=mark: listed(client, job) > mark or client.job(job).final, 120)  # type: ignore[misc]
            strike(house, chance)
        done = client.wait(job, timeout=600)
        assert done.state == "succeeded", done.failure
        assert isinstance(done.result, dict)
        assert client.datasets.get(dataset).samples == done.result["samples"]
        return done.result


def check(folder: Path, house: RunningHouse, count: int, kills: int, seed: int) -> None:
    print("seed", seed)
    chance = random.Random(seed)
    grow(folder, count)
    result = killed(house, folder, kills, chance)
    assert (result["added"], result["samples"], result["unchanged"]) == (count, count, 0)
    gone, changed = churn(folder, count)
    result = killed(house, folder, kills, chance)
    found = {name: result[name] for name in ("added", "changed", "deleted", "unchanged", "samples")}
    assert found == {
        "added": gone,
        "changed": changed,
        "deleted": gone,
        "unchanged": count - gone - changed,
        "samples": count,
    }
    with house.client() as client:
        [dataset] = client.datasets.all()
        paths = [sample.path for sample in client.datasets.samples(dataset.id)]
    assert paths == sorted(str(path.relative_to(folder)) for path in folder.glob("*/*"))


def test_a_synchronization_is_killed_and_stays_exact(tmp_path: Path) -> None:
    with running(tmp_path) as house:
        check(house.sources / "cats", house, 12_000, 1, 7)


@pytest.mark.storm
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_storm_inside_a_large_synchronization(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    flags = ["--database", request.getfixturevalue("postgres_address")] if database == "postgres" else []
    with running(tmp_path, *flags) as house:
        check(house.sources / "cats", house, 100_000, 12, random.SystemRandom().randrange(2**32))
