-- How often an agent handed the customer on, called somebody else meanwhile, brought a third in.
ALTER TABLE call_records ADD COLUMN transfers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_records ADD COLUMN consults BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_records ADD COLUMN conferences BIGINT NOT NULL DEFAULT 0;

-- What the facts of old say. A quote within a value is escaped, so these patterns fit keys alone.
UPDATE call_records
SET transfers = (
    SELECT COUNT(*)
    FROM facts
    WHERE facts.noun = 'call'
      AND facts.subject_id = call_records.id
      AND facts.body LIKE '%"kind":"transferred"%'
      AND facts.body LIKE '%"status":2%'
)
WHERE id IN (
    SELECT subject_id
    FROM facts
    WHERE noun = 'call'
      AND body LIKE '%"kind":"transferred"%'
);
UPDATE call_records
SET conferences = (
    SELECT COUNT(*)
    FROM facts
    WHERE facts.noun = 'call'
      AND facts.subject_id = call_records.id
      AND facts.body LIKE '%"kind":"conference_begun"%'
)
WHERE id IN (
    SELECT subject_id
    FROM facts
    WHERE noun = 'call'
      AND body LIKE '%"kind":"conference_begun"%'
);
