-- What agents tell of their machines now and then. The empty metric tells whether one ran a task.

CREATE TABLE experiment_machines (
    agent TEXT NOT NULL,
    metric TEXT NOT NULL,
    variant TEXT NOT NULL,
    at INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (agent, metric, variant, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX experiment_machines_at ON experiment_machines (at);
