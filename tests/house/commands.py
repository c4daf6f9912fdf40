"""The command line as its own tree tells it, for the reference and for checking what the docs say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cyclopts import App

from jobyard.cli import codes
from jobyard.cli.app import tree
from jobyard.cli.codes import Code
from jobyard.cli.reach import Where
from tests.house.sentences import first, under

EVERYWHERE = ("--url", "--token", "--data", "--json")
"""Flags that say where the house is; told once."""


def commands(app: App | None = None, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], App]]:
    """Give out every command with the words that call it."""
    app = app or tree()
    for name in app:
        if name.startswith("-"):
            continue
        inner = app[name]
        words = (*before, name)
        if inner.default_command is not None:
            yield words, inner
        yield from commands(inner, words)


def parameters(command: App) -> list[Any]:
    """Return what may be said to a command, in order; what says where the house is only for commands without it."""
    return [argument for argument in command.assemble_argument_collection(parse_docstring=True) if argument.show]


def reaches(command: App) -> bool:
    """Tell whether a command looks for a house."""
    collected = command.assemble_argument_collection(parse_docstring=True)
    return any(argument.hint is Where for argument in collected)


def command_list() -> str:
    """Return every command with its flags, as Markdown."""
    return "\n\n".join(_command(words, command) for words, command in commands())


def code_list() -> str:
    """Return every exit code with its sentence."""
    said = under(codes, "Code")
    return "\n".join(f"- `{code.value}`: {said[code.name]}" for code in Code)


def where_list() -> str:
    """Return the flags that say where the house is."""
    command = tree()["jobs"]["list"]
    return "\n".join(_parameter(one) for one in parameters(command) if one.name in EVERYWHERE)


def _command(words: tuple[str, ...], command: App) -> str:
    apart = EVERYWHERE if reaches(command) else ()
    own = [one for one in parameters(command) if one.name not in apart]
    usage = " ".join(["jobyard", *words, *(_usage(one) for one in own if _positional(one))])
    said = first(command.default_command.__doc__ if command.default_command else "")
    blocks = [f"### `{usage}`", said]
    if own:
        blocks.append("\n".join(_parameter(one) for one in own))
    return "\n\n".join(blocks)


def _positional(argument: Any) -> bool:
    return not argument.name.startswith("-")


def _usage(argument: Any) -> str:
    name = argument.name + ("..." if "VAR_POSITIONAL" in str(argument.field_info.kind) else "")
    return name if argument.required else f"[{name}]"


def _parameter(argument: Any) -> str:
    names = ", ".join(f"`{name}`" for name in argument.names)
    return f"- {names}: {first(argument.parameter.help)}"
