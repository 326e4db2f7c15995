-- What people find again, go back to, keep and have deleted.

-- name: named_jobs
-- Jobs by their id or its last eight letters; two are too many.
SELECT id FROM jobs WHERE id = :word OR SUBSTR(id, 25) = :word LIMIT 2;

-- name: recent_jobs
-- A member's newest pictures, for choosing one.
SELECT id, prompt, created_at FROM jobs
 WHERE member_id = :member_id AND state IN ('delivered', 'done') AND forgotten_at IS NULL
 ORDER BY created_at DESC, id DESC LIMIT :most;

-- name: line_of_jobs
-- The job and those it goes on from, the nearest first.
WITH RECURSIVE line (id, origin_job_id, steps) AS (
    SELECT id, origin_job_id, 0 FROM jobs WHERE id = :id
     UNION ALL
    SELECT jobs.id, jobs.origin_job_id, line.steps + 1
      FROM jobs JOIN line ON jobs.id = line.origin_job_id)
SELECT id FROM line ORDER BY steps;

-- name: family_of_jobs
-- The newest of all that began with one job and may be seen by a member.
WITH RECURSIVE family (id) AS (
    SELECT id FROM jobs WHERE id = :id
     UNION ALL
    SELECT jobs.id FROM jobs JOIN family ON jobs.origin_job_id = family.id)
SELECT jobs.id FROM family JOIN jobs ON jobs.id = family.id
 WHERE jobs.state IN ('delivered', 'done') AND jobs.forgotten_at IS NULL
   AND (jobs.private = 0 OR jobs.member_id = :member_id)
 ORDER BY jobs.created_at DESC, jobs.id DESC LIMIT :most;

-- name: job_outcome
-- What a job was charged and when it ended.
SELECT credits_charged, finished_at FROM jobs WHERE id = :id;

-- name: job_painters
-- Which upstreams drew a job's pictures.
SELECT DISTINCT provider FROM attempts
 WHERE job_id = :job_id AND outcome = 'image' ORDER BY provider;

-- name: job_entries
-- What a job moved on the account that paid for it, the oldest first.
SELECT m.kind, m.reason, m.reservation_id, m.at, e.available, e.held
  FROM movements m
  JOIN entries e ON e.movement_id = m.id
 WHERE m.reservation_id = :reservation_id AND e.account_id = :account_id
 ORDER BY m.at, m.id;

-- name: forget_job
-- Its maker wants its pictures gone; no row back means that they are.
UPDATE jobs SET forgotten_at = :now
 WHERE id = :id AND member_id = :member_id AND forgotten_at IS NULL RETURNING id;

-- name: forget_turns
-- What the model said goes with the pictures.
DELETE FROM turns WHERE job_id = :job_id;

-- name: pictures_of_none
-- Results of a forgotten job that no other job, no open question, no character and nobody keeps.
SELECT images.digest, images.mime, images.width, images.height, images.size
  FROM job_images AS made JOIN images ON images.digest = made.digest
 WHERE made.job_id = :job_id AND made.role = 'result'
   AND NOT EXISTS (SELECT 1 FROM job_images AS other
                     JOIN jobs ON jobs.id = other.job_id
                    WHERE other.digest = made.digest AND jobs.forgotten_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM kept_pictures WHERE kept_pictures.digest = made.digest)
   AND NOT EXISTS (SELECT 1 FROM character_pictures WHERE character_pictures.digest = made.digest)
   AND NOT EXISTS (SELECT 1 FROM confirmation_images AS asked
                     JOIN confirmations ON confirmations.id = asked.confirmation_id
                    WHERE asked.digest = made.digest AND confirmations.state = 'asked'
                      AND confirmations.asked_at > :asked_after);

-- name: keep_picture
-- A picture for the member's next request; keeping it again keeps it longer.
INSERT INTO kept_pictures (member_id, digest, kept_at, expires_at)
VALUES (:member_id, :digest, :now, :expires_at)
ON CONFLICT (member_id, digest) DO UPDATE SET kept_at = :now, expires_at = :expires_at;

-- name: kept_pictures
-- What a member keeps, in order.
SELECT images.digest, images.mime, images.width, images.height, images.size, expires_at
  FROM kept_pictures JOIN images ON images.digest = kept_pictures.digest
 WHERE member_id = :member_id AND expires_at > :now
 ORDER BY kept_at, images.digest;

-- name: use_kept_picture
-- It was for one request; no row back means that another has used it, or that it is kept no longer.
DELETE FROM kept_pictures WHERE member_id = :member_id AND digest = :digest RETURNING digest;

-- name: drop_kept_pictures
-- What a member does not want to keep, and what anybody kept for too long.
DELETE FROM kept_pictures WHERE member_id = :member_id OR expires_at <= :now;
