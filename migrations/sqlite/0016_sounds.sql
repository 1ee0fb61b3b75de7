-- Recordings of the enterprise's own, by names that flows know: µ-law at 8 kHz.
CREATE TABLE sounds (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL REFERENCES enterprises (id),
    name          TEXT   NOT NULL,
    sha256        TEXT   NOT NULL,
    millis        BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1,
    created_at    BIGINT NOT NULL,
    created_by    TEXT   NOT NULL,
    changed_at    BIGINT NOT NULL,
    changed_by    TEXT   NOT NULL,
    audio         BLOB   NOT NULL,
    UNIQUE (enterprise_id, name)
);
