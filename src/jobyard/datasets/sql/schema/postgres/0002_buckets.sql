ALTER TABLE dataset_samples ADD COLUMN etag text NOT NULL DEFAULT '';

ALTER TABLE dataset_syncs ADD COLUMN series text NOT NULL DEFAULT '[]';

ALTER TABLE dataset_syncs ADD COLUMN labels_read bigint NOT NULL DEFAULT 0;

ALTER TABLE dataset_syncs ADD COLUMN labels_refused bigint NOT NULL DEFAULT 0;

CREATE TABLE dataset_label_files (
    dataset bigint NOT NULL,
    path bytea NOT NULL,
    size bigint NOT NULL,
    mtime_ns bigint NOT NULL,
    etag text NOT NULL DEFAULT '',
    unread bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (dataset, path)
);

CREATE INDEX dataset_label_files_unread ON dataset_label_files (dataset, path) WHERE unread <> 0;
