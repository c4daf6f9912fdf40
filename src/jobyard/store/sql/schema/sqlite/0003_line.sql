-- The line: fair turns, jobs that wait for others, unique keys, counters by kind; and cards for what people set up.

ALTER TABLE jobs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;  -- its round among the owners of one priority
ALTER TABLE jobs ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;  -- how many jobs it still waits for
ALTER TABLE jobs ADD COLUMN unique_key TEXT;
ALTER TABLE jobs ADD COLUMN schedule TEXT;

-- What stands in line already is given fair turns too.
DROP INDEX jobs_line;
UPDATE jobs SET due_at = NULL, turn = placed.turn FROM (
    SELECT number, row_number() OVER (PARTITION BY queue, rank, owner ORDER BY number) - 1 AS turn
    FROM jobs WHERE ready = 1
) AS placed WHERE jobs.number = placed.number;
CREATE INDEX jobs_line ON jobs (queue, rank, turn, number, kind) WHERE ready = 1;
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (due_at, number) WHERE ready = 0 AND state = 'queued' AND external = 0 AND waits = 0;
CREATE INDEX jobs_turns ON jobs (queue, rank, owner, turn, number) WHERE ready = 1;
CREATE UNIQUE INDEX jobs_unique ON jobs (unique_key) WHERE unique_key IS NOT NULL AND state IN ('queued', 'running');
CREATE INDEX jobs_by_schedule ON jobs (schedule, number) WHERE schedule IS NOT NULL;
-- Without the state, so that moving a job on moves nothing here.
CREATE INDEX jobs_by_kind ON jobs (kind, number);
CREATE INDEX jobs_by_queue ON jobs (queue, number);

CREATE TABLE needs (
    needed TEXT NOT NULL,  -- the id of the job that has to end first
    job INTEGER NOT NULL,
    PRIMARY KEY (needed, job)
) STRICT, WITHOUT ROWID;

CREATE INDEX needs_by_job ON needs (job);

CREATE TABLE used_before AS SELECT DISTINCT queue FROM counters;
DROP TABLE counters;
CREATE TABLE counters (
    owner TEXT NOT NULL,
    project TEXT NOT NULL,  -- empty: no project
    queue TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (owner, project, queue, kind, state)
) STRICT, WITHOUT ROWID;
INSERT INTO counters SELECT owner, coalesce(project, ''), queue, kind, state, count(*) FROM jobs GROUP BY 1, 2, 3, 4, 5;
-- A queue that was ever used stays known, though it is empty now.
INSERT INTO counters SELECT '', '', queue, '', 'draft', 0 FROM used_before WHERE queue NOT IN (SELECT queue FROM jobs);
DROP TABLE used_before;

-- The bytes of the result files of each owner's jobs.
CREATE TABLE stored (
    owner TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO stored SELECT owner, sum(size) FROM files JOIN jobs ON jobs.number = files.job GROUP BY 1;

ALTER TABLE workers ADD COLUMN draining INTEGER NOT NULL DEFAULT 0;

-- What people set up, few of each sort: limits, schedules, webhooks, rules of keeping. The rooms above know the JSON.
CREATE TABLE cards (
    drawer TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    due_at INTEGER,
    PRIMARY KEY (drawer, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX cards_due ON cards (drawer, due_at, id) WHERE due_at IS NOT NULL;
