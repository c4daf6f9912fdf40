ALTER TABLE workflow_files ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;

UPDATE workflow_files SET used_at = created_at;

CREATE INDEX workflow_files_owner ON workflow_files (owner);

CREATE INDEX workflow_files_used ON workflow_files (used_at);
