"""Tasks: their parameters and their configuration."""

from __future__ import annotations

from jobyard.experiments.standing import Standing
from jobyard.experiments.tasks import Edits
from jobyard.faces.clearml.actions import Answer, action
from jobyard.faces.clearml.surroundings import Call
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.task_contents import (
    ConfigurationNamesIn,
    ConfigurationNamesOut,
    ConfigurationsAskedIn,
    ConfigurationsOut,
    CountOut,
    DeleteConfigurationIn,
    DeletedOut,
    DeleteParametersIn,
    EditConfigurationIn,
    EditParametersIn,
    ParametersAskedIn,
    ParametersOut,
)
from jobyard.faces.clearml.words import parameters as words

_DRAFT = frozenset({Standing.DRAFT})
_FORCED = frozenset({Standing.DRAFT, Standing.QUEUED, Standing.RUNNING})


@action("tasks.get_hyper_params", "2.9", ParametersAskedIn, ParametersOut)
async def get_hyper_params(call: Call, said: ParametersAskedIn) -> Answer:
    """Return the parameters of tasks, by section and name."""
    found = list[Json]()
    for id_ in said.tasks:
        kept = (await call.experiments.tasks.get(call.actor, id_)).task.sections.get("hyperparams", {})
        items = [one for _, named in sorted(kept.items()) for _, one in sorted(named.items())]
        found.append({"task": id_, "hyperparams": items})
    return ParametersOut(params=found)


@action("tasks.edit_hyper_params", "2.9", EditParametersIn, CountOut)
async def edit_hyper_params(call: Call, said: EditParametersIn) -> Answer:
    """Set parameters; properties however the task stands, others while it has not run."""
    properties = all(one.section == words.PROPERTIES for one in said.hyperparams)

    def put(sections: Json) -> None:
        words.set_parameters(sections, said.hyperparams, said.replace_hyperparams or "none")

    expected = None if properties else _expected(force=said.force)
    await call.experiments.tasks.edit(call.actor, said.task, Edits(sections=put, alive=not properties), expected)
    return CountOut(updated=1)


@action("tasks.delete_hyper_params", "2.9", DeleteParametersIn, DeletedOut)
async def delete_hyper_params(call: Call, said: DeleteParametersIn) -> Answer:
    """Take parameters or whole sections away."""
    properties = all(one.section == words.PROPERTIES for one in said.hyperparams)

    def put(sections: Json) -> None:
        words.drop_parameters(sections, said.hyperparams)

    expected = None if properties else _expected(force=said.force)
    await call.experiments.tasks.edit(call.actor, said.task, Edits(sections=put, alive=not properties), expected)
    return DeletedOut(deleted=1)


@action("tasks.get_configurations", "2.9", ConfigurationsAskedIn, ConfigurationsOut)
async def get_configurations(call: Call, said: ConfigurationsAskedIn) -> Answer:
    """Return the configuration of tasks, or some pieces of it."""
    found = list[Json]()
    for id_ in said.tasks:
        kept = (await call.experiments.tasks.get(call.actor, id_)).task.sections.get("configuration", {})
        names = sorted(kept) if said.names is None else [name for name in said.names if name in kept]
        found.append({"task": id_, "configuration": [kept[name] for name in names]})
    return ConfigurationsOut(configurations=found)


@action("tasks.get_configuration_names", "2.9", ConfigurationNamesIn, ConfigurationNamesOut)
async def get_configuration_names(call: Call, said: ConfigurationNamesIn) -> Answer:
    """Return the names of the pieces of configuration of tasks."""
    found = list[Json]()
    for id_ in said.tasks:
        kept = (await call.experiments.tasks.get(call.actor, id_)).task.sections.get("configuration", {})
        if kept or not said.skip_empty:
            found.append({"task": id_, "names": sorted(kept)})
    return ConfigurationNamesOut(configurations=found)


@action("tasks.edit_configuration", "2.9", EditConfigurationIn, CountOut)
async def edit_configuration(call: Call, said: EditConfigurationIn) -> Answer:
    """Set pieces of configuration while the task has not run."""

    def put(sections: Json) -> None:
        words.set_configuration(sections, said.configuration, replaced=said.replace_configuration)

    await call.experiments.tasks.edit(call.actor, said.task, Edits(sections=put), _expected(force=said.force))
    return CountOut(updated=1)


@action("tasks.delete_configuration", "2.9", DeleteConfigurationIn, DeletedOut)
async def delete_configuration(call: Call, said: DeleteConfigurationIn) -> Answer:
    """Take pieces of configuration away."""

    def put(sections: Json) -> None:
        kept: Json = sections.get("configuration", {})
        sections["configuration"] = {name: one for name, one in kept.items() if name not in said.configuration}

    await call.experiments.tasks.edit(call.actor, said.task, Edits(sections=put), _expected(force=said.force))
    return DeletedOut(deleted=1)


def _expected(*, force: bool) -> frozenset[Standing]:
    return _FORCED if force else _DRAFT


ACTIONS = (
    get_hyper_params,
    edit_hyper_params,
    delete_hyper_params,
    get_configurations,
    get_configuration_names,
    edit_configuration,
    delete_configuration,
)
