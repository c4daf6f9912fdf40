-- The files of a task, which go with it.

CREATE INDEX experiment_files_task ON experiment_files (task);
