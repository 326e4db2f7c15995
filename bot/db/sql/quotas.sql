-- Limits and their use. Whoever is counted has one row; what is counted is undone by its share.

-- name: set_limit
-- Set a limit, or change it; an amount of NULL is no limit.
INSERT INTO limits (whose, guild_id, owner_id, measure, amount, set_by, set_at)
VALUES (:whose, :guild_id, :owner_id, :measure, :amount, :set_by, :now)
ON CONFLICT (guild_id, whose, owner_id, measure) DO UPDATE
   SET amount = excluded.amount, set_by = excluded.set_by, set_at = excluded.set_at;

-- name: clear_limit
-- Take a limit back, so that another or none holds.
DELETE FROM limits
 WHERE guild_id = :guild_id AND whose = :whose AND owner_id = :owner_id AND measure = :measure;

-- name: limits_in
-- Every limit of the bot and of one server.
SELECT whose, guild_id, owner_id, measure, amount FROM limits
 WHERE guild_id IN (0, :guild_id)
 ORDER BY guild_id, whose, owner_id, measure;

-- name: usage
-- What somebody has used.
SELECT due_at, jobs, hour, hour_used, day, day_used, month, month_used, total_used
  FROM usage WHERE subject = :subject;

-- name: open_usage
-- Begin to count somebody, and lock their row where an engine locks rows.
INSERT INTO usage
       (subject, due_at, jobs, hour, hour_used, day, day_used, month, month_used, total_used)
VALUES (:subject, 0, 0, 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT (subject) DO UPDATE SET jobs = usage.jobs
RETURNING due_at, jobs, hour, hour_used, day, day_used, month, month_used, total_used;

-- name: use
-- Count one request and its credits; no row back means that a limit says no.
-- A window that began later than the clock says is still the present one: clocks may go back.
UPDATE usage SET
       due_at = :due_at,
       jobs = jobs + 1,
       hour_used = CASE WHEN hour < :hour THEN 0 ELSE hour_used END + :amount,
       day_used = CASE WHEN day < :day THEN 0 ELSE day_used END + :amount,
       month_used = CASE WHEN month < :month THEN 0 ELSE month_used END + :amount,
       total_used = total_used + :amount,
       hour = CASE WHEN hour < :hour THEN :hour ELSE hour END,
       day = CASE WHEN day < :day THEN :day ELSE day END,
       month = CASE WHEN month < :month THEN :month ELSE month END
 WHERE subject = :subject
   AND jobs < :most_jobs
   AND CASE WHEN hour < :hour THEN 0 ELSE hour_used END + :amount <= :most_hour
   AND CASE WHEN day < :day THEN 0 ELSE day_used END + :amount <= :most_day
   AND CASE WHEN month < :month THEN 0 ELSE month_used END + :amount <= :most_month
   AND total_used + :amount <= :most_total
RETURNING hour, day, month;

-- name: add_share
-- Remember what was counted where.
INSERT INTO shares (reservation_id, subject, amount, hour, day, month)
VALUES (:reservation_id, :subject, :amount, :hour, :day, :month);

-- name: shares_of
-- What a reservation was counted in, in the order in which it was: member, server, bot.
SELECT subject, amount, hour, day, month FROM shares
 WHERE reservation_id = :reservation_id
 ORDER BY CASE subject WHEN 'bot' THEN 1 ELSE 0 END, subject;

-- name: give_back
-- Uncount a job that is over, and the credits it did not use, in the windows it was counted in.
UPDATE usage SET
       jobs = jobs - 1,
       hour_used = hour_used - CASE WHEN hour = :hour THEN CAST(:unused AS BIGINT) ELSE 0 END,
       day_used = day_used - CASE WHEN day = :day THEN CAST(:unused AS BIGINT) ELSE 0 END,
       month_used = month_used - CASE WHEN month = :month THEN CAST(:unused AS BIGINT) ELSE 0 END,
       total_used = total_used - CAST(:unused AS BIGINT)
 WHERE subject = :subject;

-- name: set_allowance
-- What each member with a role may take of the server's pool in a period.
INSERT INTO allowances (guild_id, role_id, credits, period, carry, set_by, set_at)
VALUES (:guild_id, :role_id, :credits, :period, :carry, :set_by, :now)
ON CONFLICT (guild_id, role_id) DO UPDATE
   SET credits = excluded.credits, period = excluded.period, carry = excluded.carry,
       set_by = excluded.set_by, set_at = excluded.set_at;

-- name: clear_allowance
-- Take an allowance back.
DELETE FROM allowances WHERE guild_id = :guild_id AND role_id = :role_id;

-- name: allowances_in
-- Every allowance of a server.
SELECT role_id, credits, period, carry FROM allowances
 WHERE guild_id = :guild_id ORDER BY role_id;

-- name: allowance_use
-- What a member took of the pool in the period they last did.
SELECT starts_at, used, carried FROM allowance_use
 WHERE guild_id = :guild_id AND member_id = :member_id;

-- name: open_allowance_use
-- Begin to count a member, and lock their row where an engine locks rows.
INSERT INTO allowance_use (guild_id, member_id, starts_at, used, carried)
VALUES (:guild_id, :member_id, 0, 0, 0)
ON CONFLICT (guild_id, member_id) DO UPDATE SET used = allowance_use.used
RETURNING starts_at, used, carried;

-- name: write_allowance_use
-- What a member has taken, after this.
UPDATE allowance_use SET starts_at = :starts_at, used = :used, carried = :carried
 WHERE guild_id = :guild_id AND member_id = :member_id;

-- name: add_allowance_share
-- Remember which period a reservation was counted in.
INSERT INTO allowance_shares (reservation_id, guild_id, member_id, starts_at, amount)
VALUES (:reservation_id, :guild_id, :member_id, :starts_at, :amount);

-- name: allowance_give_back
-- What a reservation did not use goes back to the period it came from, if that is the present one.
UPDATE allowance_use SET used = used - :unused
 WHERE EXISTS (SELECT 1 FROM allowance_shares s
                WHERE s.reservation_id = :reservation_id
                  AND s.guild_id = allowance_use.guild_id
                  AND s.member_id = allowance_use.member_id
                  AND s.starts_at = allowance_use.starts_at);

-- name: wrong_usage
-- Whoever's use is not what their reservations add up to.
SELECT u.subject, u.jobs, u.hour_used, u.day_used, u.month_used, u.total_used,
       CAST(COALESCE(s.jobs, 0) AS BIGINT) AS summed_jobs,
       CAST(COALESCE(s.hour_used, 0) AS BIGINT) AS summed_hour_used,
       CAST(COALESCE(s.day_used, 0) AS BIGINT) AS summed_day_used,
       CAST(COALESCE(s.month_used, 0) AS BIGINT) AS summed_month_used,
       CAST(COALESCE(s.total_used, 0) AS BIGINT) AS summed_total_used
  FROM usage u
  LEFT JOIN (
        SELECT h.subject,
               SUM(CASE WHEN r.state = 'open' THEN 1 ELSE 0 END) AS jobs,
               SUM(CASE WHEN h.hour = w.hour THEN
                   CASE r.state WHEN 'open' THEN h.amount ELSE r.settled END ELSE 0 END)
                   AS hour_used,
               SUM(CASE WHEN h.day = w.day THEN
                   CASE r.state WHEN 'open' THEN h.amount ELSE r.settled END ELSE 0 END)
                   AS day_used,
               SUM(CASE WHEN h.month = w.month THEN
                   CASE r.state WHEN 'open' THEN h.amount ELSE r.settled END ELSE 0 END)
                   AS month_used,
               SUM(CASE r.state WHEN 'open' THEN h.amount ELSE r.settled END) AS total_used
          FROM shares h
          JOIN reservations r ON r.id = h.reservation_id
          JOIN usage w ON w.subject = h.subject
         GROUP BY h.subject) s ON s.subject = u.subject
 WHERE u.jobs <> COALESCE(s.jobs, 0) OR u.hour_used <> COALESCE(s.hour_used, 0)
    OR u.day_used <> COALESCE(s.day_used, 0) OR u.month_used <> COALESCE(s.month_used, 0)
    OR u.total_used <> COALESCE(s.total_used, 0)
 ORDER BY u.subject;

-- name: wrong_allowances
-- Members whose use of the pool is not what their reservations of that period add up to.
SELECT u.guild_id, u.member_id, u.used, CAST(COALESCE(s.used, 0) AS BIGINT) AS summed
  FROM allowance_use u
  LEFT JOIN (
        SELECT h.guild_id, h.member_id, h.starts_at,
               SUM(CASE r.state WHEN 'open' THEN h.amount ELSE r.settled END) AS used
          FROM allowance_shares h JOIN reservations r ON r.id = h.reservation_id
         GROUP BY h.guild_id, h.member_id, h.starts_at) s
    ON s.guild_id = u.guild_id AND s.member_id = u.member_id AND s.starts_at = u.starts_at
 WHERE u.used <> COALESCE(s.used, 0)
 ORDER BY u.guild_id, u.member_id;
