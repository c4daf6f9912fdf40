ALTER TABLE dataset_stretches ADD COLUMN leaves bytea NOT NULL DEFAULT '';
