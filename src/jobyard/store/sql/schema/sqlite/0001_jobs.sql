-- Jobs and what belongs to them. Times are microseconds since 1970, flags are 0 or 1, JSON is text.
-- A statement ends with a semicolon at the end of a line.

CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    project TEXT,
    queue TEXT NOT NULL,
    rank INTEGER NOT NULL,  -- the priority turned round, so that one ascending index is the line
    parent TEXT,
    face TEXT NOT NULL,
    external INTEGER NOT NULL,
    resource_type TEXT,
    resource_id TEXT,
    state TEXT NOT NULL,
    ready INTEGER NOT NULL,  -- 1: queued, for our workers, and not waiting for its time
    revision INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    queued_at INTEGER,
    due_at INTEGER,
    started_at INTEGER,
    begun_at INTEGER,
    finished_at INTEGER,
    worker TEXT,
    lease_until INTEGER,
    results_until INTEGER,
    results_expired INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    lively TEXT NOT NULL,  -- JSON of what changes while it runs
    fixed TEXT NOT NULL  -- JSON of what hardly ever changes
) STRICT;

CREATE INDEX jobs_line ON jobs (queue, rank, number, kind) WHERE ready = 1;
CREATE INDEX jobs_due ON jobs (due_at) WHERE ready = 0 AND state = 'queued' AND external = 0;
CREATE INDEX jobs_lease ON jobs (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX jobs_results ON jobs (results_until, number) WHERE results_until IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, number);
CREATE INDEX jobs_by_owner ON jobs (owner, state, number);
CREATE INDEX jobs_by_project ON jobs (project, state, number) WHERE project IS NOT NULL;
CREATE INDEX jobs_by_rank ON jobs (state, rank, number);
CREATE INDEX jobs_by_end ON jobs (finished_at, number) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_by_owner_end ON jobs (owner, finished_at, number) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_by_project_end ON jobs (project, finished_at, number)
    WHERE finished_at IS NOT NULL AND project IS NOT NULL;
CREATE INDEX jobs_by_parent ON jobs (parent, number) WHERE parent IS NOT NULL;
CREATE INDEX jobs_by_resource ON jobs (resource_id, number) WHERE resource_id IS NOT NULL;

CREATE TABLE labels (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    job INTEGER NOT NULL,
    PRIMARY KEY (name, value, job)
) STRICT, WITHOUT ROWID;

-- Words are split and folded before they come here (job/filters.py), so the simplest tokenizer is the exact one.
CREATE VIRTUAL TABLE search USING fts5(
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE attempts (
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    worker TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    begun_at INTEGER,
    ended_at INTEGER,
    outcome TEXT NOT NULL,
    failure TEXT,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_lines (
    job INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    stream TEXT NOT NULL,
    line BLOB NOT NULL,  -- UTF-8; bytes, because output may hold any character
    PRIMARY KEY (job, attempt, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
    job INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    blob TEXT NOT NULL,
    media_type TEXT NOT NULL,
    PRIMARY KEY (job, attempt, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX files_by_blob ON files (blob);

CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    data TEXT NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0  -- 1: its job is no more
) STRICT;

CREATE INDEX events_by_job ON events (job, number);
CREATE INDEX events_of_gone ON events (at, number) WHERE gone = 1;

CREATE TABLE counters (
    owner TEXT NOT NULL,
    project TEXT NOT NULL,  -- empty: no project
    queue TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (owner, project, queue, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE reused (
    owner TEXT NOT NULL,
    word TEXT NOT NULL,
    job INTEGER NOT NULL,
    digest TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (owner, word)
) STRICT, WITHOUT ROWID;

CREATE INDEX reused_by_job ON reused (job);
