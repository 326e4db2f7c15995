-- Lists of prompts that are drawn as one; each line is a job, which has its credits and its state.

-- name: ask_batch
-- Remember what is to be confirmed; no row back means that this interaction has done so.
INSERT INTO batches
       (id, state, interaction_id, member_id, guild_id, channel_id, application_id, reply_token,
        token_at, locale, private, upload_limit, credits, asked_at)
VALUES (:id, 'asked', :interaction_id, :member_id, :guild_id, :channel_id, :application_id,
        :reply_token, :now, :locale, :private, :upload_limit, :credits, :now)
ON CONFLICT (interaction_id) DO NOTHING RETURNING id;

-- name: add_batch_line
-- One line of it, in order.
INSERT INTO batch_lines
       (batch_id, position, line, prompt, model, aspect_ratio, resolution, count)
VALUES (:batch_id, :position, :line, :prompt, :model, :aspect_ratio, :resolution, :count);

-- name: batch
-- One batch by its id.
SELECT * FROM batches WHERE id = :id;

-- name: batch_of_interaction
-- The batch that an interaction has asked for.
SELECT * FROM batches WHERE interaction_id = :interaction_id;

-- name: batch_of_press
-- The batch that a press has begun.
SELECT * FROM batches WHERE pressed_by = :pressed_by;

-- name: batches_of
-- A member's newest batches that were begun, the newest first.
SELECT * FROM batches WHERE member_id = :member_id AND state IN ('running', 'done')
 ORDER BY asked_at DESC, id DESC LIMIT :most;

-- name: batch_lines
-- What each line asks for, in order.
SELECT position, line, prompt, model, aspect_ratio, resolution, count
  FROM batch_lines WHERE batch_id = :batch_id ORDER BY position;

-- name: reprice_batch
-- It costs another amount now, as its asker is told.
UPDATE batches SET credits = :credits WHERE id = :id AND state = 'asked';

-- name: decline_batch
-- Give up what was asked after a time; no row back means that it cannot be answered any more.
UPDATE batches SET state = 'declined', reply_token = NULL
 WHERE id = :id AND member_id = :member_id AND state = 'asked' AND asked_at > :asked_after
RETURNING id;

-- name: begin_batch
-- Its asker said yes, once; from here on its card is where that was pressed.
UPDATE batches SET state = 'running', pressed_by = :pressed_by, guild_id = :guild_id,
                   channel_id = :channel_id, message_id = :message_id,
                   application_id = :application_id, reply_token = :reply_token, token_at = :now,
                   locale = :locale, private = :private, upload_limit = :upload_limit,
                   begun_at = :now
 WHERE id = :id AND member_id = :member_id AND state = 'asked' AND asked_at > :asked_after
RETURNING id;

-- name: tie_batch_line
-- The line is a job, which has its words.
UPDATE batch_lines SET job_id = :job_id, prompt = ''
 WHERE batch_id = :batch_id AND position = :position;

-- name: batch_of_job
-- The running batch that a job is a line of.
SELECT batches.id FROM jobs JOIN batches ON batches.id = jobs.batch_id
 WHERE jobs.id = :job_id AND batches.state = 'running';

-- name: batch_line_of
-- Where a job is in its list; no row for one that an operator had drawn again.
SELECT position FROM batch_lines WHERE job_id = :job_id;

-- name: running_batches
-- Every batch of which not all has been told, the oldest first.
SELECT id, claim, lease_until, deliver_at FROM batches WHERE state = 'running'
 ORDER BY begun_at, id;

-- name: batch_jobs
-- How far each line has come, in order; without its words where its maker deleted it, or it was
-- taken from the others' eyes.
SELECT batch_lines.position, batch_lines.line, jobs.id, jobs.state,
       CASE WHEN jobs.forgotten_at IS NULL AND jobs.private = batches.private
            THEN jobs.prompt ELSE '' END AS prompt,
       jobs.count, jobs.account_id, jobs.credits_each, jobs.credits_charged, jobs.failure,
       jobs.stored_at, jobs.forgotten_at
  FROM batch_lines JOIN jobs ON jobs.id = batch_lines.job_id
                   JOIN batches ON batches.id = batch_lines.batch_id
 WHERE batch_lines.batch_id = :batch_id ORDER BY batch_lines.position;

-- name: batch_pictures
-- Every picture that was charged and is there for whoever sees the batch, in order.
SELECT batch_lines.position, job_images.position AS picture, images.digest, images.mime,
       images.width, images.height, images.size
  FROM batch_lines JOIN jobs ON jobs.id = batch_lines.job_id
                   JOIN batches ON batches.id = batch_lines.batch_id
                   JOIN job_images ON job_images.job_id = jobs.id AND job_images.role = 'result'
                   JOIN images ON images.digest = job_images.digest
 WHERE batch_lines.batch_id = :batch_id AND jobs.state = 'done' AND jobs.forgotten_at IS NULL
   AND jobs.private = batches.private
   AND job_images.position * jobs.credits_each < jobs.credits_charged
 ORDER BY batch_lines.position, job_images.position;

-- name: claim_batch
-- Take a batch that no process is at; no row back means that one is, or that all is told.
UPDATE batches SET claim = :claim, lease_until = :until
 WHERE id = :id AND claim IS NULL AND state = 'running' RETURNING id;

-- name: renew_batch
-- The process is alive; no row back means that the batch was taken from it.
UPDATE batches SET lease_until = :until WHERE id = :id AND claim = :claim RETURNING id;

-- name: leave_batch
-- Nothing is to be done now: anybody may take it up.
UPDATE batches SET claim = NULL, lease_until = NULL WHERE id = :id AND claim = :claim RETURNING id;

-- name: expire_batch
-- Take a batch from a process that has not been heard of; no row back means that it has been since.
UPDATE batches SET claim = NULL, lease_until = NULL
 WHERE id = :id AND claim = :claim AND COALESCE(lease_until, 0) = :lease_until RETURNING id;

-- name: expire_all_batches
-- Whoever was at batches is gone: the database is ours alone, and we have just begun.
UPDATE batches SET claim = NULL, lease_until = NULL WHERE claim IS NOT NULL;

-- name: cancel_batch
-- Nothing more of it is drawn. A private card is changed by the press from here on.
UPDATE batches SET cancelled_at = COALESCE(cancelled_at, CAST(:now AS BIGINT)),
                   reply_token = CASE WHEN private = 1 THEN CAST(:reply_token AS TEXT)
                                      ELSE reply_token END,
                   token_at = CASE WHEN private = 1 THEN CAST(:now AS BIGINT) ELSE token_at END
 WHERE id = :id AND state = 'running' RETURNING id;

-- name: batch_posts
-- What has been posted of it or is to be, in order.
SELECT number, kind, content, tries, message_id, posted_at
  FROM batch_posts WHERE batch_id = :batch_id ORDER BY number;

-- name: add_batch_post
-- Fix what a message has in it, for whoever holds the batch.
INSERT INTO batch_posts (batch_id, number, kind, content)
SELECT batches.id, CAST(:number AS BIGINT), CAST(:kind AS TEXT), CAST(:content AS TEXT)
  FROM batches WHERE batches.id = :batch_id AND batches.claim = :claim;

-- name: try_batch_post
-- It is about to be sent; no row back means that another process sends it.
UPDATE batch_posts SET tries = tries + 1
 WHERE batch_id = :batch_id AND number = :number AND posted_at IS NULL
   AND batch_id IN (SELECT id FROM batches WHERE claim = :claim)
RETURNING tries;

-- name: end_batch_post
-- It can be seen, or was given up.
UPDATE batch_posts SET posted_at = :now, message_id = CAST(:message_id AS BIGINT)
 WHERE batch_id = :batch_id AND number = :number AND posted_at IS NULL;

-- name: deliver_batch_later
-- Discord is tried again then, by whoever comes first.
UPDATE batches SET deliver_at = CAST(:at AS BIGINT), deliver_tries = :tries
 WHERE id = :id AND claim = :claim;

-- name: end_batch
-- All has been told. The reply's token is forgotten.
UPDATE batches SET state = 'done', finished_at = :now, reply_token = NULL, deliver_at = NULL
 WHERE id = :id AND state = 'running' AND claim = :claim RETURNING id;

-- name: forget_batch_lines
-- What lists from before a time asked for that were never begun; nobody can answer those any more.
DELETE FROM batch_lines
 WHERE batch_id IN (SELECT id FROM batches
                     WHERE state IN ('asked', 'declined') AND asked_at < :before);

-- name: forget_batches
-- Those lists.
DELETE FROM batches WHERE state IN ('asked', 'declined') AND asked_at < :before;
