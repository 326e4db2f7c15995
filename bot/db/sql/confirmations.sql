-- Dear requests that ask first: each is answered at most once, by who asked.

-- name: ask_confirmation
-- Remember what is to be confirmed; no row back means that this interaction has done so.
INSERT INTO confirmations
       (id, interaction_id, member_id, kind, prompt, model, aspect_ratio, resolution, count,
        thinking, style_name, style_words, house_style, origin_job_id, origin_picture, brought_by, button, kept, private, credits,
        reply_token, state, asked_at)
VALUES (:id, :interaction_id, :member_id, :kind, :prompt, :model, :aspect_ratio, :resolution,
        :count, :thinking, :style_name, :style_words, :house_style, :origin_job_id,
        :origin_picture, :brought_by, :button, :kept, :private, :credits, :reply_token, 'asked', :now)
ON CONFLICT (interaction_id) DO NOTHING RETURNING id;

-- name: add_confirmation_image
-- Tie a stored picture to it, to work from.
INSERT INTO confirmation_images (confirmation_id, position, digest)
VALUES (:confirmation_id, :position, :digest);

-- name: confirmation
-- One question of this member; another's is none.
SELECT * FROM confirmations WHERE id = :id AND member_id = :member_id;

-- name: confirmation_of_interaction
-- The question that an interaction has become.
SELECT * FROM confirmations WHERE interaction_id = :interaction_id;

-- name: confirmation_images
-- Its pictures, in order.
SELECT images.digest, images.mime, images.width, images.height, images.size
  FROM confirmation_images JOIN images ON images.digest = confirmation_images.digest
 WHERE confirmation_images.confirmation_id = :confirmation_id
 ORDER BY confirmation_images.position;

-- name: reprice_confirmation
-- It costs another amount now, as its asker is told.
UPDATE confirmations SET credits = :credits WHERE id = :id AND state = 'asked';

-- name: end_confirmation
-- Answer what was asked after a time; no row back means that it cannot be any more.
UPDATE confirmations SET state = :state, ended_at = :now, reply_token = NULL
 WHERE id = :id AND member_id = :member_id AND state = 'asked' AND asked_at > :asked_after
RETURNING id;

-- name: forget_question_images
-- What questions from before a time were to work from; nobody can answer those any more.
DELETE FROM confirmation_images
 WHERE confirmation_id IN (SELECT id FROM confirmations WHERE asked_at < :before);

-- name: forget_questions
-- Those questions, with their prompts.
DELETE FROM confirmations WHERE asked_at < :before;
