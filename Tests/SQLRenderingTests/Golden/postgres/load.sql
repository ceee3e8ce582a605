-- loaded: Room for the rows of a file.
CREATE TEMPORARY TABLE loaded (
  event_id text COLLATE "C", user_id text COLLATE "C", page_view_at timestamp, sequence bigint,
  page text COLLATE "C"
) ON COMMIT DROP;

-- rows: Those that are not there yet.
INSERT INTO pageviews (event_id, user_id, page_view_at, sequence, page)
SELECT event_id, user_id, page_view_at, sequence, page FROM pg_temp.loaded AS l
WHERE event_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM pageviews AS p
    WHERE p.event_id = l.event_id
      AND coalesce(p.user_id, '') = coalesce(l.user_id, '') AND (p.user_id IS NULL) = (l.user_id IS NULL)
      AND p.page_view_at IS NOT DISTINCT FROM l.page_view_at
      AND coalesce(p.page, '') = coalesce(l.page, '') AND (p.page IS NULL) = (l.page IS NULL)
  )
UNION ALL
SELECT event_id, user_id, page_view_at, sequence, page FROM pg_temp.loaded AS l
WHERE event_id IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM pageviews AS p
    WHERE p.event_id IS NULL
      AND coalesce(p.user_id, '') = coalesce(l.user_id, '') AND (p.user_id IS NULL) = (l.user_id IS NULL)
      AND p.page_view_at IS NOT DISTINCT FROM l.page_view_at
      AND coalesce(p.page, '') = coalesce(l.page, '') AND (p.page IS NULL) = (l.page IS NULL)
  );

-- faults: Room for the lines that are no pageviews.
CREATE TEMPORARY TABLE faults (
  reason text COLLATE "C", event_id text COLLATE "C", user_id text COLLATE "C",
  page_view_at text COLLATE "C", page text COLLATE "C", source_file text COLLATE "C", line bigint
) ON COMMIT DROP;

-- quarantine: Those that are not there yet.
INSERT INTO session_quarantine (
  reason, event_id, user_id, page_view_at, page, source_file, line, row_key
)
WITH k AS (
  SELECT reason, event_id, user_id, page_view_at, page, source_file, line,
    reason
    || CASE WHEN octet_length(source_file) <= 180 THEN '|' || octet_length(source_file)::text || ':' || source_file
      WHEN source_file IS NOT NULL THEN '|' || octet_length(source_file)::text || ':#' ELSE '|-' END
    || CASE WHEN octet_length(line::text) <= 180 THEN '|' || octet_length(line::text)::text || ':' || line::text
      WHEN line::text IS NOT NULL THEN '|' || octet_length(line::text)::text || ':#' ELSE '|-' END
    || CASE WHEN octet_length(event_id) <= 180 THEN '|' || octet_length(event_id)::text || ':' || event_id
      WHEN event_id IS NOT NULL THEN '|' || octet_length(event_id)::text || ':#' ELSE '|-' END
    || CASE WHEN octet_length(user_id) <= 180 THEN '|' || octet_length(user_id)::text || ':' || user_id
      WHEN user_id IS NOT NULL THEN '|' || octet_length(user_id)::text || ':#' ELSE '|-' END AS row_key
  FROM pg_temp.faults OFFSET 0
)
SELECT reason, event_id, user_id, page_view_at, page, source_file, line, row_key FROM k
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = k.row_key
      AND coalesce(q.reason, '') = coalesce(k.reason, '') AND (q.reason IS NULL) = (k.reason IS NULL)
      AND coalesce(q.event_id, '') = coalesce(k.event_id, '') AND (q.event_id IS NULL) = (k.event_id IS NULL)
      AND coalesce(q.user_id, '') = coalesce(k.user_id, '') AND (q.user_id IS NULL) = (k.user_id IS NULL)
      AND coalesce(q.page_view_at, '') = coalesce(k.page_view_at, '') AND (q.page_view_at IS NULL) = (k.page_view_at IS NULL)
      AND coalesce(q.page, '') = coalesce(k.page, '') AND (q.page IS NULL) = (k.page IS NULL)
      AND coalesce(q.source_file, '') = coalesce(k.source_file, '') AND (q.source_file IS NULL) = (k.source_file IS NULL)
      AND q.line IS NOT DISTINCT FROM k.line
  );
