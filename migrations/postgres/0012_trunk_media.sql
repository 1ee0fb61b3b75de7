-- After how long without media calls of a trunk are ended (none for never), and keys as tones alone.
ALTER TABLE trunks ADD COLUMN media_timeout_seconds BIGINT DEFAULT 30 CHECK (media_timeout_seconds > 0);

ALTER TABLE trunks DROP CONSTRAINT trunks_dtmf_check;
ALTER TABLE trunks ADD CONSTRAINT trunks_dtmf_check CHECK (dtmf IN ('rfc4733', 'info', 'inband'));
