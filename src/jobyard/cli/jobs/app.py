"""The group `jobs`: which command stands where."""

from __future__ import annotations

from cyclopts import App

_COMMANDS = (
    ("submit", "jobyard.cli.jobs.submitting:submit", "Submit a job."),
    ("list", "jobyard.cli.jobs.listing:listed", "List jobs, newest first."),
    ("show", "jobyard.cli.jobs.listing:show", "Show a job with its attempts, events and results."),
    ("logs", "jobyard.cli.jobs.following:logs", "Print a job's log; -f stays with it."),
    ("watch", "jobyard.cli.jobs.watching:watch", "Watch jobs live until they have ended."),
    ("wait", "jobyard.cli.jobs.following:wait", "Wait until jobs have ended."),
    ("cancel", "jobyard.cli.jobs.acting:cancel", "End jobs, waiting or running."),
    ("retry", "jobyard.cli.jobs.acting:retry", "Run ended jobs once more."),
    ("again", "jobyard.cli.jobs.changing:again", "Submit a job like an old one, with changes."),
    ("edit", "jobyard.cli.jobs.changing:edit", "Give waiting jobs another name, queue, priority, time or labels."),
    ("release", "jobyard.cli.jobs.acting:release", "Put drafts in line."),
    ("withdraw", "jobyard.cli.jobs.acting:withdraw", "Take queued jobs out of the line."),
    ("keep", "jobyard.cli.jobs.acting:keep", "Let a job's results live longer."),
    ("delete", "jobyard.cli.jobs.acting:delete", "Remove drafts or ended jobs with their results."),
    ("download", "jobyard.cli.jobs.fetching:download", "Fetch result files."),
)

app = App(name="jobs", help="Submit, see, follow, cancel and keep jobs.", help_format="plaintext")
for _name, _place, _sentence in _COMMANDS:
    app.command(_place, name=_name, help=_sentence)
