ALTER TABLE dataset_activities ADD COLUMN name TEXT NOT NULL DEFAULT '';

ALTER TABLE dataset_activities ADD COLUMN value TEXT NOT NULL DEFAULT '';
