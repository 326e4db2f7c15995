-- name: add_job
-- A new job, queued; its reservation must already stand in the same transaction.
INSERT INTO jobs (id, state, kind, member_id, guild_id, channel_id, message_id, locale, private,
                  application_id, reply_token, upload_limit, prompt, model, aspect_ratio,
                  resolution, count, thinking, origin_job_id, origin_picture, brought_by,
                  button, provider, interaction_id, reservation_id, account_id, credits_each,
                  usd_micros_each, created_at)
VALUES (:id, 'queued', :kind, :member_id, :guild_id, :channel_id, :message_id, :locale, :private,
        :application_id, :reply_token, :upload_limit, :prompt, :model, :aspect_ratio,
        :resolution, :count, :thinking, :origin_job_id, :origin_picture, :brought_by,
        :button, :provider, :interaction_id, :reservation_id, :account_id, :credits_each,
        :usd_micros_each, :created_at);

-- name: add_image
-- Remember a stored picture's facts; one that is known already stays as it is.
INSERT INTO images (digest, mime, width, height, size, stored_at)
VALUES (:digest, :mime, :width, :height, :size, :stored_at)
ON CONFLICT (digest) DO NOTHING;

-- name: add_job_image
-- Tie a picture to a job as a reference or a result; repeating it changes nothing.
INSERT INTO job_images (job_id, role, position, digest)
VALUES (:job_id, :role, :position, :digest)
ON CONFLICT (job_id, role, position) DO NOTHING;

-- name: job
-- One job by its id.
SELECT * FROM jobs WHERE id = :id;

-- name: job_of_interaction
-- The job that an interaction has become.
SELECT * FROM jobs WHERE interaction_id = :interaction_id;

-- name: job_images
-- A job's pictures of one role, in order.
SELECT images.digest, images.mime, images.width, images.height, images.size
  FROM job_images JOIN images ON images.digest = job_images.digest
 WHERE job_images.job_id = :job_id AND job_images.role = :role
 ORDER BY job_images.position;

-- name: unfinished_jobs
-- The ids of every job that has not come to an end, oldest first.
SELECT id FROM jobs
 WHERE state IN ('queued', 'running', 'generated', 'delivered')
 ORDER BY created_at, id;

-- name: claim_job
-- Take a queued job; no row back means another run has it or it has ended.
UPDATE jobs SET state = 'running', claim = :claim, started_at = :now
 WHERE id = :id AND state = 'queued' RETURNING id;

-- name: adopt_job
-- Take over a job that a stopped process left behind; its old claim is worth nothing from now on.
UPDATE jobs SET claim = :claim
 WHERE id = :id AND state = :state RETURNING id;

-- name: move_job
-- Write the next state; no row back means that this run no longer holds the job.
UPDATE jobs SET state = :state
 WHERE id = :id AND state = :was AND claim = :claim RETURNING id;

-- name: note_message
-- Where the job's card lies in its channel.
UPDATE jobs SET message_id = :message_id WHERE id = :id AND claim = :claim;

-- name: end_job
-- The last state: what was charged or why it failed; the reply token is forgotten.
UPDATE jobs SET state = :state, credits_charged = :credits_charged, failure = :failure,
                finished_at = :now, reply_token = NULL
 WHERE id = :id AND state = :was AND claim = :claim RETURNING id;

-- name: begin_attempt
-- A paid call is about to leave; until its end is written the bill is unknown.
INSERT INTO attempts
       (id, job_id, picture, number, provider, key, model, usd_micros, started_at, billed)
VALUES (:id, :job_id, :picture, :number, :provider, :key, :model, :usd_micros, :now, 'unknown');

-- name: note_task
-- The open call was accepted as a task there; its id is what a lost picture is asked for by.
UPDATE attempts SET task_id = :task_id WHERE id = :id;

-- name: end_attempt
-- How that call ended and whether the upstream bills it.
UPDATE attempts SET ended_at = :now, outcome = :outcome, billed = :billed, tokens = :tokens
 WHERE id = :id AND ended_at IS NULL;

-- name: abandon_attempts
-- The job ends while calls are open: nobody knows how they ended or whether they are billed.
UPDATE attempts SET ended_at = :now, outcome = 'abandoned'
 WHERE job_id = :job_id AND ended_at IS NULL;

-- name: jobs_ahead
-- How many queued jobs came before this one.
SELECT COUNT(*) AS ahead FROM jobs
 WHERE state = 'queued' AND (created_at < :created_at OR (created_at = :created_at AND id < :id));

-- name: charged_jobs
-- Jobs that were charged, by their id, its last eight letters, or their message; two are too many.
SELECT id, reservation_id, account_id, credits_charged FROM jobs
 WHERE credits_charged > 0
   AND (id = :word OR SUBSTR(id, 25) = :word OR message_id = :message_id)
 LIMIT 2;
