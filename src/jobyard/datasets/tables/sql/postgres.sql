-- still_at: tags and shapes of certain frames
SELECT what, body
FROM dataset_annotations
WHERE dataset = :dataset AND layer = :layer
    AND frame IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:frames AS jsonb))
    )
    AND what <> 'track'
ORDER BY frame, number

-- known_annotations: those of these numbers
SELECT number, frame, what, label, body
FROM dataset_annotations
WHERE dataset = :dataset AND layer = :layer
    AND number IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:numbers AS jsonb))
    )

-- said_at: which labels tags and shapes put on certain frames
SELECT DISTINCT frame, label
FROM dataset_annotations
WHERE dataset = :dataset AND layer = 0
    AND frame IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:frames AS jsonb))
    )
    AND what <> 'track'

-- placed_at: tags, shapes and tracks that begin in certain frames
SELECT number, frame, what, label
FROM dataset_annotations
WHERE dataset = :dataset AND layer = :layer
    AND frame IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:frames AS jsonb))
    )

-- carried_by: which labels certain samples carry
SELECT sample, label
FROM dataset_carried
WHERE dataset = :dataset
    AND sample IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:numbers AS jsonb))
    )

-- samples_numbered: whole samples by their numbers
SELECT number, path, size, mtime_ns, added_at, changed_at, etag, annotated, by_hand
FROM dataset_samples
WHERE dataset = :dataset
    AND number IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:numbers AS jsonb))
    )
ORDER BY number

-- sample_states: what is known of the labels of certain samples
SELECT number, annotated, by_hand
FROM dataset_samples
WHERE dataset = :dataset
    AND number IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:numbers AS jsonb))
    )

-- known_numbers: which of these samples there are
SELECT number
FROM dataset_samples
WHERE dataset = :dataset
    AND number IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:numbers AS jsonb))
    )

-- texted: numbers of samples whose path contains a text
SELECT number
FROM dataset_samples
WHERE dataset = :dataset AND number > :behind AND position(:text in path) > 0
ORDER BY number
LIMIT :limit OFFSET :offset

-- texted_labelled: of those that carry a label or none
SELECT number
FROM dataset_samples
WHERE dataset = :dataset AND annotated = :annotated AND number > :behind AND position(:text in path) > 0
ORDER BY number
LIMIT :limit OFFSET :offset

-- texted_carrying: of those that carry a certain label
SELECT carried.sample
FROM dataset_carried AS carried
JOIN dataset_samples AS samples ON samples.dataset = carried.dataset AND samples.number = carried.sample
WHERE carried.dataset = :dataset AND carried.label = :label AND carried.sample > :behind
    AND position(:text in samples.path) > 0
ORDER BY carried.sample
LIMIT :limit OFFSET :offset

-- datasets_meant: those inside a scope that fit a filter, oldest first
SELECT id, name
FROM datasets
WHERE deleted_at IS NULL
    AND (:everything = 1 OR owner = :scope_owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb))))
    AND (:text = '' OR position(:text in folded) > 0)
    AND (:purposes = '[]'
        OR purpose IN (SELECT jsonb_array_elements_text(CAST(:purposes AS jsonb))))
    AND (:owner = '' OR owner = :owner)
    AND (:project = '' OR project = :project)
    AND (:collection = '' OR collection = :collection)
ORDER BY number

-- collections_meant: those inside a scope that fit a filter, newest first
SELECT number, id, name, owner, project, description, settings, created_at, updated_at
FROM dataset_collections
WHERE (:everything = 1 OR owner = :scope_owner
        OR project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb))))
    AND (:text = '' OR position(:text in folded) > 0)
ORDER BY number DESC

-- lock_collection: one by id, held until the transaction ends
SELECT number, id, name, owner, project, description, settings, created_at, updated_at
FROM dataset_collections
WHERE id = :id
FOR UPDATE
