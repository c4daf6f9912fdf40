"""The reference says field by field what the first versions of the protocol asked for, and answers hold to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobyard.faces.clearml.registry import ACTIONS
from jobyard.faces.clearml.wire.parts import Task
from tests.faces.clearml.house import Caller

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "clearml.md"
FIRST = json.loads(Path(__file__).with_name("first_versions.json").read_text(encoding="utf-8"))
"""Tasks in versions 2.1 and 2.2 of the protocol: actions and shapes, each field with its type, default and choices."""

Table = dict[str, tuple[str, str]]


def parts() -> dict[str, str]:
    """Return the parts of the reference by their headings."""
    pieces = re.split(r"^### `([^`]+)`$", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def table(text: str) -> Table:
    """Return the rows of a table: type and default by field."""
    rows = re.findall(r"^\| `([^`]+)` \| (.*?) \| (needed|`.*?`) \|", text, re.MULTILINE)
    return {name: (kind.replace("\\|", "|"), default) for name, kind, default in rows}


def of_action(name: str) -> tuple[Table, Table]:
    """Return what an action takes and gives."""
    takes, _, gives = parts()[name].partition("\nGives")
    return table(takes), table(gives)


def fits(kind: str, wanted: dict[str, Any]) -> bool:
    """Tell whether a type in the reference's words allows what was asked for."""
    match wanted["type"]:
        case "string":
            return "text" in kind or "`" in kind
        case "integer":
            return "number" in kind or any(letter.isdecimal() for letter in kind)
        case "number":
            return "number" in kind
        case "boolean":
            return "true or false" in kind
        case "array":
            return "list of" in kind
        case _:
            return "map of" in kind or "`" in kind or "any JSON" in kind


def complain(where: str, there: Table, wanted: dict[str, Any], *, defaults: bool) -> list[str]:
    """Return what the reference leaves out, or says otherwise, of fields that are wanted."""
    found = []
    for name, facts in wanted.items():
        if name not in there:
            found.append(f"{where}.{name} is missing")
            continue
        kind, default = there[name]
        if not fits(kind, facts):
            found.append(f"{where}.{name} is {kind}, not {facts['type']}")
        found += [f"{where}.{name} does not take {one}" for one in facts.get("enum", []) if f"`{one}`" not in kind]
        if defaults and facts.get("required") != (default == "needed"):
            found.append(f"{where}.{name} has the default {default}")
        if "default" in facts and default not in {f"`{json.dumps(facts['default'])}`", "`null`"}:
            found.append(f"{where}.{name} has the default {default}, not {facts['default']}")
    return found


@pytest.mark.parametrize("name", FIRST["actions"])
def test_an_action_takes_and_gives_what_it_did_in_the_first_versions(name: str) -> None:
    wanted = FIRST["actions"][name]
    assert f"Since version {wanted['since']}.\n" in parts()[f"tasks.{name}"]
    takes, gives = of_action(f"tasks.{name}")
    wrong = complain(f"{name} takes", takes, wanted["takes"], defaults=True)
    wrong += complain(f"{name} gives", gives, wanted["gives"], defaults=False)
    assert wrong == []


@pytest.mark.parametrize("name", FIRST["shapes"])
def test_a_shape_holds_what_it_did_in_the_first_versions(name: str) -> None:
    there = table(parts()["".join(part.capitalize() for part in name.split("_"))])
    assert complain(name, there, FIRST["shapes"][name], defaults=name == "artifact") == []


def test_the_reference_names_every_action() -> None:
    assert {one.name for one in ACTIONS} == {name for name in parts() if "." in name}


@pytest.mark.anyio
async def test_a_task_is_answered_in_the_shape_of_the_reference(mia: Caller) -> None:
    id_ = await mia.task(
        script={"repository": "r", "requirements": {"pip": "x"}},
        hyperparams={"General": {"lr": {"section": "General", "name": "lr", "value": "0.1"}}},
        execution={
            "artifacts": [{"key": "a", "type": "t", "type_data": {"preview": "p"}, "display_data": [["a", "b"]]}]
        },
        runtime={"n": 1, "nothing": None},
    )
    await mia.lines(
        "events.add", {"type": "training_stats_scalar", "task": id_, "metric": "m", "variant": "v", "value": 1}
    )
    task = await mia.get(id_)
    assert msgspec.convert(task, Task).id == id_
    assert task["runtime"] == {"n": 1, "nothing": None}
    missing = [name for name in FIRST["shapes"]["task"] if name not in task and name not in GIVEN_LATER]
    assert missing == []


GIVEN_LATER = {"started", "completed", "published", "parent", "project", "status_reason"}
"""Fields that a fresh task has no value of."""
