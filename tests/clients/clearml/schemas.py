"""The client of the API, which checks every answer against its own schemas; and datasets, which stand on tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import coming

given, answer = coming.facts()

from clearml import Dataset, Task  # noqa: E402
from clearml.backend_api.session.client import APIClient  # noqa: E402

client = APIClient()
seen: dict[str, Any] = {}
project = client.projects.create(name="Schemas", description="for its client").id
made = client.tasks.create(name="by hand", type="inference", project=project, tags=["b", "a"], comment="c")
task = client.tasks.get_by_id(task=made.id)
seen["made"] = (task.name, str(task.type.value), task.status.value, task.tags)
seen["validated"] = client.tasks.validate(name="abc", type="training") is not None
task.edit(comment="other")
task.fetch()
seen["edited"] = task.comment
seen["updated"] = client.tasks.update(task=made.id, name="renamed").updated
found = client.tasks.get_all(
    project=[project], order_by=["-last_update"], only_fields=["id", "name", "status"], page=0, page_size=10
)
seen["found"] = [one.name for one in found]
seen["unknown"] = coming.refused(lambda: client.tasks.get_by_id(task="0" * 32))
seen["short"] = coming.refused(lambda: client.tasks.create(name="ab", type="training"))
seen["no project"] = coming.refused(lambda: client.tasks.create(name="abc", type="training", project="0" * 32))
seen["pattern"] = coming.refused(lambda: client.tasks.get_all(name="("))
queue = client.queues.create(name="schemas here", tags=["x"]).id
seen["queued"] = client.tasks.enqueue(task=made.id, queue=queue).queued
seen["entries"] = [one.task == made.id for one in client.queues.get_by_id(queue=queue).entries]
seen["taken"] = client.queues.get_next_task(queue=queue).entry.task == made.id
seen["started"] = client.tasks.started(task=made.id).updated
seen["wrong move"] = coming.refused(lambda: client.tasks.publish(task=made.id))
seen["completed"] = client.tasks.completed(task=made.id, status_reason="done").updated
seen["closed"] = coming.refused(lambda: client.tasks.close(task=made.id))
seen["empty"] = client.queues.get_next_task(queue=queue).entry
seen["workers"] = [one.id for one in client.workers.get_all()]
model = client.models.create(name="net", uri="s3://bucket/net", ready=False, labels={"cat": 1})
seen["model"] = client.models.get_by_id(model=model.id).uri
seen["ready"] = client.models.set_ready(model=model.id).updated
seen["models"] = [one.name for one in client.models.get_all(ready=True)]
seen["metrics"] = client.events.get_scalar_metrics_and_variants(task=made.id).metrics
seen["cloned"] = client.tasks.get_by_id(task=client.tasks.clone(task=made.id).id).name
seen["deleted"] = client.tasks.delete(task=made.id, force=True).deleted
seen["project again"] = coming.refused(lambda: client.projects.create(name="Schemas", description=""))
seen["queue twice"] = coming.refused(lambda: client.queues.create(name="schemas here"))

folder = Path("cats")
folder.mkdir()
for number in range(3):
    (folder / f"{number}.txt").write_text(f"cat {number}")
dataset = Dataset.create(dataset_name="cats", dataset_project="Daten", dataset_version="1.0.0")
dataset.add_files(folder)
dataset.upload(show_progress=False)
dataset.finalize()
child = Dataset.create(dataset_name="cats", dataset_project="Daten", parent_datasets=[dataset.id])
(folder / "3.txt").write_text("cat 3")
child.add_files(folder)
child.upload(show_progress=False)
child.finalize()
fetched = Path(Dataset.get(dataset_name="cats", dataset_project="Daten").get_local_copy())
seen["dataset"] = sorted(path.name for path in fetched.iterdir())
seen["version"] = Dataset.get(dataset_id=child.id).version
seen["datasets"] = sorted(one["name"] for one in Dataset.list_datasets(dataset_project="Daten", only_completed=True))
seen["hidden"] = [one.name for one in Task.get_projects() if "Daten" in one.name]

json.dump(seen, answer, default=str)
answer.close()
