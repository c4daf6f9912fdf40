"""What `workflow.run` is told: which package, what its questions are answered, and which files go with it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

_Blob = Annotated[str, Meta(min_length=1, max_length=64)]
_Name = Annotated[str, Meta(min_length=1, max_length=200)]
GIBIBYTE = 1024**3


class WorkflowParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run of one workflow."""

    workflow: Annotated[str, Meta(max_length=64)] = ""
    """The id of the workflow in the library. Alone, it means the version that is published when the run begins."""
    package: Annotated[str, Meta(max_length=64)] = ""
    """The package of one of its versions, as the library named it; enough by itself."""
    answers: Annotated[dict[_Name, Annotated[str, Meta(max_length=65_536)]], Meta(max_length=500)] = {}
    """Answers to the app's questions, by the questions' names. What is not answered keeps its default."""
    files: Annotated[dict[_Name, _Blob], Meta(max_length=200)] = {}
    """Files that were handed in for its inputs, by the names that the workflow gives them."""
    credential: Annotated[str, Meta(max_length=64)] = ""
    """The id of a credential that the run is given; only a workflow in Python has a use for one."""
    memory: Annotated[int, Meta(ge=16 * 1024**2, le=1024 * GIBIBYTE)] = 2 * GIBIBYTE
    """Bytes that one table may hold while it runs."""
