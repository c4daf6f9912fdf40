-- where_tags_any: with any of these tags
EXISTS (SELECT 1 FROM json_each(t.head, '$.tags') WHERE value IN (SELECT value FROM json_each(:tags_any)))

-- where_tags_all: with all of these tags
(SELECT count(DISTINCT value) FROM json_each(t.head, '$.tags') WHERE value IN (SELECT value FROM json_each(:tags_all))) = :tags_count

-- where_tags_none: with none of these tags
NOT EXISTS (SELECT 1 FROM json_each(t.head, '$.tags') WHERE value IN (SELECT value FROM json_each(:tags_none)))

-- where_system_tags_any: with any of these tags
EXISTS (SELECT 1 FROM json_each(t.head, '$.system_tags') WHERE value IN (SELECT value FROM json_each(:system_tags_any)))

-- where_system_tags_all: with all of these tags
(SELECT count(DISTINCT value) FROM json_each(t.head, '$.system_tags') WHERE value IN (SELECT value FROM json_each(:system_tags_all))) = :system_tags_count

-- where_system_tags_none: with none of these tags
NOT EXISTS (SELECT 1 FROM json_each(t.head, '$.system_tags') WHERE value IN (SELECT value FROM json_each(:system_tags_none)))

-- where_tags_with: with this tag; without its text there is no need to look closely
(instr(t.head, :tags_with_text) > 0 AND EXISTS (SELECT 1 FROM json_each(t.head, '$.tags') WHERE value = :tags_with))

-- where_tags_without: without this tag; without its text there is no need to look closely
NOT (instr(t.head, :tags_without_text) > 0 AND EXISTS (SELECT 1 FROM json_each(t.head, '$.tags') WHERE value = :tags_without))

-- where_system_tags_with: with this tag; without its text there is no need to look closely
(instr(t.head, :system_tags_with_text) > 0 AND EXISTS (SELECT 1 FROM json_each(t.head, '$.system_tags') WHERE value = :system_tags_with))

-- where_system_tags_without: without this tag; without its text there is no need to look closely
NOT (instr(t.head, :system_tags_without_text) > 0 AND EXISTS (SELECT 1 FROM json_each(t.head, '$.system_tags') WHERE value = :system_tags_without))
