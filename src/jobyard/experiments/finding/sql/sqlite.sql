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
