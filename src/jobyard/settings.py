"""Every setting: name, type, default and one sentence. Nothing else reads the environment.

Later wins: the default, `jobyard.toml`, the variable `JOBYARD_NAME`, the flag `--name`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

PREFIX = "JOBYARD_"


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one server behaves."""

    data: str = "./jobyard-data"
    """The folder that holds the database, the blobs and the secrets; made when it is missing."""
    host: str = "127.0.0.1"
    """The address to listen on; anything but loopback also needs `expose`."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    """The port to listen on; 0 takes a free one."""
    expose: bool = False
    """Allow listening on addresses other machines can reach."""
    public_url: str = ""
    """The address clients use when a proxy stands in front, such as `https://jobs.example.org`."""
    database: str = ""
    """A PostgreSQL address (`postgresql://...`); empty for SQLite inside the data folder."""
    faces: tuple[Literal["alteryx", "clearml", "cvat", "modelarts"], ...] = ("alteryx", "clearml", "cvat", "modelarts")
    """Protocols of other products that are spoken beside our own, which the page and the workers need."""
    workers: Annotated[int, Meta(ge=0, le=64)] = 1
    """Worker processes that `up` starts beside the server; 0 for none."""
    slots: Annotated[int, Meta(ge=1, le=256)] = 2
    """Jobs each of these workers runs side by side."""
    source_roots: tuple[str, ...] = ()
    """Folders that may be used as data sources; nothing outside them is ever read."""
    source_deletes: bool = False
    """Let whoever may delete a dataset also delete its samples' files from the source; else sources are only read."""
    commands: tuple[str, ...] = ()
    """Programs that `command.run` may start, by name or absolute path; none by default."""
    webhook_targets: tuple[str, ...] = ()
    """Hosts, addresses and networks inside that webhooks may be sent to; the outside world always."""
    lease: Annotated[float, Meta(ge=0.5, le=3600)] = 30.0
    """Seconds a worker may stay silent before its jobs count as lost."""
    task_silence: Annotated[float, Meta(ge=1, le=31_536_000)] = 7_200.0
    """Seconds a task that its own client runs may stay silent before it counts as stopped."""
    round: Annotated[float, Meta(ge=0.05, le=60)] = 5.0
    """Seconds between the keeper's rounds."""
    grace: Annotated[float, Meta(ge=0.1, le=600)] = 5.0
    """Seconds a stopping server waits for answers under way."""
    retention: Annotated[float, Meta(ge=0)] = 90.0
    """Days a final job is remembered; 0 for ever."""
    event_retention: Annotated[float, Meta(ge=0)] = 365.0
    """Days the events of deleted jobs, and what people did to datasets, are remembered; 0 for ever."""
    body_limit: Annotated[int, Meta(ge=1024)] = 4 * 1024 * 1024
    """The largest request body in bytes, uploads apart."""
    upload_limit: Annotated[int, Meta(ge=1024)] = 64 * 1024**3
    """The largest single file in bytes."""
    log_limit: Annotated[int, Meta(ge=1)] = 100_000
    """Log lines kept of one attempt; the rest is counted and dropped."""
    log_bytes: Annotated[int, Meta(ge=1024)] = 64 * 1024**2
    """Bytes of log kept of one attempt; the rest is counted and dropped."""
    feed_limit: Annotated[int, Meta(ge=16)] = 5_000
    """Events a reader of the feed may be behind before it is told to start over."""
    session_days: Annotated[float, Meta(gt=0)] = 14.0
    """Days a browser stays signed in."""
    sign_in_limit: Annotated[int, Meta(ge=1)] = 20
    """Wrong passwords a minute, for one name or one address, before further ones wait."""
    password_memory: Annotated[int, Meta(ge=8, le=4096)] = 64
    """MiB of memory that hashing a password takes; less is quicker, for those who guess from a stolen copy too."""
    synchronous: str = "FULL"
    """SQLite's `synchronous`: FULL keeps acknowledged writes through a power cut; NORMAL may lose the last ones."""
    log_form: str = "console"
    """How the server logs: `console` or `json`."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much the server logs: `debug` tells of every request and of all that happens to jobs."""
    metrics_open: bool = False
    """Let anybody read /metrics; else it takes a token of an operator, but on this machine itself."""

    @property
    def folder(self) -> Path:
        """The data folder as an absolute path."""
        return Path(self.data).expanduser().absolute()


class Reach(Struct, frozen=True, kw_only=True):
    """Where commands find a house, as the environment says it."""

    url: str = ""
    """`JOBYARD_URL`: the address of a running server."""
    token: str = ""
    """`JOBYARD_TOKEN`: what to sign in with there."""


def reach(environment: Mapping[str, str] | None = None) -> Reach:
    """Return where the environment says the house is."""
    environment = os.environ if environment is None else environment
    return Reach(url=environment.get(f"{PREFIX}URL", ""), token=environment.get(f"{PREFIX}TOKEN", ""))


def load(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Return the settings. Raises ValueError naming the setting that is unknown or out of range."""
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    path = file or Path(environment.get(f"{PREFIX}CONFIG", "jobyard.toml"))
    if path.is_file():
        values |= tomllib.loads(path.read_text(encoding="utf-8"))
    values |= _variables(environment)
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"wrong setting: {error}") from None


def for_children(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment as a process may see it that runs other people's code: without anything of ours."""
    environment = os.environ if environment is None else environment
    return {name: value for name, value in environment.items() if not name.startswith(PREFIX)}


def _variables(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        text = environment.get(PREFIX + name.upper())
        if text is None:
            continue
        found[name] = text.split(os.pathsep) if name == "source_roots" else text
        if name in {"commands", "faces", "webhook_targets"}:
            found[name] = [word for word in text.split(",") if word]
    return found
