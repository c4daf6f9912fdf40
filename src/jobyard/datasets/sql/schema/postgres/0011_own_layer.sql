ALTER TABLE datasets ADD COLUMN own_layer bigint NOT NULL DEFAULT 0;
