-- Trunks speak wide-band codecs, and G.729 that is passed on.
ALTER TABLE trunk_codecs
    DROP CONSTRAINT trunk_codecs_codec_check;

ALTER TABLE trunk_codecs
    ADD CONSTRAINT trunk_codecs_codec_check
    CHECK (codec IN ('pcma', 'pcmu', 'g722', 'opus', 'g729'));
