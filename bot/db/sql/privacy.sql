-- Forgetting: pictures and words go, the books stay and name nobody. `holdings.py` says what is done
-- with which table. Every statement may be repeated.

-- name: ask_forgetting
-- Somebody wants to be forgotten; no row back means that it is under way.
INSERT INTO forgettings (id, member_id, alias, asked_at) VALUES (:id, :member_id, :alias, :now)
ON CONFLICT (member_id) DO NOTHING RETURNING id;

-- name: forgetting_of
-- Whether somebody is being forgotten.
SELECT id, member_id, alias FROM forgettings WHERE member_id = :member_id;

-- name: forgettings
-- Everybody who is being forgotten, the first first.
SELECT id, member_id, alias FROM forgettings ORDER BY asked_at, id;

-- name: lock_forgetting
-- One of two processes makes them nameless; no row back means that it is done.
UPDATE forgettings SET asked_at = asked_at
 WHERE id = :id AND member_id = :member_id RETURNING id;

-- name: unname_forgetting
-- Nothing names them any more, and neither does this.
UPDATE forgettings SET member_id = NULL WHERE id = :id;

-- name: end_forgetting
-- The last byte is gone.
DELETE FROM forgettings WHERE id = :id;

-- name: unended_jobs
-- A member's jobs that are under way, or just being told of.
SELECT id, state FROM jobs
 WHERE member_id = :member_id
   AND (state IN ('queued', 'running', 'generated', 'delivered')
        OR (claim IS NOT NULL AND deliver_at IS NOT NULL));

-- name: unended_batches
-- A member's lists of which not all has been shown; their pictures go no sooner.
SELECT id FROM batches
 WHERE member_id = :member_id AND state = 'running'
   AND EXISTS (SELECT 1 FROM jobs WHERE jobs.batch_id = batches.id);

-- name: jobs_to_erase
-- A member's jobs that have ended and still say something.
SELECT id FROM jobs
 WHERE member_id = :member_id AND erased_at IS NULL AND (claim IS NULL OR deliver_at IS NULL)
   AND state IN ('done', 'failed', 'cancelled')
 ORDER BY id LIMIT :most;

-- name: jobs_over
-- Jobs of anybody that ended before a time, the oldest first.
SELECT id FROM jobs
 WHERE erased_at IS NULL AND (claim IS NULL OR deliver_at IS NULL)
   AND created_at < :before AND finished_at < :before
   AND state IN ('done', 'failed', 'cancelled')
 ORDER BY created_at LIMIT :most;

-- name: erase_job
-- Its words go, and whatever was owed for it; no row back means that they are gone, or that it is
-- held by somebody.
UPDATE jobs SET prompt = '', folded = NULL, style_name = NULL, style_words = NULL,
                house_style = NULL, said = NULL, reply_token = NULL, deliver_at = NULL,
                stale_at = NULL, claim = NULL, lease_until = NULL,
                forgotten_at = COALESCE(forgotten_at, CAST(:now AS BIGINT)),
                erased_at = CAST(:now AS BIGINT)
 WHERE id = :id AND erased_at IS NULL AND (claim IS NULL OR deliver_at IS NULL)
   AND state IN ('done', 'failed', 'cancelled')
RETURNING id;

-- name: erase_attempts
-- Nobody asks for what an upstream may still have of it.
UPDATE attempts SET task_id = NULL, look_at = NULL
 WHERE job_id = :id AND (task_id IS NOT NULL OR look_at IS NOT NULL);

-- name: erase_characters
-- Nor who took part in it.
DELETE FROM job_characters WHERE job_id = :id;

-- name: pictures_of_job
-- Everything it worked from and made.
SELECT DISTINCT digest FROM job_images WHERE job_id = :id;

-- name: untie_pictures
-- It has no pictures any more.
DELETE FROM job_images WHERE job_id = :id;

-- name: doom_file
-- A picture's file is to go, unless somebody has it: a job that is not forgotten, a question, a
-- character, or who keeps it for their next request.
INSERT INTO doomed_files (digest, mime, width, height, size)
SELECT digest, mime, width, height, size FROM images
 WHERE digest = :digest
   AND NOT EXISTS (SELECT 1 FROM job_images
                     JOIN jobs ON jobs.id = job_images.job_id
                    WHERE job_images.digest = images.digest AND jobs.forgotten_at IS NULL)
   AND NOT EXISTS (SELECT 1 FROM kept_pictures WHERE kept_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM character_pictures
                    WHERE character_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM confirmation_images
                    WHERE confirmation_images.digest = images.digest)
ON CONFLICT (digest) DO NOTHING;

-- name: forget_image
-- And what is known of it, once no row refers to that.
DELETE FROM images
 WHERE digest = :digest
   AND NOT EXISTS (SELECT 1 FROM job_images WHERE job_images.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM kept_pictures WHERE kept_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM character_pictures
                    WHERE character_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM confirmation_images
                    WHERE confirmation_images.digest = images.digest);

-- name: pictures_of_nobody
-- Pictures no row refers to, such as those of a question that was never answered, with digests
-- between two: a part of all, so that nobody who reads waits long.
SELECT digest FROM images
 WHERE digest >= :first AND digest < :after AND stored_at < :before
   AND NOT EXISTS (SELECT 1 FROM job_images WHERE job_images.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM kept_pictures WHERE kept_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM character_pictures
                    WHERE character_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM confirmation_images
                    WHERE confirmation_images.digest = images.digest)
 ORDER BY digest LIMIT :most;

-- name: doomed_files
-- Files that are to go. One that somebody has brought again meanwhile is known again, and stays.
SELECT doomed_files.digest, doomed_files.mime, doomed_files.width, doomed_files.height,
       doomed_files.size,
       (SELECT COUNT(*) FROM job_images JOIN jobs ON jobs.id = job_images.job_id
         WHERE job_images.digest = doomed_files.digest AND jobs.forgotten_at IS NULL)
     + (SELECT COUNT(*) FROM kept_pictures WHERE kept_pictures.digest = doomed_files.digest)
     + (SELECT COUNT(*) FROM character_pictures
         WHERE character_pictures.digest = doomed_files.digest)
     + (SELECT COUNT(*) FROM confirmation_images
         WHERE confirmation_images.digest = doomed_files.digest) AS uses
  FROM doomed_files ORDER BY doomed_files.digest LIMIT :most;

-- name: forget_file
-- It is gone.
DELETE FROM doomed_files WHERE digest = :digest;

-- name: pictures_for_next
-- What a member keeps for later requests or asked about; it goes with them.
SELECT digest FROM kept_pictures WHERE member_id = :member_id
 UNION
SELECT character_pictures.digest FROM character_pictures
  JOIN characters ON characters.id = character_pictures.character_id
 WHERE characters.member_id = :member_id
 UNION
SELECT confirmation_images.digest FROM confirmation_images
  JOIN confirmations ON confirmations.id = confirmation_images.confirmation_id
 WHERE confirmations.member_id = :member_id;

-- name: forget_kept_pictures
-- What a member kept for the next request.
DELETE FROM kept_pictures WHERE member_id = :member_id;

-- name: forget_asked_images
-- What a member's questions were to work from.
DELETE FROM confirmation_images
 WHERE confirmation_id IN (SELECT id FROM confirmations WHERE member_id = :member_id);

-- name: forget_asked_characters
-- And who was to take part.
DELETE FROM confirmation_characters
 WHERE confirmation_id IN (SELECT id FROM confirmations WHERE member_id = :member_id);

-- name: forget_character_pictures
-- The pictures of a member's characters.
DELETE FROM character_pictures
 WHERE character_id IN (SELECT id FROM characters WHERE member_id = :member_id);

-- name: forget_characters
-- And their names.
DELETE FROM characters WHERE member_id = :member_id;

-- name: forget_styles
-- A member's own styles.
DELETE FROM styles WHERE owner = 'member' AND owner_id = :member_id;

-- name: rename_styles
-- Who saved a server's.
UPDATE styles SET set_by = :alias WHERE set_by = :member_id;

-- name: forget_list_lines
-- The lines of lists that a member never had drawn; of others the jobs have the words.
DELETE FROM batch_lines
 WHERE batch_id IN (SELECT id FROM batches
                     WHERE member_id = :member_id AND state IN ('asked', 'declined'));

-- name: forget_lists
-- And those lists.
DELETE FROM batches WHERE member_id = :member_id AND state IN ('asked', 'declined');

-- name: forget_batch_messages
-- Which messages have the pictures of a member's batches.
UPDATE batch_posts SET message_id = NULL
 WHERE batch_id IN (SELECT id FROM batches WHERE member_id = :member_id);

-- name: rename_batches
-- A member's batches are over, and lead to no message of theirs.
UPDATE batches SET member_id = :alias, pressed_by = NULL, message_id = NULL, reply_token = NULL,
                   channel_id = CASE WHEN guild_id IS NULL THEN NULL ELSE channel_id END,
                   state = 'done', finished_at = COALESCE(finished_at, begun_at),
                   claim = NULL, lease_until = NULL, deliver_at = NULL
 WHERE member_id = :member_id;

-- name: forget_views
-- What a member looked for, and who looked at theirs.
DELETE FROM gallery_views WHERE member_id = :member_id OR maker_id = :member_id;

-- name: forget_favourites
-- What a member marked.
DELETE FROM favourites WHERE member_id = :member_id;

-- name: rename_gallery_posts
-- Who put a picture into a gallery channel.
UPDATE gallery_posts SET posted_by = :alias WHERE posted_by = :member_id;

-- name: forget_asked
-- A member's questions, with their prompts.
DELETE FROM confirmations WHERE member_id = :member_id;

-- name: rename_askings
-- Whose pictures another's question works from.
UPDATE confirmations SET brought_by = :alias WHERE brought_by = :member_id;

-- name: forget_preferences
-- What a member chose.
DELETE FROM preferences WHERE member_id = :member_id;

-- name: forget_gift_day
-- What a member gave away today; `former_use` has it.
DELETE FROM gift_days WHERE member_id = :member_id;

-- name: forget_export
-- When a member last asked for a copy.
DELETE FROM exports WHERE member_id = :member_id;

-- name: rename_gifts_from
-- What a member gave, without the words.
UPDATE gifts SET from_id = :alias, note = '' WHERE from_id = :member_id;

-- name: rename_gifts_to
-- What a member was given, without the words.
UPDATE gifts SET to_id = :alias, note = '' WHERE to_id = :member_id;

-- name: rename_jobs
-- A member's jobs, and what in them leads to a message or a direct conversation of theirs.
UPDATE jobs SET member_id = :alias, message_id = 0, interaction_id = NULL,
                channel_id = CASE WHEN guild_id IS NULL THEN NULL ELSE channel_id END
 WHERE member_id = :member_id;

-- name: rename_bringings
-- Whose pictures another's job works from.
UPDATE jobs SET brought_by = :alias WHERE brought_by = :member_id;

-- name: copy_account
-- The account as it is, under a name that is nobody's; no row back means that there is none.
INSERT INTO accounts (id, kind, available, held, opened_at)
SELECT CAST(:alias_account AS TEXT), kind, available, held, opened_at FROM accounts
 WHERE id = :account RETURNING id;

-- name: rename_reservations
-- Its promises follow.
UPDATE reservations SET account_id = :alias_account WHERE account_id = :account;

-- name: rename_entries
-- Its entries follow. What moved, when and why stays as it was written.
UPDATE entries SET account_id = :alias_account WHERE account_id = :account;

-- name: rename_job_accounts
-- So do the jobs it paid for, which are the member's own, and bear the new name by now.
UPDATE jobs SET account_id = :alias_account
 WHERE member_id = :alias AND account_id = :account;

-- name: drop_account
-- Nothing refers to the old name.
DELETE FROM accounts WHERE id = :account;

-- name: reasons_naming
-- Movements that say who made them, and those on this account that have words beside it.
SELECT id, reason FROM movements WHERE reason LIKE CAST(:by AS TEXT)
 UNION
SELECT movements.id, movements.reason FROM movements
  JOIN entries ON entries.movement_id = movements.id
 WHERE entries.account_id = :alias_account AND movements.reason LIKE '% by %';

-- name: reword_movement
-- The same without the name; what moved stays.
UPDATE movements SET reason = :reason WHERE id = :id;

-- name: copy_usage
-- What is counted for a member, in each server, under a name that is nobody's.
INSERT INTO usage (subject, due_at, jobs, hour, hour_used, day, day_used, month, month_used,
                   total_used)
SELECT CAST(:alias_account AS TEXT) || SUBSTR(subject, LENGTH(CAST(:account AS TEXT)) + 1),
       due_at, jobs, hour, hour_used, day, day_used, month, month_used, total_used
  FROM usage
 WHERE SUBSTR(subject, 1, LENGTH(CAST(:account AS TEXT)) + 1) = CAST(:account AS TEXT) || ':';

-- name: rename_shares
-- And what it was counted for: jobs that bear the new name by now.
UPDATE shares
   SET subject = CAST(:alias_account AS TEXT) || SUBSTR(subject, LENGTH(CAST(:account AS TEXT)) + 1)
 WHERE reservation_id IN (SELECT reservation_id FROM jobs WHERE member_id = :alias)
   AND SUBSTR(subject, 1, LENGTH(CAST(:account AS TEXT)) + 1) = CAST(:account AS TEXT) || ':';

-- name: drop_usage
-- Nothing refers to the old names.
DELETE FROM usage
 WHERE SUBSTR(subject, 1, LENGTH(CAST(:account AS TEXT)) + 1) = CAST(:account AS TEXT) || ':';

-- name: rename_allowance_use
-- What a member took of servers' pools.
UPDATE allowance_use SET member_id = :alias WHERE member_id = :member_id;

-- name: rename_allowance_shares
-- And what for.
UPDATE allowance_shares SET member_id = :alias WHERE member_id = :member_id;

-- name: rename_team_members
-- What a member paid into teams and took of them.
UPDATE team_members SET member_id = :alias WHERE member_id = :member_id;

-- name: rename_team_shares
-- And what for.
UPDATE team_shares SET member_id = :alias WHERE member_id = :member_id;

-- name: rename_teams
-- Who made a team.
UPDATE teams SET made_by = :alias WHERE made_by = :member_id;

-- name: rename_limits
-- Who set a limit.
UPDATE limits SET set_by = :alias WHERE set_by = :member_id;

-- name: rename_allowances
-- Who set an allowance.
UPDATE allowances SET set_by = :alias WHERE set_by = :member_id;

-- name: rename_outlets
-- Who chose where alerts go.
UPDATE alert_channels SET set_by = :alias WHERE set_by = :member_id;

-- name: rename_houses
-- Who set a server's settings.
UPDATE guild_settings SET set_by = :alias WHERE set_by = :member_id;

-- name: rename_words
-- Who kept a word out.
UPDATE blocked_words SET set_by = :alias WHERE set_by = :member_id;

-- name: rename_blocks
-- Who shut somebody out.
UPDATE blocked_members SET set_by = :alias WHERE set_by = :member_id;

-- name: salt
-- What ids are hashed with; no row means that nobody was ever forgotten.
SELECT value FROM salts WHERE id = 1;

-- name: keep_salt
-- The first that comes stays.
INSERT INTO salts (id, value) VALUES (1, :value) ON CONFLICT (id) DO NOTHING;

-- name: counted_of
-- What is counted for a member by server: `member:<id>:<server>`.
SELECT subject, hour, hour_used, day, day_used, month, month_used, total_used FROM usage
 WHERE SUBSTR(subject, 1, LENGTH(CAST(:account AS TEXT)) + 1) = CAST(:account AS TEXT) || ':';

-- name: allowances_of
-- What a member took of servers' pools in the present periods.
SELECT guild_id, starts_at, used FROM allowance_use WHERE member_id = :member_id AND used > 0;

-- name: pots_of
-- What a member took of teams that are open.
SELECT team_members.team_id, team_members.spent
  FROM team_members JOIN teams ON teams.id = team_members.team_id
 WHERE team_members.member_id = :member_id AND teams.closed_at IS NULL AND team_members.spent > 0;

-- name: add_former_use
-- Used before; of the same window it adds up, and a later one takes the place of an earlier.
INSERT INTO former_use (ghost, what, began, used) VALUES (:ghost, :what, :began, :used)
ON CONFLICT (ghost, what) DO UPDATE
   SET used = CASE WHEN former_use.began > excluded.began THEN former_use.used
                   WHEN former_use.began < excluded.began THEN excluded.used
                   ELSE former_use.used + excluded.used END,
       began = CASE WHEN former_use.began > excluded.began THEN former_use.began
                    ELSE excluded.began END;

-- name: former_use
-- What one who was forgotten had used.
SELECT what, began, used FROM former_use WHERE ghost = :ghost;

-- name: drop_former_use
-- Windows that began so long ago are over, whatever they were.
DELETE FROM former_use WHERE began > 0 AND began < :before;

-- name: drop_exports
-- Copies that were asked for so long ago that another may be.
DELETE FROM exports WHERE began_at <= :before;

-- name: begin_export
-- A copy of everything; no row back means that the last was asked for just now.
INSERT INTO exports (member_id, began_at) VALUES (:member_id, :now)
ON CONFLICT (member_id) DO NOTHING RETURNING member_id;

-- name: last_export
-- When that was.
SELECT began_at FROM exports WHERE member_id = :member_id;

-- name: own_pictures
-- Everything a member made or brought: results and uploads, what is kept, what a question is about.
SELECT images.digest, images.mime, images.width, images.height, images.size,
       job_images.role, jobs.id AS name, jobs.created_at AS at, job_images.position
  FROM jobs JOIN job_images ON job_images.job_id = jobs.id
            JOIN images ON images.digest = job_images.digest
 WHERE jobs.member_id = :member_id AND jobs.forgotten_at IS NULL
   AND (job_images.role = 'result'
        OR (jobs.brought_by IS NULL
            AND NOT (jobs.origin_job_id IS NOT NULL AND job_images.position = 0)))
 UNION ALL
SELECT images.digest, images.mime, images.width, images.height, images.size,
       'kept', images.digest, kept_pictures.kept_at, 0
  FROM kept_pictures JOIN images ON images.digest = kept_pictures.digest
 WHERE kept_pictures.member_id = :member_id
 UNION ALL
SELECT images.digest, images.mime, images.width, images.height, images.size,
       'character', characters.id, characters.saved_at, character_pictures.position
  FROM characters
  JOIN character_pictures ON character_pictures.character_id = characters.id
  JOIN images ON images.digest = character_pictures.digest
 WHERE characters.member_id = :member_id
 UNION ALL
SELECT images.digest, images.mime, images.width, images.height, images.size,
       'asked', confirmations.id, confirmations.asked_at, confirmation_images.position
  FROM confirmations
  JOIN confirmation_images ON confirmation_images.confirmation_id = confirmations.id
  JOIN images ON images.digest = confirmation_images.digest
 WHERE confirmations.member_id = :member_id AND confirmations.brought_by IS NULL
   AND NOT (confirmations.origin_job_id IS NOT NULL AND confirmation_images.position = 0)
 ORDER BY 8, 7, 6, 9;

-- name: export_jobs
-- Requests, as they were made and what came of them.
SELECT id, kind, state, guild_id, channel_id, message_id, locale, private, prompt, style_name,
       style_words, model, aspect_ratio, resolution, count, thinking, button, origin_job_id,
       origin_picture, batch_id, credits_each, credits_charged, account_id, failure, said, created_at, started_at,
       finished_at, forgotten_at, erased_at
  FROM jobs WHERE member_id = :member_id ORDER BY created_at, id LIMIT :most OFFSET :past;

-- name: export_turns
-- What models said with the pictures.
SELECT turns.job_id, turns.picture, turns.model, turns.parts
  FROM turns JOIN jobs ON jobs.id = turns.job_id
 WHERE jobs.member_id = :member_id ORDER BY turns.job_id, turns.picture LIMIT :most OFFSET :past;

-- name: export_entries
-- Everything that moved on a member's own account.
SELECT movements.id, movements.kind, movements.reason, movements.reservation_id, movements.at,
       entries.available, entries.held
  FROM entries JOIN movements ON movements.id = entries.movement_id
 WHERE entries.account_id = :account ORDER BY movements.at, movements.id LIMIT :most OFFSET :past;

-- name: export_account
-- What a member has.
SELECT available, held, opened_at FROM accounts WHERE id = :account LIMIT :most OFFSET :past;

-- name: export_usage
-- What is counted for a member.
SELECT subject, jobs, hour, hour_used, day, day_used, month, month_used, total_used FROM usage
 WHERE SUBSTR(subject, 1, LENGTH(CAST(:account AS TEXT)) + 1) = CAST(:account AS TEXT) || ':'
 ORDER BY subject LIMIT :most OFFSET :past;

-- name: export_limits
-- What was said that a member may use.
SELECT guild_id, measure, amount, set_at FROM limits
 WHERE whose = 'member' AND owner_id = :member_id
 ORDER BY guild_id, measure LIMIT :most OFFSET :past;

-- name: export_allowance_use
-- What a member took of servers' pools.
SELECT guild_id, starts_at, used, carried FROM allowance_use
 WHERE member_id = :member_id ORDER BY guild_id LIMIT :most OFFSET :past;

-- name: export_team_members
-- Teams a member paid into or drew from.
SELECT teams.guild_id, teams.channel_id, teams.name, team_members.paid_in, team_members.spent,
       team_members.away
  FROM team_members JOIN teams ON teams.id = team_members.team_id
 WHERE team_members.member_id = :member_id ORDER BY teams.id LIMIT :most OFFSET :past;

-- name: export_teams
-- Teams a member made.
SELECT guild_id, channel_id, name, per_member, expires_at, made_at, closed_at FROM teams
 WHERE made_by = :member_id ORDER BY made_at, id LIMIT :most OFFSET :past;

-- name: export_gifts
-- Gifts a member gave or was given.
SELECT from_id, to_id, amount, note, state, offered_at, ended_at FROM gifts
 WHERE from_id = :member_id OR (to_id = :member_id AND state = 'given')
 ORDER BY offered_at, id LIMIT :most OFFSET :past;

-- name: export_confirmations
-- Questions that were asked before a dear request.
SELECT kind, prompt, model, aspect_ratio, resolution, count, thinking, private, credits, state,
       asked_at, ended_at
  FROM confirmations WHERE member_id = :member_id ORDER BY asked_at, id LIMIT :most OFFSET :past;

-- name: export_kept_pictures
-- Pictures for the next request.
SELECT digest, kept_at, expires_at FROM kept_pictures
 WHERE member_id = :member_id ORDER BY kept_at, digest LIMIT :most OFFSET :past;

-- name: export_styles
-- Words a member saved for prompts.
SELECT name, words, set_at FROM styles
 WHERE owner = 'member' AND owner_id = :member_id ORDER BY folded LIMIT :most OFFSET :past;

-- name: export_characters
-- Characters a member keeps.
SELECT id, name, saved_at FROM characters
 WHERE member_id = :member_id ORDER BY saved_at, id LIMIT :most OFFSET :past;

-- name: export_batches
-- Lists of prompts a member handed in; the jobs have the words.
SELECT id, state, guild_id, channel_id, message_id, private, credits, asked_at, begun_at,
       cancelled_at, finished_at
  FROM batches WHERE member_id = :member_id ORDER BY asked_at, id LIMIT :most OFFSET :past;

-- name: export_batch_lines
-- What a list of a member's asks for that is not drawn yet.
SELECT batch_lines.batch_id, batch_lines.line, batch_lines.prompt, batch_lines.model,
       batch_lines.aspect_ratio, batch_lines.resolution, batch_lines.count
  FROM batch_lines JOIN batches ON batches.id = batch_lines.batch_id
 WHERE batches.member_id = :member_id AND batch_lines.job_id IS NULL
 ORDER BY batch_lines.batch_id, batch_lines.position LIMIT :most OFFSET :past;

-- name: export_favourites
-- Pictures a member marked.
SELECT job_id, picture, starred_at FROM favourites
 WHERE member_id = :member_id ORDER BY starred_at, job_id, picture LIMIT :most OFFSET :past;

-- name: export_gallery_posts
-- Pictures a member put into servers' gallery channels.
SELECT guild_id, channel_id, message_id, job_id, picture, posted_at FROM gallery_posts
 WHERE posted_by = :member_id
 ORDER BY posted_at, job_id, picture LIMIT :most OFFSET :past;

-- name: export_preferences
-- What a member chose.
SELECT model, aspect_ratio, resolution, private, language, set_at FROM preferences
 WHERE member_id = :member_id LIMIT :most OFFSET :past;

-- name: export_block
-- Whether a member is shut out.
SELECT set_at FROM blocked_members WHERE member_id = :member_id LIMIT :most OFFSET :past;

-- name: standing_to_forget
-- How much there is of a member.
SELECT (SELECT COUNT(*) FROM jobs WHERE member_id = :member_id AND erased_at IS NULL) AS jobs,
       (SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT) FROM accounts WHERE id = :account)
           AS credits;
