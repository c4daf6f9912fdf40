-- What agents tell of their machines now and then. The empty metric tells whether one ran a task.

CREATE TABLE experiment_machines (
    agent text NOT NULL,
    metric text NOT NULL,
    variant text NOT NULL,
    at bigint NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (agent, metric, variant, at)
);

CREATE INDEX experiment_machines_at ON experiment_machines (at);
