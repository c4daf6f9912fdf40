CREATE TABLE dataset_charges (
    home TEXT PRIMARY KEY,
    assignee TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX dataset_charges_assignee ON dataset_charges (assignee, home);

INSERT INTO dataset_charges (home, assignee)
SELECT id, json_extract(settings, '$.cvat.assignee')
FROM datasets
WHERE deleted_at IS NULL AND json_type(settings, '$.cvat.assignee') = 'text'
UNION ALL
SELECT id, json_extract(settings, '$.cvat.assignee')
FROM dataset_collections
WHERE json_type(settings, '$.cvat.assignee') = 'text';
