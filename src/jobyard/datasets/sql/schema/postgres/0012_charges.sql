CREATE TABLE dataset_charges (
    home text COLLATE "C" PRIMARY KEY,
    assignee text COLLATE "C" NOT NULL
);

CREATE INDEX dataset_charges_assignee ON dataset_charges (assignee, home);

INSERT INTO dataset_charges (home, assignee)
SELECT id, CAST(settings AS jsonb) -> 'cvat' ->> 'assignee'
FROM datasets
WHERE deleted_at IS NULL AND CAST(settings AS jsonb) -> 'cvat' ->> 'assignee' IS NOT NULL
UNION ALL
SELECT id, CAST(settings AS jsonb) -> 'cvat' ->> 'assignee'
FROM dataset_collections
WHERE CAST(settings AS jsonb) -> 'cvat' ->> 'assignee' IS NOT NULL;
