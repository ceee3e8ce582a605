sqlite3 dev.db "CREATE TABLE hits (loaded_id INTEGER PRIMARY KEY, hit_id TEXT, visitor TEXT, seen_at TEXT, url TEXT, utm_campaign TEXT);
  INSERT INTO hits VALUES (1, 'a', 'v', '2026-01-01 10:00:00', '/', 'spring'), (2, 'b', 'v', '2026-01-01 10:05:00', '/health', NULL)"
