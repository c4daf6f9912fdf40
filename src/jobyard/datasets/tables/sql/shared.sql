-- take_numbers: give out the next numbers of a line; the last of them comes back
INSERT INTO dataset_numbers (line, last) VALUES (:line, :count)
ON CONFLICT (line) DO UPDATE SET last = dataset_numbers.last + excluded.last
RETURNING last

-- labels: all of a home, parts with their skeletons
SELECT number, parent, name, kind, color, drawing, attributes
FROM dataset_labels
WHERE home = :home
ORDER BY parent, place, number

-- insert_label: one that is new
INSERT INTO dataset_labels (number, home, parent, place, name, kind, color, drawing, attributes)
VALUES (:number, :home, :parent, :place, :name, :kind, :color, :drawing, :attributes)

-- update_label: what is said of one
UPDATE dataset_labels
SET place = :place, name = :name, kind = :kind, color = :color, drawing = :drawing, attributes = :attributes
WHERE number = :number

-- rename_aside: give a name free before others take it
UPDATE dataset_labels SET name = :name WHERE number = :number

-- delete_label: one with its parts
DELETE FROM dataset_labels WHERE number = :number OR (home = :home AND parent = :number)

-- drop_labels: all of a home
DELETE FROM dataset_labels WHERE home = :home

-- counts: how often each label of a dataset is carried
SELECT label, samples, uses FROM dataset_label_counts WHERE dataset = :dataset

-- label_count: how many samples of a dataset carry a label
SELECT samples FROM dataset_label_counts WHERE dataset = :dataset AND label = :label

-- count_label: add to what is counted of a label
INSERT INTO dataset_label_counts (dataset, label, samples, uses)
VALUES (:dataset, :label, :samples, :uses)
ON CONFLICT (dataset, label) DO UPDATE
SET samples = dataset_label_counts.samples + excluded.samples, uses = dataset_label_counts.uses + excluded.uses

-- drop_count: forget what was counted of a label
DELETE FROM dataset_label_counts WHERE dataset = :dataset AND label = :label

-- drop_counts: forget what was counted of a dataset
DELETE FROM dataset_label_counts WHERE dataset = :dataset

-- count_annotated: add to how many samples carry a label
UPDATE datasets SET annotated = annotated + :more WHERE number = :dataset

-- change_dataset: what is said about one
UPDATE datasets
SET name = :name, folded = :folded, description = :description, read_labels = :read_labels, settings = :settings,
    updated_at = :now
WHERE number = :dataset

-- name_taken: whether an owner has another dataset of this name
SELECT 1 FROM datasets WHERE owner = :owner AND name = :name AND number <> :dataset AND deleted_at IS NULL

-- id_of: the id of a dataset, hidden or not
SELECT id FROM datasets WHERE number = :dataset

-- touch: note that a dataset was changed
UPDATE datasets SET updated_at = :now WHERE number = :dataset

-- insert_annotation: a tag, a shape or a track
INSERT INTO dataset_annotations (number, dataset, layer, frame, last, what, label, body)
VALUES (:number, :dataset, :layer, :frame, :last, :what, :label, :body)

-- own_layer: the layer in which a dataset's own stands
SELECT own_layer FROM datasets WHERE number = :dataset

-- insert_shape: a shape
INSERT INTO dataset_annotations (number, dataset, layer, frame, last, what, label, body)
VALUES (:number, :dataset, :layer, :frame, :frame, 'shape', :label, :body)

-- update_annotation: write one anew
UPDATE dataset_annotations
SET frame = :frame, last = :last, label = :label, body = :body
WHERE number = :number

-- delete_annotation: by its number
DELETE FROM dataset_annotations WHERE number = :number

-- still: tags and shapes of a range of frames
SELECT what, body
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame >= :first AND frame <= :last AND what <> 'track'
ORDER BY frame, number

-- tracks: those that are in a range of frames
SELECT what, body
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame <= :last AND last >= :first AND what = 'track'
ORDER BY frame, number

-- any_track: whether a dataset has tracks of its own
SELECT 1
FROM dataset_annotations
WHERE dataset = :dataset AND layer = (SELECT own_layer FROM datasets WHERE number = :dataset) AND what = 'track'
LIMIT 1

-- placed: where tags, shapes and tracks begin that lie in a range of frames
SELECT number, frame, what, label
FROM dataset_annotations
WHERE dataset = :dataset
    AND layer = coalesce((SELECT own_layer FROM datasets WHERE number = :dataset AND :layer = 0), :layer)
    AND frame >= :first AND frame <= :last
ORDER BY frame, number

-- layers: assignments of a dataset whose annotations stand apart
SELECT number FROM dataset_assignments WHERE dataset = :dataset AND kind <> 'annotation' ORDER BY number

-- some_of_label: a few of a label in any layer
SELECT number
FROM dataset_annotations
WHERE dataset = :dataset AND label = :label
LIMIT :limit

-- labels_said: how many of the first few of a dataset are of which label, in any layer
SELECT label, count(*) FROM (SELECT label FROM dataset_annotations WHERE dataset = :dataset LIMIT :limit) AS a GROUP BY 1

-- some_of_layer: a few of a layer
SELECT number
FROM dataset_annotations
WHERE dataset = :dataset AND layer = :layer
LIMIT :limit

-- some_annotations: a few of a dataset
SELECT number
FROM dataset_annotations
WHERE dataset = :dataset
LIMIT :limit

-- carry: a sample carries a label
INSERT INTO dataset_carried (dataset, sample, label) VALUES (:dataset, :sample, :label)

-- carry_once: a sample carries a label, if it did not do so already
INSERT INTO dataset_carried (dataset, sample, label) VALUES (:dataset, :sample, :label)
ON CONFLICT DO NOTHING

-- drop_carried: a sample carries a label no more
DELETE FROM dataset_carried WHERE dataset = :dataset AND sample = :sample AND label = :label

-- carrying: the first samples that carry a label, and whether they carry another one
SELECT sample,
    EXISTS (
        SELECT 1 FROM dataset_carried AS others
        WHERE others.dataset = :dataset AND others.sample = ours.sample AND others.label <> :label
    )
FROM dataset_carried AS ours
WHERE dataset = :dataset AND label = :label
ORDER BY sample
LIMIT :limit

-- carried_counts_of_all: how many samples of a dataset carry each label
SELECT label, count(*) FROM dataset_carried WHERE dataset = :dataset GROUP BY label

-- some_carried: a few of a dataset
SELECT sample, label FROM dataset_carried WHERE dataset = :dataset LIMIT :limit

-- flag_sample: whether a sample carries a label, and whether a person had a hand in it
UPDATE dataset_samples
SET annotated = :annotated, by_hand = CASE WHEN :by_hand = 1 THEN 1 ELSE by_hand END
WHERE dataset = :dataset AND number = :number

-- annotated_between: samples of a stretch that carry a label
SELECT number
FROM dataset_samples
WHERE dataset = :dataset AND path >= :first AND path <= :last AND annotated = 1

-- numbers_between: all samples of a stretch
SELECT number FROM dataset_samples WHERE dataset = :dataset AND path >= :first AND path <= :last

-- delete_sample: one by its path
DELETE FROM dataset_samples WHERE dataset = :dataset AND path = :path

-- forget_stretches: what was compared with the source is not what is known any more
DELETE FROM dataset_stretches WHERE dataset = :dataset

-- count_deleted: take samples out of the counters
UPDATE datasets SET samples = samples - :samples, size = size - :size WHERE number = :dataset

-- numbered_labelled: numbers of samples that carry a label or none
SELECT number
FROM dataset_samples
WHERE dataset = :dataset AND annotated = :annotated AND number > :behind
ORDER BY number
LIMIT :limit OFFSET :offset

-- numbered: numbers of samples
SELECT number
FROM dataset_samples
WHERE dataset = :dataset AND number > :behind
ORDER BY number
LIMIT :limit OFFSET :offset

-- numbered_carrying: numbers of samples that carry a certain label
SELECT sample
FROM dataset_carried
WHERE dataset = :dataset AND label = :label AND sample > :behind
ORDER BY sample
LIMIT :limit OFFSET :offset

-- collection: one by id
SELECT number, id, name, owner, project, description, settings, created_at, updated_at
FROM dataset_collections
WHERE id = :id

-- lock_collection: one by id, held until the transaction ends
SELECT number, id, name, owner, project, description, settings, created_at, updated_at
FROM dataset_collections
WHERE id = :id

-- insert_collection: write a new one; nothing when its owner has one of this name
INSERT INTO dataset_collections (id, name, folded, owner, project, description, settings, created_at, updated_at)
VALUES (:id, :name, :folded, :owner, :project, :description, :settings, :now, :now)
ON CONFLICT DO NOTHING
RETURNING number

-- collection_called: whether an owner has another one of this name
SELECT id FROM dataset_collections WHERE owner = :owner AND name = :name

-- update_collection: what is said of one
UPDATE dataset_collections
SET name = :name, folded = :folded, description = :description, settings = :settings, updated_at = :now
WHERE id = :id

-- delete_collection: forget one
DELETE FROM dataset_collections WHERE id = :id

-- gathered: the datasets of a collection
SELECT id FROM datasets WHERE collection = :id AND deleted_at IS NULL ORDER BY number

-- assignments: of a dataset
SELECT number, dataset, kind, parent, first_frame, last_frame, frames, assignee, stage, state, created_at, updated_at,
    assigned_at FROM dataset_assignments
WHERE dataset = :dataset
ORDER BY number

-- assignment: one by its number
SELECT number, dataset, kind, parent, first_frame, last_frame, frames, assignee, stage, state, created_at, updated_at,
    assigned_at FROM dataset_assignments
WHERE number = :number

-- assigned: what is assigned to somebody
SELECT number, dataset, kind, parent, first_frame, last_frame, frames, assignee, stage, state, created_at, updated_at,
    assigned_at FROM dataset_assignments
WHERE assignee = :assignee AND number > :behind
ORDER BY number
LIMIT :limit

-- own: what is assigned to somebody in a dataset
SELECT number, dataset, kind, parent, first_frame, last_frame, frames, assignee, stage, state, created_at, updated_at,
    assigned_at FROM dataset_assignments
WHERE dataset = :dataset AND assignee = :assignee
ORDER BY number

-- assigned_places: the datasets in which something is assigned to somebody
SELECT DISTINCT dataset FROM dataset_assignments WHERE assignee = :assignee ORDER BY dataset

-- insert_assignment: one that is new
INSERT INTO dataset_assignments
    (dataset, kind, parent, first_frame, last_frame, frames, assignee, stage, state, created_at, updated_at)
VALUES (:dataset, :kind, :parent, :first_frame, :last_frame, :frames, :assignee, :stage, :state, :now, :now)
RETURNING number

-- update_assignment: who does it, and how far it is
UPDATE dataset_assignments
SET assignee = :assignee, stage = :stage, state = :state, updated_at = :now, assigned_at = :assigned_at
WHERE number = :number

-- delete_assignment: forget one
DELETE FROM dataset_assignments WHERE number = :number

-- drop_assignments: all of a dataset
DELETE FROM dataset_assignments WHERE dataset = :dataset

-- insert_activity: what somebody did to a dataset
INSERT INTO dataset_activities (dataset, layer, frame, at, who, scope, count, duration, name, value)
VALUES (:dataset, :layer, :frame, :at, :who, :scope, :count, :duration, :name, :value)

-- activities_of_dataset: what was done to one dataset, oldest first
SELECT number, dataset, layer, frame, at, who, scope, count, duration, name, value
FROM dataset_activities
WHERE dataset = :dataset AND number > :behind AND at >= :since AND at <= :until AND (:who = '' OR who = :who)
ORDER BY number
LIMIT :limit

-- activities_of_somebody: what one person did, oldest first
SELECT number, dataset, layer, frame, at, who, scope, count, duration, name, value
FROM dataset_activities
WHERE who = :who AND number > :behind AND at >= :since AND at <= :until
ORDER BY number
LIMIT :limit

-- forget_activities: forget the oldest of what was done; numbers grow with time
DELETE FROM dataset_activities WHERE number IN (
    SELECT number FROM (SELECT number, at FROM dataset_activities ORDER BY number LIMIT :limit) AS oldest
    WHERE at < :before
)
RETURNING number

-- drop_activities: forget what was done to a dataset
DELETE FROM dataset_activities WHERE dataset = :dataset

-- insert_issue: one that was raised
INSERT INTO dataset_issues (dataset, assignment, frame, position, owner, assignee, resolved, created_at)
VALUES (:dataset, :assignment, :frame, :position, :owner, :assignee, :resolved, :now)
RETURNING number

-- issue: one by its number, with the count of its comments
SELECT number, dataset, assignment, frame, position, owner, assignee, resolved, created_at, updated_at,
    (SELECT count(*) FROM dataset_comments WHERE issue = dataset_issues.number)
FROM dataset_issues
WHERE number = :number

-- issues: of a dataset, first one first, with the count of their comments
SELECT number, dataset, assignment, frame, position, owner, assignee, resolved, created_at, updated_at,
    (SELECT count(*) FROM dataset_comments WHERE issue = dataset_issues.number)
FROM dataset_issues
WHERE dataset = :dataset
ORDER BY number

-- issue_counts: of the assignments of a dataset
SELECT assignment, count(*) FROM dataset_issues WHERE dataset = :dataset GROUP BY assignment

-- discussed: datasets with issues
SELECT DISTINCT dataset FROM dataset_issues ORDER BY dataset

-- update_issue: where it is, who sees to it, whether it is done
UPDATE dataset_issues
SET position = :position, assignee = :assignee, resolved = :resolved, updated_at = :now
WHERE number = :number

-- delete_issue: forget one
DELETE FROM dataset_issues WHERE number = :number

-- insert_comment: what somebody said
INSERT INTO dataset_comments (issue, owner, message, created_at)
VALUES (:issue, :owner, :message, :now)
RETURNING number

-- comment: one by its number
SELECT number, issue, owner, message, created_at, updated_at FROM dataset_comments WHERE number = :number

-- comments: of an issue
SELECT number, issue, owner, message, created_at, updated_at
FROM dataset_comments
WHERE issue = :issue
ORDER BY number

-- comments_in: of all issues of a dataset
SELECT number, issue, owner, message, created_at, updated_at
FROM dataset_comments
WHERE issue IN (SELECT number FROM dataset_issues WHERE dataset = :dataset)
ORDER BY number

-- update_comment: said differently
UPDATE dataset_comments SET message = :message, updated_at = :now WHERE number = :number

-- delete_comment: forget one
DELETE FROM dataset_comments WHERE number = :number

-- drop_comments: all of an issue
DELETE FROM dataset_comments WHERE issue = :issue

-- drop_comments_of: all of the issues of an assignment
DELETE FROM dataset_comments WHERE issue IN (SELECT number FROM dataset_issues WHERE assignment = :assignment)

-- drop_issues_of: all of an assignment
DELETE FROM dataset_issues WHERE assignment = :assignment

-- drop_comments_in: all of the issues of a dataset
DELETE FROM dataset_comments WHERE issue IN (SELECT number FROM dataset_issues WHERE dataset = :dataset)

-- drop_issues_in: all of a dataset
DELETE FROM dataset_issues WHERE dataset = :dataset

-- unshare_datasets: those of a project become their owners' alone
UPDATE datasets SET project = NULL WHERE project = :project

-- unshare_collections: those of a project become their owners' alone
UPDATE dataset_collections SET project = NULL WHERE project = :project

-- renumber_counts: what is counted of a label is another one's
UPDATE dataset_label_counts SET label = :new WHERE dataset = :dataset AND label = :old

-- renumber_carried: what carries a label carries another one
UPDATE dataset_carried SET label = :new WHERE dataset = :dataset AND label = :old

-- gather_dataset: it shares the labels of a collection from now on
UPDATE datasets SET collection = :collection, updated_at = :now WHERE number = :dataset

-- rehome_labels: those of one home are another one's
UPDATE dataset_labels SET home = :home WHERE home = :old
