-- name: breakers
-- Every open breaker, for a start to take over.
SELECT provider, key, model, kind, opened_at, retry_at, scope FROM breakers
 ORDER BY provider, key, model;

-- name: open_breaker
-- Remember that a line is closed and until when; a later word replaces an earlier one.
INSERT INTO breakers (provider, key, model, kind, opened_at, retry_at, scope)
VALUES (:provider, :key, :model, :kind, :opened_at, :retry_at, :scope)
ON CONFLICT (provider, key, model) DO UPDATE
   SET kind = excluded.kind, opened_at = excluded.opened_at, retry_at = excluded.retry_at,
       scope = excluded.scope;

-- name: close_breaker
-- The line works again.
DELETE FROM breakers WHERE provider = :provider AND key = :key AND model = :model;

-- name: touch_pace
-- Lock a key's row, made if need be, and tell when its next call is due.
INSERT INTO paces (key, next_at) VALUES (:key, :now)
ON CONFLICT (key) DO UPDATE SET next_at = paces.next_at
RETURNING next_at;

-- name: set_pace
-- When the call after this one is due.
UPDATE paces SET next_at = :next_at WHERE key = :key;

-- name: drop_dead_calls
-- Forget calls whose process must be gone.
DELETE FROM open_calls WHERE key = :key AND until <= :now;

-- name: begin_call
-- Note an open call, unless its key has as many as it may.
INSERT INTO open_calls (id, key, until)
SELECT :id, :key, :until
 WHERE (SELECT COUNT(*) FROM open_calls WHERE key = :key) < :most;

-- name: end_all_calls
-- Whoever made them is gone.
DELETE FROM open_calls;

-- name: end_call
-- The call is over.
DELETE FROM open_calls WHERE id = :id;

-- name: speeds
-- How long half of the pictures took at most since a time, by upstream, model and resolution; NULL
-- where calls were made and none brought one.
WITH pictures AS (
    SELECT attempts.provider, attempts.model, jobs.resolution,
           attempts.ended_at - attempts.started_at AS micros,
           ROW_NUMBER() OVER (PARTITION BY attempts.provider, attempts.model, jobs.resolution
                              ORDER BY attempts.ended_at - attempts.started_at) AS place,
           COUNT(*) OVER (PARTITION BY attempts.provider, attempts.model, jobs.resolution) AS many
      FROM attempts JOIN jobs ON jobs.id = attempts.job_id
     WHERE attempts.started_at >= :since AND attempts.ended_at IS NOT NULL
       AND attempts.outcome = 'image'),
middles AS (
    SELECT provider, model, resolution, CAST(AVG(micros) AS BIGINT) AS micros FROM pictures
     WHERE place BETWEEN (many + 1) / 2 AND (many + 2) / 2
     GROUP BY provider, model, resolution)
SELECT attempts.provider, attempts.model, jobs.resolution, COUNT(*) AS calls,
       MIN(middles.micros) AS micros
  FROM attempts JOIN jobs ON jobs.id = attempts.job_id
  LEFT JOIN middles ON middles.provider = attempts.provider AND middles.model = attempts.model
                   AND middles.resolution = jobs.resolution
 WHERE attempts.started_at >= :since AND attempts.ended_at IS NOT NULL
 GROUP BY attempts.provider, attempts.model, jobs.resolution;

-- name: spending
-- What upstreams were paid since a time, by day: surely, perhaps, and with no member charged.
-- A picture is charged for when its job is done; whatever else may be on the bill is our loss.
SELECT attempts.provider, attempts.key, attempts.model,
       attempts.started_at / 86400000000 AS day,
       COUNT(*) AS calls,
       CAST(SUM(CASE attempts.billed WHEN 'yes' THEN attempts.usd_micros ELSE 0 END) AS BIGINT)
           AS paid,
       CAST(SUM(CASE attempts.billed WHEN 'unknown' THEN attempts.usd_micros ELSE 0 END) AS BIGINT)
           AS in_doubt,
       CAST(SUM(CASE WHEN attempts.billed <> 'no'
                      AND jobs.state IN ('done', 'failed', 'cancelled')
                      AND NOT (COALESCE(attempts.outcome, '') = 'image' AND jobs.state = 'done')
                     THEN attempts.usd_micros ELSE 0 END) AS BIGINT) AS liability
  FROM attempts JOIN jobs ON jobs.id = attempts.job_id
 WHERE attempts.started_at >= :since
 GROUP BY attempts.provider, attempts.key, attempts.model, attempts.started_at / 86400000000
 ORDER BY day, attempts.provider, attempts.key, attempts.model;
