"""A training script, and what is seen of it afterwards, through the SDK."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import coming

given, answer = coming.facts()

import numpy as np  # noqa: E402
from clearml import InputModel, Model, OutputModel, Task  # noqa: E402
from clearml.backend_api.session.client import APIClient  # noqa: E402

PROJECT = "Lernen/ä+b (1)"
seen: dict[str, Any] = {}

task = Task.init(project_name=PROJECT, task_name="ein Lauf", output_uri=True, tags=["tagged", "odd"])
parameters = task.connect({"lr": 0.1, "batch.size": 32, "path/to": "x"})
task.connect_configuration({"layers": [1, 2]}, name="net")
task.set_user_properties(owner="me", note={"value": 3, "type": "int", "description": "how many"})
task.set_comment("what it is for")
logger = task.get_logger()
for iteration in range(60):
    logger.report_scalar("loss", "train", value=1.0 / (iteration + 1), iteration=iteration)
    logger.report_scalar("loss", "test/val.x", value=float(iteration), iteration=iteration)
logger.report_single_value("accuracy", 0.9)
logger.report_text("hello there")
logger.report_table("table", "one", iteration=1, table_plot=[["a", "b"], [1, 2]])
logger.report_line_plot("curve", series=[], iteration=2, xaxis="x", yaxis="y", mode="lines")
for iteration in (1, 2, 3):
    logger.report_image("picture", "noise", iteration=iteration, image=np.full((8, 8, 3), iteration * 40, "uint8"))
task.upload_artifact("numbers", {"a": [1, 2]}, wait_on_upload=True)
Path("größe 1+1.txt").write_text("twelve bytes")
task.upload_artifact("file", "größe 1+1.txt", wait_on_upload=True)
Path("weights.bin").write_bytes(bytes(range(256)) * 8)
model = OutputModel(task=task, name="net", tags=["best"], label_enumeration={"cat": 1})
model.update_weights("weights.bin", iteration=7)
model.set_metadata("depth", "3", "int")
model.report_scalar("loss", "model", value=1.0, iteration=1)
seen["running"] = task.get_status()
task.flush(wait_for_uploads=True)
task.close()
seen["id"] = task.id

again = Task.get_task(project_name=PROJECT, task_name="ein Lauf")
seen["same"] = again.id == task.id
seen["status"] = again.get_status()
seen["parameters"] = again.get_parameters()
seen["properties"] = {name: one["value"] for name, one in again.get_user_properties().items()}
seen["configuration"] = again.get_configuration_object_as_dict("net")
seen["tags"] = sorted(again.get_tags())
seen["comment"] = again.comment
seen["last"] = again.get_last_scalar_metrics()
seen["iteration"] = again.get_last_iteration()
scalars = again.get_reported_scalars()
seen["curves"] = {metric: sorted(variants) for metric, variants in scalars.items()}
seen["curve"] = scalars["loss"]["test/val.x"]
seen["all scalars"] = len(again.get_all_reported_scalars()["loss"]["train"]["x"])
seen["single"] = again.get_reported_single_values()
seen["console"] = any("hello there" in line for line in again.get_reported_console_output(10))
seen["plots"] = sorted((one["metric"], one["variant"]) for one in again.get_reported_plots())
samples = again.get_debug_samples("picture", "noise", n_last_iterations=2)
seen["samples"] = [one["iter"] for one in samples]
seen["artifact"] = again.artifacts["numbers"].get()
seen["file"] = Path(again.artifacts["file"].get_local_copy(force_download=True)).read_text()
found = Model.query_models(project_name=PROJECT, tags=["best"])
seen["models"] = [(one.name, one.published, one.task) for one in found]
seen["weights"] = Path(found[0].get_local_copy(force_download=True)).read_bytes() == bytes(range(256)) * 8
seen["metadata"] = found[0].get_metadata("depth")
taken = InputModel(model_id=found[0].id)
seen["labels"] = taken.labels

clone = Task.clone(source_task=again, name="ein zweiter", parent=again.id)
seen["clone"] = (
    clone.get_status(),
    clone.parent == again.id,
    clone.get_parameters()["General/lr"],
    list(clone.artifacts),
)
clone.set_parameter("General/lr", 0.5)
seen["no such queue"] = coming.refused(lambda: Task.enqueue(clone, queue_name="none"))
APIClient().queues.create(name="a line")
seen["enqueued"] = bool(Task.enqueue(clone, queue_name="a line").queued)
clone.reload()
seen["in line"] = clone.get_status()
seen["waiting"] = Task.get_num_enqueued_tasks(queue_name="a line")
Task.dequeue(clone)
clone.reload()
seen["out of line"] = clone.get_status()
seen["found by tag"] = len(Task.query_tasks(project_name=PROJECT, tags=["tagged", "-absent"]))
seen["found by status"] = len(Task.query_tasks(project_name=PROJECT, task_filter={"status": ["completed"]}))
seen["found by all"] = len(Task.query_tasks(tags=["__$all", "tagged", "odd"]))
seen["found by name"] = len(Task.get_tasks(project_name=PROJECT, task_name="ein"))
seen["projects"] = [one.name for one in Task.get_projects() if one.name.startswith("Lernen")]
again.publish()
again.reload()
seen["published"] = again.get_status()
seen["model published"] = Model(model_id=found[0].id).published
clone.mark_started()
clone.mark_failed(status_reason="it broke", status_message="badly")
clone.reload()
seen["failed"] = (clone.get_status(), clone.data.status_reason)
clone.reset(force=True)
seen["reset"] = (clone.get_status(), clone.get_parameters()["General/lr"])
clone.set_archived(True)
seen["archived"] = clone.get_archived()
seen["deleted"] = bool(clone.delete())
seen["gone"] = coming.refused(lambda: Task.get_task(task_id=clone.id))
seen["left"] = [one.name for one in Task.get_tasks(project_name=PROJECT)]

# Made, not begun: a program whose own task is stopped is ended by the SDK as soon as it notices.
second = Task.create(project_name=PROJECT, task_name="bricht", task_type="training")
second.mark_started()
second.mark_stopped()
seen["stopped"] = Task.get_task(task_id=second.id).get_status()

json.dump(seen, answer, default=str)
answer.close()
