"""The tree of commands. Each group is imported only when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress

from cyclopts import App, CycloptsError

import jobyard
from jobyard.cli.codes import Code, Trouble, told

_COMMANDS = (
    ("up", "jobyard.cli.up:up", "Start the server with its workers."),
    ("work", "jobyard.cli.work:work", "Start one more worker."),
    ("jobs", "jobyard.cli.jobs.app:app", "Submit, see, follow, cancel and keep jobs."),
    ("schedules", "jobyard.cli.schedules.app:app", "Submit jobs again and again, by the clock."),
    ("datasets", "jobyard.cli.datasets.app:app", "Make, see, label and synchronize datasets."),
    ("collections", "jobyard.cli.collections:app", "Gather datasets that share their labels."),
    ("workflows", "jobyard.cli.workflows:app", "Hand in workflows, and run them."),
    ("endpoints", "jobyard.cli.endpoints:app", "Say which buckets may be sources of datasets."),
    ("queues", "jobyard.cli.queues:app", "Show the queues, pause them, let them go on."),
    ("workers", "jobyard.cli.workers:app", "Show the workers, send them to rest, give them work again."),
    ("limits", "jobyard.cli.limits:app", "Say how much owners, queues and kinds may hold."),
    ("kinds", "jobyard.cli.kinds:kinds", "Show what this house can do."),
    ("webhooks", "jobyard.cli.webhooks:app", "Have other programs told what happens."),
    ("users", "jobyard.cli.users:app", "Say who may sign in."),
    ("keys", "jobyard.cli.keys:app", "Make, see and revoke keys."),
    ("projects", "jobyard.cli.projects:app", "Share jobs and datasets."),
    ("credentials", "jobyard.cli.credentials:credentials", "Make client settings, ready to paste."),
    ("keep", "jobyard.cli.keep:app", "Look after the house: backup, restore, rules, prune, compact, doctor, audit."),
    ("demo", "jobyard.cli.demo:demo", "Show a house with real jobs in it."),
)


def tree() -> App:
    """Return the command line."""
    app = App(
        name="jobyard",
        help="A self-hosted job server for ML and data teams.",
        version=jobyard.__version__,
        help_format="plaintext",
    )
    for name, place, sentence in _COMMANDS:
        app.command(place, name=name, help=sentence)
    return app


def run(words: Sequence[str]) -> int:
    """Run one command line and return its exit code. Whatever goes wrong is one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = tree()(list(words), exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return told(Trouble(" ".join(str(error).split()), Code.USAGE))
    except BrokenPipeError:
        _forget_output()
        return Code.OK
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else Code.OK
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a command never ends with a traceback
        return told(error)
    return code if isinstance(code, int) else Code.OK


def _forget_output() -> None:
    """Let Python's own flush at exit write to nowhere: whoever read our output has left."""
    import os

    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
