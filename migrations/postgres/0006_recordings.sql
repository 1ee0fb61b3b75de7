-- What became of the file of a recording: what it holds and whether it is whole.

ALTER TABLE recordings ADD COLUMN format TEXT NOT NULL DEFAULT 'wav' CHECK (format IN ('wav', 'opus'));
ALTER TABLE recordings ADD COLUMN sha256 TEXT;
-- Those that a background job still has to look at.
CREATE INDEX recordings_uncompressed ON recordings (id) WHERE format = 'wav' AND state <> 'open' AND sha256 IS NOT NULL;
