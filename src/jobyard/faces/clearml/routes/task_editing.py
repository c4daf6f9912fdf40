"""Tasks: make, check, change, copy, move, tag."""

from __future__ import annotations

from msgspec import ValidationError, convert
from msgspec.structs import replace

from jobyard.experiments.record import Experiment
from jobyard.experiments.standing import Standing
from jobyard.experiments.tasks import Draft, Edits
from jobyard.faces.clearml import faults, times
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.refusals import Missed
from jobyard.faces.clearml.statuses import STANDING
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Empty, Json, Nothing, UpdatedOut
from jobyard.faces.clearml.wire.parts import Execution
from jobyard.faces.clearml.wire.task_contents import CountOut
from jobyard.faces.clearml.wire.tasks import (
    CloneIn,
    CloneOut,
    CreateIn,
    EditIn,
    IdOut,
    MoveIn,
    MoveOut,
    RequirementsIn,
    TagsIn,
    TaskFields,
    TaskIn,
    UpdateBatchOut,
    UpdateIn,
)
from jobyard.faces.clearml.words import tasks as words

DRAFTS = frozenset({Standing.DRAFT})
_CHANGED = ("last_change", "last_changed_by")


@action("tasks.create", "2.1", CreateIn, IdOut)
async def create(call: Call, said: CreateIn) -> Answer:
    """Write a new task down."""
    made = await call.experiments.tasks.create(call.actor, await _draft(call, said))
    return IdOut(id=made.task.id)


@action("tasks.validate", "2.1", CreateIn, Empty)
async def validate(call: Call, said: CreateIn) -> Answer:
    """Check what a new task would be, and make none."""
    await call.experiments.tasks.check(call.actor, await _draft(call, said))
    return Empty()


@action("tasks.update", "2.1", UpdateIn, UpdatedOut)
async def update(call: Call, said: UpdateIn) -> Answer:
    """Change words, tags or the project of a task, however it stands."""
    return await _updated(call, said)


@action("tasks.update_batch", "2.1", Nothing, UpdateBatchOut, batch=True)
async def update_batch(call: Call, said: Nothing) -> Answer:
    """Change several tasks, one a line, as an update does; all of them have to be there."""
    wanted: dict[str, UpdateIn] = {}
    for line in call.lines:
        try:
            one = convert(line, UpdateIn)
        except ValidationError as error:
            raise faults.unfit(error) from None
        before = wanted.pop(one.task, None)
        wanted[one.task] = one if before is None else convert({**_plain(before), **line}, UpdateIn)
    told = {id_: words.updates(one) for id_, one in wanted.items()}
    changed = await call.experiments.tasks.edit_all(
        call.actor,
        {id_: lambda _, edits=edits: edits for id_, edits in told.items()},  # type: ignore[misc]
    )
    return UpdateBatchOut(updated=len(changed))


@action("tasks.edit", "2.1", EditIn, UpdatedOut)
async def edit(call: Call, said: EditIn) -> Answer:
    """Change whatever may be said of a task while it has not run, or, forced, at any time."""
    named = {name for name, value in call.body.items() if value is not None and name in EditIn.__struct_fields__}
    await _check_models(call, said, said.task)
    told = words.edits(said, _now(call), named)
    expected = None if said.force else DRAFTS
    if said.status is None:
        changed = await call.experiments.tasks.edit(call.actor, said.task, told, expected)
    else:
        changed = await call.experiments.life.set(call.actor, said.task, STANDING[said.status], told, expected)
    return _fields(changed, named - {"task", "force"})


@action("tasks.set_requirements", "2.1", RequirementsIn, UpdatedOut)
async def set_requirements(call: Call, said: RequirementsIn) -> Answer:
    """Say what the script of a task needs, however the task stands."""

    def put(sections: Json) -> None:
        sections.setdefault("script", {})["requirements"] = said.requirements

    await call.experiments.tasks.edit(call.actor, said.task, Edits(sections=put))
    return UpdatedOut(updated=1, fields={"script.requirements": said.requirements})


@action("tasks.ping", "2.1", TaskIn, Empty)
async def ping(call: Call, said: TaskIn) -> Answer:
    """Say that a task is being worked on; one that is not there is passed over."""
    await call.experiments.tasks.hear(call.actor, [said.task])
    return Empty()


@action("tasks.clone", "2.5", CloneIn, CloneOut)
async def clone(call: Call, said: CloneIn) -> Answer:
    """Write down a task like another one."""
    fresh = _named(said.execution_overrides) + [item.model for item in said.new_task_input_models or ()]
    if said.validate_references and not fresh:
        original = (await call.experiments.tasks.get(call.actor, said.task)).task.sections
        fresh = [item["model"] for item in original.get("models", {}).get("input", [])]
    await _require_models(call, fresh)

    def draft(original: Experiment) -> Draft:
        return words.copied(said, original, _now(call))

    made = await call.experiments.tasks.copy(call.actor, said.task, draft, said.new_project_name or "")
    if not said.new_project_name:
        return {"id": made.task.id}
    return {"id": made.task.id, "new_project": {"id": made.task.project, "name": said.new_project_name}}


@action("tasks.move", "2.12", MoveIn, MoveOut)
async def move(call: Call, said: MoveIn) -> Answer:
    """Put tasks into another project."""
    words.require_some(said.ids)
    if not said.project and not said.project_name:
        raise Missed(name="project, project_name")
    target = said.project or ""
    if said.project_name:
        target = (await call.experiments.folders.named(call.actor, said.project_name)).id
    await call.experiments.tasks.edit_all(
        call.actor, dict.fromkeys(said.ids, lambda _: Edits(project=target, alive=False))
    )
    return MoveOut(project_id=target)


@action("tasks.update_tags", "2.27", TagsIn, CountOut)
async def update_tags(call: Call, said: TagsIn) -> Answer:
    """Add tags to tasks and take others away."""
    words.require_some(said.ids)

    def tagged(old: Experiment) -> Edits:
        tags = (set(old.task.head.tags) | set(said.add_tags or ())) - set(said.remove_tags or ())
        return Edits(tags=tuple(tags), alive=False)

    await call.experiments.tasks.edit_all(call.actor, dict.fromkeys(said.ids, tagged))
    return CountOut(updated=len(said.ids))


async def _draft(call: Call, said: CreateIn) -> Draft:
    await _check_models(call, said)
    draft = words.draft(said, _now(call))
    # Clients send what they were told of a parent that is gone; it counts for nothing.
    return replace(draft, parent="") if draft.parent.startswith("__DELETED__") else draft


async def _check_models(call: Call, said: TaskFields, task: str = "") -> None:
    """Raise ModelNotFound for a model that is not there, unless the task takes it already."""
    items = (said.models.input if said.models else None) or []
    wanted = _named(said.execution) + [item.model for item in items]
    if wanted and task:
        kept = (await call.experiments.tasks.get(call.actor, task)).task.sections.get("models", {}).get("input", [])
        wanted = [id_ for id_ in wanted if id_ not in {one["model"] for one in kept}]
    await _require_models(call, wanted)


def _named(said: Execution | None) -> list[str]:
    return [said.model] if said is not None and said.model else []


async def _require_models(call: Call, ids: list[str]) -> None:
    for id_ in ids:
        await call.experiments.library.get(call.actor, id_)


async def _updated(call: Call, said: UpdateIn) -> UpdatedOut:
    told = words.updates(said)
    if told is None:
        await call.experiments.tasks.get(call.actor, said.task)
        return UpdatedOut(updated=0)
    changed = await call.experiments.tasks.edit(call.actor, said.task, told)
    named = {name for name in _plain(said) if name not in {"task", "created"}}
    return _fields(changed, named)


def _fields(changed: Experiment, named: set[str]) -> UpdatedOut:
    """Return what was set, by dotted names, as the task holds it now."""
    shown = words.document(changed)
    fields = {name: shown[name] for name in [*sorted(named), *_CHANGED] if name in shown}
    if "output_dest" in named:
        fields["output.destination"] = shown["output"].get("destination")
    if "output__error" in named:
        fields["output.error"] = shown["output"].get("error")
    return UpdatedOut(updated=1, fields=fields)


def _plain(said: UpdateIn) -> Json:
    return {name: value for name in said.__struct_fields__ if (value := getattr(said, name)) is not None}


def _now(call: Call) -> str:
    return times.written(call.now())


ACTIONS = (create, validate, update, update_batch, edit, set_requirements, ping, clone, move, update_tags)
