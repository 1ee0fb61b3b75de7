-- The tests that are kept with a flow, and whether its draft must pass them to be published.
CREATE TABLE flow_tests (
    flow_id       TEXT    NOT NULL PRIMARY KEY REFERENCES flows (id),
    tests         TEXT    NOT NULL,
    require_tests BOOLEAN NOT NULL,
    version       BIGINT  NOT NULL,
    saved_by      TEXT    NOT NULL,
    saved_at      BIGINT  NOT NULL
);
