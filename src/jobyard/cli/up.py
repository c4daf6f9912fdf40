"""`jobyard up`: the server and its workers, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from jobyard import settings as declared
from jobyard.cli.codes import Code, Trouble


def up(
    *,
    data: str | None = None,
    host: str | None = None,
    port: int | None = None,
    expose: Annotated[bool | None, Parameter(negative=())] = None,
    public_url: str | None = None,
    workers: int | None = None,
    slots: int | None = None,
    source_root: Annotated[list[str] | None, Parameter(negative=())] = None,
    source_deletes: Annotated[bool | None, Parameter(negative=())] = None,
    allow_command: Annotated[list[str] | None, Parameter(negative=())] = None,
    webhook_target: Annotated[list[str] | None, Parameter(negative=())] = None,
    database: str | None = None,
    log_form: str | None = None,
    log_level: Literal["debug", "info", "warning", "error"] | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Start the server with its workers, and stay until Ctrl-C or SIGTERM.

    The first start on a data folder makes an administrator and shows the password once. What is not said here comes
    from JOBYARD_* variables, then from jobyard.toml, then from the defaults.

    Parameters
    ----------
    data
        Folder for the database, the results and the secrets; made when it is missing.
    host
        Address to listen on.
    port
        Port to listen on; 0 takes a free one.
    expose
        Allow an address that other machines can reach.
    public_url
        The address clients use when a proxy stands in front.
    workers
        Worker processes beside the server; 0 for none.
    slots
        Jobs each worker runs side by side.
    source_root
        Folder that datasets may read from; may be said several times.
    source_deletes
        Let whoever may delete a dataset delete its files from the source too.
    allow_command
        Program that `command.run` may start, by name or absolute path; may be said several times.
    webhook_target
        Host, address or network inside that webhooks may be sent to; may be said several times.
    database
        A PostgreSQL address; without one SQLite inside the data folder is used.
    log_form
        How the server logs: console or json.
    log_level
        How much the server logs; debug tells of every request and of all that happens to jobs.
    json
        Print one JSON document on standard output when the server answers.
    """
    flags: dict[str, Any] = {
        "data": data,
        "host": host,
        "port": port,
        "expose": expose,
        "public_url": public_url,
        "workers": workers,
        "slots": slots,
        "source_roots": None if source_root is None else [_absolute(one) for one in source_root],
        "source_deletes": source_deletes,
        "commands": allow_command,
        "webhook_targets": webhook_target,
        "database": database,
        "log_form": log_form,
        "log_level": log_level,
    }
    try:
        settings = declared.load(flags)
    except ValueError as error:
        raise Trouble(f"{error}.", Code.USAGE) from None
    return start(settings, json=json)


def start(settings: declared.Settings, *, json: bool) -> int:
    """Serve with these settings, telling where to look once the server answers; return the exit code."""
    from jobyard.cli import logs
    from jobyard.cli.serving import Ready, serve
    from jobyard.cli.welcome import welcome

    logs.configure(settings.log_form, settings.log_level)

    def tell(ready: Ready) -> None:
        welcome(ready, json=json)

    return serve(settings, tell)


def _absolute(folder: str) -> str:
    return str(Path(folder).expanduser().absolute())
