ALTER TABLE dataset_assignments ADD COLUMN assigned_at BIGINT;
