"""The tables of this room and their rows as records: tasks, folders, models, lines and agents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct, field

from jobyard.experiments.record import ARCHIVED, HIDDEN, Agent, Folder, Head, Line, Model, Task
from jobyard.job.filters import Scope
from jobyard.store import text
from jobyard.store.contract import Row, Transaction, View
from jobyard.store.queries import Queries

QUERIES = Queries("jobyard.experiments")
AGENTS = Queries("jobyard.experiments.machines")


class _Item(Struct):
    model: str = ""


class _Models(Struct):
    input: list[_Item] = []


class _Parts(Struct):
    """Of a task's larger parts what is looked up."""

    models: _Models = field(default_factory=_Models)


_head = msgspec.json.Decoder(Head).decode
_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_model = msgspec.json.Decoder(Model).decode
_line = msgspec.json.Decoder(Line).decode
_agent = msgspec.json.Decoder(Agent).decode
_parts = msgspec.json.Decoder(_Parts).decode


def task(view: View, id_: str) -> Task | None:
    """Return a task by id."""
    return next((to_task(row) for row in view.rows(QUERIES["task"], {"id": id_})), None)


def lock(view: View, id_: str) -> Task | None:
    """Return a task by id and keep others from changing it until the transaction ends."""
    return next((to_task(row) for row in view.rows(QUERIES["lock_task"], {"id": id_})), None)


def is_public(view: View, id_: str) -> bool:
    """Tell whether whoever is in the house may see a task or a model, and nobody may change it."""
    return bool(view.rows(QUERIES["is_public"], {"id": id_}))


def to_task(row: Row) -> Task:
    """Return the task in a row."""
    number, id_, folder, parent, type_, mark, created, updated, changed, started, completed, iteration = row[:12]
    return Task(
        number=number,
        id=id_,
        project=folder,
        parent=parent,
        type=type_,
        mark=mark,
        created_at=created,
        updated_at=updated,
        changed_at=changed,
        started_at=started,
        completed_at=completed,
        iteration=iteration,
        head=_head(row[12]),
        parts=row[13],
    )


def insert_task(transaction: Transaction, fresh: Task) -> None:
    """Write a new task."""
    transaction.run(QUERIES["insert_task"], {**_task_row(fresh), "id": fresh.id, "created_at": fresh.created_at})
    _put_inputs(transaction, fresh)


def write_task(transaction: Transaction, changed: Task, *, whole: bool = True) -> None:
    """Write a task anew, its larger parts only where it is `whole`."""
    row = _task_row(changed) | {"number": changed.number}
    if not whole:
        del row["parts"]
    transaction.run(QUERIES["update_task" if whole else "update_head"], row)
    if whole:
        transaction.run(QUERIES["drop_inputs"], {"task": changed.id})
        _put_inputs(transaction, changed)


def takers(view: View, model_: str, *, but: str) -> bool:
    """Tell whether any other task takes a model."""
    return bool(view.rows(QUERIES["takers"], {"model": model_, "task": but}))


def folder(view: View, id_: str) -> Folder | None:
    """Return a folder by id."""
    return next(map(_to_folder, view.rows(QUERIES["folder"], {"id": id_})), None)


def folder_named(view: View, home: str, name: str) -> Folder | None:
    """Return the folder of a name in a home."""
    return next(map(_to_folder, view.rows(QUERIES["folder_named"], {"home": home, "name": name})), None)


def folders(view: View, scope: Scope) -> list[Folder]:
    """Return the folders inside a scope, oldest first."""
    return [_to_folder(row) for row in view.rows(QUERIES["folders"], scoped(scope))]


def folders_below(view: View, above: Folder) -> list[Folder]:
    """Return the folders below one, at every depth."""
    values = {"home": above.home, "first": f"{above.name}/", "beyond": f"{above.name}0"}
    return [_to_folder(row) for row in view.rows(QUERIES["folders_below"], values)]


def put_folder(transaction: Transaction, fresh: Folder) -> bool:
    """Write a new folder; tell whether the name was free."""
    return transaction.run(QUERIES["put_folder"], _folder_row(fresh)) > 0


def update_folder(transaction: Transaction, changed: Folder) -> None:
    """Write what has changed of a folder."""
    row = _folder_row(changed)
    for name in ("home", "owner", "project", "created_at"):
        del row[name]
    transaction.run(QUERIES["update_folder"], row)


def place_folder(transaction: Transaction, changed: Folder) -> None:
    """Write where a folder lies now."""
    names = ("id", "home", "name", "project", "updated_at")
    transaction.run(QUERIES["place_folder"], {name: getattr(changed, name) for name in names})


def model(view: View, id_: str) -> Model | None:
    """Return a model by id."""
    return next((_model(row[0]) for row in view.rows(QUERIES["model"], {"id": id_})), None)


def models(view: View, scope: Scope, by: str = "", given: Iterable[str] = ()) -> list[Model]:
    """Return the models inside a scope, latest change first.

    All, or those `with` ids, `of` tasks, `at` places or `in` folders.
    """
    values = scoped(scope)
    if by:
        values["given"] = listed(given)
    return [_model(row[0]) for row in view.rows(QUERIES[f"models_{by}" if by else "models"], values)]


def put_model(transaction: Transaction, one: Model) -> None:
    """Write a model."""
    names = ("id", "folder", "owner", "project", "task", "uri", "updated_at")
    transaction.run(QUERIES["put_model"], {**{name: getattr(one, name) for name in names}, "body": encoded(one)})


def lines(view: View) -> list[Line]:
    """Return what is said of all queues, by name."""
    return [_line(row[0]) for row in view.rows(QUERIES["lines"], {})]


def line(view: View, id_: str) -> Line | None:
    """Return what is said of a queue, by its id."""
    return next((_line(row[0]) for row in view.rows(QUERIES["line"], {"id": id_})), None)


def line_named(view: View, name: str) -> Line | None:
    """Return what is said of a queue, by its name."""
    return next((_line(row[0]) for row in view.rows(QUERIES["line_named"], {"name": name})), None)


def put_line(transaction: Transaction, fresh: Line) -> bool:
    """Write what is said of a new queue; tell whether the name was free."""
    return transaction.run(QUERIES["put_line"], {"id": fresh.id, "name": fresh.name, "body": encoded(fresh)}) > 0


def update_line(transaction: Transaction, changed: Line) -> None:
    """Write anew what is said of a queue."""
    values = {"id": changed.id, "name": changed.name, "body": encoded(changed)}
    transaction.run(QUERIES["update_line"], values)


def waiting_in(view: View, queue: str) -> list[tuple[str, int]]:
    """Return the ids of the tasks that wait in a queue, in their order, with the times at which they joined."""
    return [(row[0], row[1]) for row in view.rows(QUERIES["waiting_in"], {"queue": queue})]


def ready_in(view: View, queue: str) -> list[tuple[str, int, int, int]]:
    """Return the tasks whose time has come in a queue, in their order: id, rank, turn and number of each."""
    return [(row[0], *row[3:6]) for row in view.rows(QUERIES["waiting_in"], {"queue": queue}) if row[2]]


def agents(view: View) -> list[Agent]:
    """Return all agents, by name."""
    return [_agent(row[0]) for row in view.rows(AGENTS["agents"], {})]


def agent(view: View, name: str) -> Agent | None:
    """Return an agent by name."""
    return next((_agent(row[0]) for row in view.rows(AGENTS["agent"], {"name": name})), None)


def put_agent(transaction: Transaction, one: Agent) -> None:
    """Write an agent."""
    transaction.run(AGENTS["put_agent"], {"name": one.name, "heard_at": one.heard_at, "body": encoded(one)})


def scoped(scope: Scope) -> dict[str, Any]:
    """Return a scope as statements take it."""
    return {
        "everything": int(scope.everything),
        "owner": scope.owner or "",
        "projects": listed(sorted(scope.projects)),
    }


def listed(values: Iterable[str]) -> str:
    """Return texts as statements take a list; what no column can hold is left out, since nothing equals it."""
    return msgspec.json.encode([value for value in values if text.storable(value)]).decode()


def encoded(thing: object) -> str:
    """Return JSON as text. Raises Invalid for half a surrogate pair."""
    try:
        return msgspec.json.encode(thing).decode()
    except UnicodeEncodeError:
        raise text.unstorable() from None


def _put_inputs(transaction: Transaction, one: Task) -> None:
    taken = dict.fromkeys(item.model for item in _parts(one.parts).models.input)
    transaction.run_many(QUERIES["put_input"], [{"model": model_, "task": one.id} for model_ in taken])


def _task_row(one: Task) -> dict[str, Any]:
    return {
        "folder": one.project,
        "parent": one.parent,
        "type": one.type,
        "mark": one.mark,
        "hidden": int(HIDDEN in one.head.system_tags),
        "archived": int(ARCHIVED in one.head.system_tags),
        "updated_at": one.updated_at,
        "changed_at": one.changed_at,
        "started_at": one.started_at,
        "completed_at": one.completed_at,
        "iteration": one.iteration,
        "head": encoded(one.head),
        "parts": one.parts,
    }


def _to_folder(row: Row) -> Folder:
    id_, home, name, owner, project, description, destination, tags, system_tags, created_at, updated_at = row
    return Folder(
        id=id_,
        home=home,
        name=name,
        owner=owner,
        project=project,
        description=description,
        destination=destination,
        tags=_tags(tags),
        system_tags=_tags(system_tags),
        created_at=created_at,
        updated_at=updated_at,
    )


def _folder_row(one: Folder) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(one, name) for name in Folder.__struct_fields__}
    return row | {"tags": encoded(one.tags), "system_tags": encoded(one.system_tags)}
