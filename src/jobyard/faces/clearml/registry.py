"""Every action of this face."""

from __future__ import annotations

from jobyard.faces.clearml.routes import (
    log,
    model,
    model_finding,
    people,
    plots,
    projects,
    queues,
    reporting,
    scalars,
    task_editing,
    task_finding,
    task_life,
    task_parameters,
    task_parts,
    task_queues,
    tasks_many,
    workers,
)

ACTIONS = (
    *people.ACTIONS,
    *task_finding.ACTIONS,
    *task_editing.ACTIONS,
    *task_life.ACTIONS,
    *task_queues.ACTIONS,
    *tasks_many.ACTIONS,
    *task_parameters.ACTIONS,
    *task_parts.ACTIONS,
    *projects.ACTIONS,
    *queues.ACTIONS,
    *workers.ACTIONS,
    *reporting.ACTIONS,
    *log.ACTIONS,
    *scalars.ACTIONS,
    *plots.ACTIONS,
    *model_finding.ACTIONS,
    *model.ACTIONS,
)
