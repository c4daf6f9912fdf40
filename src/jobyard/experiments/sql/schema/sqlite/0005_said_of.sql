-- Of which metric and variant, and at which iteration, a piece of the console tells; and how a curve's axis is called.

ALTER TABLE experiment_console ADD COLUMN iteration INTEGER NOT NULL DEFAULT 0;
ALTER TABLE experiment_console ADD COLUMN metric TEXT NOT NULL DEFAULT '';
ALTER TABLE experiment_console ADD COLUMN variant TEXT NOT NULL DEFAULT '';
ALTER TABLE experiment_series ADD COLUMN label TEXT NOT NULL DEFAULT '';
