"""What only this room refuses, in which words. A class is one error; its docstring is the sentence."""

from __future__ import annotations

from jobyard.job.errors import Conflict, Fault, Invalid, NotFound


class FolderNotFound(NotFound):
    """There is no project of experiments {name}."""


class ModelNotFound(NotFound):
    """There is no model {name}."""


class LineNotFound(NotFound):
    """There is no queue {name}."""


class AgentNotFound(NotFound):
    """There is no agent {name}, or it was not heard of for too long."""


class NoPart(NotFound):
    """There is nothing of the name {name} in {id}."""


class WrongMove(Conflict):
    """A task that is {before} cannot become {after}."""


class WrongStanding(Conflict):
    """A task that is {standing} cannot be changed so; it has to be {expected}."""


class UnknownStanding(Fault):
    """Nobody knows how this task stands, so only force moves it."""


class NotDeletable(Conflict):
    """The task {id} is {standing}, {reason}; only force deletes it."""


class NoScript(Conflict):
    """The task {id} has no script."""


class AlreadyInLine(Conflict):
    """The task {id} stands in the queue {queue} already."""


class NotInLine(Conflict):
    """The task {id} does not stand in the queue {queue}."""


class NoDefaultLine(NotFound):
    """There is no default queue: none has the system tag default."""


class LineNotEmpty(Conflict):
    """The queue {name} holds {count} tasks."""


class FolderNotEmpty(Conflict):
    """The project {name} holds {count} tasks."""


class FolderHasModels(Conflict):
    """The project {name} holds {count} models that are not archived."""


class FolderHasDatasets(Conflict):
    """The project {name} holds {count} datasets."""


class FolderHasPipelines(Conflict):
    """The project {name} holds {count} pipelines."""


class FolderStays(Conflict):
    """The project {name} is there already."""


class FolderInItself(Conflict):
    """The project {name} cannot be put into one that lies below it."""


class FolderIntoOwn(Conflict):
    """The project {name} cannot be merged into one that lies below it."""


class FolderTooDeep(Invalid):
    """A project lies at most {most} names deep."""


class FolderName(Invalid):
    """The name of a project, and each part of it between slashes, says something: {name} does not."""


class FolderMoves(Conflict):
    """A project keeps the place of its name: {name} is not beside {old}."""


class ModelInUse(Conflict):
    """The model {id} is {how}; only force deletes it."""


class ModelMade(Conflict):
    """The model {id} was made by {task}, which is published; only force deletes it."""


class ModelReady(Conflict):
    """The model {id} is published already; only force changes it."""


class WrongValue(Invalid):
    """{reason}"""


class WrongText(Invalid):
    """{reason}"""


class NothingAdded(Conflict):
    """Events not added: {reason}"""


class SearchTooLong(Invalid):
    """The search took longer than {seconds} seconds: ask for less, by a project, a status or tags."""
