"""What the real agent does with a repository, and what becomes of its task when it, or the house, is killed."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import RunningHouse, eventually, running
from tests.clients.clearml_family import FINAL, agent, called, ended
from tests.postgres_server import database

pytestmark = pytest.mark.storm

LONG = 120
"""Seconds within which an agent that lost its server comes back to it."""
REPOSITORY = {
    "told.py": "WORD = 'out of the repository'\n",
    "inside/run.py": """
import sys
from clearml import Task
sys.path.insert(0, "..")
import told
task = Task.init(project_name="Agents", task_name="template")
given = task.connect({"lr": 0.5})
print("running", told.WORD, "with", given["lr"])
task.get_logger().report_scalar("a", "b", value=float(given["lr"]), iteration=1)
""",
}
WAITING = """
import pathlib, time
from clearml import Task
task = Task.init(project_name="Agents", task_name="template")
pathlib.Path({told!r}).write_text(task.id)
while not pathlib.Path({go!r}).exists():
    time.sleep(0.1)
task.get_logger().report_scalar("a", "b", value=1.0, iteration=7)
"""


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of a house on each database in turn, which outlives the house."""
    settings = {"JOBYARD_TASK_SILENCE": "25"}
    if request.param == "sqlite":
        yield settings
        return
    with database(request.getfixturevalue("postgres_server"), "template0") as address:
        yield {**settings, "JOBYARD_DATABASE": address}


def repository(place: Path) -> str:
    """Make a repository with one commit; return which."""

    def git(*words: str) -> str:
        whom = ("-c", "user.name=mia", "-c", "user.email=mia@example.com", "-c", "init.defaultBranch=main")
        said = subprocess.run(["git", *whom, *words], cwd=place, check=True, capture_output=True, text=True)
        return said.stdout.strip()

    for name, text in REPOSITORY.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "First")
    return git("rev-parse", "HEAD")


def test_the_agent_runs_a_task_out_of_a_repository(tmp_path: Path, where: dict[str, str]) -> None:
    commit = repository(tmp_path / "repository")
    with running(tmp_path, workers=0, **where) as house, house.client() as client:
        script = {
            "repository": f"file://{tmp_path / 'repository'}",
            "branch": "main",
            "version_num": commit,
            "entry_point": "run.py",
            "working_dir": "inside",
        }
        lr = {"section": "General", "name": "lr", "value": "0.25"}
        made = called(
            house,
            "tasks.create",
            name="out of a repository",
            type="training",
            script=script,
            hyperparams={"General": {"lr": lr}},
        )
        with agent(house, "execute", "execute", "--id", made["id"], worker="box:1") as process:
            assert process.wait(LONG) == 0, (house.folder / "execute" / "said.txt").read_text()[-3000:]
        assert client.job(made["id"]).state == "succeeded"
        log = "".join(one["msg"] for one in called(house, "events.get_task_log", task=made["id"])["events"])
        assert "running out of the repository with 0.25" in log
        task = called(house, "tasks.get_by_id", task=made["id"])["task"]
        assert (task["script"]["version_num"], task["last_iteration"]) == (commit, 1)


def test_a_task_outlives_the_house_and_not_its_agent(tmp_path: Path, where: dict[str, str]) -> None:
    told, go = tmp_path / "told", tmp_path / "go"
    words = ("daemon", "--queue", "agents here", "--foreground")
    with running(tmp_path, workers=0, **where) as house:
        again = {**where, "JOBYARD_PORT": str(house.port)}
        queue = called(house, "queues.create", name="agents here")["id"]
        first, second = (waiting(house, name, told, go) for name in ("first", "second"))
        with agent(house, "before", *words, worker="box:1") as process:
            called(house, "tasks.enqueue", task=first, queue=queue)
            eventually(told.exists, LONG)
            killed(house)
            with running(tmp_path, workers=0, **again) as next_house:
                assert standing(next_house, first) == "in_progress"
                go.touch()
                eventually(lambda: standing(next_house, first) == "completed", LONG)
                assert called(next_house, "tasks.get_by_id", task=first)["task"]["last_iteration"] == 7
                killed(next_house)
            go.unlink()
            told.unlink()
            with running(tmp_path, workers=0, **again) as last:
                called(last, "tasks.enqueue", task=second, queue=queue)
                eventually(told.exists, LONG)
                ended(process)
                assert standing(last, second) == "in_progress"
                eventually(lambda: standing(last, second) == "stopped", LONG)
                reason = called(last, "tasks.get_by_id", task=second)["task"]["status_reason"]
                assert "stopped answering" in reason
                go.touch()
                called(last, "tasks.enqueue", task=second, queue=queue)
                with agent(last, "after", *words, worker="box:2"), last.client() as client:
                    eventually(lambda: client.job(second).state in FINAL, LONG)
                    assert client.job(second).state == "succeeded"


def waiting(house: RunningHouse, name: str, told: Path, go: Path) -> str:
    """Make a task whose script tells that it runs, and waits until it may end."""
    code = WAITING.format(told=str(told), go=str(go))
    script = {"diff": code, "entry_point": "run.py", "working_dir": ".", "repository": ""}
    return str(called(house, "tasks.create", name=name, type="training", script=script)["id"])


def standing(house: RunningHouse, id_: str) -> str:
    """Return how a task stands."""
    return str(called(house, "tasks.get_by_id", task=id_)["task"]["status"])


def killed(house: RunningHouse) -> None:
    """Kill a house at once."""
    house.process.send_signal(signal.SIGKILL)
    house.process.wait()
    house.kill()
