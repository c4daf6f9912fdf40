"""A script that goes on while its server goes away and comes back, and that is stopped from outside in the end."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import coming

given, answer = coming.facts()

from clearml import Task  # noqa: E402

task = Task.init(project_name="Waiting", task_name="goes on")
logger = task.get_logger()
Path(given["tell"]).write_text(task.id)
until = time.monotonic() + 90
iteration = 0


def stopped(*_: object) -> None:
    raise SystemExit(0)


signal.signal(signal.SIGTERM, stopped)
while time.monotonic() < until:
    logger.report_scalar("clock", "ticks", value=float(iteration), iteration=iteration)
    iteration += 1
    time.sleep(0.2)
json.dump({"iteration": iteration}, answer)
answer.close()
