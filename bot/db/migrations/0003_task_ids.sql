-- Some upstreams take a call as a task: the picture can be asked for later, by this id.

ALTER TABLE attempts ADD COLUMN task_id TEXT;
