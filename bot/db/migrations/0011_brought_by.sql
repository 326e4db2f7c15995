-- Whose a job's reference images are: another's, where it asks again for what that one asked for.

-- NULL for those of the job's own member, 0 where nobody knows.
ALTER TABLE jobs ADD COLUMN brought_by BIGINT;

-- Until now nobody wrote it down: what two members worked from may be either's, so it is nobody's.
-- A job with an origin works from a picture that everybody was shown.
UPDATE jobs SET brought_by = 0
 WHERE origin_job_id IS NULL
   AND id IN (SELECT used.job_id FROM job_images AS used
               WHERE used.role = 'reference'
                 AND used.digest IN (SELECT job_images.digest
                                       FROM job_images JOIN jobs ON jobs.id = job_images.job_id
                                      WHERE job_images.role = 'reference'
                                      GROUP BY job_images.digest
                                     HAVING MIN(jobs.member_id) <> MAX(jobs.member_id)));
