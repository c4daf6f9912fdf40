"""A house that is killed while a script of ClearML's SDK talks to it: the script goes on, and all is there once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests.cli.running import RunningHouse, running
from tests.clients.clearml_family import FAMILY, PROGRAMS, called, left_running, variables
from tests.clients.environments import environment
from tests.clients.transcripts.listening import Listener, listening

pytestmark = pytest.mark.storm
COUNT = 20
WITHIN = 240
STEPS = [
    *("auth.login", "tasks.create", "tasks.started", "tasks.edit", "events.add_batch"),
    *("tasks.add_or_update_artifacts", "tasks.completed"),
]
"""What the script says first of each sort, in init, in its reports, and in its end.

A file is not among that: where the answer to one is lost, the SDK gives up its upload.
"""


class Cutting:
    """Takes turns like a lock; kills the house once something was said to it, so that the answer is lost."""

    def __init__(self, house: RunningHouse, door: Listener, step: str) -> None:
        self.house = house
        self.door = door
        self.step = step
        self.killed = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, sort: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if sort is None and not self.killed.is_set() and self.step in self.door.heard[-1]["path"]:
                self.house.kill()
                self.killed.set()
                raise ConnectionResetError(self.step)
        finally:
            self._lock.release()


@contextmanager
def cutting(house: RunningHouse, step: str) -> Iterator[tuple[Listener, Cutting]]:
    """Listen before a house that dies at a step."""
    with listening(house.url) as door:
        cut = Cutting(house, door, step)
        door.turn = cut  # type: ignore[assignment]
        # What finds no house is hung up on, and that is all.
        door.handle_error = lambda *_: None  # type: ignore[method-assign]
        yield door, cut


@pytest.mark.timeout(400)
@pytest.mark.parametrize("step", STEPS)
def test_a_script_whose_house_is_killed_tells_everything_once(tmp_path: Path, step: str) -> None:
    tell = tmp_path / "id"
    with running(tmp_path, workers=0) as house, cutting(house, step) as (door, cut):
        told = {name: value.replace(house.url, door.url) for name, value in variables(house).items()}
        words = [str(environment(FAMILY) / "python"), str(PROGRAMS / "lasting.py")]
        with left_running(house, "lasting", words, PYTHONPATH=str(PROGRAMS)) as process:
            assert process.stdin is not None
            process.stdin.write(json.dumps({"variables": told, "tell": str(tell), "count": COUNT}))
            process.stdin.close()
            assert cut.killed.wait(WITHIN), "the script never came so far"
            with running(tmp_path, workers=0, JOBYARD_PORT=str(house.port)) as again:
                code = process.wait(WITHIN)
                assert code == 0, (house.folder / "lasting" / "said.txt").read_text()[-3000:]
                _require_all_of(again, tell.read_text())


def _require_all_of(house: RunningHouse, id_: str) -> None:
    task: dict[str, Any] = called(house, "tasks.get_by_id", task=id_)["task"]
    assert (task["status"], task["last_iteration"]) == ("completed", COUNT - 1)
    assert [one["key"] for one in task["execution"]["artifacts"]] == ["facts"]
    values = called(house, "events.scalar_metrics_iter_histogram", task=id_)["loss"]["train"]
    assert values["y"] == [float(iteration) for iteration in range(COUNT)]
    # The SDK puts messages of one moment together.
    said = "\n".join(one["msg"] for one in called(house, "events.get_task_log", task=id_, batch_size=500)["events"])
    wanted = [f"message {iteration}" for iteration in range(COUNT)]
    assert sorted(line for line in said.splitlines() if line.startswith("message")) == sorted(wanted)
