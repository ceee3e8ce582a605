-- loaded: Room for the rows of a file.
CREATE TEMPORARY TABLE loaded (
  event_id VARCHAR, user_id VARCHAR, page_view_at TIMESTAMP, sequence BIGINT, page VARCHAR
);

-- rows: Those that are not there yet.
INSERT INTO pageviews (event_id, user_id, page_view_at, sequence, page)
SELECT l.event_id, l.user_id, l.page_view_at, l.sequence, l.page
FROM temp.loaded AS l
WHERE l.event_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM pageviews AS p
    WHERE p.event_id = l.event_id
      AND p.user_id IS NOT DISTINCT FROM l.user_id
      AND p.page_view_at IS NOT DISTINCT FROM l.page_view_at
      AND p.page IS NOT DISTINCT FROM l.page
  )
UNION ALL
SELECT l.event_id, l.user_id, l.page_view_at, l.sequence, l.page
FROM temp.loaded AS l
WHERE l.event_id IS NULL
  AND NOT EXISTS (
    SELECT 1
    FROM pageviews AS p
    WHERE p.event_id IS NULL
      AND p.user_id IS NOT DISTINCT FROM l.user_id
      AND p.page_view_at IS NOT DISTINCT FROM l.page_view_at
      AND p.page IS NOT DISTINCT FROM l.page
  );

-- faults: Room for the lines that are no pageviews.
CREATE TEMPORARY TABLE faults (
  reason VARCHAR, event_id VARCHAR, user_id VARCHAR, page_view_at VARCHAR, page VARCHAR,
  source_file VARCHAR, line BIGINT
);

-- quarantine: Those that are not there yet.
INSERT INTO session_quarantine (
  reason, event_id, user_id, page_view_at, page, source_file, line, row_key
)
WITH k AS MATERIALIZED (
  SELECT
    reason, event_id, user_id, page_view_at, page, source_file, line,
    reason || '|' || CASE
      WHEN source_file IS NULL THEN '-'
      ELSE CAST(strlen(source_file) AS VARCHAR) || ':' || CASE WHEN strlen(source_file) <= 180 THEN source_file ELSE '#' END
    END || '|' || CASE
      WHEN CAST(line AS VARCHAR) IS NULL THEN '-'
      ELSE CAST(strlen(CAST(line AS VARCHAR)) AS VARCHAR) || ':' || CASE WHEN strlen(CAST(line AS VARCHAR)) <= 180 THEN CAST(line AS VARCHAR) ELSE '#' END
    END || '|' || CASE
      WHEN event_id IS NULL THEN '-'
      ELSE CAST(strlen(event_id) AS VARCHAR) || ':' || CASE WHEN strlen(event_id) <= 180 THEN event_id ELSE '#' END
    END || '|' || CASE
      WHEN user_id IS NULL THEN '-'
      ELSE CAST(strlen(user_id) AS VARCHAR) || ':' || CASE WHEN strlen(user_id) <= 180 THEN user_id ELSE '#' END
    END AS row_key
  FROM temp.faults
)
SELECT k.reason, k.event_id, k.user_id, k.page_view_at, k.page, k.source_file, k.line, k.row_key
FROM k
WHERE NOT EXISTS (
    SELECT 1
    FROM session_quarantine AS q
    WHERE q.row_key = k.row_key
      AND q.reason IS NOT DISTINCT FROM k.reason
      AND q.event_id IS NOT DISTINCT FROM k.event_id
      AND q.user_id IS NOT DISTINCT FROM k.user_id
      AND q.page_view_at IS NOT DISTINCT FROM k.page_view_at
      AND q.page IS NOT DISTINCT FROM k.page
      AND q.source_file IS NOT DISTINCT FROM k.source_file
      AND q.line IS NOT DISTINCT FROM k.line
  );
