-- Callers hear the tones of the country where their enterprise is.
ALTER TABLE enterprises ADD COLUMN region TEXT NOT NULL DEFAULT 'CN';
