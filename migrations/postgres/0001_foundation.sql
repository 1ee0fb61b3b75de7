-- Times are milliseconds since the Unix epoch, UTC. Ids are UUIDv7 texts.

CREATE TABLE enterprises (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL UNIQUE,
    time_zone  TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL REFERENCES enterprises (id),
    email         TEXT   NOT NULL UNIQUE CHECK (email = lower(email)),
    name          TEXT   NOT NULL,
    role          TEXT   NOT NULL CHECK (role IN ('agent', 'supervisor', 'admin')),
    password_hash TEXT   NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE INDEX users_by_enterprise ON users (enterprise_id, email);

CREATE TABLE sessions (
    token_sha256 TEXT   NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id),
    opened_at    BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    closed_at    BIGINT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE agents (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL REFERENCES enterprises (id),
    user_id       TEXT   NOT NULL UNIQUE REFERENCES users (id),
    extension     TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (enterprise_id, extension)
);

CREATE TABLE sip_accounts (
    agent_id   TEXT NOT NULL PRIMARY KEY REFERENCES agents (id),
    realm      TEXT NOT NULL,
    name       TEXT NOT NULL,
    ha1_md5    TEXT NOT NULL,
    ha1_sha256 TEXT NOT NULL,
    UNIQUE (realm, name)
);

CREATE TABLE queues (
    id                TEXT    NOT NULL PRIMARY KEY,
    enterprise_id     TEXT    NOT NULL REFERENCES enterprises (id),
    name              TEXT    NOT NULL,
    strategy          TEXT    NOT NULL CHECK (strategy IN ('longest_idle')),
    ring_timeout_ms   BIGINT  NOT NULL CHECK (ring_timeout_ms > 0),
    max_wait_ms       BIGINT  NOT NULL CHECK (max_wait_ms > 0),
    max_length        BIGINT  NOT NULL CHECK (max_length >= 0),
    wrap_up_ms        BIGINT  NOT NULL CHECK (wrap_up_ms >= 0),
    lock_after_misses BIGINT  NOT NULL CHECK (lock_after_misses >= 0),
    recorded          BOOLEAN NOT NULL,
    created_at        BIGINT  NOT NULL,
    UNIQUE (enterprise_id, name)
);

CREATE TABLE queue_members (
    queue_id TEXT NOT NULL REFERENCES queues (id),
    agent_id TEXT NOT NULL REFERENCES agents (id),
    PRIMARY KEY (queue_id, agent_id)
);
CREATE INDEX queue_members_by_agent ON queue_members (agent_id);

CREATE TABLE trunks (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL REFERENCES enterprises (id),
    name          TEXT   NOT NULL,
    peer          TEXT,
    created_at    BIGINT NOT NULL,
    UNIQUE (enterprise_id, name)
);

CREATE TABLE trunk_sources (
    trunk_id TEXT NOT NULL REFERENCES trunks (id),
    network  TEXT NOT NULL,
    PRIMARY KEY (trunk_id, network)
);

CREATE TABLE flows (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL REFERENCES enterprises (id),
    name          TEXT   NOT NULL,
    live_version  BIGINT,
    created_at    BIGINT NOT NULL,
    UNIQUE (enterprise_id, name)
);

CREATE TABLE flow_versions (
    flow_id      TEXT   NOT NULL REFERENCES flows (id),
    version      BIGINT NOT NULL CHECK (version > 0),
    document     TEXT   NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (flow_id, version)
);

CREATE TABLE trunk_numbers (
    id            TEXT    NOT NULL PRIMARY KEY,
    enterprise_id TEXT    NOT NULL REFERENCES enterprises (id),
    trunk_id      TEXT    NOT NULL REFERENCES trunks (id),
    number        TEXT    NOT NULL,
    flow_id       TEXT    REFERENCES flows (id),
    queue_id      TEXT    REFERENCES queues (id),
    recorded      BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL,
    UNIQUE (trunk_id, number),
    CHECK ((flow_id IS NULL) <> (queue_id IS NULL))
);
CREATE INDEX trunk_numbers_by_enterprise ON trunk_numbers (enterprise_id, number, id);

-- The tables below are filled from the journal. They refer to nothing, so that a fact about
-- something deleted can always be kept.

CREATE TABLE journal_positions (
    node TEXT   NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL
);

CREATE TABLE facts (
    id            TEXT   NOT NULL PRIMARY KEY,
    node          TEXT   NOT NULL,
    seq           BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    enterprise_id TEXT   NOT NULL,
    noun          TEXT   NOT NULL CHECK (noun IN ('call', 'agent')),
    subject_id    TEXT   NOT NULL,
    body          TEXT   NOT NULL
);
CREATE INDEX facts_by_subject ON facts (noun, subject_id, seq, id);

CREATE TABLE call_records (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL,
    direction     TEXT   NOT NULL CHECK (direction IN ('inbound', 'outbound', 'internal')),
    call_type     TEXT   NOT NULL
        CHECK (call_type IN ('inbound', 'outbound', 'click_to_dial', 'internal')),
    trunk_id      TEXT   NOT NULL,
    trunk_number  TEXT   NOT NULL,
    caller        TEXT   NOT NULL,
    called        TEXT   NOT NULL,
    sip_call_id   TEXT   NOT NULL,
    started_at    BIGINT NOT NULL,
    answered_at   BIGINT,
    bridged_at    BIGINT,
    ended_at      BIGINT,
    flow_id       TEXT,
    queue_id      TEXT,
    agent_id      TEXT,
    answer_mode   TEXT CHECK (answer_mode IN ('softphone', 'sip', 'phone', 'app', 'other')),
    offers        BIGINT NOT NULL,
    queue_ms      BIGINT NOT NULL,
    ring_ms       BIGINT NOT NULL,
    talk_ms       BIGINT NOT NULL,
    recording_id  TEXT,
    ended_by      TEXT CHECK (ended_by IN ('customer', 'agent', 'system', 'network')),
    ended_stage   TEXT
        CHECK (ended_stage IN ('pre_ivr', 'ivr', 'queue', 'ringing', 'talking', 'voicemail')),
    -- No CHECK: the reasons grow with the product, and a projection must never refuse a fact.
    ended_reason  TEXT,
    sip_code      BIGINT,
    q850          BIGINT,
    open_queue_at BIGINT,
    open_ring_at  BIGINT,
    open_talk_at  BIGINT
);
CREATE INDEX call_records_by_time ON call_records (enterprise_id, started_at, id);
CREATE INDEX call_records_by_caller ON call_records (enterprise_id, caller, started_at, id);
CREATE INDEX call_records_by_called ON call_records (enterprise_id, called, started_at, id);
CREATE INDEX call_records_by_agent ON call_records (enterprise_id, agent_id, started_at, id);

CREATE TABLE recordings (
    id            TEXT   NOT NULL PRIMARY KEY,
    enterprise_id TEXT   NOT NULL,
    call_id       TEXT   NOT NULL,
    started_at    BIGINT NOT NULL,
    duration_ms   BIGINT,
    size_bytes    BIGINT,
    path          TEXT   NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('open', 'closed', 'faulty')),
    fault         TEXT
);
CREATE INDEX recordings_by_call ON recordings (call_id, started_at, id);
