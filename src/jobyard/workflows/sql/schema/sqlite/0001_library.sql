CREATE TABLE workflows (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    owner TEXT NOT NULL,
    project TEXT,
    public INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    published INTEGER NOT NULL,
    about TEXT NOT NULL
) STRICT;

CREATE INDEX workflows_owner ON workflows (owner, number);

CREATE INDEX workflows_project ON workflows (project, number) WHERE project IS NOT NULL;

CREATE INDEX workflows_folded ON workflows (folded);

CREATE TABLE workflow_versions (
    package TEXT PRIMARY KEY,
    workflow TEXT NOT NULL,
    number INTEGER NOT NULL,
    file TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    about TEXT NOT NULL,
    report TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX workflow_versions_number ON workflow_versions (workflow, number);

CREATE TABLE workflow_files (
    blob TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
