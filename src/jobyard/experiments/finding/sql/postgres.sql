-- where_scope: those that somebody may see
(:everything = 1 OR j.owner = :owner
    OR j.project IN (SELECT jsonb_array_elements_text(CAST(:projects AS jsonb)))
    OR (:owner <> '' AND t.id IN (SELECT id FROM experiment_public)))

-- where_ids: of these ids
t.id IN (SELECT jsonb_array_elements_text(CAST(:ids AS jsonb)))

-- where_folders: in these folders
t.folder IN (SELECT jsonb_array_elements_text(CAST(:folders AS jsonb)))

-- where_owners: of these people
j.owner IN (SELECT jsonb_array_elements_text(CAST(:owners AS jsonb)))

-- where_types: of these types
t.type IN (SELECT jsonb_array_elements_text(CAST(:types AS jsonb)))

-- where_parents: below these tasks
t.parent IN (SELECT jsonb_array_elements_text(CAST(:parents AS jsonb)))

-- where_standing: that stand in one of these ways
CASE
    WHEN t.mark <> '' THEN t.mark
    WHEN j.state = 'running' AND j.begun_at IS NULL THEN 'queued'
    WHEN j.state = 'failed' AND j.lively LIKE '%"reason":"lost"%' THEN 'cancelled'
    ELSE j.state
END IN (SELECT jsonb_array_elements_text(CAST(:standings AS jsonb)))

-- where_tags_any: with any of these tags
COALESCE(CAST(t.head AS jsonb) -> 'tags' ?| ARRAY(SELECT jsonb_array_elements_text(CAST(:tags_any AS jsonb))), false)

-- where_tags_all: with all of these tags
(COALESCE(CAST(t.head AS jsonb) -> 'tags' ?& ARRAY(SELECT jsonb_array_elements_text(CAST(:tags_all AS jsonb))), false) AND :tags_count > 0)

-- where_tags_none: with none of these tags
NOT COALESCE(CAST(t.head AS jsonb) -> 'tags' ?| ARRAY(SELECT jsonb_array_elements_text(CAST(:tags_none AS jsonb))), false)

-- where_system_tags_any: with any of these tags
COALESCE(CAST(t.head AS jsonb) -> 'system_tags' ?| ARRAY(SELECT jsonb_array_elements_text(CAST(:system_tags_any AS jsonb))), false)

-- where_system_tags_all: with all of these tags
(COALESCE(CAST(t.head AS jsonb) -> 'system_tags' ?& ARRAY(SELECT jsonb_array_elements_text(CAST(:system_tags_all AS jsonb))), false) AND :system_tags_count > 0)

-- where_system_tags_none: with none of these tags
NOT COALESCE(CAST(t.head AS jsonb) -> 'system_tags' ?| ARRAY(SELECT jsonb_array_elements_text(CAST(:system_tags_none AS jsonb))), false)

-- where_tags_with: with this tag; without its text there is no need to look closely
(strpos(t.head, :tags_with_text) > 0 AND COALESCE(CAST(t.head AS jsonb) -> 'tags' ? :tags_with, false))

-- where_tags_without: without this tag; without its text there is no need to look closely
NOT (strpos(t.head, :tags_without_text) > 0 AND COALESCE(CAST(t.head AS jsonb) -> 'tags' ? :tags_without, false))

-- where_system_tags_with: with this tag; without its text there is no need to look closely
(strpos(t.head, :system_tags_with_text) > 0 AND COALESCE(CAST(t.head AS jsonb) -> 'system_tags' ? :system_tags_with, false))

-- where_system_tags_without: without this tag; without its text there is no need to look closely
NOT (strpos(t.head, :system_tags_without_text) > 0 AND COALESCE(CAST(t.head AS jsonb) -> 'system_tags' ? :system_tags_without, false))
