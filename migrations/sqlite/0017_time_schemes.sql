-- When somebody is there, by a name that flows know; the scheme is JSON.
CREATE TABLE time_schemes (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL REFERENCES enterprises (id),
    name          TEXT   NOT NULL,
    scheme        TEXT   NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1,
    created_at    BIGINT NOT NULL,
    UNIQUE (enterprise_id, name)
);
