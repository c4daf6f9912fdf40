-- insert_dataset: write a new dataset and return its number; nothing when the owner has one of this name
INSERT INTO datasets
    (id, name, folded, source, owner, project, created_at, updated_at, purpose, description, work_path, read_labels,
    settings, collection)
VALUES
    (:id, :name, :folded, :source, :owner, :project, :created_at, :created_at, :purpose, :description, :work_path,
    :read_labels, :settings, :collection)
ON CONFLICT DO NOTHING
RETURNING number

-- dataset: one dataset by id
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE id = :id AND deleted_at IS NULL

-- dataset_numbered: one dataset by its number
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE number = :dataset AND deleted_at IS NULL

-- lock_dataset: one dataset by id, held until the transaction ends
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE id = :id AND deleted_at IS NULL

-- datasets_called: those of a name that are inside a scope
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE name = :name
    AND deleted_at IS NULL
    AND (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects)))
ORDER BY number
LIMIT :limit

-- datasets_page: those inside a scope, or in part assigned to somebody, with a number below `before`, newest first
SELECT id, number, name, source, owner, project, created_at, samples, size, synced_at, last_job, syncing, next_sample,
    purpose, description, work_path, read_labels, settings, annotated, updated_at, collection
FROM datasets
WHERE number < :before
    AND deleted_at IS NULL
    AND (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
        OR (project IS NULL AND number IN (SELECT dataset FROM dataset_assignments WHERE assignee = :assignee))
        OR (project IS NULL AND id IN (SELECT home FROM dataset_charges WHERE assignee = :assignee))
        OR (project IS NULL AND collection IN (SELECT home FROM dataset_charges WHERE assignee = :assignee)))
ORDER BY number DESC
LIMIT :limit

-- count_datasets: how many are inside a scope, or in part assigned to somebody
SELECT count(*)
FROM datasets
WHERE deleted_at IS NULL
    AND (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
        OR (project IS NULL AND number IN (SELECT dataset FROM dataset_assignments WHERE assignee = :assignee))
        OR (project IS NULL AND id IN (SELECT home FROM dataset_charges WHERE assignee = :assignee))
        OR (project IS NULL AND collection IN (SELECT home FROM dataset_charges WHERE assignee = :assignee)))

-- hold_dataset: note which job synchronizes it
UPDATE datasets SET syncing = :job WHERE number = :dataset

-- count_samples_in: keep the counters with the change they count
UPDATE datasets SET samples = :samples, size = :size, next_sample = :next_sample WHERE number = :dataset

-- finish_dataset: note that a synchronization went through
UPDATE datasets SET synced_at = :now, last_job = :job, syncing = NULL WHERE number = :dataset

-- hide_dataset: begin to delete it; from here on nobody finds it
UPDATE datasets SET deleted_at = :now WHERE number = :dataset

-- hidden_datasets: those whose deletion is not through; while one is being made, it is not deleted but hidden
SELECT number FROM datasets WHERE deleted_at > 0 ORDER BY number

-- source_of: where the files of a dataset are, hidden or not
SELECT source FROM datasets WHERE number = :dataset

-- drop_pictures: forget how large the pictures of a dataset are
DELETE FROM dataset_pictures WHERE dataset = :dataset

-- drop_dataset: the last step of deleting it
DELETE FROM datasets WHERE number = :dataset

-- samples_between: what is known of a stretch
SELECT path, size, mtime_ns, etag
FROM dataset_samples
WHERE dataset = :dataset AND path > :start AND path <= :upto
ORDER BY path
LIMIT :limit

-- samples_behind: what is known from a path to the end
SELECT path, size, mtime_ns, etag
FROM dataset_samples
WHERE dataset = :dataset AND path > :start
ORDER BY path
LIMIT :limit

-- samples_page: whole samples behind a path
SELECT number, path, size, mtime_ns, added_at, changed_at
FROM dataset_samples
WHERE dataset = :dataset AND path > :start
ORDER BY path
LIMIT :limit

-- sample: one sample by its number
SELECT number, path, size, mtime_ns, added_at, changed_at
FROM dataset_samples
WHERE dataset = :dataset AND number = :number

-- insert_sample: a file that was not known
INSERT INTO dataset_samples (dataset, path, number, size, mtime_ns, etag, added_at, changed_at)
VALUES (:dataset, :path, :number, :size, :mtime_ns, :etag, :now, :now)

-- update_sample: a file that changed
UPDATE dataset_samples
SET size = :size, mtime_ns = :mtime_ns, etag = :etag, changed_at = :now
WHERE dataset = :dataset AND path = :path

-- delete_samples: a stretch of files that are gone, both ends included
DELETE FROM dataset_samples WHERE dataset = :dataset AND path >= :first AND path <= :last

-- last_of_first: the path of the sample at a place, counted from 0
SELECT path FROM dataset_samples WHERE dataset = :dataset ORDER BY path LIMIT 1 OFFSET :place

-- drop_samples: all that are left
DELETE FROM dataset_samples WHERE dataset = :dataset

-- sync: how far a job's synchronization is
SELECT dataset, attempt, expected, started_at, finished_at, cursor, passed,
    listed, added, changed, deleted, unchanged, skipped, labels_read, labels_refused, series
FROM dataset_syncs
WHERE job = :job

-- newest_sync: the job that synchronized a dataset last
SELECT job FROM dataset_syncs WHERE dataset = :dataset ORDER BY started_at DESC, job DESC LIMIT 1

-- syncs: the jobs that synchronized a dataset, the newest first
SELECT job FROM dataset_syncs WHERE dataset = :dataset ORDER BY started_at DESC, job DESC

-- begin_sync: start a synchronization from the beginning
INSERT INTO dataset_syncs (job, dataset, attempt, expected, started_at)
VALUES (:job, :dataset, :attempt, :expected, :now)

-- resume_sync: note the attempt that goes on
UPDATE dataset_syncs SET attempt = :attempt WHERE job = :job

-- advance_sync: how far it came, with the change it tells of
UPDATE dataset_syncs
SET cursor = :cursor, passed = :passed, listed = :listed, added = :added, changed = :changed, deleted = :deleted,
    unchanged = :unchanged, skipped = :skipped, labels_read = :labels_read, labels_refused = :labels_refused
WHERE job = :job

-- draw_sync: how the counts grew
UPDATE dataset_syncs SET series = :series WHERE job = :job

-- finish_sync: it went through to the end
UPDATE dataset_syncs SET finished_at = :now WHERE job = :job

-- drop_sync: forget what a job began
DELETE FROM dataset_syncs WHERE job = :job

-- drop_old_syncs: forget all but the newest of a dataset
DELETE FROM dataset_syncs
WHERE dataset = :dataset
    AND job NOT IN (
        SELECT job FROM dataset_syncs WHERE dataset = :dataset ORDER BY started_at DESC, job DESC LIMIT :kept
    )

-- add_change: one of the first changes of a synchronization
INSERT INTO dataset_changes (job, place, what, path) VALUES (:job, :place, :what, :path)

-- changes: the first changes, in order
SELECT what, path FROM dataset_changes WHERE job = :job ORDER BY place

-- drop_changes: what earlier synchronizations of a dataset had noted; their result files have it
DELETE FROM dataset_changes WHERE job IN (SELECT job FROM dataset_syncs WHERE dataset = :dataset)

-- label_files_between: what is known of a stretch
SELECT path, size, mtime_ns, etag
FROM dataset_label_files
WHERE dataset = :dataset AND path > :start AND path <= :upto AND unread <> 2
ORDER BY path
LIMIT :limit

-- label_files_behind: what is known from a path to the end
SELECT path, size, mtime_ns, etag
FROM dataset_label_files
WHERE dataset = :dataset AND path > :start AND unread <> 2
ORDER BY path
LIMIT :limit

-- put_label_file: one that is new or changed, to be read
INSERT INTO dataset_label_files (dataset, path, size, mtime_ns, etag, unread)
VALUES (:dataset, :path, :size, :mtime_ns, :etag, 1)
ON CONFLICT (dataset, path) DO UPDATE
SET size = excluded.size, mtime_ns = excluded.mtime_ns, etag = excluded.etag, unread = 1

-- lose_label_file: one that is gone; what stood in it is still to be taken back
UPDATE dataset_label_files SET unread = 2 WHERE dataset = :dataset AND path = :path

-- reread_label_file: one whose sample is new
UPDATE dataset_label_files SET unread = 1 WHERE dataset = :dataset AND path = :path AND unread = 0

-- unread_label_files: the next ones to be read, and whether they are gone
SELECT path, size, mtime_ns, etag, unread
FROM dataset_label_files
WHERE dataset = :dataset AND unread <> 0
ORDER BY path
LIMIT :limit

-- unread_label_file: one that is to be read
SELECT path, size, mtime_ns, etag
FROM dataset_label_files
WHERE dataset = :dataset AND path = :path AND unread = 1

-- clear_label_file: one that was read
UPDATE dataset_label_files SET unread = 0 WHERE dataset = :dataset AND path = :path

-- drop_label_file: one that is gone, and whose labels are
DELETE FROM dataset_label_files WHERE dataset = :dataset AND path = :path

-- drop_label_files: all of a dataset
DELETE FROM dataset_label_files WHERE dataset = :dataset

-- samples_beside: the samples of a stretch, to find those that label files belong to
SELECT path, number
FROM dataset_samples
WHERE dataset = :dataset AND path > :start AND path < :upto
ORDER BY path
LIMIT :limit

-- sample_at: the sample at a path
SELECT number FROM dataset_samples WHERE dataset = :dataset AND path = :path

-- next_stretches: the first compared stretches that begin at a path or behind it
SELECT start, upto, digest, leaves
FROM dataset_stretches
WHERE dataset = :dataset AND start >= :start
ORDER BY start
LIMIT :limit

-- stretch_at: the compared stretch that begins at a path
SELECT upto, digest, samples
FROM dataset_stretches
WHERE dataset = :dataset AND start = :start

-- put_stretch: what a stretch held when it was compared; those that it overlaps are gone already
INSERT INTO dataset_stretches (dataset, start, upto, samples, digest, leaves)
VALUES (:dataset, :start, :upto, :samples, :digest, :leaves)

-- drop_stretches_between: those that share a path with a stretch, also one that begins before it
DELETE FROM dataset_stretches
WHERE dataset = :dataset
    AND start >= coalesce(
        (SELECT earlier.start FROM dataset_stretches AS earlier
        WHERE earlier.dataset = :dataset AND earlier.start < :start
        ORDER BY earlier.start DESC LIMIT 1),
        :start
    )
    AND start < :upto
    AND (upto IS NULL OR upto > :start)

-- drop_stretches_behind: those that share a path with all that lies behind one
DELETE FROM dataset_stretches
WHERE dataset = :dataset
    AND start >= coalesce(
        (SELECT earlier.start FROM dataset_stretches AS earlier
        WHERE earlier.dataset = :dataset AND earlier.start < :start
        ORDER BY earlier.start DESC LIMIT 1),
        :start
    )
    AND (upto IS NULL OR upto > :start)

-- drop_stretches: all of a dataset
DELETE FROM dataset_stretches WHERE dataset = :dataset

-- guide: one by its number
SELECT number, home, body, created_at, updated_at FROM dataset_guides WHERE number = :number

-- guide_of: that of a dataset or a collection
SELECT number, home, body, created_at, updated_at FROM dataset_guides WHERE home = :home

-- insert_guide: one that is new; nothing where its home has one
INSERT INTO dataset_guides (home, body, created_at, updated_at)
VALUES (:home, :body, :now, :now)
ON CONFLICT DO NOTHING
RETURNING number

-- update_guide: what one says now
UPDATE dataset_guides SET body = :body, updated_at = :now WHERE number = :number

-- delete_guide: forget one
DELETE FROM dataset_guides WHERE number = :number

-- asset: a picture of a guide, without its content
SELECT id, guide, name, media_type, owner, created_at FROM dataset_guide_assets WHERE id = :id

-- assets_of: how many pictures a guide has
SELECT count(*) FROM dataset_guide_assets WHERE guide = :guide

-- asset_content: what a picture of a guide holds
SELECT content FROM dataset_guide_assets WHERE id = :id

-- insert_asset: a picture of a guide
INSERT INTO dataset_guide_assets (id, guide, name, media_type, owner, created_at, content)
VALUES (:id, :guide, :name, :media_type, :owner, :now, :content)

-- delete_asset: forget a picture
DELETE FROM dataset_guide_assets WHERE id = :id

-- drop_assets: all pictures of a guide
DELETE FROM dataset_guide_assets WHERE guide = :guide

-- charge: who is to see to a whole dataset or collection
SELECT assignee FROM dataset_charges WHERE home = :home

-- insert_charge: somebody sees to it from now on
INSERT INTO dataset_charges (home, assignee) VALUES (:home, :assignee)

-- drop_charge: nobody sees to it any more
DELETE FROM dataset_charges WHERE home = :home

-- assigned_called: those of a name that are assigned to somebody, in part, as a whole or with their collection
SELECT number
FROM datasets
WHERE name = :name
    AND deleted_at IS NULL
    AND project IS NULL
    AND (number IN (SELECT dataset FROM dataset_assignments WHERE assignee = :assignee)
        OR id IN (SELECT home FROM dataset_charges WHERE assignee = :assignee)
        OR collection IN (SELECT home FROM dataset_charges WHERE assignee = :assignee))
ORDER BY number
LIMIT 2

-- assigned_in: one in a collection of which a part is assigned to somebody
SELECT number
FROM datasets
WHERE collection = :collection
    AND deleted_at IS NULL
    AND project IS NULL
    AND number IN (SELECT dataset FROM dataset_assignments WHERE assignee = :assignee)
LIMIT 1
