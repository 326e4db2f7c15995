-- Characters: pictures that members keep under a name, and who takes part in which request.

-- name: characters
-- Whom a member has, with their pictures in order, the first saved first.
SELECT characters.id, characters.name, characters.folded, characters.slot,
       images.digest, images.mime, images.width, images.height, images.size
  FROM characters
  JOIN character_pictures ON character_pictures.character_id = characters.id
  JOIN images ON images.digest = character_pictures.digest
 WHERE characters.member_id = :member_id
 ORDER BY characters.slot, character_pictures.position;

-- name: resave_character
-- The same name again; no row back means that there is nobody of that name.
UPDATE characters SET name = :name, saved_at = :now
 WHERE member_id = :member_id AND folded = :folded RETURNING id;

-- name: save_character
-- A new one; no row back means that somebody else came into that place, or by that name.
INSERT INTO characters (id, member_id, slot, name, folded, saved_at)
VALUES (:id, :member_id, :slot, :name, :folded, :now)
ON CONFLICT DO NOTHING RETURNING id;

-- name: hold_character
-- Take one in hand before it is dropped; no row back means that there is nobody of that name.
UPDATE characters SET saved_at = saved_at
 WHERE member_id = :member_id AND folded = :folded RETURNING id;

-- name: add_character_picture
-- What it looks like.
INSERT INTO character_pictures (character_id, position, digest)
VALUES (:character_id, :position, :digest);

-- name: drop_character_pictures
-- What it looked like.
DELETE FROM character_pictures WHERE character_id = :character_id;

-- name: drop_character
-- It is gone; its pictures go before it.
DELETE FROM characters WHERE id = :id;

-- name: picture_of_none
-- A stored picture that no job, no open question, no character and nobody keeps.
SELECT images.digest, images.mime, images.width, images.height, images.size
  FROM images
 WHERE images.digest = :digest
   AND NOT EXISTS (SELECT 1 FROM job_images JOIN jobs ON jobs.id = job_images.job_id
                    WHERE job_images.digest = images.digest
                      AND (jobs.forgotten_at IS NULL OR job_images.role = 'reference'))
   AND NOT EXISTS (SELECT 1 FROM kept_pictures WHERE kept_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM character_pictures
                    WHERE character_pictures.digest = images.digest)
   AND NOT EXISTS (SELECT 1 FROM confirmation_images AS asked
                     JOIN confirmations ON confirmations.id = asked.confirmation_id
                    WHERE asked.digest = images.digest AND confirmations.state = 'asked'
                      AND confirmations.asked_at > :asked_after);

-- name: add_job_character
-- Whom some of a job's reference images show.
INSERT INTO job_characters (job_id, position, pictures, name)
VALUES (:job_id, :position, :pictures, :name);

-- name: job_characters
-- Who took part in a job, in the order of their pictures.
SELECT position, pictures, name FROM job_characters WHERE job_id = :job_id ORDER BY position;

-- name: add_confirmation_character
-- Whom some of the pictures of a request show that waits for a yes.
INSERT INTO confirmation_characters (confirmation_id, position, pictures, name)
VALUES (:confirmation_id, :position, :pictures, :name);

-- name: confirmation_characters
-- Who would take part in it.
SELECT position, pictures, name FROM confirmation_characters
 WHERE confirmation_id = :confirmation_id ORDER BY position;

-- name: forget_question_characters
-- Who would have, in questions from before a time.
DELETE FROM confirmation_characters
 WHERE confirmation_id IN (SELECT id FROM confirmations WHERE asked_at < :before);
