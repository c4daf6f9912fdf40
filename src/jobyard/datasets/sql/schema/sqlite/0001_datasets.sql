CREATE TABLE datasets (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    owner TEXT NOT NULL,
    project TEXT,
    created_at INTEGER NOT NULL,
    samples INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT 0,
    next_sample INTEGER NOT NULL DEFAULT 1,
    synced_at INTEGER,
    last_job TEXT,
    syncing TEXT,
    deleted_at INTEGER
) STRICT;

CREATE UNIQUE INDEX datasets_name ON datasets (owner, name) WHERE deleted_at IS NULL;

CREATE INDEX datasets_project ON datasets (project, number) WHERE project IS NOT NULL;

CREATE TABLE dataset_samples (
    dataset INTEGER NOT NULL,
    path BLOB NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, path)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX dataset_samples_number ON dataset_samples (dataset, number);

CREATE TABLE dataset_syncs (
    job TEXT PRIMARY KEY,
    dataset INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    cursor BLOB NOT NULL DEFAULT x'',
    passed INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX dataset_syncs_newest ON dataset_syncs (dataset, started_at);

CREATE TABLE dataset_changes (
    job TEXT NOT NULL,
    place INTEGER NOT NULL,
    what TEXT NOT NULL,
    path BLOB NOT NULL,
    PRIMARY KEY (job, place)
) STRICT, WITHOUT ROWID;
