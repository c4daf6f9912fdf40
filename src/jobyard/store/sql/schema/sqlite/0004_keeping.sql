-- Looking after the house: since when a queue rests, and how long its line has been waiting.

ALTER TABLE queues ADD COLUMN paused_at INTEGER;

CREATE INDEX jobs_oldest ON jobs (queue, queued_at) WHERE ready = 1;
