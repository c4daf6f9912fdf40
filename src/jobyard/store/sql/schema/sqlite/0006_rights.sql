-- What people were granted beyond their role: words with a space between them.

ALTER TABLE users ADD COLUMN rights TEXT NOT NULL DEFAULT '';
