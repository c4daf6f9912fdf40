"""Runs beside alteryx-server-py: a workflow's whole life, each step told by what the client gave back."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

from alteryx_server_py import AlteryxClient, AsyncAlteryxClient  # type: ignore[import-not-found]

logging.disable(logging.CRITICAL)
GIVEN = json.load(sys.stdin)
TOLD: dict[str, Any] = {}
PAIR = {"base_url": GIVEN["base_url"], "client_id": GIVEN["client_id"], "client_secret": GIVEN["client_secret"]}
WITHIN = 40.0


def refused(work: Any) -> list[str]:
    """Return how the client was refused."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - what it raises is what is asked for
        return [type(error).__name__, str(error), *map(str, getattr(error, "messages", None) or [])]
    return []


def ended(client: Any, job: str, *statuses: str) -> Any:
    """Poll a job until it has one of the statuses."""
    until = time.monotonic() + WITHIN
    while True:
        found = client.jobs.get(job)
        if found.status.value in statuses or time.monotonic() > until:
            return found
        time.sleep(0.05)


def workflows(client: Any) -> str:
    """Publish an app, look at it, give it another version."""
    app = client.workflows.publish(
        file_path=GIVEN["survey"], name="Survey", owner_id=GIVEN["user_id"], comments="first", can_download=True
    )
    TOLD["published"] = [app.name, app.owner_id, app.workflow_type.value, app.execution_mode.value, app.has_questions]
    TOLD["listed"] = [one.id == app.id for one in client.workflows.list(name="survey")]
    TOLD["leafed"] = len(client.workflows.list(page=2, page_size=1))
    TOLD["got"] = client.workflows.get(app.id).name
    TOLD["questions"] = [[one.name, one.type, one.default_value] for one in client.workflows.get_questions(app.id)]
    version = client.workflows.publish_version(app.id, GIVEN["survey"], comments="second")
    TOLD["version"] = [version.version_number, version.owner_id]
    TOLD["versions"] = [[one.version_number, one.comments] for one in client.workflows.list_versions(app.id)]
    updated = client.workflows.update(app.id, GIVEN["survey"], name="Survey 2", comments="third", is_public=True)
    TOLD["updated"] = [updated.name, updated.is_public, len(client.workflows.list_versions(app.id))]
    TOLD["no such"] = refused(lambda: client.workflows.get("0" * 24))
    TOLD["broken"] = refused(
        lambda: client.workflows.publish(file_path=GIVEN["broken"], name="x", owner_id=GIVEN["user_id"])
    )
    found: str = app.id
    return found


def jobs(client: Any, app: str) -> None:
    """Run it with answers, and read back what it left and told."""
    begun = client.jobs.run(app, questions={"Least age": "10"}, priority="High")
    TOLD["begun"] = [begun.workflow_id == app, begun.status.value, begun.priority.value]
    done = ended(client, begun.id, "Completed")
    TOLD["done"] = [done.status.value, done.disposition, [[one.name, one.format] for one in done.outputs]]
    TOLD["messages told"] = [one.message for one in done.messages if one.level == "4"]
    TOLD["messages"] = [one["text"] for one in client.jobs.get_messages(begun.id) if one["status"] == 4]
    TOLD["output"] = client.jobs.get_output(begun.id, done.outputs[0].id)
    waited = client.jobs.run_and_wait(app, questions={"Least age": 10}, timeout=int(WITHIN), poll_interval=0.05)
    TOLD["waited"] = [waited.status.value, waited.disposition]
    TOLD["wrong answer"] = refused(lambda: client.jobs.run(app, questions={"Most age": "1"}))
    TOLD["jobs"] = sorted(one.id in {begun.id, waited.id} for one in client.jobs.list(workflow_id=app))
    TOLD["completed"] = len(client.jobs.list(workflow_id=app, status="Completed", page=1, page_size=1))
    TOLD["no job"] = refused(lambda: client.jobs.get("0" * 32))


def failing(client: Any) -> None:
    """Run what cannot run here."""
    flow = client.workflows.publish(file_path=GIVEN["unknown"], name="Unknown", owner_id=GIVEN["user_id"])
    done = ended(client, client.jobs.run(flow.id).id, "Completed")
    TOLD["failed"] = [done.status.value, done.disposition, [one.message for one in done.messages if one.level == "3"]]


def cancelling(client: Any) -> None:
    """Cancel what runs, and what waits for a worker that nobody is."""
    flow = client.workflows.publish(file_path=GIVEN["endless"], name="Endless", owner_id=GIVEN["user_id"])
    running = client.jobs.run(flow.id)
    ended(client, running.id, "Running")
    TOLD["cancelled"] = refused(lambda: client.jobs.cancel(running.id))
    gone = ended(client, running.id, "Cancelled")
    TOLD["gone"] = [gone.status.value, gone.disposition]
    TOLD["cancelled again"] = refused(lambda: client.jobs.cancel(running.id))
    waiting = client.jobs.run(flow.id, worker_tag="nobody-serves-this")
    TOLD["waiting"] = [waiting.status.value, waiting.worker_tag]
    TOLD["deleted"] = refused(lambda: client.jobs.cancel(waiting.id))
    TOLD["gone too"] = refused(lambda: client.jobs.get(waiting.id))
    client.workflows.delete(flow.id)
    TOLD["workflow gone"] = refused(lambda: client.workflows.get(flow.id))


async def beside(app: str) -> None:
    """Do some of it with the asynchronous client, whose jobs work."""
    async with AsyncAlteryxClient(**PAIR) as client:
        done = await client.jobs.run_and_wait(app, timeout=int(WITHIN), poll_interval=0.05)
        TOLD["asynchronously"] = [done.status.value, done.disposition]


with AlteryxClient(**PAIR) as me:
    made = workflows(me)
    jobs(me, made)
    failing(me)
    cancelling(me)
asyncio.run(beside(made))
with AlteryxClient(**{**PAIR, "client_secret": "wrong"}) as stranger:
    TOLD["stranger"] = refused(stranger.workflows.list)[:1]
output = TOLD["output"]
TOLD["output"] = output.decode() if isinstance(output, bytes) else output
Path("told.json").write_text(json.dumps(TOLD))
json.dump(TOLD, sys.stdout)
