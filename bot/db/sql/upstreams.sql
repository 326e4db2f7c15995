-- name: breakers
-- Every open breaker, for a start to take over.
SELECT provider, key, model, kind, opened_at, retry_at FROM breakers
 ORDER BY provider, key, model;

-- name: open_breaker
-- Remember that a line is closed and until when; a later word replaces an earlier one.
INSERT INTO breakers (provider, key, model, kind, opened_at, retry_at)
VALUES (:provider, :key, :model, :kind, :opened_at, :retry_at)
ON CONFLICT (provider, key, model) DO UPDATE
   SET kind = excluded.kind, opened_at = excluded.opened_at, retry_at = excluded.retry_at;

-- name: close_breaker
-- The line works again.
DELETE FROM breakers WHERE provider = :provider AND key = :key AND model = :model;
