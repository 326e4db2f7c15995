-- Who is told that how much of a pool, a limit or a key is used, and that each part is told once.

-- name: set_outlet
-- A server's alerts go there; a channel of NULL is nobody.
INSERT INTO alert_channels (guild_id, channel_id, set_by, set_at)
VALUES (:guild_id, :channel_id, :set_by, :now)
ON CONFLICT (guild_id) DO UPDATE
   SET channel_id = excluded.channel_id, set_by = excluded.set_by, set_at = excluded.set_at;

-- name: clear_outlet
-- They go to the server's owner again.
DELETE FROM alert_channels WHERE guild_id = :guild_id;

-- name: outlet
-- Where a server's alerts go; no row is to its owner.
SELECT channel_id FROM alert_channels WHERE guild_id = :guild_id;

-- name: note_filling
-- Credits came into a pool: what is in it now is what its alerts are measured by from here on.
INSERT INTO fillings (account_id, number, level)
SELECT id, 1, available + held FROM accounts WHERE id = :account_id
ON CONFLICT (account_id) DO UPDATE
   SET number = fillings.number + 1, level = excluded.level;

-- name: filling
-- What was in a pool when it was last filled, and what has not been charged since.
SELECT fillings.number, fillings.level, accounts.available + accounts.held AS remaining
  FROM fillings JOIN accounts ON accounts.id = fillings.account_id
 WHERE fillings.account_id = :account_id;

-- name: guild_of_job
-- Where a job was asked for.
SELECT guild_id FROM jobs WHERE id = :id;

-- name: most_raised
-- The largest part of a window that was raised, 0 for none.
SELECT CAST(COALESCE(MAX(percent), 0) AS BIGINT) AS percent FROM alerts
 WHERE subject = :subject AND measure = :measure AND turn = :turn AND amount = :amount;

-- name: raise_alert
-- Remember that a part of a window is reached; no row back means that it was known already.
INSERT INTO alerts (id, subject, guild_id, measure, turn, amount, percent, used, name,
                    raised_at, claimed_until, told_at)
VALUES (:id, :subject, :guild_id, :measure, :turn, :amount, :percent, :used, :name,
        :now, :claimed_until, :told_at)
ON CONFLICT (subject, measure, turn, amount, percent) DO NOTHING RETURNING id;

-- name: claim_alerts
-- Take on what nobody has told and nobody is at work on, such as after a crash.
UPDATE alerts SET claimed_until = :claimed_until
 WHERE told_at IS NULL AND claimed_until <= :now
RETURNING id, subject, guild_id, measure, turn, amount, percent, used, name;

-- name: next_claim
-- When the first alert that has not been told may be taken on; NULL where there is none.
SELECT MIN(claimed_until) AS at FROM alerts WHERE told_at IS NULL;

-- name: end_alert
-- It was told, or nobody can be.
UPDATE alerts SET told_at = :now WHERE id = :id AND told_at IS NULL;
