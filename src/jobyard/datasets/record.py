"""What a dataset is: frozen records, each field with a sentence. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from msgspec import Struct


class Dataset(Struct, frozen=True, kw_only=True):
    """A folder whose files are known by name."""

    id: str
    number: int
    """Counts the datasets of this house."""
    name: str
    """1 to 100 printable characters; unique among the datasets of one owner."""
    source: str
    """The folder, as its owner named it: absolute and inside an allowed root."""
    owner: str
    project: str | None
    """The id of the project that shares it; None for a private one."""
    created_at: int
    samples: int = 0
    """How many files it holds."""
    size: int = 0
    """How large they are together."""
    synced_at: int | None = None
    """When a synchronization last went through to the end."""
    last_job: str | None = None
    """The job that did it."""


class Sample(Struct, frozen=True, kw_only=True):
    """One file of a dataset."""

    id: str
    """32 hexadecimal characters: the dataset's number, then the sample's within it. Kept while the file stays."""
    path: bytes
    """Relative to the dataset's source; any bytes but NUL."""
    size: int
    mtime_ns: int
    """When the file was last changed, by its file system, in nanoseconds since 1970."""
    added_at: int
    changed_at: int
    """When a synchronization last found it changed; the time it was added if never."""


class Counts(Struct, frozen=True, kw_only=True):
    """What a synchronization has found so far."""

    listed: int = 0
    """Files in the folder."""
    added: int = 0
    changed: int = 0
    """Files of another size or time of change than before."""
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Links, devices, and paths that are too long: seen, and not taken in."""


class Sync(Struct, frozen=True, kw_only=True):
    """How far one synchronization is."""

    job: str
    counts: Counts
    started_at: int
    finished_at: int | None
    """When it went through to the end; None before."""


class DatasetPage(Struct, frozen=True, kw_only=True):
    """Datasets, newest first."""

    datasets: list[Dataset]
    next: int | None
    """Hand it in as `before` for the next page; None on the last one."""
    total: int
    """How many the reader may see."""


class SamplePage(Struct, frozen=True, kw_only=True):
    """Samples in the order of their paths' bytes."""

    samples: list[Sample]
    next: bytes | None
    """Hand it in as `after` for the next page; None on the last one."""
    total: int
    """How many the dataset holds; a kept counter."""
