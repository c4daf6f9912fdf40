-- Of which metric and variant, and at which iteration, a piece of the console tells; and how a curve's axis is called.

ALTER TABLE experiment_console ADD COLUMN iteration bigint NOT NULL DEFAULT 0;
ALTER TABLE experiment_console ADD COLUMN metric text NOT NULL DEFAULT '';
ALTER TABLE experiment_console ADD COLUMN variant text NOT NULL DEFAULT '';
ALTER TABLE experiment_series ADD COLUMN label text NOT NULL DEFAULT '';
