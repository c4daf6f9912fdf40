"""The generated parts of docs/reference, drawn from the code so that they cannot drift. `make docs` writes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec

from jobyard import settings
from jobyard.faces.native.faults import status_of
from jobyard.job import errors, events, record, states
from jobyard.job.errors import Fault
from jobyard.job.events import EventType
from jobyard.job.record import Reason
from jobyard.job.states import FINAL, TABLE, Arrow, State
from jobyard.kinds import Kind, Registry
from tests.house import clearml, commands, routes, sentences, shapes, workflows
from tests.house.shapes import shown, table, type_name

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def diagram() -> str:
    """Return the picture of the states: every arrow from one state to another; loops stand in the table."""
    ways: dict[tuple[State, State], list[str]] = {}
    for (source, arrow), target in TABLE.items():
        if source is not target:
            ways.setdefault((source, target), []).append(arrow.value)
    lines = ["    [*] --> draft", "    [*] --> queued"]
    lines += [f"    {a.value} --> {b.value}: {', '.join(sorted(names))}" for (a, b), names in sorted(ways.items())]
    lines += [f"    {state.value} --> [*]" for state in State if state in FINAL]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def state_list() -> str:
    """Return each state with its sentence."""
    said = sentences.under(states, "State")
    return table(["state", "meaning"], [[f"`{state.value}`", said[state.name]] for state in State])


def arrow_list() -> str:
    """Return each arrow with its sentence."""
    said = sentences.under(states, "Arrow")
    return table(["arrow", "meaning"], [[f"`{arrow.value}`", said[arrow.name]] for arrow in Arrow])


def state_table() -> str:
    """Return the whole table: where each arrow leads to from each state; a dash where it is refused."""
    heading = ["arrow", *(f"from `{state.value}`" for state in State)]
    rows = []
    for arrow in Arrow:
        targets = [TABLE.get((state, arrow)) for state in State]
        rows.append([f"`{arrow.value}`", *(target.value if target else "–" for target in targets)])
    return table(heading, rows)


def reason_list() -> str:
    """Return each reason of a failure with its sentence."""
    said = sentences.under(record, "Reason")
    return table(["reason", "meaning"], [[f"`{reason.value}`", said[reason.name]] for reason in Reason])


def event_list() -> str:
    """Return each type of event with its sentence."""
    said = sentences.under(events, "EventType")
    return table(["type", "meaning"], [[f"`{type_.value}`", said[type_.name]] for type_ in EventType])


def all_errors() -> list[type[Fault]]:
    """Return every error of the house."""
    found = [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Fault)]
    return sorted((error for error in found if error is not Fault), key=lambda error: error.__name__)


def family(error: type[Fault]) -> type[Fault]:
    """Return the class right below Fault that an error belongs to."""
    return error.__mro__[error.__mro__.index(Fault) - 1]


def error_list() -> str:
    """Return each error: its code for programs, its family, its status at the native door, its sentence for people."""
    rows = [
        [f"`{error().code}`", family(error).__name__, str(status_of(error())), sentences.first(error.__doc__)]
        for error in all_errors()
    ]
    return table(["code", "family", "status", "sentence"], rows)


def setting_list() -> str:
    """Return each setting: its flag, its variable, its type, its default and its sentence."""
    said = sentences.under(settings, "Settings")
    hints = shapes.hints(settings.Settings)
    rows = []
    for field in msgspec.structs.fields(settings.Settings):
        flag, variable = field.name.replace("_", "-"), settings.PREFIX + field.name.upper()
        rows.append([f"`{flag}`", f"`{variable}`", type_name(hints[field.name]), shown(field), said[field.name]])
    return table(["name", "variable", "type", "default", "meaning"], rows)


def kind_list() -> str:
    """Return each kind that Jobyard brings, with its parameters."""
    ours = [kind for kind in Registry.installed() if kind.__module__.startswith("jobyard.")]
    return "\n\n".join(_kind(kind) for kind in ours)


def _kind(kind: type[Kind]) -> str:
    limit = "none" if kind.time_limit is None else f"{kind.time_limit:g} s"
    least = kind.least_role.value
    facts = f"{kind.title}. Queue `{kind.queue}`, tries {kind.tries}, time limit {limit}, least role {least}."
    return f"### `{kind.name}`\n\n{facts}\n\n{shapes.fields(kind.Parameters)}"


_PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "states.md": {
        "diagram": diagram,
        "states": state_list,
        "arrows": arrow_list,
        "table": state_table,
        "reasons": reason_list,
    },
    "events.md": {"events": event_list},
    "errors.md": {"errors": error_list},
    "settings.md": {"settings": setting_list},
    "kinds.md": {"kinds": kind_list},
    "cli.md": {"where": commands.where_list, "codes": commands.code_list, "commands": commands.command_list},
    "clearml.md": {"actions": clearml.action_list, "shapes": clearml.shape_list},
    "workflows.md": {
        "tools": workflows.tool_list,
        "forms": workflows.form_list,
        "types": workflows.type_list,
        "functions": workflows.function_list,
    },
    "http.md": {"routes": routes.route_list, "shapes": routes.shape_list},
}

PAGES = {page: {name: cache(write) for name, write in parts.items()} for page, parts in _PARTS.items()}
"""For each page, its generated parts by name; each is written once in a process, as it cannot change there."""


def renewed(page: str, text: str) -> str:
    """Return a page's text with its generated parts written anew. Raises LookupError where a part has no place."""
    for name, write in PAGES[page].items():
        begin, end = f"<!-- {name}: written by make docs -->", f"<!-- {name}: end -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise LookupError(f"docs/reference/{page} has no place for {name}: {begin} ... {end}")
        text = f"{before}{begin}\n\n{write()}\n\n{end}{after}"
    return text


def main() -> None:
    """Write every page anew."""
    for page in PAGES:
        path = REFERENCE / page
        path.write_text(renewed(page, path.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"docs/reference/{page}")


if __name__ == "__main__":
    main()
