"""A kept workflow and its versions, in frozen records. Times are microseconds since 1970, UTC."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from jobyard.workflows.report import Drawn


class About(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said about a workflow."""

    comments: str = ""
    queue: str = ""
    """The queue that its runs stand in where nobody says another; empty for the kind's own."""
    downloadable: bool = True
    """Whether those who only see it may have its package."""
    runnable: bool = True
    """Whether those who only see it, because it is open to all, may run it."""
    marks: dict[str, Any] = field(default_factory=dict)
    """What a face keeps that has no field of ours."""


class Workflow(Struct, frozen=True, kw_only=True):
    """A workflow that the house keeps."""

    id: str
    number: int = 0
    """Counts the workflows of this house; given by the store."""
    name: str
    """1 to 255 characters; several may have the same."""
    owner: str
    """The name of the user it belongs to."""
    project: str | None = None
    """The id of the project that shares it; None for a private one."""
    public: bool = False
    """Whether everybody of the house sees it."""
    created_at: int
    updated_at: int
    published: int = 1
    """The number of the version that runs where nobody says another."""
    about: About = About()


class VersionAbout(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said about a version."""

    drawn: Drawn = Drawn.WORKFLOW
    comment: str = ""
    free_order: bool = False
    """Whether it was made for the engine that promises no order of records."""
    marks: dict[str, Any] = field(default_factory=dict)
    """What a face keeps that has no field of ours."""


class Version(Struct, frozen=True, kw_only=True):
    """One version of a workflow: a package that never changes."""

    package: str
    """The name under which the package is kept, which is also the version's id."""
    workflow: str
    number: int
    """Counts the versions of its workflow from 1."""
    file: str
    """What its file was called."""
    size: int
    sha256: str
    owner: str
    """Who handed it in."""
    created_at: int
    about: VersionAbout = VersionAbout()


class Received(Struct, frozen=True, kw_only=True):
    """A file that was handed in; it is safe on disk, and nothing knows it yet."""

    package: str
    size: int
    sha256: str


class Shown(Struct, frozen=True, kw_only=True):
    """A workflow with its versions, first one first."""

    workflow: Workflow
    versions: tuple[Version, ...]

    @property
    def published(self) -> Version:
        """The version that runs where nobody says another."""
        return self.versions[self.workflow.published - 1]


class Entry(Struct, frozen=True, kw_only=True):
    """A workflow in a list, with its published version."""

    workflow: Workflow
    version: Version


class Wanted(Struct, frozen=True, kw_only=True):
    """Which workflows are meant. Every field narrows; an empty one does not."""

    name: str = ""
    """The whole name, in any letters."""
    owner: str = ""
    since: int = 0
    """Their published version was handed in at this time or later."""
    until: int = 2**62
    limit: int = 10_000
    skip: int = 0
