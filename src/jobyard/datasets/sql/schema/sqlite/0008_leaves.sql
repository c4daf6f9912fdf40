ALTER TABLE dataset_stretches ADD COLUMN leaves BLOB NOT NULL DEFAULT x'';
