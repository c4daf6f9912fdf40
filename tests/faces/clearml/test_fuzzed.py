"""Whatever is said, the answer is one of the protocol: never a broken server, never another form."""

from __future__ import annotations

import json
import random
import types
import typing
from typing import Annotated, Any, Literal

import pytest
from msgspec import Struct
from msgspec.structs import fields

from jobyard.faces.clearml.registry import ACTIONS
from jobyard.faces.clearml.wire.events import EventIn
from jobyard.faces.clearml.wire.tasks import UpdateIn
from tests.faces.clearml.house import Caller, House
from tests.house.shapes import hints

pytestmark = pytest.mark.anyio

ROUNDS = 3
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    1.5,
    1e308,
    "",
    "a",
    "\x00",
    "\u202e",
    "x" * 300,
    "-",
    "__$all",
    "(",
    "[]",
    {},
    [],
    [[]],
)
NAMES = ("name", "tags", "status", "last_metrics.a.b.value", "hyperparams.x", "execution.queue", "runtime.y", "id", "?")


class Fuzz:
    """Draws bodies from a seed: mostly of the shape that is taken, with things that exist."""

    def __init__(self, seed: int, known: dict[str, list[str]]) -> None:
        self._random = random.Random(seed)
        self._known = known

    def body(self, shape: type[Struct], depth: int = 0) -> dict[str, Any]:
        told = hints(shape)
        found: dict[str, Any] = {}
        for field in fields(shape):
            if field.required or self._random.random() < 0.3:
                found[field.encode_name] = self.value(told[field.name], field.encode_name, depth)
        if depth == 0 and self._random.random() < 0.2:
            found[self._random.choice(NAMES)] = self._random.choice(ODD)
        return found

    def value(self, hint: Any, name: str, depth: int) -> Any:
        if self._random.random() < 0.12:
            return self._random.choice(ODD)
        origin, inside = typing.get_origin(hint), typing.get_args(hint)
        if origin in {types.UnionType, typing.Union}:
            return self.value(self._random.choice([one for one in inside if one is not types.NoneType]), name, depth)
        if origin is Annotated:
            return self.value(inside[0], name, depth)
        if origin is Literal:
            return self._random.choice(inside)
        if origin is list:
            return [self.value(inside[0], name, depth + 1) for _ in range(self._random.randrange(3))]
        if origin is dict:
            return {self.text(""): self.value(inside[1], "", depth + 1) for _ in range(self._random.randrange(3))}
        if isinstance(hint, type) and issubclass(hint, Struct):
            return self.body(hint, depth + 1) if depth < 4 else {}
        if hint is bool:
            return self._random.random() < 0.5
        if hint in {int, float}:
            return self._random.choice((0, 1, 2, 500, -1, 10**6))
        return self.text(name)

    def text(self, name: str) -> str:
        known = self._known.get(name.removeprefix("new_task_").removesuffix("s"), [])
        if known and self._random.random() < 0.8:
            return self._random.choice(known)
        return self._random.choice(
            ("abc", "name", "-name", "training", "a/b", "General", "x.y", "2020-01-01", ">=1e9", "^a")
        )


async def furnished(mia: Caller) -> dict[str, list[str]]:
    """Fill the house with some of everything."""
    project = (await mia("projects.create", name="above/below"))["id"]
    queue = (await mia("queues.create", name="a line", system_tags=["default"]))["id"]
    tasks = [await mia.task(name=f"task {status}", project=project, status=status) for status in STATUSES]
    model = (await mia("models.create", name="net", uri="x", task=tasks[0]))["id"]
    events = [
        {"type": "training_stats_scalar", "task": tasks[1], "metric": "a", "variant": "b", "iter": 1, "value": 1},
        {"type": "plot", "task": tasks[1], "metric": "a", "variant": "b", "iter": 1, "plot_str": "{}"},
        {"type": "log", "task": tasks[1], "msg": "x"},
    ]
    await mia.lines("events.add_batch", *events)
    return {
        "task": tasks,
        "id": [*tasks, project, queue, model],
        "parent": tasks,
        "project": [project],
        "queue": [queue],
        "model": [model],
        "worker": ["box:1"],
        "type": ["log", "plot", "training_stats_scalar", "training_debug_image", "input"],
    }


STATUSES = ("", "in_progress", "stopped", "published", "unknown", "completed")


@pytest.mark.parametrize("seed", range(2))
async def test_no_word_breaks_the_house(any_house: House, seed: int) -> None:
    print(f"seed {seed}")
    mia = any_house.caller("olga" if seed % 2 else "mia")
    fuzz = Fuzz(seed, await furnished(mia))
    actions = [one for one in ACTIONS if one.name not in {"auth.login", "auth.create_credentials"}]
    for _ in range(ROUNDS):
        for one in actions:
            body = fuzz.body(one.takes)
            if one.batch:
                answer = await mia.lines(one.name, fuzz.body(LINES[one.name]), fuzz.body(LINES[one.name]), body)
            else:
                answer = await mia.ask(one.name, body)
            if answer.status == 200 and "content-disposition" in answer.headers:
                continue
            code = answer.code
            assert answer.json.keys() == {"meta", "data"} and isinstance(answer.data, dict)
            assert code[0] in {200, 400, 403} or code == (500, 1), (one.name, json.dumps(body), answer.body)
            assert (code[0] == 200) == (answer.said == "OK"), (one.name, body)


LINES: dict[str, type[Struct]] = {"tasks.update_batch": UpdateIn, "events.add_batch": EventIn}
