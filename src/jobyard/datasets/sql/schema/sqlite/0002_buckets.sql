ALTER TABLE dataset_samples ADD COLUMN etag TEXT NOT NULL DEFAULT '';

ALTER TABLE dataset_syncs ADD COLUMN series TEXT NOT NULL DEFAULT '[]';

ALTER TABLE dataset_syncs ADD COLUMN labels_read INTEGER NOT NULL DEFAULT 0;

ALTER TABLE dataset_syncs ADD COLUMN labels_refused INTEGER NOT NULL DEFAULT 0;

CREATE TABLE dataset_label_files (
    dataset INTEGER NOT NULL,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    etag TEXT NOT NULL DEFAULT '',
    unread INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (dataset, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX dataset_label_files_unread ON dataset_label_files (dataset, path) WHERE unread <> 0;
