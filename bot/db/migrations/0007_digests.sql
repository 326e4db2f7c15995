-- Pictures are known by a BLAKE3 digest from here on; those stored before keep their names.

ALTER TABLE images RENAME COLUMN sha256 TO digest;
ALTER TABLE job_images RENAME COLUMN sha256 TO digest;
ALTER TABLE turns RENAME COLUMN sha256 TO digest;
