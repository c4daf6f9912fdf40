"""Runs beside both clients of the family: schedules and collections made, read, changed and shared."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

GIVEN = json.load(sys.stdin)
os.environ |= {
    "ALTERYX_API_HOST": GIVEN["base_url"],
    "ALTERYX_CLIENT_ID": GIVEN["client_id"],
    "ALTERYX_CLIENT_SECRET": GIVEN["client_secret"],
}

import src.server_client as generated  # type: ignore[import-not-found]  # noqa: E402 - it reads its settings then
from alteryx_server_py import AlteryxClient  # type: ignore[import-not-found]  # noqa: E402
from alteryx_server_py.models.collections import CollectionPermission  # type: ignore[import-not-found]  # noqa: E402
from src.tools import AYXMCPTools  # type: ignore[import-not-found]  # noqa: E402

TOLD: dict[str, Any] = {}
tools = AYXMCPTools()
client = AlteryxClient(base_url=GIVEN["base_url"], client_id=GIVEN["client_id"], client_secret=GIVEN["client_secret"])
flow = client.workflows.publish(GIVEN["flow"], name="Orders", owner_id=GIVEN["user_id"]).id

iteration = generated.IterationContract(
    iteration_type="Weekly",
    start_time="2090-01-02T08:30:00Z",
    weekly_contract=generated.IterationWeeklyContract(days_of_week=["Monday", "Friday"]),
)
contract = generated.CreateScheduleContract(workflow_id=flow, iteration=iteration, name="mornings", priority="High")
schedule = tools.schedules_api.schedules_create_schedule(contract)
view = tools.schedules_api.schedules_get_schedule(schedule)
TOLD["schedule"] = [view.name, view.workflow_id == flow, view.priority, view.run_date_time, view.enabled]
tools.deactivate_schedule(schedule)
TOLD["off"] = tools.schedules_api.schedules_get_schedule(schedule).enabled
tools.activate_schedule(schedule)
tools.update_schedule_name_or_comment(schedule, "evenings", "after work")
view = tools.schedules_api.schedules_get_schedule(schedule)
TOLD["on"] = [view.enabled, view.name, view.comment, view.run_date_time]
TOLD["schedules"] = [one.name for one in tools.schedules_api.schedules_get_schedules()]

collection = tools.collections_api.collections_create_collection(generated.CreateCollectionContract(name="reports"))
tools.add_workflow_to_collection(collection, flow)
tools.add_schedule_to_collection(collection, schedule)
found = tools.collections_api.collections_get_collection(collection)
TOLD["filled"] = [found.workflow_ids == [flow], found.schedule_ids == [schedule]]
TOLD["listed"] = [one.name for one in client.collections.list()]
ends = datetime(2090, 1, 1, tzinfo=UTC)
client.collections.add_user(collection, GIVEN["other"], CollectionPermission(can_add_assets=True), ends)
client.collections.set_permissions(collection, CollectionPermission(is_admin=True), user_id=GIVEN["other"])
client.collections.update(collection, "monthly", GIVEN["user_id"])
got = client.collections.get(collection)
TOLD["shared"] = [got.name, tools.collections_api.collections_get_collection(collection).users[0].user_id]
tools.remove_workflow_from_collection(collection, flow)
TOLD["left"] = tools.collections_api.collections_get_collection(collection).workflow_ids
client.collections.delete(collection)
TOLD["deleted"] = [one.name for one in client.collections.list()]
TOLD["people"] = [one.role for one in tools.users_api.users_get_users()]
TOLD["credentials"] = tools.credentials_api.credentials_get_credentials()
tools.schedules_api.schedules_delete_schedule(schedule)
TOLD["gone"] = tools.schedules_api.schedules_get_schedules()
json.dump(TOLD, sys.stdout)
