-- name: add_job
-- A new job, queued; its reservation must already stand in the same transaction.
INSERT INTO jobs (id, state, kind, member_id, guild_id, channel_id, message_id, locale, private,
                  application_id, reply_token, upload_limit, prompt, model, aspect_ratio,
                  resolution, count, thinking, style_name, style_words, house_style,
                  origin_job_id, origin_picture, brought_by, button, provider, interaction_id,
                  reservation_id, account_id, credits_each, usd_micros_each, created_at, begins_at,
                  folded, batch_id)
VALUES (:id, 'queued', :kind, :member_id, :guild_id, :channel_id, :message_id, :locale, :private,
        :application_id, :reply_token, :upload_limit, :prompt, :model, :aspect_ratio,
        :resolution, :count, :thinking, :style_name, :style_words, :house_style,
        :origin_job_id, :origin_picture, :brought_by, :button, :provider, :interaction_id,
        :reservation_id, :account_id, :credits_each, :usd_micros_each, :created_at, :begins_at,
        :folded, :batch_id);

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

-- name: tie_result
-- Tie a picture to its job as the next result; one that is tied already stays as it is.
INSERT INTO job_images (job_id, role, position, digest, picture)
SELECT CAST(:job_id AS TEXT), 'result',
       (SELECT COUNT(*) FROM job_images WHERE job_id = :job_id AND role = 'result'),
       CAST(:digest AS TEXT), CAST(:picture AS BIGINT)
 WHERE NOT EXISTS (SELECT 1 FROM job_images
                    WHERE job_id = :job_id AND role = 'result' AND picture = :picture);

-- name: result_of
-- Where among a job's results a picture is that was asked for.
SELECT position FROM job_images
 WHERE job_id = :job_id AND role = 'result' AND picture = :picture;

-- name: results_tied
-- Which of the pictures that were asked for are in the store.
SELECT picture FROM job_images
 WHERE job_id = :job_id AND role = 'result' AND picture IS NOT NULL;

-- name: open_jobs
-- Every job that has not come to an end, or owes somebody something.
SELECT id, state, claim, lease_until, begins_at, deliver_at, created_at FROM jobs
 WHERE state IN ('queued', 'running', 'generated', 'delivered')
 UNION ALL
SELECT id, state, claim, lease_until, begins_at, deliver_at, created_at FROM jobs
 WHERE deliver_at IS NOT NULL AND state IN ('done', 'failed', 'cancelled');

-- name: claim_job
-- Take a job that nobody holds; no row back means another run has it or nothing is left to do.
UPDATE jobs SET state = CASE state WHEN 'queued' THEN 'running' ELSE state END,
                claim = :claim, lease_until = :until,
                started_at = CASE state WHEN 'queued' THEN CAST(:now AS BIGINT) ELSE started_at END,
                deliver_tries = CASE WHEN state IN ('queued', 'running') THEN deliver_tries
                                     ELSE deliver_tries + 1 END
 WHERE id = :id AND claim IS NULL
   AND (state IN ('queued', 'running', 'generated', 'delivered') OR deliver_at IS NOT NULL)
RETURNING id;

-- name: renew_lease
-- The run is alive; no row back means that it no longer holds the job.
UPDATE jobs SET lease_until = :until WHERE id = :id AND claim = :claim RETURNING id;

-- name: let_go
-- The run is over before its job is: anybody may take it up.
UPDATE jobs SET claim = NULL, lease_until = NULL WHERE id = :id AND claim = :claim RETURNING id;

-- name: expire_lease
-- Take the job from a run that has not been heard of; no row back means that it has been since.
UPDATE jobs SET claim = NULL, lease_until = NULL
 WHERE id = :id AND claim = :claim AND COALESCE(lease_until, 0) = :lease_until RETURNING id;

-- name: expire_all_leases
-- Whoever held jobs is gone: the database is ours alone, and we have just begun.
UPDATE jobs SET claim = NULL, lease_until = NULL
 WHERE claim IS NOT NULL
   AND id IN (SELECT id FROM jobs WHERE state IN ('queued', 'running', 'generated', 'delivered')
               UNION ALL
              SELECT id FROM jobs WHERE deliver_at IS NOT NULL);

-- name: move_job
-- Write the next state; no row back means that this run no longer holds the job.
UPDATE jobs SET state = :state
 WHERE id = :id AND state = :was AND claim = :claim RETURNING id;

-- name: store_job
-- Every picture that could be made is in the store, and why others are not; delivering begins.
UPDATE jobs SET state = 'generated', stored_at = :now, failure = :failure, deliver_tries = 1
 WHERE id = :id AND state = 'running' AND claim = :claim RETURNING id;

-- name: note_message
-- Where the job's card lies in its channel, where that is known.
UPDATE jobs SET message_id = COALESCE(CAST(:message_id AS BIGINT), message_id), deliver_at = NULL
 WHERE id = :id AND claim = :claim;

-- name: deliver_later
-- Discord is tried again then, by whoever comes first; no slot is held meanwhile.
UPDATE jobs SET deliver_at = :at, claim = NULL, lease_until = NULL
 WHERE id = :id AND claim = :claim RETURNING id;

-- name: end_job
-- The last state: what was charged or why it failed. The reply's token is forgotten, unless the
-- person is still to be told, from `deliver_at` on, or the card to be shown anew.
UPDATE jobs SET state = :state, credits_charged = :credits_charged, failure = :failure,
                said = :said, finished_at = :now,
                deliver_at = COALESCE(CAST(:deliver_at AS BIGINT),
                                      CASE WHEN stale_at IS NULL THEN NULL
                                           ELSE CAST(:now AS BIGINT) END),
                deliver_tries = 1,
                shown = (SELECT COUNT(*) FROM job_images
                          WHERE job_images.job_id = jobs.id AND job_images.role = 'result'),
                reply_token = CASE WHEN CAST(:deliver_at AS BIGINT) IS NULL AND stale_at IS NULL
                                   THEN NULL ELSE reply_token END
 WHERE id = :id AND state = :was AND claim = :claim RETURNING id;

-- name: forget_debt
-- Nothing is owed to anybody any more.
UPDATE jobs SET deliver_at = NULL, reply_token = NULL, said = NULL, shown = :shown, stale_at = NULL
 WHERE id = :id AND claim = :claim RETURNING id;

-- name: owe_picture
-- A picture has come after the job's end: it is shown as soon as can be.
UPDATE jobs SET deliver_at = :now, deliver_tries = 0
 WHERE id = :id AND state IN ('done', 'failed', 'cancelled') AND deliver_at IS NULL RETURNING id;

-- name: owe_card
-- A run that had lost the job has shown progress, with its `reply_token` if it had one: the card is
-- shown anew when the job has ended, but for one that is erased.
UPDATE jobs SET stale_at = :now,
                reply_token = COALESCE(reply_token, CAST(:reply_token AS TEXT)),
                deliver_at = CASE WHEN state IN ('done', 'failed', 'cancelled')
                                  THEN COALESCE(deliver_at, CAST(:now AS BIGINT))
                                  ELSE deliver_at END
 WHERE id = :id AND erased_at IS NULL RETURNING id;

-- name: release_job
-- An operator gives a job back, whoever holds it; the person is still to be told.
UPDATE jobs SET state = 'cancelled', claim = NULL, lease_until = NULL, failure = :failure,
                finished_at = :now, deliver_at = :now, deliver_tries = 0,
                shown = (SELECT COUNT(*) FROM job_images
                          WHERE job_images.job_id = jobs.id AND job_images.role = 'result')
 WHERE id = :id AND state = :was AND COALESCE(claim, '') = :claim RETURNING id;

-- name: cancel_job
-- Somebody no longer wants it: taken from whoever holds it, and ended. What had been drawn of it is
-- nobody's, as nobody pays for it. No row back means that it was drawn already, or had ended.
UPDATE jobs SET state = 'cancelled', claim = :claim, lease_until = :until, failure = :failure,
                finished_at = :now, deliver_at = :now, deliver_tries = 1,
                shown = (SELECT COUNT(*) FROM job_images
                          WHERE job_images.job_id = jobs.id AND job_images.role = 'result'),
                forgotten_at = CASE WHEN EXISTS (SELECT 1 FROM job_images
                                                  WHERE job_images.job_id = jobs.id
                                                    AND job_images.role = 'result')
                                    THEN CAST(:now AS BIGINT) ELSE forgotten_at END
 WHERE id = :id AND state IN ('queued', 'running') RETURNING id;

-- name: deliver_now
-- An operator does not wait for the next try.
UPDATE jobs SET deliver_at = :now
 WHERE id = :id AND claim IS NULL AND deliver_at IS NOT NULL RETURNING id;

-- name: begin_attempt
-- A paid call is about to leave; until its end is written the bill is unknown.
INSERT INTO attempts
       (id, job_id, picture, number, provider, key, model, usd_micros, started_at, billed)
VALUES (:id, :job_id, :picture, :number, :provider, :key, :model, :usd_micros, :now, 'unknown');

-- name: note_task
-- The open call was accepted as a task there; its id is what a lost picture is asked for by.
UPDATE attempts SET task_id = :task_id
 WHERE id = :id AND job_id IN (SELECT jobs.id FROM jobs WHERE jobs.claim = :claim
                                                          AND jobs.id = attempts.job_id);

-- name: end_attempt
-- How that call ended and whether the upstream bills it; when to ask about its task, if it has one.
-- No row back means that it had ended, or that the run no longer holds its job.
UPDATE attempts SET ended_at = :now, outcome = :outcome, billed = :billed, tokens = :tokens,
                    look_at = CASE WHEN task_id IS NULL THEN NULL
                                   ELSE CAST(:look_at AS BIGINT) END
 WHERE id = :id AND ended_at IS NULL
   AND job_id IN (SELECT jobs.id FROM jobs WHERE jobs.claim = :claim
                                             AND jobs.id = attempts.job_id)
RETURNING key, usd_micros, hour, day, month;

-- name: abandon_attempts
-- The job ends while calls are open: nobody knows how they ended or whether they are billed.
UPDATE attempts SET ended_at = :now, outcome = 'abandoned',
                    look_at = CASE WHEN task_id IS NULL THEN NULL
                                   ELSE CAST(:look_at AS BIGINT) END
 WHERE job_id = :job_id AND ended_at IS NULL;

-- name: attempts_of
-- A job's paid calls, picture by picture, in the order they were made.
SELECT id, picture, number, provider, key, model, usd_micros, started_at, ended_at, outcome,
       billed, task_id, look_at
  FROM attempts WHERE job_id = :job_id ORDER BY picture, number;

-- name: late_tasks
-- Tasks that were given up and are to be asked about now, of jobs that have ended.
SELECT attempts.id, attempts.job_id, attempts.picture, attempts.provider, attempts.key,
       attempts.task_id, attempts.started_at, attempts.look_at
  FROM attempts JOIN jobs ON jobs.id = attempts.job_id
 WHERE attempts.look_at <= :now AND jobs.state IN ('done', 'failed', 'cancelled')
 ORDER BY attempts.look_at LIMIT 20;

-- name: look_later
-- Ask about a task at another time, or never again; no row back means that another process asks.
UPDATE attempts SET look_at = CAST(:next AS BIGINT)
 WHERE id = :id AND look_at = :look_at RETURNING id;

-- name: learn_late
-- What became of a task that had been given up; no row back means that it is known already.
UPDATE attempts SET outcome = :outcome, billed = :billed, look_at = NULL
 WHERE id = :id AND billed = 'unknown'
RETURNING key, usd_micros, hour, day, month;

-- name: charged_jobs
-- Jobs that were charged, by their id, its last eight letters, or their message; two are too many.
SELECT id, reservation_id, account_id, credits_charged FROM jobs
 WHERE credits_charged > 0
   AND (id = :word OR SUBSTR(id, 25) = :word OR message_id = :message_id)
 LIMIT 2;

-- name: stuck_reservations
-- Credits that are held for a job that has ended, or for none, since before a time.
SELECT reservations.id, reservations.amount, reservations.account_id, jobs.id AS job_id
  FROM reservations LEFT JOIN jobs ON jobs.reservation_id = reservations.id
 WHERE reservations.state = 'open' AND reservations.opened_at < :before
   AND (jobs.id IS NULL OR jobs.state IN ('done', 'failed', 'cancelled'))
 ORDER BY reservations.id LIMIT 100;

-- name: known_images
-- The pictures the database knows whose digests lie between two.
SELECT digest FROM images WHERE digest >= :first AND digest < :after;

-- name: listed_jobs
-- The newest jobs for an operator; of one state unless it is empty.
SELECT id, state, claim, lease_until, begins_at, deliver_at, deliver_tries, kind, model, count,
       member_id, guild_id, credits_each, credits_charged, failure, created_at, finished_at
  FROM jobs WHERE state = :state OR CAST(:state AS TEXT) = ''
 ORDER BY created_at DESC, id DESC LIMIT :most;

-- name: jobs_called
-- Jobs by their id or its last eight letters; two are too many.
SELECT id FROM jobs WHERE id = :word OR SUBSTR(id, 25) = :word LIMIT 2;
