"""What `command.run` is told: the program with its arguments, and what goes in and comes out."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from jobyard.commands.environment import may_set

ARGUMENTS_LIMIT = 128 * 1024
"""Bytes of all arguments and variables together; the operating system's own limit is a multiple of it."""
_FILE_NAME_LIMIT = 200

_Argument = Annotated[str, Meta(max_length=4096)]
_Word = Annotated[str, Meta(max_length=4096)]


class CommandParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run of one program."""

    argv: Annotated[tuple[_Argument, ...], Meta(min_length=1, max_length=256)]
    """The program, spelled as it was allowed, and its arguments. No shell reads them."""
    stdin: Annotated[str, Meta(max_length=65_536)] | None = None
    """Text for its standard input; without it the input is empty."""
    environment: Annotated[dict[str, _Word], Meta(max_length=64)] = {}
    """Variables to add to its clean environment; see `environment.may_set` for the names."""
    files: Annotated[tuple[str, ...], Meta(max_length=64)] = ()
    """Names of files it leaves in its working folder that shall be kept as the job's result, however it ends."""

    def __post_init__(self) -> None:
        texts = [*self.argv, *self.environment.values(), *self.environment, *self.files]
        if any("\0" in text for text in texts):
            raise ValueError("text must not contain the NUL character")
        if sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) > ARGUMENTS_LIMIT:
            raise ValueError(f"arguments and environment are larger than {ARGUMENTS_LIMIT} bytes")
        for name in self.environment:
            if not may_set(name):
                raise ValueError(f"the variable {name[:64]!r} may not be set")
        for name in self.files:
            if not _is_file_name(name):
                raise ValueError(f"{name[:64]!r} is not a plain file name")
        if len(set(self.files)) != len(self.files):
            raise ValueError("a file is named twice")


def _is_file_name(name: str) -> bool:
    plain = name.isprintable() and "/" not in name and "\\" not in name
    return plain and 0 < len(name) <= _FILE_NAME_LIMIT and name not in (".", "..")
