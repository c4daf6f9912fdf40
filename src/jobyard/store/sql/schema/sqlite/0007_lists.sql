-- Lists by page numbers: a row is found by what stands in an index, kinds included, and formats have one of their own.

ALTER TABLE jobs ADD COLUMN format TEXT;  -- the parameter of that name, in small letters

UPDATE jobs SET format = lower(fixed ->> '$.parameters.format')
WHERE fixed LIKE '%"format"%' AND json_type(fixed, '$.parameters.format') = 'text';
DROP INDEX jobs_by_owner;
CREATE INDEX jobs_by_owner ON jobs (owner, state, number, kind);
CREATE INDEX jobs_by_format ON jobs (format, number) WHERE format IS NOT NULL;
