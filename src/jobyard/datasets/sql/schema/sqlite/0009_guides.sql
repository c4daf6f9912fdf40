CREATE TABLE dataset_guides (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    home TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE dataset_guide_assets (
    id TEXT PRIMARY KEY,
    guide INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE INDEX dataset_guide_assets_guide ON dataset_guide_assets (guide);
