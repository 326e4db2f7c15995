-- What each upstream key has spent, in millionths of a dollar. A call is counted before it leaves.

-- name: count_spending
-- Count a call against its key; no row back means that a limit says no.
-- A window that began later than the clock says is still the present one: clocks may go back.
INSERT INTO key_usage (key, hour, hour_used, day, day_used, month, month_used, total_used)
SELECT CAST(:key AS TEXT), CAST(:hour AS BIGINT), CAST(:usd_micros AS BIGINT),
       CAST(:day AS BIGINT), CAST(:usd_micros AS BIGINT),
       CAST(:month AS BIGINT), CAST(:usd_micros AS BIGINT), CAST(:usd_micros AS BIGINT)
 WHERE CAST(:usd_micros AS BIGINT) <= CAST(:most_hour AS BIGINT)
   AND CAST(:usd_micros AS BIGINT) <= CAST(:most_day AS BIGINT)
   AND CAST(:usd_micros AS BIGINT) <= CAST(:most_month AS BIGINT)
   AND CAST(:usd_micros AS BIGINT) <= CAST(:most_total AS BIGINT)
ON CONFLICT (key) DO UPDATE SET
       hour_used = excluded.hour_used
                 + CASE WHEN key_usage.hour < excluded.hour THEN 0 ELSE key_usage.hour_used END,
       day_used = excluded.day_used
                + CASE WHEN key_usage.day < excluded.day THEN 0 ELSE key_usage.day_used END,
       month_used = excluded.month_used
                  + CASE WHEN key_usage.month < excluded.month THEN 0
                         ELSE key_usage.month_used END,
       total_used = excluded.total_used + key_usage.total_used,
       hour = CASE WHEN key_usage.hour < excluded.hour THEN excluded.hour ELSE key_usage.hour END,
       day = CASE WHEN key_usage.day < excluded.day THEN excluded.day ELSE key_usage.day END,
       month = CASE WHEN key_usage.month < excluded.month THEN excluded.month
                    ELSE key_usage.month END
 WHERE excluded.hour_used
     + CASE WHEN key_usage.hour < excluded.hour THEN 0 ELSE key_usage.hour_used END
       <= CAST(:most_hour AS BIGINT)
   AND excluded.day_used
     + CASE WHEN key_usage.day < excluded.day THEN 0 ELSE key_usage.day_used END
       <= CAST(:most_day AS BIGINT)
   AND excluded.month_used
     + CASE WHEN key_usage.month < excluded.month THEN 0 ELSE key_usage.month_used END
       <= CAST(:most_month AS BIGINT)
   AND excluded.total_used + key_usage.total_used <= CAST(:most_total AS BIGINT)
RETURNING hour, day, month;

-- name: note_windows
-- Where a call was counted, in case it turns out not to be billed.
UPDATE attempts SET hour = :hour, day = :day, month = :month WHERE id = :id;

-- name: uncount_spending
-- A call that is not billed goes back to the windows it was counted in, if they are still present.
UPDATE key_usage SET
       hour_used = hour_used
                 - CASE WHEN hour = :hour THEN CAST(:usd_micros AS BIGINT) ELSE 0 END,
       day_used = day_used - CASE WHEN day = :day THEN CAST(:usd_micros AS BIGINT) ELSE 0 END,
       month_used = month_used
                  - CASE WHEN month = :month THEN CAST(:usd_micros AS BIGINT) ELSE 0 END,
       total_used = total_used - CAST(:usd_micros AS BIGINT)
 WHERE key = :key;

-- name: key_usage
-- What every key has spent; a window that is not the present one counts for nothing.
SELECT key, hour, hour_used, day, day_used, month, month_used, total_used
  FROM key_usage ORDER BY key;

-- name: wrong_key_usage
-- Keys whose spending is not what their counted calls add up to.
SELECT u.key, u.hour_used, u.day_used, u.month_used, u.total_used,
       CAST(COALESCE(s.hour_used, 0) AS BIGINT) AS summed_hour_used,
       CAST(COALESCE(s.day_used, 0) AS BIGINT) AS summed_day_used,
       CAST(COALESCE(s.month_used, 0) AS BIGINT) AS summed_month_used,
       CAST(COALESCE(s.total_used, 0) AS BIGINT) AS summed_total_used
  FROM key_usage u
  LEFT JOIN (
        SELECT a.key,
               SUM(CASE WHEN a.hour = k.hour THEN a.usd_micros ELSE 0 END) AS hour_used,
               SUM(CASE WHEN a.day = k.day THEN a.usd_micros ELSE 0 END) AS day_used,
               SUM(CASE WHEN a.month = k.month THEN a.usd_micros ELSE 0 END) AS month_used,
               SUM(a.usd_micros) AS total_used
          FROM attempts a JOIN key_usage k ON k.key = a.key
         WHERE a.hour IS NOT NULL AND a.billed <> 'no'
         GROUP BY a.key) s ON s.key = u.key
 WHERE u.hour_used <> COALESCE(s.hour_used, 0) OR u.day_used <> COALESCE(s.day_used, 0)
    OR u.month_used <> COALESCE(s.month_used, 0) OR u.total_used <> COALESCE(s.total_used, 0)
 ORDER BY u.key;
