-- put_values: values by series and iteration; one of the same place is replaced
INSERT INTO experiment_values (series, iteration, at, value)
SELECT CAST(value ->> 0 AS bigint), CAST(value ->> 1 AS bigint), CAST(value ->> 2 AS bigint),
    CAST(value ->> 3 AS double precision)
FROM jsonb_array_elements(CAST(:rows AS jsonb))
ON CONFLICT (series, iteration) DO UPDATE SET at = excluded.at, value = excluded.value

-- known_places: which of these places hold a value
SELECT series, iteration, value
FROM experiment_values
WHERE (series, iteration) IN (
    SELECT CAST(value ->> 0 AS bigint), CAST(value ->> 1 AS bigint) FROM jsonb_array_elements(CAST(:rows AS jsonb))
)

-- lock_task: one by id, held until the transaction ends
SELECT number, id, folder, parent, type, mark, created_at, updated_at, changed_at, started_at, completed_at, iteration,
    head, parts
FROM experiments
WHERE id = :id
FOR UPDATE

-- folders: those that somebody may see
SELECT id, home, name, owner, project, description, destination, tags, system_tags, created_at, updated_at
FROM experiment_folders
WHERE (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb))))
ORDER BY created_at, id

-- models: those that somebody may see
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
ORDER BY updated_at DESC, id

-- models_with: those of these ids
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND id IN (SELECT jsonb_array_elements_text(CAST(:given AS jsonb)))
ORDER BY updated_at DESC, id

-- models_of: those that these tasks made
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND task IN (SELECT jsonb_array_elements_text(CAST(:given AS jsonb)))
ORDER BY updated_at DESC, id

-- models_at: those whose weights lie at one of these places
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND uri IN (SELECT jsonb_array_elements_text(CAST(:given AS jsonb)))
ORDER BY updated_at DESC, id

-- models_in: those that lie in these folders
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND folder IN (SELECT jsonb_array_elements_text(CAST(:given AS jsonb)))
ORDER BY updated_at DESC, id

-- files_kept: which of these blobs are a file's
SELECT blob FROM experiment_files WHERE blob IN (SELECT jsonb_array_elements_text(CAST(:blobs AS jsonb)))

-- said_of_before: the newest pieces of some metrics before a time
SELECT at, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND at < :at AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(CAST(:among AS jsonb)) AS named(value)
    WHERE named.value ->> 0 = metric AND (named.value ->> 1 IS NULL OR named.value ->> 1 = variant)
)
ORDER BY at DESC, digest DESC
LIMIT :limit OFFSET :offset

-- said_of_after: the oldest pieces of some metrics after a time
SELECT at, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND at > :at AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(CAST(:among AS jsonb)) AS named(value)
    WHERE named.value ->> 0 = metric AND (named.value ->> 1 IS NULL OR named.value ->> 1 = variant)
)
ORDER BY at, digest
LIMIT :limit OFFSET :offset

-- count_said_of: how many pieces of some metrics
SELECT count(*) FROM experiment_console
WHERE home = :home AND EXISTS (
    SELECT 1 FROM jsonb_array_elements(CAST(:among AS jsonb)) AS named(value)
    WHERE named.value ->> 0 = metric AND (named.value ->> 1 IS NULL OR named.value ->> 1 = variant)
)

-- clear_said: pieces before a time, only those of some metrics where any are named, and none of others
DELETE FROM experiment_console
WHERE home = :home AND at < :before
    AND (:every = 1 OR metric IN (SELECT jsonb_array_elements_text(CAST(:only AS jsonb))))
    AND metric NOT IN (SELECT jsonb_array_elements_text(CAST(:but AS jsonb)))

-- known_shown: at which of these places a plot or a picture stands
SELECT series, iteration
FROM experiment_shown
WHERE (series, iteration) IN (
    SELECT CAST(value ->> 0 AS bigint), CAST(value ->> 1 AS bigint) FROM jsonb_array_elements(CAST(:rows AS jsonb))
)
