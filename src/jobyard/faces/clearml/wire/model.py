"""The calls of models."""

from __future__ import annotations

from typing import Any

from msgspec import field

from jobyard.faces.clearml.wire import In, Json, ListIn, ManyIn, Out
from jobyard.faces.clearml.wire.parts import MultiFieldPattern


class ModelIn(In, frozen=True, kw_only=True):
    """One model."""

    model: str
    """The model's id."""


class ModelFields(In, frozen=True, kw_only=True):
    """What may be said of a model."""

    uri: str | None = None
    """Where its weights lie."""
    comment: str | None = None
    """Free text."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    framework: str | None = None
    """What it is made with."""
    design: Any = None
    """What it looks like: an object, or text."""
    labels: dict[str, int] | None = None
    """Numbers by labels."""
    project: str | None = None
    """The id of the project it lies in."""
    parent: str | None = None
    """The id of the model it was made from."""
    task: str | None = None
    """The id of the task that made it."""
    iteration: int | None = None
    """The iteration at which it was made."""


class CreateModelIn(ModelFields, frozen=True, kw_only=True):
    """A new model."""

    metadata: list[Json] | dict[str, Json] | None = None
    """What is kept of it, by key."""

    name: str
    """Its name."""
    ready: bool | None = None
    """Whether it is published; so unless it is `false`."""
    public: bool = False
    """Taken and passed over."""


class CreateModelOut(Out, frozen=True, kw_only=True):
    """What was made."""

    id: str
    """Its id."""
    created: bool = True
    """When it was made."""


class EditModelIn(ModelFields, frozen=True, kw_only=True):
    """A model, and what shall be different about it."""

    model: str
    """The model's id."""
    name: str | None = None
    """Its name."""
    ready: bool | None = None
    """Whether it is published."""
    metadata: list[Json] | dict[str, Json] | None = None
    """What is kept of it, by key."""


class Model(Out, frozen=True, kw_only=True):
    """A model."""

    id: str
    """Its id."""
    name: str | None = None
    """Its name."""
    user: str | None = None
    """Whose it is."""
    company: str | None = None
    """The house."""
    created: str | None = None
    """When it was made."""
    last_update: str | None = None
    """When it was changed last."""
    last_change: str | None = None
    """When anything about it changed."""
    last_changed_by: str | None = None
    """Who changed it."""
    last_iteration: int | None = None
    """The iteration at which it was made last."""
    task: str | None = None
    """The task that made it."""
    parent: str | None = None
    """What it was made from."""
    project: str | None = None
    """The project."""
    comment: str | None = None
    """Free text."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    framework: str | None = None
    """What it is made with."""
    design: Json | None = None
    """What it looks like."""
    labels: dict[str, int] | None = None
    """Numbers by labels."""
    uri: str | None = None
    """Where its weights lie."""
    ready: bool | None = None
    """Whether it is published."""
    metadata: dict[str, Json] | None = None
    """By key: `key`, `type` and `value`."""
    last_metrics: Json | None = None
    """What is known of its curves."""
    stats: Json | None = None
    """`labels_count`, when that was asked."""


class ModelOut(Out, frozen=True, kw_only=True):
    """One model."""

    model: Model
    """The model."""


class ModelsIn(ListIn, frozen=True, kw_only=True):
    """Which models are wanted."""

    id: list[str] | str | None = None
    """Ids."""
    name: str | None = None
    """A regular expression that is found in the name, by case."""
    user: list[str | None] | str | None = None
    """Whose it is."""
    ready: bool | None = None
    """Whether it is published."""
    tags: list[Any] | str | None = None
    """Tags of people."""
    system_tags: list[Any] | str | None = None
    """Tags of programs."""
    uri: list[str] | str | None = None
    """Where their weights lie."""
    project: list[str | None] | str | None = None
    """The project."""
    task: list[str | None] | str | None = None
    """Ids of the tasks that made them."""
    framework: list[str | None] | str | None = None
    """What it is made with."""
    include_stats: bool = False
    """Answer also how many labels each has."""
    any_: MultiFieldPattern | None = field(default=None, name="_any_")
    """What one of several fields must fit."""
    all_: MultiFieldPattern | None = field(default=None, name="_all_")
    """What all of several fields must fit."""


class ModelsOut(Out, frozen=True, kw_only=True):
    """A page of models."""

    models: list[Model]
    """The models."""
    scroll_id: str | None = None
    """Where the answer ended, when a size was said."""
    total: int | None = None
    """How many there are in all."""
    total_exact: bool = True
    """Whether there are no more than that."""


class ModelTagsIn(ManyIn, frozen=True, kw_only=True):
    """Tags that shall be added and taken away."""

    add_tags: list[str] | None = None
    """Tags to add."""
    remove_tags: list[str] | None = None
    """Tags to take away."""


class DeleteModelIn(ModelIn, frozen=True, kw_only=True):
    """A model that shall be no more."""

    force: bool = False
    """Although a task takes it, or a published one made it."""


class DeleteModelsIn(ManyIn, frozen=True, kw_only=True):
    """Models that shall be no more."""

    force: bool = False
    """Although tasks take them, or published ones made them."""


class DeletedModelOut(Out, frozen=True, kw_only=True):
    """What went."""

    deleted: bool
    """How many went."""
    url: str | None = None
    """Where its weights lie."""


class ReadyIn(ModelIn, frozen=True, kw_only=True):
    """A model that shall be published."""

    force_publish_task: bool = False
    """Publish the task whatever its status."""
    publish_task: bool | None = None
    """Publish the task that made it too; so unless it is `false`."""


class PublishModelsIn(ManyIn, frozen=True, kw_only=True):
    """Models that shall be published."""

    force_publish_task: bool = False
    """Publish the tasks whatever their status."""
    publish_task: bool | None = None
    """Publish the tasks that made them too; so unless it is `false`."""
    publish_tasks: bool | None = None
    """The same by another name."""


class MoveModelsIn(ManyIn, frozen=True, kw_only=True):
    """Models that shall lie in another project."""

    project: str | None = None
    """The project's id."""
    project_name: str | None = None
    """The project's name, which is made where it is missing."""


class MoveModelsOut(Out, frozen=True, kw_only=True):
    """Where they lie."""

    project_id: str
    """The project's id."""


class MadeByIn(In, frozen=True, kw_only=True):
    """The task that made a model."""

    task: str
    """The task's id."""


class FrameworksIn(In, frozen=True, kw_only=True):
    """Of which projects."""

    projects: list[str] | None = None
    """Ids of projects; all where none is said."""


class FrameworksOut(Out, frozen=True, kw_only=True):
    """What models are made with."""

    frameworks: list[str]
    """The frameworks."""


class ReadyOut(Out, frozen=True, kw_only=True):
    """What was changed."""

    updated: int
    """How many were changed."""
    published_task: Json | None = None
    """`id` and `data` of the task that was published with it."""


class MetadataIn(ModelIn, frozen=True, kw_only=True):
    """What shall be kept of a model."""

    metadata: list[Json] | dict[str, Json]
    """For each: `key`, `type` and `value`."""
    replace_metadata: bool = False
    """Whether all other keys go."""


class DeleteMetadataIn(ModelIn, frozen=True, kw_only=True):
    """What shall be kept of a model no more."""

    keys: list[str]
    """The keys."""


class UpdateForTaskIn(In, frozen=True, kw_only=True):
    """The model that a task made."""

    task: str
    """The task's id."""
    uri: str | None = None
    """Where its weights lie."""
    name: str | None = None
    """Its name."""
    comment: str | None = None
    """Free text."""
    tags: list[str] | None = None
    """Tags of people."""
    system_tags: list[str] | None = None
    """Tags of programs."""
    override_model_id: str | None = None
    """The id of a model that is there already."""
    iteration: int | None = None
    """The iteration at which it was made."""


class UpdateForTaskOut(Out, frozen=True, kw_only=True):
    """The model."""

    id: str
    """Its id."""
    created: bool
    """When it was made."""
    updated: int = 1
    """How many were changed."""
    fields: Json = field(default_factory=dict)
    """Changed fields with their new values."""
