-- loaded: Room for the rows of a file.
CREATE TEMP TABLE loaded (
  event_id TEXT, user_id TEXT, page_view_at TEXT, sequence INTEGER, page TEXT
);

-- rows: Those that are not there yet.
INSERT INTO pageviews (event_id, user_id, page_view_at, sequence, page)
SELECT event_id, user_id, page_view_at, sequence, page FROM temp.loaded AS l
WHERE event_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM pageviews AS p
    WHERE p.event_id = l.event_id AND p.user_id IS l.user_id AND p.page_view_at IS l.page_view_at
      AND p.page IS l.page
  )
UNION ALL
SELECT event_id, user_id, page_view_at, sequence, page FROM temp.loaded AS l
WHERE event_id IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM pageviews AS p
    WHERE p.event_id IS NULL AND p.user_id IS l.user_id AND p.page_view_at IS l.page_view_at
      AND p.page IS l.page
  );

-- faults: Room for the lines that are no pageviews.
CREATE TEMP TABLE faults (
  reason TEXT, event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, source_file TEXT,
  line INTEGER
);

-- quarantine: Those that are not there yet.
INSERT INTO session_quarantine (
  reason, event_id, user_id, page_view_at, page, source_file, line, row_key
)
WITH k AS (
  SELECT reason, event_id, user_id, page_view_at, page, source_file, line,
    reason
    || CASE WHEN length(CAST(source_file AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(source_file AS BLOB)) AS TEXT) || ':' || source_file
      WHEN source_file IS NOT NULL THEN '|' || CAST(length(CAST(source_file AS BLOB)) AS TEXT) || ':#'
      ELSE '|-' END
    || CASE WHEN length(CAST(CAST(line AS TEXT) AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(CAST(line AS TEXT) AS BLOB)) AS TEXT) || ':' || CAST(line AS TEXT)
      WHEN CAST(line AS TEXT) IS NOT NULL THEN '|' || CAST(length(CAST(CAST(line AS TEXT) AS BLOB)) AS TEXT) || ':#'
      ELSE '|-' END
    || CASE WHEN length(CAST(event_id AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(event_id AS BLOB)) AS TEXT) || ':' || event_id
      WHEN event_id IS NOT NULL THEN '|' || CAST(length(CAST(event_id AS BLOB)) AS TEXT) || ':#'
      ELSE '|-' END
    || CASE WHEN length(CAST(user_id AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id
      WHEN user_id IS NOT NULL THEN '|' || CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':#'
      ELSE '|-' END AS row_key
  FROM temp.faults LIMIT -1
)
SELECT reason, event_id, user_id, page_view_at, page, source_file, line, row_key FROM k
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = k.row_key AND q.reason IS k.reason AND q.event_id IS k.event_id
      AND q.user_id IS k.user_id AND q.page_view_at IS k.page_view_at AND q.page IS k.page
      AND q.source_file IS k.source_file AND q.line IS k.line
  );
