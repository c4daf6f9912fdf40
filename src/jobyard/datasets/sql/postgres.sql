-- lock_dataset: one dataset by id, held until the transaction ends
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE id = :id AND deleted_at IS NULL
FOR UPDATE

-- datasets_called: those of a name that are inside a scope
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE name = :name
    AND deleted_at IS NULL
    AND (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb))))
ORDER BY number
LIMIT :limit

-- datasets_page: those inside a scope, or in part assigned to somebody, with a number below `before`, newest first
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE number < :before
    AND deleted_at IS NULL
    AND (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR (project IS NULL AND number IN (SELECT dataset FROM dataset_assignments WHERE assignee = :assignee))
        OR (project IS NULL AND id IN (SELECT home FROM dataset_charges WHERE assignee = :assignee))
        OR (project IS NULL AND collection IN (SELECT home FROM dataset_charges WHERE assignee = :assignee)))
ORDER BY number DESC
LIMIT :limit

-- count_datasets: how many are inside a scope, or in part assigned to somebody
SELECT count(*)
FROM datasets
WHERE deleted_at IS NULL
    AND (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR (project IS NULL AND number IN (SELECT dataset FROM dataset_assignments WHERE assignee = :assignee))
        OR (project IS NULL AND id IN (SELECT home FROM dataset_charges WHERE assignee = :assignee))
        OR (project IS NULL AND collection IN (SELECT home FROM dataset_charges WHERE assignee = :assignee)))
