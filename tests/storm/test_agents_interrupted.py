"""A house that is killed at any step of an agent's life, as that was written down: no task is lost or run twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.cli.running import RunningHouse, eventually
from tests.clients.clearml_family import called, variables
from tests.faces.clearml.house import Answer
from tests.faces.clearml.replaying import Replay, transcript
from tests.plain import NO_TRUST

pytestmark = [pytest.mark.storm, pytest.mark.anyio]
LIFE = transcript("agents")
ACTIONS = [one["path"].rpartition("/")[2] for one in LIFE]
BEGIN, LOOKED, END = (ACTIONS.index(name) for name in ("auth.login", "workers.unregister", "tasks.reset"))
"""Where the agent comes, where it goes, and where all that became of its tasks has been looked at."""
STEPS = sorted({ACTIONS.index(name, BEGIN) for name in ACTIONS[BEGIN:LOOKED]})
SAID_AGAIN = {"tasks.started": ["0 /v2.5/tasks.started.data.fields.started is missing"]}
"""What is answered otherwise where it was done already."""
IN_LINE_AGAIN = 200
"""Seconds within which a task that was given out, and that nobody begins, has to be in line again."""


class Wire:
    """Asks a real house, which may be another process each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.house = RunningHouse(folder, workers=0)

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        async with httpx2.AsyncClient(trust_env=False, verify=NO_TRUST, timeout=30) as client:
            told = await client.request(method, self.house.url + path, content=body, headers=headers)
            return Answer(told.status_code, dict(told.headers), told.content)

    def kill(self) -> None:
        """Kill the house at once, and start it again where it was."""
        self.house.process.send_signal(signal.SIGKILL)
        self.house.process.wait()
        self.house.kill()
        self.house = RunningHouse(self.folder, workers=0, JOBYARD_PORT=str(self.house.port))


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[tuple[Wire, Replay]]:
    """A real house, and a way to say to it what an agent said."""
    wire = Wire(tmp_path)
    try:
        told = variables(wire.house)
        saying = Replay(wire, told["CLEARML_API_ACCESS_KEY"], told["CLEARML_API_SECRET_KEY"])
        saying.bound["<house>"] = wire.house.url
        yield wire, saying
    finally:
        wire.house.stop()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=[ACTIONS[step] for step in STEPS])
async def test_a_killed_house_loses_nothing_and_doubles_nothing(
    replay: tuple[Wire, Replay], step: int, written: bool
) -> None:
    wire, saying = replay
    assert await saying.differences(LIFE[:step]) == []
    given_out = written and ACTIONS[step] == "queues.get_next_task"
    if written:
        await saying._say(LIFE[step])
    wire.kill()
    if given_out:
        # The task went out with the lost answer: nobody has it, so that it has to be in line again, once.
        queue = saying.bound[LIFE[step]["body"]["queue"]]
        task = saying.bound[LIFE[step]["answer"]["data"]["entry"]["task"]]
        assert task not in waiting(wire.house, queue)
        eventually(lambda: task in waiting(wire.house, queue), IN_LINE_AGAIN)
        assert waiting(wire.house, queue).count(task) == 1
        return
    expected = SAID_AGAIN.get(ACTIONS[step], []) if written else []
    assert await saying.differences(LIFE[step:END]) == expected


def waiting(house: RunningHouse, queue: str) -> list[str]:
    """Return which tasks stand in line."""
    return [one["task"] for one in called(house, "queues.get_by_id", queue=queue)["queue"]["entries"]]
