"""Short ways to say what programs report."""

from __future__ import annotations

from typing import Any

from tests.faces.clearml.house import Caller

SINGLE = -(2**31)


def scalar(task: str, iteration: int, value: float, metric: str = "loss", variant: str = "train", **more: Any) -> Any:
    event = {"type": "training_stats_scalar", "task": task, "metric": metric, "variant": variant}
    return {**event, "iter": iteration, "value": value, "timestamp": 1_700_000_000_000 + iteration, **more}


def log(task: str, at: int, text: str) -> Any:
    return {"type": "log", "task": task, "timestamp": at, "level": "INFO", "msg": text}


async def added(mia: Caller, *events: Any) -> int:
    answer = await mia.lines("events.add_batch", *events)
    assert answer.status == 200, answer.body
    assert (answer.data["errors"], answer.data["errors_info"]) == (0, {})
    return int(answer.data["added"])
