"""Experiments as training scripts report them: what `Task.init` and a logger send, without their package."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from io import BytesIO
from types import TracebackType
from typing import Any, Self

import httpx2
from PIL import Image

from jobyard.client.shapes import ClearmlSettings

Json = dict[str, Any]
CLASSES = ("cat", "dog", "bird", "horse")
_PIECE = 40
"""Iterations of one report."""


class Reporter:
    """Speaks for training scripts, with somebody's pair of keys."""

    def __init__(self, settings: ClearmlSettings) -> None:
        """Take what `jobyard credentials` prints."""
        self._files = settings.files_server
        self._http = httpx2.Client(
            base_url=settings.api_server, auth=(settings.access_key, settings.secret_key), trust_env=False, timeout=30
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(self, action: str, **told: Any) -> Json:
        """Ask for an action and return its data. Raises HTTPStatusError."""
        answer = self._http.post(f"/{action}", json=told)
        answer.raise_for_status()
        found: Json = answer.json()["data"]
        return found

    def begin(self, name: str, project: str, parameters: Json, configuration: str = "") -> str:
        """Write a task down in a project, made where it is missing, and begin it; return its id."""
        known = self.ask("projects.get_all", name=f"^{project}$")["projects"]
        folder = known[0]["id"] if known else self.ask("projects.create", name=project, description="")["id"]
        arguments = {
            key: {"section": "Args", "name": key, "value": str(value), "type": type(value).__name__}
            for key, value in parameters.items()
        }
        told: Json = {"hyperparams": {"Args": arguments}}
        if configuration:
            told["configuration"] = {"model": {"name": "model", "value": configuration, "type": "yaml"}}
        script = {"repository": "https://git.example/colours.git", "branch": "main", "entry_point": "train.py"}
        packages = {"requirements": {"pip": "torch==2.9\nnumpy==2.3\n"}}
        task = self.ask(
            "tasks.create", name=name, type="training", project=folder, script={**script, **packages}, **told
        )
        self.ask("tasks.started", task=task["id"])
        return str(task["id"])

    def end(self, task: str) -> None:
        """Say that a task has ended well."""
        self.ask("tasks.completed", task=task)

    def report(self, task: str, events: Sequence[Json]) -> None:
        """Report events of a task; where they say no time they happen now."""
        lines = [json.dumps({"task": task, **one}) for one in events]
        answer = self._http.post("/events.add_batch", content="\n".join(lines))
        answer.raise_for_status()

    def put(self, path: str, content: bytes) -> str:
        """Put a file on the house's shelf; return its address."""
        self._http.post(f"{self._files}/", files={path: (path, content)}).raise_for_status()
        return f"{self._files}/{path}"

    def keep(self, task: str, name: str, content: bytes, preview: str, **facts: str) -> None:
        """Keep an artifact of a task."""
        address = self.put(f"colours/{name}.{task}/artifacts/{name}.csv", content)
        artifact = {
            "key": name,
            "type": "csv",
            "uri": address,
            "content_size": len(content),
            "type_data": {"preview": preview},
            "display_data": [[key, value] for key, value in facts.items()],
        }
        self.ask("tasks.add_or_update_artifacts", task=task, artifacts=[artifact])


class Chance:
    """Numbers between -1 and 1 that look like chance and are the same each time."""

    def __init__(self, seed: float) -> None:
        self._seed = seed
        self._count = 0

    def next(self) -> float:
        """Return the next one."""
        self._count += 1
        return 2 * (math.sin(self._seed + self._count * 12.9898) * 43758.5453 % 1) - 1


def train(reporter: Reporter, name: str, rate: float, steps: int, pause: float = 0.0) -> str:
    """Report a whole training of a small net, as long as it pauses between its reports; return its id."""
    parameters = {"rate": rate, "batch": 64, "layers": 4, "seed": 7}
    configuration = f"backbone: tiny\nclasses: {len(CLASSES)}\noptimizer:\n  name: adam\n  rate: {rate}\n"
    task = reporter.begin(name, "Field trip/Colours", parameters, configuration)
    chance = Chance(rate)
    for start in range(0, steps, _PIECE):
        told = [_step(chance, step, rate) for step in range(start, min(start + _PIECE, steps))]
        lines = "".join(f"step {one[0]['iter']}: loss {one[0]['value']:.4f}\n" for one in told)
        said = {"type": "log", "level": "INFO", "msg": lines}
        reporter.report(task, [said, *(value for one in told for value in one)])
        time.sleep(pause)
    reporter.report(task, [*_plots(chance), *_pictures(reporter, task)])
    rows = [f"{step},{_loss(step, rate):.4f}" for step in range(0, steps, _PIECE)]
    reporter.keep(
        task,
        "losses",
        "\n".join(["step,loss", *rows]).encode(),
        "step,loss\n" + "\n".join(rows[:5]),
        rows=str(len(rows)),
    )
    reporter.end(task)
    return task


def _loss(step: int, rate: float) -> float:
    return 0.1 + 2.2 * math.exp(-rate * step * 2)


def _step(chance: Chance, step: int, rate: float) -> list[Json]:
    loss = _loss(step, rate) * (1 + 0.12 * chance.next())
    accuracy = 1 - 0.72 * math.exp(-rate * step * 1.6) + 0.01 * chance.next()
    values = {
        ("loss", "train"): loss,
        ("loss", "validation"): loss * 1.15 + 0.03,
        ("accuracy", "train"): accuracy,
        ("accuracy", "validation"): accuracy - 0.03,
        ("rate", "rate"): rate * (0.98**step),
        (":monitor:machine", "cpu_usage"): 55 + 12 * chance.next(),
    }
    return [_scalar(metric, variant, step, value) for (metric, variant), value in values.items()]


def _scalar(metric: str, variant: str, step: int, value: float) -> Json:
    return {"type": "training_stats_scalar", "metric": metric, "variant": variant, "iter": step, "value": value}


def _plots(chance: Chance) -> list[Json]:
    size = len(CLASSES)
    confusion = [
        [round(90 if row == column else 6 + chance.next() * 6) for column in range(size)] for row in range(size)
    ]
    spread = [
        {"x": [at + 0.6 * chance.next() for _ in range(60)], "y": [at % 2 + 0.6 * chance.next() for _ in range(60)]}
        for at in range(3)
    ]
    dots = [{**one, "type": "scatter", "mode": "markers", "name": CLASSES[at]} for at, one in enumerate(spread)]
    counts = {"type": "bar", "name": "pictures", "x": list(CLASSES), "y": [120, 98, 61, 33]}
    table = {
        "type": "table",
        "header": {"values": ["class", "precision", "recall"]},
        "cells": {"values": [list(CLASSES), [0.94, 0.91, 0.88, 0.83], [0.95, 0.9, 0.85, 0.8]]},
    }
    axes = {"xaxis": {"title": {"text": "said"}}, "yaxis": {"title": {"text": "is"}}}
    return [
        _plot("confusion", [{"type": "heatmap", "z": confusion, "x": list(CLASSES), "y": list(CLASSES)}], axes),
        _plot("embedding", dots, {}),
        _plot("classes", [counts], {"yaxis": {"title": "pictures"}}),
        _plot("report", [table], {}),
    ]


def _plot(metric: str, data: list[Json], layout: Json) -> Json:
    return {
        "type": "plot",
        "metric": metric,
        "variant": "validation",
        "iter": 1,
        "plot_str": json.dumps({"data": data, "layout": layout}),
    }


def _pictures(reporter: Reporter, task: str) -> list[Json]:
    found = list[Json]()
    for at, name in enumerate(CLASSES):
        drawn = Image.linear_gradient("L").resize((160, 120)).rotate(90 * at)
        written = BytesIO()
        Image.merge("RGB", [drawn, drawn.rotate(90).resize((160, 120)), drawn.rotate(180)]).save(written, "PNG")
        address = reporter.put(f"colours/train.{task}/metrics/samples/{name}.png", written.getvalue())
        found.append(
            {
                "type": "training_debug_image",
                "metric": "samples",
                "variant": name,
                "iter": 1,
                "url": address,
                "key": name,
            }
        )
    return found
