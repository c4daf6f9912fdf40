ALTER TABLE dataset_activities ADD COLUMN name text NOT NULL DEFAULT '';

ALTER TABLE dataset_activities ADD COLUMN value text NOT NULL DEFAULT '';
