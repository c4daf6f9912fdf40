-- lock_workflow: one workflow by id, held until the transaction ends
SELECT number, id, name, owner, project, public, created_at, updated_at, published, about
FROM workflows
WHERE id = :id
FOR UPDATE

-- workflows_seen: those inside a scope or open to all that fit, each with its published version, first one first
SELECT w.number, w.id, w.name, w.owner, w.project, w.public, w.created_at, w.updated_at, w.published, w.about,
    v.package, v.workflow, v.number, v.file, v.size, v.sha256, v.owner, v.created_at, v.about
FROM workflows w
JOIN workflow_versions v ON v.workflow = w.id AND v.number = w.published
WHERE (:everything = 1 OR w.public = 1 OR w.owner = :scope_owner
        OR w.project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
        OR w.id IN (SELECT jsonb_array_elements_text(CAST(:lent AS jsonb))))
    AND (:folded = '' OR w.folded = :folded)
    AND (:owner = '' OR w.owner = :owner)
    AND v.created_at >= :since AND v.created_at <= :until
ORDER BY w.number
LIMIT :limit OFFSET :skip

-- kept_blobs: those of some blobs that are a version's package or a file that was handed in
SELECT package
FROM workflow_versions
WHERE package IN (SELECT jsonb_array_elements_text(CAST(:blobs AS jsonb)))
UNION
SELECT blob
FROM workflow_files
WHERE blob IN (SELECT jsonb_array_elements_text(CAST(:blobs AS jsonb)))
