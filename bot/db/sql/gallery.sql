-- What /gallery shows, what members starred, and what was put into a server's gallery channel.

-- name: pictures_older
-- A member's pictures before one of them, the newest first; for others, a server's public ones.
-- The jobs come first, one more than needed: the first may have been shown to its end.
SELECT
       jobs.id, jobs.created_at, jobs.member_id, jobs.channel_id, jobs.model,
       SUBSTR(jobs.prompt, 1, 200) AS prompt, made.position,
       images.digest, images.mime, images.width, images.height, images.size,
       (SELECT COUNT(*) FROM favourites AS mine
         WHERE mine.member_id = :viewer_id AND mine.job_id = jobs.id
           AND mine.picture = made.position) AS starred
  FROM (SELECT * FROM jobs
         WHERE member_id = :maker_id
           AND (CAST(:maker_id AS BIGINT) = :viewer_id
                OR (private = 0 AND guild_id = :guild_id))
           AND state IN ('delivered', 'done') AND forgotten_at IS NULL
           AND created_at >= :since
           AND (CAST(:model AS TEXT) = '' OR model = :model)
           AND COALESCE(folded, LOWER(prompt)) LIKE :word1 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word2 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word3 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word4 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word5 ESCAPE '!'
           AND created_at <= :at AND (created_at, id) <= (:at, :job_id)
         ORDER BY created_at DESC, id DESC LIMIT CAST(:most AS BIGINT) + 1) AS jobs
  JOIN job_images AS made ON made.job_id = jobs.id AND made.role = 'result'
  JOIN images ON images.digest = made.digest
 WHERE (jobs.created_at, jobs.id, -made.position)
       < (:at, :job_id, -CAST(:position AS BIGINT))
 ORDER BY jobs.created_at DESC, jobs.id DESC, -made.position DESC LIMIT :most;

-- name: favourites_older
-- The same of what the viewer starred: their own from anywhere, and a server's public ones.
SELECT
       jobs.id, jobs.created_at, jobs.member_id, jobs.channel_id, jobs.model,
       SUBSTR(jobs.prompt, 1, 200) AS prompt, made.position,
       images.digest, images.mime, images.width, images.height, images.size,
       (SELECT COUNT(*) FROM favourites AS mine
         WHERE mine.member_id = :viewer_id AND mine.job_id = jobs.id
           AND mine.picture = made.position) AS starred
  FROM favourites
  JOIN jobs ON jobs.id = favourites.job_id
  JOIN job_images AS made ON made.job_id = favourites.job_id AND made.role = 'result'
                         AND made.position = favourites.picture
  JOIN images ON images.digest = made.digest
 WHERE favourites.member_id = :viewer_id
   AND (CAST(:maker_id AS BIGINT) = 0 OR jobs.member_id = :maker_id)
   AND (jobs.member_id = :viewer_id OR (jobs.private = 0 AND jobs.guild_id = :guild_id))
   AND jobs.state IN ('delivered', 'done') AND jobs.forgotten_at IS NULL
   AND jobs.created_at >= :since
   AND (CAST(:model AS TEXT) = '' OR jobs.model = :model)
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word1 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word2 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word3 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word4 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word5 ESCAPE '!'
   AND jobs.created_at <= :at
   AND (jobs.created_at, jobs.id, -made.position)
       < (:at, :job_id, -CAST(:position AS BIGINT))
 ORDER BY jobs.created_at DESC, jobs.id DESC, -made.position DESC LIMIT :most;

-- name: pictures_newer
-- The same after one of them, the oldest first, for the page before.
SELECT
       jobs.id, jobs.created_at, jobs.member_id, jobs.channel_id, jobs.model,
       SUBSTR(jobs.prompt, 1, 200) AS prompt, made.position,
       images.digest, images.mime, images.width, images.height, images.size,
       (SELECT COUNT(*) FROM favourites AS mine
         WHERE mine.member_id = :viewer_id AND mine.job_id = jobs.id
           AND mine.picture = made.position) AS starred
  FROM (SELECT * FROM jobs
         WHERE member_id = :maker_id
           AND (CAST(:maker_id AS BIGINT) = :viewer_id
                OR (private = 0 AND guild_id = :guild_id))
           AND state IN ('delivered', 'done') AND forgotten_at IS NULL
           AND created_at >= :since
           AND (CAST(:model AS TEXT) = '' OR model = :model)
           AND COALESCE(folded, LOWER(prompt)) LIKE :word1 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word2 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word3 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word4 ESCAPE '!'
           AND COALESCE(folded, LOWER(prompt)) LIKE :word5 ESCAPE '!'
           AND created_at >= :at AND (created_at, id) >= (:at, :job_id)
         ORDER BY created_at ASC, id ASC LIMIT CAST(:most AS BIGINT) + 1) AS jobs
  JOIN job_images AS made ON made.job_id = jobs.id AND made.role = 'result'
  JOIN images ON images.digest = made.digest
 WHERE (jobs.created_at, jobs.id, -made.position)
       > (:at, :job_id, -CAST(:position AS BIGINT))
 ORDER BY jobs.created_at ASC, jobs.id ASC, -made.position ASC LIMIT :most;

-- name: favourites_newer
-- The same after one of them, the oldest first.
SELECT
       jobs.id, jobs.created_at, jobs.member_id, jobs.channel_id, jobs.model,
       SUBSTR(jobs.prompt, 1, 200) AS prompt, made.position,
       images.digest, images.mime, images.width, images.height, images.size,
       (SELECT COUNT(*) FROM favourites AS mine
         WHERE mine.member_id = :viewer_id AND mine.job_id = jobs.id
           AND mine.picture = made.position) AS starred
  FROM favourites
  JOIN jobs ON jobs.id = favourites.job_id
  JOIN job_images AS made ON made.job_id = favourites.job_id AND made.role = 'result'
                         AND made.position = favourites.picture
  JOIN images ON images.digest = made.digest
 WHERE favourites.member_id = :viewer_id
   AND (CAST(:maker_id AS BIGINT) = 0 OR jobs.member_id = :maker_id)
   AND (jobs.member_id = :viewer_id OR (jobs.private = 0 AND jobs.guild_id = :guild_id))
   AND jobs.state IN ('delivered', 'done') AND jobs.forgotten_at IS NULL
   AND jobs.created_at >= :since
   AND (CAST(:model AS TEXT) = '' OR jobs.model = :model)
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word1 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word2 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word3 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word4 ESCAPE '!'
   AND COALESCE(jobs.folded, LOWER(jobs.prompt)) LIKE :word5 ESCAPE '!'
   AND jobs.created_at >= :at
   AND (jobs.created_at, jobs.id, -made.position)
       > (:at, :job_id, -CAST(:position AS BIGINT))
 ORDER BY jobs.created_at ASC, jobs.id ASC, -made.position ASC LIMIT :most;

-- name: open_gallery_view
-- What a member begins to look through.
INSERT INTO gallery_views
       (id, member_id, maker_id, guild_id, words, model, since, starred, opened_at)
VALUES (:id, :member_id, :maker_id, :guild_id, :words, :model, :since, :starred, :now);

-- name: gallery_view
-- What a member is looking through; nobody else's.
SELECT id, member_id, maker_id, guild_id, words, model, since, starred
  FROM gallery_views WHERE id = :id AND member_id = :member_id;

-- name: drop_gallery_views
-- What nobody looks through any more.
DELETE FROM gallery_views WHERE opened_at <= :before;

-- name: star
-- A favourite; no row back means that it was one.
INSERT INTO favourites (member_id, job_id, picture, starred_at)
VALUES (:member_id, :job_id, :picture, :now)
ON CONFLICT (member_id, job_id, picture) DO NOTHING RETURNING job_id;

-- name: unstar
-- A favourite no more.
DELETE FROM favourites
 WHERE member_id = :member_id AND job_id = :job_id AND picture = :picture;

-- name: starred
-- Whether a picture is a member's favourite.
SELECT job_id FROM favourites
 WHERE member_id = :member_id AND job_id = :job_id AND picture = :picture;

-- name: forget_stars
-- What is forgotten is nobody's favourite.
DELETE FROM favourites WHERE job_id = :job_id;

-- name: withdraw_job
-- From now on it is its maker's alone; no row back means that it was, or is gone.
UPDATE jobs SET private = 1
 WHERE id = :id AND guild_id = :guild_id AND private = 0 AND forgotten_at IS NULL
   AND state IN ('delivered', 'done')
RETURNING id;

-- name: claim_gallery_post
-- A picture goes to a gallery channel; no row back means that it is there or on its way.
INSERT INTO gallery_posts (guild_id, job_id, picture, channel_id, posted_by, posted_at)
VALUES (:guild_id, :job_id, :picture, :channel_id, :posted_by, :now)
ON CONFLICT (guild_id, job_id, picture) DO UPDATE
   SET channel_id = excluded.channel_id, posted_by = excluded.posted_by,
       posted_at = excluded.posted_at
 WHERE gallery_posts.message_id IS NULL AND gallery_posts.posted_at <= :stuck_since
RETURNING job_id;

-- name: note_gallery_post
-- Which message it is; no row back means that its maker took the picture away meanwhile.
UPDATE gallery_posts SET message_id = :message_id
 WHERE guild_id = :guild_id AND job_id = :job_id AND picture = :picture AND message_id IS NULL
   AND EXISTS (SELECT 1 FROM jobs
                WHERE jobs.id = gallery_posts.job_id AND jobs.private = 0
                  AND jobs.forgotten_at IS NULL)
RETURNING job_id;

-- name: drop_gallery_post
-- It did not get there.
DELETE FROM gallery_posts
 WHERE guild_id = :guild_id AND job_id = :job_id AND picture = :picture AND message_id IS NULL;

-- name: batch_messages_of
-- The messages in a channel that show pictures of a batch's job or have them in an archive.
SELECT batches.channel_id, batch_posts.message_id, batch_posts.content, batch_lines.position
  FROM batch_lines JOIN batches ON batches.id = batch_lines.batch_id
                   JOIN batch_posts ON batch_posts.batch_id = batches.id
 WHERE batch_lines.job_id = :job_id AND batches.private = 0 AND batches.channel_id IS NOT NULL
   AND batch_posts.message_id IS NOT NULL
 ORDER BY batch_posts.number;

-- name: gallery_posts_of
-- Where a job's pictures were put.
SELECT channel_id, message_id FROM gallery_posts
 WHERE job_id = :job_id AND message_id IS NOT NULL ORDER BY posted_at, picture;
