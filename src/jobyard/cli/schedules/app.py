"""The group `schedules`: which command stands where."""

from __future__ import annotations

from cyclopts import App

_COMMANDS = (
    ("create", "jobyard.cli.schedules.making:create", "Make a schedule."),
    ("edit", "jobyard.cli.schedules.making:edit", "Change a schedule."),
    ("preview", "jobyard.cli.schedules.making:preview", "Show when a schedule would run."),
    ("list", "jobyard.cli.schedules.listing:listed", "List schedules, newest first."),
    ("show", "jobyard.cli.schedules.listing:show", "Show a schedule with its last and next runs."),
    ("pause", "jobyard.cli.schedules.acting:pause", "Let schedules make no runs."),
    ("resume", "jobyard.cli.schedules.acting:resume", "Let paused schedules go on."),
    ("run", "jobyard.cli.schedules.acting:run", "Make one run at once."),
    ("delete", "jobyard.cli.schedules.acting:delete", "Remove schedules; the jobs they made stay."),
)

app = App(name="schedules", help="Submit jobs again and again, by the clock.", help_format="plaintext")
for _name, _place, _sentence in _COMMANDS:
    app.command(_place, name=_name, help=_sentence)
