"""Jobyard's side, run by the Python that holds ClearML's own client: `ours.py TURN FOLDER COUNT`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import md5
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from clearml.backend_api import Session

from bench.experiments import work

LINES = 5_000
"""Events of one call; the client sends up to 15 MiB."""
_FIELDS = ["id", "name", "type", "status", "user", "project", "tags", "created", "started", "completed", "last_update"]
_PROJECT, _RUN = "bench", "long run"
_LOSS = ".".join(md5(name.encode(), usedforsecurity=False).hexdigest() for name in ("loss", "train"))


class Side:
    """One way in, as the client itself goes."""

    def __init__(self) -> None:
        self._session = Session()

    def call(self, action_name: str, /, **body: Any) -> dict[str, Any]:
        """Call an action; return its data."""
        service, _, action = action_name.partition(".")
        answer = self._session.send_request(service, action, json=body)
        if answer.status_code != 200:
            raise RuntimeError(f"{action_name}: {answer.text[:300]}")
        data: dict[str, Any] = answer.json()["data"]
        return data

    def report(self, events: Iterable[dict[str, Any]]) -> None:
        """Send events."""
        body = "\n".join(json.dumps({"type": "training_stats_scalar", **event}) for event in events)
        kind = {"Content-Type": "application/json-lines"}
        answer = self._session.send_request("events", "add_batch", data=body, headers=kind)
        if answer.status_code != 200:
            raise RuntimeError(f"events.add_batch: {answer.text[:300]}")

    def project(self) -> str:
        """Return the id of the bench's project."""
        found = self.call("projects.get_all", name=f"^{_PROJECT}$")["projects"]
        return str(found[0]["id"] if found else self.call("projects.create", name=_PROJECT, description="")["id"])

    def task(self, name: str, **more: Any) -> str:
        """Make a task that runs."""
        id_ = str(self.call("tasks.create", name=name, type="training", project=self.project_id, **more)["id"])
        self.call("tasks.started", task=id_)
        return id_

    @property
    def project_id(self) -> str:
        """The id of the bench's project, asked for once."""
        if not hasattr(self, "_project_id"):
            self._project_id = self.project()
        return self._project_id

    def long_run(self) -> str:
        """Return the id of the task with the long curves."""
        return str(self.call("tasks.get_all", name=f"^{_RUN}$", only_fields=["id"])["tasks"][0]["id"])


def tasks(count: int) -> tuple[None, int]:
    """Make tasks, each with fifty values, and end them."""
    side = Side()
    for number in range(count):
        id_ = side.task(f"task {number}")
        side.report(
            {"task": id_, "metric": "m", "variant": f"v{curve}", "iter": number, "value": work.value(curve, number)}
            for curve in range(work.SCALARS)
        )
        side.call("tasks.completed", task=id_)
    return None, count


def points(count: int) -> tuple[None, int]:
    """Report the points of one long run."""
    side, sent = Side(), 0
    id_ = side.task(_RUN)
    for part in work.points(count, LINES):
        side.report(
            {"task": id_, "metric": "curve", "variant": f"v{curve}", "iter": step, "value": work.value(curve, step)}
            for curve, step in part
        )
        sent += len(part)
    side.call("tasks.completed", task=id_)
    return None, sent


def curves(count: int) -> tuple[float, int]:
    """Read the curves of the long run for a plot."""
    side = Side()
    id_ = side.long_run()

    def look() -> int:
        asked = {"task": id_, "samples": work.SAMPLES}
        return len(side.call("events.scalar_metrics_iter_histogram", **asked)["curve"])

    return work.looked(look)


def fill(count: int) -> tuple[None, int]:
    """Make many ended tasks with a tag and one curve each."""
    side = Side()
    project = side.project_id

    def made(number: int) -> str:
        told = {"name": f"task {number}", "type": "training", "project": project, "tags": [work.team(number)]}
        id_ = str(side.call("tasks.create", **told)["id"])
        side.call("tasks.edit", task=id_, status="completed", force=True)
        return id_

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(made, range(count)))
    for start in range(0, count, LINES):
        side.report(
            {"task": id_, "metric": "loss", "variant": "train", "iter": 1, "value": work.value(start % 7, number)}
            for number, id_ in enumerate(ids[start : start + LINES], start)
        )
    return None, count


def _listed(order: list[str]) -> tuple[float, int]:
    side = Side()
    asked = {
        "project": [side.project_id],
        "status": ["completed"],
        "tags": ["team3"],
        "system_tags": ["-archived"],
        "order_by": order,
        "page": 0,
        "page_size": work.PAGE,
        "only_fields": _FIELDS,
    }
    return work.looked(lambda: len(side.call("tasks.get_all", **asked)["tasks"]))


def newest(count: int) -> tuple[float, int]:
    """List the tasks of a tag that changed last."""
    return _listed(["-last_update"])


def best(count: int) -> tuple[float, int]:
    """List the tasks of a tag by what they reported."""
    return _listed([f"last_metrics.{_LOSS}.value"])


def script(count: int) -> tuple[None, int]:
    """Run training scripts as people write them."""
    from clearml import Task

    # The SDK would read this whole repository for what it imports, which is nothing of the server's work.
    needs = Path(sys.argv[2]) / "requirements.txt"
    needs.write_text("clearml\n")
    Task.force_requirements_env_freeze(requirements_file=str(needs))
    for number in range(count):
        task = Task.init(project_name=_PROJECT, task_name=f"script {number}", reuse_last_task_id=False)
        task.connect({"lr": 0.1})
        for step in range(10):
            task.get_logger().report_scalar("loss", "train", value=work.value(0, step), iteration=step)
        task.close()
    return None, count


TURNS: dict[str, Callable[[int], tuple[float | None, int]]] = {
    one.__name__: one for one in (tasks, points, curves, fill, newest, best, script)
}

if __name__ == "__main__":
    place = Path(sys.argv[2]) / "clearml.conf"
    place.write_text("sdk { development { report_use_subprocess: false } }\n")
    os.environ["CLEARML_CONFIG_FILE"] = str(place)
    work.taken(TURNS[sys.argv[1]])
