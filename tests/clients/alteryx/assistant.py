"""Runs beside mcp-server-alteryx: its tools, and the generated client below them, each told by what it gave back."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

GIVEN = json.load(sys.stdin)
os.environ |= {
    # With its own slash at the end, the client doubles it on every call.
    "ALTERYX_API_HOST": GIVEN["base_url"],
    "ALTERYX_CLIENT_ID": GIVEN["client_id"],
    "ALTERYX_CLIENT_SECRET": GIVEN["client_secret"],
    "ALTERYX_TEMP_DIRECTORY": str(Path.cwd() / "fetched"),
}

from src.tools import AYXMCPTools, InputData  # type: ignore[import-not-found]  # noqa: E402 - it reads its settings then

TOLD: dict[str, Any] = {}
tools = AYXMCPTools()
app, flow = GIVEN["app"], GIVEN["flow"]

TOLD["all"] = [one.id for one in tools.workflows_api.workflows_get_workflows()]
view = tools.workflows_api.workflows_get_workflow(app)
TOLD["view"] = [view.name, view.execution_mode, view.published_version_id == view.versions[-1].version_id]
TOLD["questions"] = [one.name for one in tools.workflows_api.workflows_get_workflow_questions(app)]
TOLD["unanswered"] = tools.execute_workflow_with_monitoring(app, [])
TOLD["run"] = tools.execute_workflow_with_monitoring(
    app, [InputData(name=name, value=value) for name, value in GIVEN["answers"]], poll_interval_seconds=0.05
)
TOLD["plain run"] = tools.execute_workflow_with_monitoring(flow, poll_interval_seconds=0.05)
TOLD["started"] = "'status': 'Queued'" in tools.start_workflow_execution(flow)
jobs = tools.workflows_api.workflows_get_jobs_for_workflow(app)
TOLD["jobs"] = [[one.status, one.priority, one.run_with_e2] for one in jobs]
job = tools.jobs_api.jobs_get_job_v3(jobs[0].id)
TOLD["job"] = [job.app_id == app, job.status, job.disposition, [one.file_name for one in job.outputs]]
TOLD["told"] = [[one.status, one.tool_id] for one in job.messages if one.status == 4]
TOLD["messages"] = tools.get_all_job_messages(jobs[0].id).startswith("Error")
others = tools.workflows_api.workflows_get_jobs_for_workflow(flow)
TOLD["fetched"] = [tools.get_job_output_data(one.id) for one in (jobs[0], others[-1])]
TOLD["files"] = {
    path.name.split("_", 2)[2]: path.read_bytes().decode() for path in Path("fetched").glob("*_*_*") if path.is_file()
}
TOLD["package"] = tools.download_workflow_package_file(flow)
TOLD["document"] = Path(tools.get_workflow_xml(flow).rpartition(": ")[2]).read_text()
TOLD["tools"] = tools.get_workflow_tool_list(flow)
TOLD["no such"] = tools.get_workflow_by_id("0" * 24)
json.dump(TOLD, sys.stdout)
