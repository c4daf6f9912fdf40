"""A script that reports, a few values at a time, and ends: whatever happens to its server meanwhile."""

from __future__ import annotations

from pathlib import Path

import coming

given, answer = coming.facts()

from clearml import Task  # noqa: E402

task = Task.init(project_name="Lasting", task_name="goes on", auto_connect_frameworks=False)
Path(given["tell"]).write_text(task.id)
logger = task.get_logger()
for iteration in range(given["count"]):
    logger.report_scalar("loss", "train", value=float(iteration), iteration=iteration)
    logger.report_text(f"message {iteration}", print_console=False)
    if iteration % 5 == 0:
        task.flush(wait_for_uploads=True)
task.upload_artifact("facts", {"a": 1}, wait_on_upload=True)
task.close()
answer.close()
