-- name: keep_turn
-- What the model said with a picture, for going on from there; repeating it changes nothing.
INSERT INTO turns (job_id, picture, provider, model, digest, parts)
VALUES (:job_id, :picture, :provider, :model, :digest, :parts)
ON CONFLICT (job_id, picture) DO NOTHING;

-- name: turn
-- One exchange: what the person asked, the picture it ended in, and where that one came from.
SELECT jobs.member_id, jobs.brought_by, jobs.button, jobs.prompt, jobs.style_name, jobs.style_words,
       jobs.origin_job_id, jobs.origin_picture, turns.provider, turns.model, turns.parts,
       images.digest, images.mime, images.width, images.height, images.size
  FROM turns
  JOIN jobs ON jobs.id = turns.job_id
  JOIN images ON images.digest = turns.digest
 WHERE turns.job_id = :job_id AND turns.picture = :picture;

-- name: forget_turn
-- The model does not take its own words back: nobody goes on from that picture's any more.
DELETE FROM turns WHERE job_id = :job_id AND picture = :picture;
