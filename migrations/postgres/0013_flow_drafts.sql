-- What is drawn and not yet published; a flow without a row here is drawn as its live version.
CREATE TABLE flow_drafts (
    flow_id  TEXT    NOT NULL PRIMARY KEY REFERENCES flows (id),
    document TEXT    NOT NULL,
    version  BIGINT  NOT NULL,
    waits    BOOLEAN NOT NULL,
    saved_by TEXT    NOT NULL,
    saved_at BIGINT  NOT NULL
);
-- None for the versions that came with the server.
ALTER TABLE flow_versions ADD COLUMN published_by TEXT;
