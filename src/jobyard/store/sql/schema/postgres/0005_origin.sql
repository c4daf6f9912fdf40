-- Jobs are found by the job that they run again.

ALTER TABLE jobs ADD COLUMN origin TEXT COLLATE "C";

UPDATE jobs SET origin = fixed::json ->> 'origin' WHERE fixed LIKE '%"origin"%';
CREATE INDEX jobs_by_origin ON jobs (origin, number) WHERE origin IS NOT NULL;
