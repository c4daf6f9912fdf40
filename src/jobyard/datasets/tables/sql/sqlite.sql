-- still_at: tags and shapes of certain frames
SELECT what, body
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame IN (SELECT value FROM json_each(:frames))
    AND what <> 'track'
ORDER BY frame, number

-- known_annotations: those of these numbers
SELECT number, frame, what, label, body
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND number IN (SELECT value FROM json_each(:numbers))

-- said_at: which labels tags and shapes put on certain frames
SELECT DISTINCT frame, label
FROM dataset_annotations
WHERE dataset = :dataset AND layer = (SELECT own_layer FROM datasets WHERE number = :dataset)
    AND frame IN (SELECT value FROM json_each(:frames))
    AND what <> 'track'

-- placed_at: tags, shapes and tracks that begin in certain frames
SELECT number, frame, what, label
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame IN (SELECT value FROM json_each(:frames))

-- carried_by: which labels certain samples carry
SELECT sample, label
FROM dataset_carried
WHERE dataset = :dataset
    AND sample IN (SELECT value FROM json_each(:numbers))

-- carried_counts: how many of certain samples carry each label
SELECT label, count(*)
FROM dataset_carried
WHERE dataset = :dataset
    AND sample IN (SELECT value FROM json_each(:numbers))
GROUP BY label

-- carrying_any: how many of certain samples carry a label
SELECT count(*)
FROM json_each(:numbers) AS chosen
WHERE EXISTS (SELECT 1 FROM dataset_carried WHERE dataset = :dataset AND sample = chosen.value)

-- drop_carried_by: certain samples carry no label
DELETE FROM dataset_carried
WHERE dataset = :dataset
    AND sample IN (SELECT value FROM json_each(:numbers))

-- carry_said: certain samples carry what tags and shapes of the dataset's own put on them
INSERT INTO dataset_carried (dataset, sample, label)
SELECT dataset, frame + 1, label
FROM dataset_annotations
WHERE dataset = :dataset AND layer = (SELECT own_layer FROM datasets WHERE number = :dataset)
    AND frame IN (SELECT value - 1 FROM json_each(:numbers))
    AND what <> 'track'
ON CONFLICT DO NOTHING

-- flag_carrying: certain samples carry a label or none, and a person had a hand in it
UPDATE dataset_samples
SET annotated = EXISTS (
        SELECT 1 FROM dataset_carried AS carried
        WHERE carried.dataset = dataset_samples.dataset AND carried.sample = dataset_samples.number
    ),
    by_hand = 1
WHERE dataset = :dataset
    AND number IN (SELECT value FROM json_each(:numbers))

-- samples_numbered: whole samples by their numbers
SELECT number, path, size, mtime_ns, added_at, changed_at, etag, annotated, by_hand
FROM dataset_samples
WHERE dataset = :dataset
    AND number IN (SELECT value FROM json_each(:numbers))
ORDER BY number

-- sample_states: what is known of the labels of certain samples
SELECT number, annotated, by_hand
FROM dataset_samples
WHERE dataset = :dataset
    AND number IN (SELECT value FROM json_each(:numbers))

-- known_numbers: which of these samples there are
SELECT number
FROM dataset_samples
WHERE dataset = :dataset
    AND number IN (SELECT value FROM json_each(:numbers))

-- texted: numbers of samples whose path contains a text
SELECT number
FROM dataset_samples
WHERE dataset = :dataset AND number > :behind AND instr(path, :text) > 0
ORDER BY number
LIMIT :limit OFFSET :offset

-- texted_labelled: of those that carry a label or none
SELECT number
FROM dataset_samples
WHERE dataset = :dataset AND annotated = :annotated AND number > :behind AND instr(path, :text) > 0
ORDER BY number
LIMIT :limit OFFSET :offset

-- texted_carrying: of those that carry a certain label
SELECT carried.sample
FROM dataset_carried AS carried
CROSS JOIN dataset_samples AS samples
WHERE carried.dataset = :dataset AND carried.label = :label AND carried.sample > :behind
    AND samples.dataset = :dataset AND samples.number = carried.sample AND instr(samples.path, :text) > 0
ORDER BY carried.sample
LIMIT :limit OFFSET :offset

-- datasets_meant: those inside a scope, or in part assigned to somebody, that fit a filter, oldest first
SELECT id, name
FROM datasets
WHERE deleted_at IS NULL
    AND (:everything = 1 OR owner = :scope_owner
        OR project IN (SELECT value FROM json_each(:projects))
        OR (project IS NULL AND number IN (SELECT dataset FROM dataset_assignments WHERE assignee = :assignee))
        OR (project IS NULL AND id IN (SELECT home FROM dataset_charges WHERE assignee = :charge))
        OR (project IS NULL AND collection IN (SELECT home FROM dataset_charges WHERE assignee = :charge)))
    AND (:text = '' OR instr(folded, :text) > 0)
    AND (:purposes = '[]'
        OR purpose IN (SELECT value FROM json_each(:purposes)))
    AND (:owner = '' OR owner = :owner)
    AND (:project = '' OR project = :project)
    AND (:collection = '' OR collection = :collection)
ORDER BY number

-- collections_meant: those inside a scope, or seen to by somebody, that fit a filter, newest first
SELECT number, id, name, owner, project, description, settings, created_at, updated_at
FROM dataset_collections
WHERE (:everything = 1 OR owner = :scope_owner
        OR project IN (SELECT value FROM json_each(:projects))
        OR (project IS NULL AND id IN (SELECT home FROM dataset_charges WHERE assignee = :charge)))
    AND (:text = '' OR instr(folded, :text) > 0)
ORDER BY number DESC
