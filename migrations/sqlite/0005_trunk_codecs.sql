-- Trunks speak wide-band codecs, and G.729 that is passed on.
CREATE TABLE trunk_codecs_wider (
    trunk_id TEXT   NOT NULL REFERENCES trunks (id),
    position BIGINT NOT NULL,
    codec    TEXT   NOT NULL CHECK (codec IN ('pcma', 'pcmu', 'g722', 'opus', 'g729')),
    PRIMARY KEY (trunk_id, position)
);

INSERT INTO trunk_codecs_wider (trunk_id, position, codec)
SELECT trunk_id, position, codec
FROM trunk_codecs;

DROP TABLE trunk_codecs;

ALTER TABLE trunk_codecs_wider RENAME TO trunk_codecs;
