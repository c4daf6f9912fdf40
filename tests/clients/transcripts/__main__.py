"""Writes down anew what ClearML's clients say: `python -m tests.clients.transcripts [NAME …]`."""

from __future__ import annotations

import gzip
import json
import os
import platform
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from tests.cli.running import RunningHouse, eventually, running
from tests.clients.clearml_family import FAMILY, FINAL, PROGRAMS, agent, left_running, variables
from tests.clients.environments import environment
from tests.clients.transcripts.listening import Listener, listening
from tests.clients.transcripts.names import named
from tests.plain import NO_TRUST

WITHIN = 180
TASK = """
from clearml import Task
task = Task.init(project_name="Agents", task_name="template")
given = task.connect({"lr": 0.5})
print("running with", given["lr"])
task.get_logger().report_scalar("a", "b", value=float(given["lr"]), iteration=1)
"""


def main(words: list[str]) -> None:
    """Write down those that are named, or all."""
    for name in words or LIVES:
        with tempfile.TemporaryDirectory() as place, running(Path(place), workers=0) as house:
            with listening(house.url) as listener:
                LIVES[name](house, listener)
            names = _places(house, listener)
            written = named(listener.heard, names, socket.gethostname())
        path = Path(__file__).with_name(f"{name}.jsonl.gz")
        content = "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in written).encode()
        left = [one for one in names if one.encode() in content]
        assert not left, f"{name}: {left} are told of"
        path.write_bytes(gzip.compress(content, mtime=0))
        print(f"{path.name}: {len(written)} calls, {path.stat().st_size} bytes")


def _programs(*names: str, ends: bool = True) -> Callable[[RunningHouse, Listener], None]:
    """Return what runs programs one after another, from where there is no repository."""

    def run(house: RunningHouse, listener: Listener) -> None:
        programs = house.folder / "programs"
        shutil.copytree(PROGRAMS, programs, ignore=shutil.ignore_patterns("__pycache__"))
        for name in names:
            words = [str(environment(FAMILY) / "python"), str(programs / f"{name}.py")]
            with left_running(house, name, words, PYTHONPATH=str(programs)) as process:
                assert process.stdin is not None
                told = {**variables(house), **_doors(listener)}
                process.stdin.write(json.dumps({"variables": told, "name": name}))
                process.stdin.close()
                code = process.wait(WITHIN)
            assert not ends or code == 0, (house.folder / name / "said.txt").read_text()

    return run


def _agents(house: RunningHouse, listener: Listener) -> None:
    """Let an agent run a task that goes well and one that does not; look at both, and begin one of them again."""
    with httpx2.Client(
        base_url=listener.url,
        headers={"Authorization": f"Bearer {house.plate.token}"},
        trust_env=False,
        verify=NO_TRUST,
        timeout=30,
    ) as client:

        def call(action: str, **body: Any) -> Any:
            answer = client.post(f"/{action}", json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]

        queue = call("queues.create", name="agents here")["id"]
        tasks = [_waiting(call, name, code) for name, code in (("good", TASK), ("bad", "raise SystemExit(3)"))]
        for id_ in tasks:
            call("tasks.enqueue", task=id_, queue=queue)
        words = ("daemon", "--queue", "agents here", "--foreground")
        with agent(house, "agent", *words, worker="box:1", **_doors(listener)) as process, house.client() as own:
            eventually(lambda: all(own.job(id_).state in FINAL for id_ in tasks), WITHIN)
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        for id_ in tasks:
            call("tasks.get_by_id", task=id_)
            call("events.get_task_log", task=id_)
        call("workers.get_all")
        call("queues.get_num_entries", queue=queue)
        call("tasks.reset", task=tasks[1], force=True)
        call("tasks.get_by_id", task=tasks[1])
        call("tasks.publish", task=tasks[0])
        call("tasks.delete", task=tasks[1])


def _waiting(call: Callable[..., Any], name: str, code: str) -> str:
    """Make a task of a script that stands alone; return its id."""
    lr = {"section": "General", "name": "lr", "value": "0.25"}
    script = {"diff": code, "entry_point": "run.py", "working_dir": ".", "repository": ""}
    return str(
        call("tasks.create", name=name, type="training", script=script, hyperparams={"General": {"lr": lr}})["id"]
    )


def _doors(listener: Listener) -> dict[str, str]:
    return {"CLEARML_API_HOST": listener.url, "CLEARML_FILES_HOST": f"{listener.url}/files"}


def _places(house: RunningHouse, listener: Listener) -> dict[str, str]:
    """Return names for what is so only here, the longest first."""
    found = {
        listener.url: "<house>",
        house.url: "<house>",
        str(house.folder): "/home/somebody",
        str(environment(FAMILY).parent): "/opt/clients",
        str(Path(__file__).parents[3]): "/opt/jobyard",
        sys.base_prefix: "/usr",
        platform.release(): "6.1.0",
        f"worker_name = {socket.gethostname()}": "worker_name = box",
        f"{os.environ.get('USER') or 'root'}@{socket.gethostname()}": "somebody@box",
    }
    return {place: found[place] for place in sorted(found, key=len, reverse=True) if place != found[place]}


LIVES: dict[str, Callable[[RunningHouse, Listener], None]] = {
    "life": _programs("life"),
    "schemas": _programs("schemas"),
    "offline": _programs("offline"),
    "stopping": _programs("stopping", ends=False),
    "steps": _programs("steps"),
    "agents": _agents,
}
"""What is written down, by its name."""

if __name__ == "__main__":
    main(sys.argv[1:])
