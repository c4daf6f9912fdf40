"""A short life through an older schema of the SDK, or with its reporting in a process of its own."""

from __future__ import annotations

import json

import coming

given, answer = coming.facts()

from clearml import Task  # noqa: E402

task = Task.init(project_name="Older", task_name=given["name"])
task.connect({"lr": 0.1})
task.get_logger().report_scalar("loss", "train", value=2.0, iteration=5)
task.upload_artifact("numbers", {"a": 1}, wait_on_upload=True)
task.close()
again = Task.get_task(task_id=task.id)
seen = {
    "status": again.get_status(),
    "parameters": again.get_parameters(),
    "artifact": again.artifacts["numbers"].get(),
    "scalars": again.get_reported_scalars(),
}
json.dump(seen, answer)
answer.close()
