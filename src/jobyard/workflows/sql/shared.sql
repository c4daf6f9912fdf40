-- insert_workflow: write a new workflow and return its number
INSERT INTO workflows (id, name, folded, owner, project, public, created_at, updated_at, published, about)
VALUES (:id, :name, :folded, :owner, :project, :public, :now, :now, :published, :about)
RETURNING number

-- update_workflow: write what is said about a workflow
UPDATE workflows
SET name = :name, folded = :folded, owner = :owner, project = :project, public = :public, updated_at = :now,
    published = :published, about = :about
WHERE id = :id

-- delete_workflow: forget a workflow
DELETE FROM workflows
WHERE id = :id

-- workflow: one workflow by id
SELECT number, id, name, owner, project, public, created_at, updated_at, published, about
FROM workflows
WHERE id = :id

-- lock_workflow: one workflow by id, held until the transaction ends
SELECT number, id, name, owner, project, public, created_at, updated_at, published, about
FROM workflows
WHERE id = :id

-- workflows_seen: those inside a scope or open to all that fit, each with its published version, first one first
SELECT w.number, w.id, w.name, w.owner, w.project, w.public, w.created_at, w.updated_at, w.published, w.about,
    v.package, v.workflow, v.number, v.file, v.size, v.sha256, v.owner, v.created_at, v.about
FROM workflows w
JOIN workflow_versions v ON v.workflow = w.id AND v.number = w.published
WHERE (:everything = 1 OR w.public = 1 OR w.owner = :scope_owner
        OR w.project IN (SELECT value FROM json_each(:projects))
        OR w.id IN (SELECT value FROM json_each(:lent)))
    AND (:folded = '' OR w.folded = :folded)
    AND (:owner = '' OR w.owner = :owner)
    AND v.created_at >= :since AND v.created_at <= :until
ORDER BY w.number
LIMIT :limit OFFSET :skip

-- insert_version: write a version
INSERT INTO workflow_versions (package, workflow, number, file, size, sha256, owner, created_at, about, report)
VALUES (:package, :workflow, :number, :file, :size, :sha256, :owner, :created_at, :about, :report)

-- versions: the versions of a workflow, first one first
SELECT package, workflow, number, file, size, sha256, owner, created_at, about
FROM workflow_versions
WHERE workflow = :workflow
ORDER BY number

-- version_packed: the version with a package
SELECT package, workflow, number, file, size, sha256, owner, created_at, about
FROM workflow_versions
WHERE package = :package

-- version_report: what was found of a version when it was handed in
SELECT report
FROM workflow_versions
WHERE package = :package

-- delete_versions: forget the versions of a workflow
DELETE FROM workflow_versions
WHERE workflow = :workflow

-- insert_file: write a file that was handed in for runs
INSERT INTO workflow_files (blob, name, size, owner, created_at, used_at)
VALUES (:blob, :name, :size, :owner, :created_at, :created_at)

-- use_file: say when a run last began with a file
UPDATE workflow_files
SET used_at = :now
WHERE blob = :blob

-- drop_file: forget a file that was handed in for runs
DELETE FROM workflow_files
WHERE blob = :blob

-- files_of: how many files somebody has, and how many bytes
SELECT COUNT(*), COALESCE(SUM(size), 0)
FROM workflow_files
WHERE owner = :owner

-- unused_files: the files with which no run began since a time
SELECT blob
FROM workflow_files
WHERE used_at < :before
ORDER BY used_at
LIMIT 1000

-- file_owner: whose a file is
SELECT owner
FROM workflow_files
WHERE blob = :blob

-- kept_blobs: those of some blobs that are a version's package or a file that was handed in
SELECT package
FROM workflow_versions
WHERE package IN (SELECT value FROM json_each(:blobs))
UNION
SELECT blob
FROM workflow_files
WHERE blob IN (SELECT value FROM json_each(:blobs))
