-- After how long without media calls of a trunk are ended (none for never), and keys as tones alone.
ALTER TABLE trunks ADD COLUMN media_timeout_seconds BIGINT DEFAULT 30 CHECK (media_timeout_seconds > 0);

-- SQLite cannot change a CHECK in place.
ALTER TABLE trunks ADD COLUMN dtmf_of_three TEXT NOT NULL DEFAULT 'rfc4733' CHECK (dtmf_of_three IN ('rfc4733', 'info', 'inband'));
UPDATE trunks SET dtmf_of_three = dtmf;
ALTER TABLE trunks DROP COLUMN dtmf;
ALTER TABLE trunks RENAME COLUMN dtmf_of_three TO dtmf;
