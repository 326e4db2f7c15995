-- What was paid for pictures, for /quota report. A job belongs to the day it was asked for on; one
-- that was never charged is in no report, and what was refunded of one is told beside its price.

-- name: report_here
-- What each member paid in a server with each model in each channel, from a time to another.
SELECT jobs.guild_id, jobs.member_id, jobs.model, jobs.channel_id,
       CAST(COUNT(*) AS BIGINT) AS jobs,
       CAST(SUM(jobs.credits_charged / jobs.credits_each) AS BIGINT) AS pictures,
       CAST(SUM(jobs.credits_charged) AS BIGINT) AS credits,
       CAST(SUM(COALESCE(-back.available, 0)) AS BIGINT) AS refunded,
       CAST(SUM(CASE WHEN jobs.account_id LIKE 'server:%'
                     THEN jobs.credits_charged + COALESCE(back.available, 0) ELSE 0 END) AS BIGINT)
           AS by_pool,
       CAST(SUM(CASE WHEN jobs.account_id LIKE 'team:%'
                     THEN jobs.credits_charged + COALESCE(back.available, 0) ELSE 0 END) AS BIGINT)
           AS by_teams
  FROM jobs
  LEFT JOIN movements ON movements.reservation_id = jobs.reservation_id
                     AND movements.kind = 'refund'
  LEFT JOIN entries back ON back.movement_id = movements.id AND back.account_id = :earnings
 WHERE jobs.guild_id = :guild_id
   AND jobs.created_at >= :since AND jobs.created_at < :until AND jobs.credits_charged > 0
 GROUP BY jobs.guild_id, jobs.member_id, jobs.model, jobs.channel_id
 ORDER BY jobs.guild_id, jobs.member_id, jobs.model, jobs.channel_id;

-- name: report_everywhere
-- The same in every server and in direct messages, for those who run the bot.
SELECT jobs.guild_id, jobs.member_id, jobs.model, jobs.channel_id,
       CAST(COUNT(*) AS BIGINT) AS jobs,
       CAST(SUM(jobs.credits_charged / jobs.credits_each) AS BIGINT) AS pictures,
       CAST(SUM(jobs.credits_charged) AS BIGINT) AS credits,
       CAST(SUM(COALESCE(-back.available, 0)) AS BIGINT) AS refunded,
       CAST(SUM(CASE WHEN jobs.account_id LIKE 'server:%'
                     THEN jobs.credits_charged + COALESCE(back.available, 0) ELSE 0 END) AS BIGINT)
           AS by_pool,
       CAST(SUM(CASE WHEN jobs.account_id LIKE 'team:%'
                     THEN jobs.credits_charged + COALESCE(back.available, 0) ELSE 0 END) AS BIGINT)
           AS by_teams
  FROM jobs
  LEFT JOIN movements ON movements.reservation_id = jobs.reservation_id
                     AND movements.kind = 'refund'
  LEFT JOIN entries back ON back.movement_id = movements.id AND back.account_id = :earnings
 WHERE jobs.created_at >= :since AND jobs.created_at < :until AND jobs.credits_charged > 0
 GROUP BY jobs.guild_id, jobs.member_id, jobs.model, jobs.channel_id
 ORDER BY jobs.guild_id, jobs.member_id, jobs.model, jobs.channel_id;
