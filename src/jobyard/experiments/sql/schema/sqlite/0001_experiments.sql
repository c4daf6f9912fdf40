-- Experiments beside their jobs. Times are microseconds since 1970, flags are 0 or 1, JSON is text.

CREATE TABLE experiments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    folder TEXT NOT NULL,
    parent TEXT NOT NULL,
    type TEXT NOT NULL,
    mark TEXT NOT NULL,
    hidden INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    started_at INTEGER,
    completed_at INTEGER,
    iteration INTEGER NOT NULL,
    head TEXT NOT NULL,
    parts TEXT NOT NULL
) STRICT;

CREATE INDEX experiments_updated ON experiments (updated_at, number);
CREATE INDEX experiments_created ON experiments (created_at, number);
CREATE INDEX experiments_folder ON experiments (folder, updated_at, number);
CREATE INDEX experiments_parent ON experiments (parent) WHERE parent <> '';

CREATE TABLE experiment_folders (
    id TEXT PRIMARY KEY,
    home TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    project TEXT,
    description TEXT NOT NULL,
    destination TEXT NOT NULL,
    tags TEXT NOT NULL,
    system_tags TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (home, name)
) STRICT;

CREATE TABLE experiment_models (
    id TEXT PRIMARY KEY,
    folder TEXT NOT NULL,
    owner TEXT NOT NULL,
    project TEXT,
    task TEXT NOT NULL,
    uri TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX experiment_models_task ON experiment_models (task);
CREATE INDEX experiment_models_folder ON experiment_models (folder);
CREATE INDEX experiment_models_uri ON experiment_models (uri);

CREATE TABLE experiment_lines (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE experiment_agents (
    name TEXT PRIMARY KEY,
    heard_at INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- One metric in one variant; its values lie in the tables below.
CREATE TABLE experiment_series (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    home TEXT NOT NULL,
    sort TEXT NOT NULL,
    metric TEXT NOT NULL,
    variant TEXT NOT NULL,
    count INTEGER NOT NULL DEFAULT 0,
    last REAL,
    last_iteration INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL DEFAULT 0,
    least REAL,
    least_iteration INTEGER NOT NULL DEFAULT 0,
    most REAL,
    most_iteration INTEGER NOT NULL DEFAULT 0,
    first REAL,
    first_iteration INTEGER NOT NULL DEFAULT 0,
    total REAL NOT NULL DEFAULT 0,
    UNIQUE (home, sort, metric, variant)
) STRICT;

CREATE TABLE experiment_values (
    series INTEGER NOT NULL,
    iteration INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (series, iteration)
) STRICT, WITHOUT ROWID;

CREATE TABLE experiment_shown (
    series INTEGER NOT NULL,
    iteration INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (series, iteration)
) STRICT, WITHOUT ROWID;

-- The console: a line that is sent twice stands here once.
CREATE TABLE experiment_console (
    home TEXT NOT NULL,
    at INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    level TEXT NOT NULL,
    worker TEXT NOT NULL,
    line BLOB NOT NULL,
    PRIMARY KEY (home, at, digest)
) STRICT, WITHOUT ROWID;

-- Files that programs put here: whose they are, and the task that their path names.
CREATE TABLE experiment_files (
    path TEXT NOT NULL,
    owner TEXT NOT NULL,
    task TEXT NOT NULL,
    blob TEXT NOT NULL,
    size INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (path, owner)
) STRICT;

CREATE INDEX experiment_files_blob ON experiment_files (blob);
