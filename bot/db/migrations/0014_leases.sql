-- Jobs that go on from where they stand: leases, what is owed to people, and late pictures.

-- A claim counts until then, in microseconds UTC, and its run writes it anew while it works.
ALTER TABLE jobs ADD COLUMN lease_until BIGINT;
-- A queued job that came too early for a limit begins then.
ALTER TABLE jobs ADD COLUMN begins_at BIGINT;
-- When every picture that could be made was in the store.
ALTER TABLE jobs ADD COLUMN stored_at BIGINT;
-- When Discord is tried next: for the pictures, or once a job has ended for what it owes.
ALTER TABLE jobs ADD COLUMN deliver_at BIGINT;
ALTER TABLE jobs ADD COLUMN deliver_tries BIGINT NOT NULL DEFAULT 0;
-- How many of a job's pictures people have been shown, or are not by themselves any more.
ALTER TABLE jobs ADD COLUMN shown BIGINT NOT NULL DEFAULT 0;
-- An upstream's words for the person, until they have been told.
ALTER TABLE jobs ADD COLUMN said TEXT;

-- Which of the pictures that were asked for a result is, from 0; NULL for those from before.
ALTER TABLE job_images ADD COLUMN picture BIGINT;

-- When a task that was given up is asked about next, as it may have been drawn all the same.
ALTER TABLE attempts ADD COLUMN look_at BIGINT;

UPDATE jobs SET shown = (SELECT COUNT(*) FROM job_images
                          WHERE job_images.job_id = jobs.id AND job_images.role = 'result')
 WHERE state IN ('delivered', 'done');
UPDATE jobs SET stored_at = created_at WHERE state IN ('generated', 'delivered', 'done');

CREATE INDEX jobs_owed ON jobs (deliver_at) WHERE deliver_at IS NOT NULL;
CREATE INDEX attempts_to_look_at ON attempts (look_at) WHERE look_at IS NOT NULL;
