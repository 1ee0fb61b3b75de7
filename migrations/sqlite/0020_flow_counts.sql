-- What callers did in flows, by quarters of an hour in which their calls began; folded from facts.
-- Its order is that in which figures are added up. The exit is empty for all but "left".
CREATE TABLE flow_counts (
    flow_id  TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    node     TEXT   NOT NULL,
    event    TEXT   NOT NULL CHECK (event IN ('answered', 'cut_off', 'entered', 'hung_up', 'left')),
    exit     TEXT   NOT NULL,
    quarter  BIGINT NOT NULL,
    callers  BIGINT NOT NULL,
    spent_ms BIGINT NOT NULL,
    PRIMARY KEY (flow_id, version, node, event, exit, quarter)
);

-- Projections that are new here and have yet to take the facts of old; the server does it when it starts.
CREATE TABLE unfilled_projections (
    name TEXT NOT NULL PRIMARY KEY
);
INSERT INTO unfilled_projections (name) VALUES ('flow_counts');

-- The latest calls through a flow.
CREATE INDEX call_records_by_flow ON call_records (enterprise_id, flow_id, started_at, id);
