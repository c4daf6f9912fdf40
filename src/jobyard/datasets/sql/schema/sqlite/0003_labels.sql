ALTER TABLE datasets ADD COLUMN purpose TEXT NOT NULL DEFAULT 'free';

ALTER TABLE datasets ADD COLUMN description TEXT NOT NULL DEFAULT '';

ALTER TABLE datasets ADD COLUMN work_path TEXT NOT NULL DEFAULT '';

ALTER TABLE datasets ADD COLUMN read_labels INTEGER NOT NULL DEFAULT 1;

ALTER TABLE datasets ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

ALTER TABLE datasets ADD COLUMN annotated INTEGER NOT NULL DEFAULT 0;

ALTER TABLE datasets ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE datasets ADD COLUMN collection TEXT;

ALTER TABLE datasets ADD COLUMN folded TEXT NOT NULL DEFAULT '';

UPDATE datasets SET updated_at = created_at, folded = lower(name);

CREATE INDEX datasets_collection ON datasets (collection, number) WHERE collection IS NOT NULL;

ALTER TABLE dataset_samples ADD COLUMN annotated INTEGER NOT NULL DEFAULT 0;

ALTER TABLE dataset_samples ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;

CREATE INDEX dataset_samples_annotated ON dataset_samples (dataset, annotated, number);

CREATE TABLE dataset_collections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    owner TEXT NOT NULL,
    project TEXT,
    description TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '{}',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX dataset_collections_name ON dataset_collections (owner, name);

CREATE TABLE dataset_numbers (
    line TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dataset_labels (
    number INTEGER PRIMARY KEY,
    home TEXT NOT NULL,
    parent INTEGER NOT NULL DEFAULT 0,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    color TEXT NOT NULL DEFAULT '',
    drawing TEXT NOT NULL DEFAULT '',
    attributes TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE UNIQUE INDEX dataset_labels_name ON dataset_labels (home, parent, name);

CREATE TABLE dataset_label_counts (
    dataset INTEGER NOT NULL,
    label INTEGER NOT NULL,
    samples INTEGER NOT NULL DEFAULT 0,
    uses INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (dataset, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE dataset_annotations (
    number INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL,
    layer INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    last INTEGER NOT NULL,
    what TEXT NOT NULL,
    label INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE INDEX dataset_annotations_frame ON dataset_annotations (dataset, layer, frame);

CREATE INDEX dataset_annotations_track ON dataset_annotations (dataset, layer, frame) WHERE what = 'track';

CREATE TABLE dataset_carried (
    dataset INTEGER NOT NULL,
    sample INTEGER NOT NULL,
    label INTEGER NOT NULL,
    PRIMARY KEY (dataset, sample, label)
) STRICT, WITHOUT ROWID;

CREATE INDEX dataset_carried_label ON dataset_carried (dataset, label, sample);

CREATE TABLE dataset_assignments (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset INTEGER NOT NULL,
    kind TEXT NOT NULL,
    parent INTEGER,
    first_frame INTEGER NOT NULL,
    last_frame INTEGER NOT NULL,
    frames TEXT,
    assignee TEXT,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX dataset_assignments_dataset ON dataset_assignments (dataset, number);

CREATE INDEX dataset_assignments_assignee ON dataset_assignments (assignee, number) WHERE assignee IS NOT NULL;
