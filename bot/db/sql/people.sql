-- What servers and their people choose, which words a server keeps out, and who is shut out.

-- name: arrival
-- What has to be known of whoever comes, before anything is said to them.
SELECT (SELECT language FROM preferences WHERE member_id = :member_id) AS own_language,
       (SELECT language FROM guild_settings WHERE guild_id = :guild_id) AS server_language,
       (SELECT COUNT(*) FROM blocked_members WHERE member_id = :member_id) AS blocked;

-- name: house
-- What a server has chosen; no row is nothing.
SELECT model, aspect_ratio, resolution, private, language, max_count, max_credits, house_style,
       gallery_channel, log_channel
  FROM guild_settings WHERE guild_id = :guild_id;

-- name: hold_house
-- Take a server's settings in hand, so that of two who change them at once one waits.
INSERT INTO guild_settings (guild_id, set_by, set_at) VALUES (:guild_id, :set_by, :now)
ON CONFLICT (guild_id) DO UPDATE SET set_by = excluded.set_by, set_at = excluded.set_at;

-- name: set_house
-- A server chose.
UPDATE guild_settings
   SET model = :model, aspect_ratio = :aspect_ratio, resolution = :resolution,
       private = :private, language = :language, max_count = :max_count,
       max_credits = :max_credits, house_style = :house_style,
       gallery_channel = :gallery_channel, log_channel = :log_channel
 WHERE guild_id = :guild_id;

-- name: guild_places
-- The channels and roles that a server's settings list.
SELECT kind, place_id FROM guild_places WHERE guild_id = :guild_id ORDER BY kind, place_id;

-- name: clear_places
-- A setting lists nothing.
DELETE FROM guild_places WHERE guild_id = :guild_id AND kind = :kind;

-- name: add_place
-- A setting lists one more.
INSERT INTO guild_places (guild_id, kind, place_id) VALUES (:guild_id, :kind, :place_id)
ON CONFLICT (guild_id, kind, place_id) DO NOTHING;

-- name: preferences
-- What a member has chosen; no row is nothing.
SELECT model, aspect_ratio, resolution, private, language
  FROM preferences WHERE member_id = :member_id;

-- name: hold_preferences
-- Take a member's preferences in hand, as `hold_house` does a server's.
INSERT INTO preferences (member_id, set_at) VALUES (:member_id, :now)
ON CONFLICT (member_id) DO UPDATE SET set_at = excluded.set_at;

-- name: set_preferences
-- A member chose.
UPDATE preferences
   SET model = :model, aspect_ratio = :aspect_ratio, resolution = :resolution,
       private = :private, language = :language
 WHERE member_id = :member_id;

-- name: blocked_words
-- What no prompt in a server may have.
SELECT word FROM blocked_words WHERE guild_id = :guild_id ORDER BY word;

-- name: block_word
-- One more; no row back means that it was among them.
INSERT INTO blocked_words (guild_id, word, set_by, set_at)
VALUES (:guild_id, :word, :set_by, :now)
ON CONFLICT (guild_id, word) DO NOTHING RETURNING word;

-- name: unblock_word
-- One less.
DELETE FROM blocked_words WHERE guild_id = :guild_id AND word = :word;

-- name: member_blocked
-- Whether a member is shut out.
SELECT member_id FROM blocked_members WHERE member_id = :member_id;

-- name: block_member
-- Shut a member out; no row back means that they were.
INSERT INTO blocked_members (member_id, set_by, set_at) VALUES (:member_id, :set_by, :now)
ON CONFLICT (member_id) DO NOTHING RETURNING member_id;

-- name: unblock_member
-- Let a member in again.
DELETE FROM blocked_members WHERE member_id = :member_id;
