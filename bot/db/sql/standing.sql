-- What /balance shows beside the books.

-- name: running_jobs
-- A member's jobs that hold credits, the oldest first; guild_id NULL for those of any place.
SELECT guild_id, channel_id, message_id, private, credits_each * count AS credits
  FROM jobs
 WHERE member_id = :member_id
   AND (CAST(:guild_id AS BIGINT) IS NULL OR guild_id = :guild_id)
   AND state IN ('queued', 'running', 'generated', 'delivered')
 ORDER BY created_at, id;

-- name: charged_since
-- What a member's pictures cost, by quarters of an hour, which every time zone's days consist of.
SELECT created_at / 900000000 AS quarter, CAST(SUM(credits_charged) AS BIGINT) AS credits
  FROM jobs
 WHERE member_id = :member_id AND created_at >= :since AND credits_charged > 0
   AND (CAST(:guild_id AS BIGINT) IS NULL OR guild_id = :guild_id)
 GROUP BY created_at / 900000000;
