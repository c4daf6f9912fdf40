"""Houses and agents that are killed at any step of an agent's life, as that was written down.

No task is lost or run twice, and all that was reported is there once.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
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
TAKEN = ACTIONS.index("queues.get_next_task", BEGIN)
"""Where the agent is given its first task; it knows that it was, and what it does with it comes after."""
BEGUN = range(TAKEN + 1, ACTIONS.index("tasks.completed", BEGIN))
"""Where that task runs."""
SILENCE = 5
"""Seconds of silence after which an impatient house gives up a task that had begun."""
DEATHS = [BEGUN[0], *(step for step in BEGUN if ACTIONS[step] in {"tasks.dequeue", "events.add_batch"})]
"""After which of its words about the running task the agent dies."""
OTHER = "box:2"
QUEUE = LIFE[TAKEN]["body"]["queue"]
IN_LINE_AGAIN = 200
"""Seconds within which a task that was given out, and that nobody begins, has to be in line again."""


class Wire:
    """Asks a real house, which may be another process each time."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.house = RunningHouse(folder, workers=0, **settings)

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
        yield wire, speaker(wire)
    finally:
        wire.house.stop()


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[tuple[Wire, Replay]]:
    """A real house that soon gives up what is silent, and a way to say to it what an agent said."""
    wire = Wire(tmp_path, JOBYARD_TASK_SILENCE=str(SILENCE))
    try:
        yield wire, speaker(wire)
    finally:
        wire.house.stop()


def speaker(wire: Wire) -> Replay:
    """Return what says to a house what an agent said."""
    told = variables(wire.house)
    saying = Replay(wire, told["CLEARML_API_ACCESS_KEY"], told["CLEARML_API_SECRET_KEY"])
    saying.bound["<house>"] = wire.house.url
    return saying


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
        # The task went out with the lost answer: nobody has it.
        await in_line_again(wire, saying)
        return
    expected = SAID_AGAIN.get(ACTIONS[step], []) if written else []
    assert await saying.differences(LIFE[step:END]) == expected


@pytest.mark.timeout(400)
async def test_what_a_dead_agent_had_not_begun_is_done_by_another(replay: tuple[Wire, Replay]) -> None:
    wire, saying = replay
    assert await saying.differences(LIFE[: TAKEN + 1]) == []
    await in_line_again(wire, saying)


@pytest.mark.timeout(200)
@pytest.mark.parametrize("step", DEATHS, ids=[f"{step}-{ACTIONS[step]}" for step in DEATHS])
async def test_what_a_dead_agent_had_begun_ends_with_the_reason(impatient: tuple[Wire, Replay], step: int) -> None:
    wire, saying = impatient
    assert await saying.differences(LIFE[: step + 1]) == []
    good, bad = tasks(saying)
    until = time.monotonic() + 2 * SILENCE
    while time.monotonic() < until:
        await said(saying, "tasks.ping", task=good)
        assert called(wire.house, "tasks.get_by_id", task=good)["task"]["status"] == "in_progress"
    eventually(lambda: called(wire.house, "tasks.get_by_id", task=good)["task"]["status"] == "stopped", 60)
    told = called(wire.house, "tasks.get_by_id", task=good)["task"]
    assert "stopped answering" in told["status_reason"]
    assert reported(wire.house, good) == meant(saying, LIFE[: step + 1], good)
    assert await done_by_another(saying, 1) == [bad]
    called(wire.house, "tasks.enqueue", task=good, queue=saying.bound[QUEUE])
    assert await done_by_another(saying, 1) == [good]


async def in_line_again(wire: Wire, saying: Replay) -> None:
    """Wait until the task that was given out and not begun is in line, once; and let another agent do what waits."""
    good, bad = tasks(saying)
    queue = saying.bound[QUEUE]
    assert waiting(wire.house, queue) == [bad]
    eventually(lambda: good in waiting(wire.house, queue), IN_LINE_AGAIN)
    assert sorted(waiting(wire.house, queue)) == sorted([good, bad])
    assert sorted(await done_by_another(saying, 2)) == sorted([good, bad])
    assert waiting(wire.house, queue) == []
    for id_ in (good, bad):
        told = called(wire.house, "tasks.get_by_id", task=id_)["task"]
        assert (told["status"], told["last_worker"]) == ("completed", OTHER)
        assert reported(wire.house, id_) == [f"{id_} done elsewhere", ("loss", "train", 1.0)]


async def done_by_another(saying: Replay, count: int) -> list[str]:
    """Let another agent do so many tasks, and look for a further one; return what it was given."""
    given = list[str]()
    until = time.monotonic() + IN_LINE_AGAIN
    while len(given) < count:
        assert time.monotonic() < until, f"no more than {given} was given out"
        entry = (await said(saying, "queues.get_next_task", queue=saying.bound[QUEUE])).get("entry")
        if entry is None:
            await anyio.sleep(0.05)
            continue
        await done(saying, entry["task"])
        given.append(entry["task"])
    assert (await said(saying, "queues.get_next_task", queue=saying.bound[QUEUE])).get("entry") is None
    return given


async def done(saying: Replay, task: str) -> None:
    """Begin a task, report of it, and complete it."""
    await said(saying, "tasks.started", task=task, force=True)
    await said(saying, "workers.status_report", worker=OTHER, timestamp=1, task=task)
    log = {"type": "log", "task": task, "msg": f"{task} done elsewhere"}
    value = {"type": "training_stats_scalar", "task": task, "metric": "loss", "variant": "train", "value": 1.0}
    for event in (log, value):
        await said(saying, "events.add", **event)
    await said(saying, "tasks.completed", task=task)


async def said(saying: Replay, action: str, **body: Any) -> dict[str, Any]:
    """Say something as another agent; return what it was told."""
    answer = await saying._say({"method": "POST", "path": f"/{action}", "worker": OTHER, "body": body})
    assert answer.status == 200, answer.body
    return dict(answer.json["data"])


def tasks(saying: Replay) -> tuple[str, str]:
    """Return the two tasks of the life, in the order in which they were put in line."""
    good, bad = (one["body"]["task"] for one in LIFE if one["path"] == "/tasks.enqueue")
    return saying.bound[good], saying.bound[bad]


def meant(saying: Replay, words: list[dict[str, Any]], task: str) -> list[Any]:
    """Return what these words report of a task: each message and each value."""
    events = [event for one in words for event in one.get("body lines", ()) if saying.bound[event["task"]] == task]
    logs = [saying._meant(one["msg"]) for one in events if one["type"] == "log"]
    values = [(one["metric"], one["variant"], one["value"]) for one in events if "value" in one]
    return sorted(logs) + values


def reported(house: RunningHouse, task: str) -> list[Any]:
    """Return what a house knows to be reported of a task: each message and each value."""
    logs = called(house, "events.get_task_log", task=task)["events"]
    values = called(house, "events.scalar_metrics_iter_histogram", task=task)
    return sorted(one["msg"] for one in logs) + [
        (metric, variant, value)
        for metric, variants in values.items()
        for variant, series in variants.items()
        for value in series["y"]
    ]


def waiting(house: RunningHouse, queue: str) -> list[str]:
    """Return which tasks stand in line."""
    return [one["task"] for one in called(house, "queues.get_by_id", queue=queue)["queue"]["entries"]]
