"""A script that runs where there is no server, and whose session is taken in afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import coming

given, answer = coming.facts()

from clearml import Task  # noqa: E402

Task.set_offline(offline_mode=True)
task = Task.init(project_name="Offline", task_name="far away", tags=["ship"], auto_connect_frameworks=False)
given_id = task.id
task.connect({"lr": 0.1})
task.connect_configuration({"layers": [1, 2]}, name="net")
for step in range(3):
    task.get_logger().report_scalar("loss", "train", value=float(step), iteration=step)
task.get_logger().report_text("said far away")
task.upload_artifact("numbers", {"a": 1}, wait_on_upload=True)
session = Path(task.get_offline_mode_folder())
task.close()
Task.set_offline(offline_mode=False)

seen: dict[str, Any] = {"known before": bool(Task.get_tasks(project_name="Offline"))}
id_ = Task.import_offline_session(str(session) + ".zip")
again = Task.get_task(task_id=id_)
seen |= {
    "id": id_,
    "other id": id_ != given_id,
    "name": again.name,
    "status": again.get_status(),
    "tags": list(again.get_tags()),
    "parameters": again.get_parameters(),
    "configuration": again.get_configuration_object_as_dict("net"),
    "artifact": again.artifacts["numbers"].get(),
    "scalars": again.get_reported_scalars(),
    "console": "said far away" in "".join(again.get_reported_console_output(number_of_reports=20)),
}
json.dump(seen, answer)
answer.close()
