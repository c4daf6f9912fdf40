"""A script that is stopped from outside, and clears up first."""

from __future__ import annotations

import time
from pathlib import Path

import coming

given, answer = coming.facts()

from clearml import Task  # noqa: E402
from clearml.backend_api.session.client import APIClient  # noqa: E402

task = Task.init(project_name="Stopped", task_name="clears up", auto_connect_frameworks=False)


def clear_up() -> None:
    """Leave what tells that there was time for it."""
    task.get_logger().report_text("cleared up")
    Path("cleared").touch()


task.register_abort_callback(clear_up, callback_execution_timeout=20)
task.get_logger().report_scalar("clock", "ticks", value=1.0, iteration=1)
task.flush(wait_for_uploads=True)
APIClient().tasks.stop(task=task.id, status_reason="enough")
time.sleep(60)
