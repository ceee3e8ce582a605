-- loaded: Room for the rows of a file.
CREATE TEMPORARY TABLE sessionizer_scratch_loaded (
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, page_view_at datetime(6),
  sequence bigint, page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;

-- rows: Those that are not there yet.
INSERT INTO pageviews (event_id, user_id, page_view_at, sequence, page)
SELECT event_id, user_id, page_view_at, sequence, page FROM sessionizer_scratch_loaded AS l
WHERE event_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM pageviews AS p
    WHERE p.event_id = l.event_id AND p.user_id <=> l.user_id AND p.page_view_at <=> l.page_view_at
      AND p.page <=> l.page
  )
UNION ALL
SELECT event_id, user_id, page_view_at, sequence, page FROM sessionizer_scratch_loaded AS l
WHERE event_id IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM pageviews AS p
    WHERE p.event_id IS NULL AND p.user_id <=> l.user_id AND p.page_view_at <=> l.page_view_at
      AND p.page <=> l.page
  );

-- faults: Room for the lines that are no pageviews.
CREATE TEMPORARY TABLE sessionizer_scratch_faults (
  reason longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page_view_at longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  source_file longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, line bigint
) ENGINE = InnoDB;

-- quarantine: Those that are not there yet.
INSERT INTO session_quarantine (
  reason, event_id, user_id, page_view_at, page, source_file, line, row_key
)
WITH k AS (
  SELECT reason, event_id, user_id, page_view_at, page, source_file, line,
    concat(
      reason,
      CASE WHEN octet_length(source_file) <= 180 THEN concat('|', CAST(octet_length(source_file) AS CHAR), ':', source_file)
        WHEN source_file IS NOT NULL THEN concat('|', CAST(octet_length(source_file) AS CHAR), ':#')
        ELSE '|-' END,
      CASE WHEN octet_length(CAST(line AS CHAR)) <= 180 THEN concat('|', CAST(octet_length(CAST(line AS CHAR)) AS CHAR), ':', CAST(line AS CHAR))
        WHEN CAST(line AS CHAR) IS NOT NULL THEN concat('|', CAST(octet_length(CAST(line AS CHAR)) AS CHAR), ':#')
        ELSE '|-' END,
      CASE WHEN octet_length(event_id) <= 180 THEN concat('|', CAST(octet_length(event_id) AS CHAR), ':', event_id)
        WHEN event_id IS NOT NULL THEN concat('|', CAST(octet_length(event_id) AS CHAR), ':#')
        ELSE '|-' END,
      CASE WHEN octet_length(user_id) <= 180 THEN concat('|', CAST(octet_length(user_id) AS CHAR), ':', user_id)
        WHEN user_id IS NOT NULL THEN concat('|', CAST(octet_length(user_id) AS CHAR), ':#') ELSE '|-' END
    ) AS row_key
  FROM sessionizer_scratch_faults LIMIT 9223372036854775807
)
SELECT reason, event_id, user_id, page_view_at, page, source_file, line, row_key FROM k
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = k.row_key AND q.reason <=> k.reason AND q.event_id <=> k.event_id
      AND q.user_id <=> k.user_id AND q.page_view_at <=> k.page_view_at AND q.page <=> k.page
      AND q.source_file <=> k.source_file AND q.line <=> k.line
  );
