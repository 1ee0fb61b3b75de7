-- Whether customers were asked for a rating, and how they rated. No call of before was asked.
ALTER TABLE call_records ADD COLUMN surveyed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE call_records ADD COLUMN rating_scale TEXT;
ALTER TABLE call_records ADD COLUMN rating_score BIGINT;

-- The stages grow with the product, and a projection must never refuse a fact.
ALTER TABLE call_records DROP CONSTRAINT call_records_ended_stage_check;
