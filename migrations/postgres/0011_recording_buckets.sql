-- Recordings that lie in a bucket of an S3-compatible store; `path` is the key there.

ALTER TABLE recordings ADD COLUMN bucket TEXT;
-- Those that a background job still has to move.
CREATE INDEX recordings_unmoved ON recordings (id) WHERE bucket IS NULL AND state <> 'open' AND sha256 IS NOT NULL;
