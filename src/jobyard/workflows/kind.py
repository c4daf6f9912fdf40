"""The job kind `workflow.run`: run a workflow or an app in a process of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from jobyard.job.clock import SECOND, SystemClock
from jobyard.job.record import Resource
from jobyard.kinds import Context, Kind
from jobyard.workflows.parameters import WorkflowParameters

if TYPE_CHECKING:
    from jobyard.workflows.running import Outcome

MESSAGES_FILE = "messages.json"
"""The result file with everything that the run told, however it ended."""
_SHOWN = 100
"""Messages that the result itself holds."""
_LONGEST = 300
_DAY = 86_400.0


class WorkflowRun(Kind):
    """Its files are results. Nothing is written when a tool is not done here or fails."""

    name: ClassVar[str] = "workflow.run"
    title: ClassVar[str] = "Run a workflow"
    Parameters = WorkflowParameters
    results_for: ClassVar[float | None] = 30 * _DAY

    @classmethod
    def resource(cls, parameters: Any) -> Resource | None:
        """Return the package, so that its runs are found by it."""
        return Resource(type="workflow", id=parameters.workflow or parameters.package)

    def run(self, parameters: WorkflowParameters, context: Context) -> dict[str, Any]:
        """Return what was written, the records at each tool's ports, and the first messages.

        Raises WorkflowBroken, WorkflowRefused naming tools that are not done here, WrongAnswer, or ToolFailed.
        """
        # Tables are a heavy import, and only work needs them.
        from jobyard.workflows.document.package import Package
        from jobyard.workflows.running import Means, Outcome, prepared, run

        found = context.call("workflows.find")
        means = Means(
            now=datetime.fromtimestamp(SystemClock().now() / SECOND, UTC).replace(tzinfo=None),
            result_file=context.result_file,
            check=context.check,
            progress=context.progress,
            memory=parameters.memory,
            files={name: Path(path) for name, path in found["files"].items()},
        )
        with Package(Path(found["package"]), found["file"]) as package:
            outcome = Outcome(prepared(package.main()))
            try:
                run(package, parameters.answers, means, outcome)
            finally:
                _keep(outcome, context)
        return _result(outcome)


def _keep(outcome: Outcome, context: Context) -> None:
    """Write the messages to the log and to a file, so that they stay however the run ends."""
    told = outcome.messages.told
    context.result_file(MESSAGES_FILE, "application/json").write_bytes(msgspec.json.encode(told))
    for message in told:
        if message.status != 50:  # records at ports are for programs
            where = f"[{message.tool}] " if message.tool >= 0 else ""
            context.log(f"{where}{message.text}")


def _result(outcome: Outcome) -> dict[str, Any]:
    told = [message for message in outcome.messages.told if message.status != 50]
    return {
        "files": [msgspec.to_builtins(one) for one in outcome.written],
        "records": {str(tool): ports for tool, ports in list(outcome.counts.items())[:500]},
        "messages": [{"status": one.status, "text": one.text[:_LONGEST], "toolId": one.tool} for one in told[:_SHOWN]],
        "counts": {str(status): count for status, count in outcome.messages.counts.items()},
    }
