-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, arrival_mark, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started', utc_timestamp(6), '{…}', 'whole',
  (SELECT max(arrival_id) FROM pageviews), 2, 'MariaDB 10.11', '1'
FROM session_runs;

-- picked: Source rows that the ledger does not simply know.
CREATE TEMPORARY TABLE sessionizer_scratch_picked (
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, page_view_at datetime(6),
  sequence bigint, page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  reason longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  sz_raw_time longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_picked
WITH mapped AS (
  SELECT CAST(CONVERT(p.event_id USING utf8mb4) AS BINARY) AS event_id,
    CAST(CONVERT(p.user_id USING utf8mb4) AS BINARY) AS user_id,
    CASE
      WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' AND month(p.page_view_at) > 0 AND day(p.page_view_at) > 0 AND day(p.page_view_at) <= day(last_day(p.page_view_at))
      THEN CAST(p.page_view_at AS DATETIME(6))
    END AS page_view_at,
    CAST(CONVERT(p.page USING utf8mb4) AS BINARY) AS page, p.page_view_at AS sz_source_time,
    CASE WHEN p.sequence BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(p.sequence AS SIGNED) END AS sequence
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_source_time,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN CAST(CONVERT(sz_source_time USING utf8mb4) AS BINARY) IS NULL
          OR CAST(CONVERT(sz_source_time USING utf8mb4) AS BINARY) = '' THEN 'null_time'
        WHEN (month(sz_source_time) > 0 AND day(sz_source_time) > 0 AND day(sz_source_time) <= day(last_day(sz_source_time))) THEN 'time_out_of_range'
        ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped LIMIT 9223372036854775807
)
SELECT judged.event_id, judged.user_id, judged.page_view_at, judged.sequence, judged.page,
  coalesce(judged.reason, CASE WHEN t.run_id IS NOT NULL THEN 'duplicate_event_id' END) AS reason,
  CASE WHEN judged.reason IS NOT NULL THEN CAST(CONVERT(judged.sz_source_time USING utf8mb4) AS BINARY) END AS sz_raw_time
FROM judged LEFT JOIN session_table AS t ON judged.reason IS NULL AND t.event_id = judged.event_id
WHERE (t.run_id IS NULL
    OR NOT (t.user_id = judged.user_id AND t.page_view_at = judged.page_view_at AND t.page <=> judged.page));

-- repeated: Event ids that came more than once.
CREATE TEMPORARY TABLE sessionizer_scratch_repeated (
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  KEY repeated_by_event_id (event_id)
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_repeated
SELECT event_id FROM sessionizer_scratch_picked WHERE reason IS NULL GROUP BY event_id
HAVING count(*) > 1;

-- duplicates: Their rows; the first counts.
CREATE TEMPORARY TABLE sessionizer_scratch_duplicates (
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, page_view_at datetime(6),
  sequence bigint, page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, sz_rank bigint,
  sz_variant bigint, KEY duplicates_by_event_id (event_id)
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_duplicates
SELECT event_id, user_id, page_view_at, sequence, page, row_number() OVER w AS sz_rank,
  dense_rank() OVER (PARTITION BY event_id ORDER BY page_view_at, user_id, page) AS sz_variant
FROM sessionizer_scratch_picked AS k
WHERE reason IS NULL
  AND EXISTS (SELECT 1 FROM sessionizer_scratch_repeated AS d WHERE d.event_id = k.event_id)
WINDOW w AS (PARTITION BY event_id ORDER BY page_view_at, user_id, page, sequence);

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMPORARY TABLE sessionizer_scratch_fresh (
  event_id varbinary(1024), user_id varbinary(1024), page_view_at datetime(6), sequence bigint,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, sz_instant bigint
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_fresh
SELECT event_id, user_id, page_view_at, sequence, page,
  timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', page_view_at) AS sz_instant
FROM sessionizer_scratch_picked AS k
WHERE reason IS NULL
  AND NOT EXISTS (SELECT 1 FROM sessionizer_scratch_duplicates AS d WHERE d.event_id = k.event_id)
UNION ALL
SELECT event_id, user_id, page_view_at, sequence, page,
  timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', page_view_at) AS sz_instant
FROM sessionizer_scratch_duplicates WHERE sz_rank = 1;

-- ranges: Where in time the new rows may touch the ledger.
CREATE TEMPORARY TABLE sessionizer_scratch_ranges (
  user_id varbinary(1024), sz_from_at datetime(6), sz_to_at datetime(6)
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_ranges
WITH flagged AS (
  SELECT event_id, user_id, page_view_at, sequence, sz_instant,
    CASE WHEN lag(sz_instant) OVER w IS NULL THEN 1
      WHEN (sz_instant + (-1800000000)) > (lag(sz_instant) OVER w + (1800000000)) THEN 1 ELSE 0 END AS sz_starts
  FROM sessionizer_scratch_fresh
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence, event_id)
),
in_clusters AS (
  SELECT user_id, sz_instant, sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_cluster
  FROM flagged WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence, event_id)
)
SELECT user_id,
  TIMESTAMP '1970-01-01 00:00:00.000000' + INTERVAL (min(sz_instant) + (-1800000000)) MICROSECOND AS sz_from_at,
  TIMESTAMP '1970-01-01 00:00:00.000000' + INTERVAL (max(sz_instant) + (1800000000)) MICROSECOND AS sz_to_at
FROM in_clusters GROUP BY user_id, sz_cluster;

-- context: The ledger's rows there, each with its current anchor.
CREATE TEMPORARY TABLE sessionizer_scratch_context (
  event_id varbinary(1024), user_id varbinary(1024), page_view_at datetime(6), sequence bigint,
  sz_instant bigint, anchor varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_context
SELECT t.event_id, t.user_id, t.page_view_at, t.sequence,
  timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', t.page_view_at) AS sz_instant,
  coalesce((
    SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
    LIMIT 1
  ), t.session_id) AS anchor
FROM sessionizer_scratch_ranges AS g
STRAIGHT_JOIN session_table AS t
  ON t.user_id >= g.user_id AND t.user_id <= g.user_id
  AND t.page_view_at >= g.sz_from_at
  AND t.page_view_at <= g.sz_to_at;

-- neighbours: New rows and context together.
CREATE TEMPORARY TABLE sessionizer_scratch_neighbours (
  event_id varbinary(1024), user_id varbinary(1024), page_view_at datetime(6), sequence bigint,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, sz_instant bigint, sz_new tinyint,
  anchor varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_neighbours
SELECT event_id, user_id, page_view_at, sequence, page, sz_instant, 1 AS sz_new, NULL AS anchor
FROM sessionizer_scratch_fresh
UNION ALL
SELECT event_id, user_id, page_view_at, sequence, NULL AS page, sz_instant, 0 AS sz_new, anchor
FROM sessionizer_scratch_context;

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMPORARY TABLE sessionizer_scratch_islands (
  event_id varbinary(1024), user_id varbinary(1024), page_view_at datetime(6), sequence bigint,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, sz_new tinyint,
  anchor varbinary(1024), sz_island varbinary(1024), sz_gained tinyint
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_islands
WITH flagged AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    CASE WHEN lag(sz_instant) OVER w IS NULL THEN 1 WHEN lag(anchor) OVER w = anchor THEN 0
      WHEN sz_instant >= lag(sz_instant) OVER w + 1800000000 THEN 1 ELSE 0 END AS sz_starts
  FROM sessionizer_scratch_neighbours
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence, event_id)
),
numbered AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_number
  FROM flagged WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence, event_id)
)
SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
  first_value(event_id) OVER w AS sz_island,
  first_value(sz_new) OVER (PARTITION BY user_id, sz_number ORDER BY sz_new DESC) AS sz_gained
FROM numbered
WINDOW w AS (PARTITION BY user_id, sz_number ORDER BY page_view_at, sequence, event_id);

-- united: For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
CREATE TEMPORARY TABLE sessionizer_scratch_united (
  sz_island varbinary(1024), anchor varbinary(1024), anchors bigint, user_id varbinary(1024),
  started_at datetime(6), session_id varbinary(1024), ended_at datetime(6), first_sequence bigint,
  last_sequence bigint, last_event_id varbinary(1024), pageviews bigint,
  entry_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  exit_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_united
WITH touched AS (
  SELECT DISTINCT sz_island, anchor FROM sessionizer_scratch_islands
  WHERE sz_gained = 1 AND anchor IS NOT NULL
)
SELECT touched.sz_island, v.anchor, v.anchors, v.user_id, v.started_at, v.session_id, v.ended_at,
  v.first_sequence, v.last_sequence, v.last_event_id, v.pageviews, v.entry_page, v.exit_page
FROM touched
STRAIGHT_JOIN session_versions AS v
  ON v.anchor = touched.anchor
  AND v.run_id = (
    SELECT w.run_id FROM session_versions AS w WHERE w.anchor = touched.anchor ORDER BY w.run_id DESC
    LIMIT 1
  )
UNION ALL
SELECT sz_island, NULL AS anchor, 0 AS anchors, user_id, page_view_at AS started_at,
  event_id AS session_id, page_view_at AS ended_at, sequence AS first_sequence,
  sequence AS last_sequence, event_id AS last_event_id, 1 AS pageviews, page AS entry_page,
  page AS exit_page
FROM sessionizer_scratch_islands WHERE sz_new = 1;

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TEMPORARY TABLE sessionizer_scratch_merged (
  sz_island varbinary(1024), anchor varbinary(1024), anchors bigint, user_id varbinary(1024),
  started_at datetime(6), session_id varbinary(1024), ended_at datetime(6), first_sequence bigint,
  last_sequence bigint, last_event_id varbinary(1024), pageviews bigint,
  entry_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  exit_page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin, sz_first bigint,
  sz_last bigint, sz_survivor varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_merged
SELECT sz_island, anchor, anchors, user_id, started_at, session_id, ended_at, first_sequence,
  last_sequence, last_event_id, pageviews, entry_page, exit_page, row_number() OVER w AS sz_first,
  row_number() OVER w2 AS sz_last, first_value(coalesce(anchor, session_id)) OVER w3 AS sz_survivor
FROM sessionizer_scratch_united
WINDOW w AS (PARTITION BY sz_island ORDER BY started_at, first_sequence, session_id),
  w2 AS (PARTITION BY sz_island ORDER BY ended_at DESC, last_sequence DESC, last_event_id DESC),
  w3 AS (PARTITION BY sz_island ORDER BY anchors DESC, started_at, first_sequence, session_id);

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TEMPORARY TABLE sessionizer_scratch_superseded (
  session_id varbinary(1024), became varbinary(1024)
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_superseded
SELECT anchor AS session_id, sz_survivor AS became FROM sessionizer_scratch_merged
WHERE anchor <> sz_survivor
UNION ALL
SELECT l.session_id, m.sz_survivor AS became
FROM sessionizer_scratch_merged AS m STRAIGHT_JOIN session_lineage AS l ON l.became = m.anchor
WHERE m.anchor <> m.sz_survivor;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE sessionizer_scratch_rejected (
  reason longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page_view_at longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  row_key longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_rejected
WITH bad AS (
  SELECT k.reason, CASE WHEN k.event_id <> '' THEN k.event_id END AS event_id,
    CASE WHEN k.user_id <> '' THEN k.user_id END AS user_id, k.page,
    CASE WHEN k.page_view_at IS NOT NULL THEN date_format(k.page_view_at, '%Y-%m-%d %H:%i:%s.%f')
      WHEN k.sz_raw_time <> '' THEN k.sz_raw_time END AS page_view_at
  FROM sessionizer_scratch_picked AS k WHERE k.reason IS NOT NULL
  UNION
  SELECT 'duplicate_event_id' AS reason, c.event_id, c.user_id, c.page,
    date_format(c.page_view_at, '%Y-%m-%d %H:%i:%s.%f') AS page_view_at
  FROM sessionizer_scratch_duplicates AS c WHERE c.sz_variant > 1
),
keyed AS (
  SELECT reason, event_id, user_id, page_view_at, page,
    concat(
      reason,
      CASE WHEN octet_length(event_id) <= 180 THEN concat('|', CAST(octet_length(event_id) AS CHAR), ':', event_id)
        WHEN event_id IS NOT NULL THEN concat('|', CAST(octet_length(event_id) AS CHAR), ':#')
        ELSE '|-' END,
      CASE WHEN octet_length(user_id) <= 180 THEN concat('|', CAST(octet_length(user_id) AS CHAR), ':', user_id)
        WHEN user_id IS NOT NULL THEN concat('|', CAST(octet_length(user_id) AS CHAR), ':#') ELSE '|-' END,
      CASE WHEN octet_length(page_view_at) <= 180 THEN concat('|', CAST(octet_length(page_view_at) AS CHAR), ':', page_view_at)
        WHEN page_view_at IS NOT NULL THEN concat('|', CAST(octet_length(page_view_at) AS CHAR), ':#')
        ELSE '|-' END,
      CASE WHEN octet_length(page) <= 180 THEN concat('|', CAST(octet_length(page) AS CHAR), ':', page)
        WHEN page IS NOT NULL THEN concat('|', CAST(octet_length(page) AS CHAR), ':#') ELSE '|-' END
    ) AS row_key
  FROM bad LIMIT 9223372036854775807
)
SELECT reason, event_id, user_id, page_view_at, page, row_key FROM keyed
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND q.reason = keyed.reason AND q.event_id <=> keyed.event_id
      AND q.user_id <=> keyed.user_id AND q.page_view_at <=> keyed.page_view_at
      AND q.page <=> keyed.page
  );

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO session_lineage (session_id, became, run_id)
SELECT session_id, became, (SELECT max(run_id) FROM session_runs)
FROM sessionizer_scratch_superseded;

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
SELECT session_id, sz_survivor, user_id, started_at, first_sequence, entry_page,
  (SELECT max(run_id) FROM session_runs)
FROM sessionizer_scratch_merged WHERE anchor IS NULL;

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO session_versions (
  anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
  last_sequence, pageviews, anchors, entry_page, exit_page
)
SELECT sz_survivor, (SELECT max(run_id) FROM session_runs),
  max(CASE WHEN sz_first = 1 THEN session_id END), user_id,
  max(CASE WHEN sz_first = 1 THEN started_at END), max(CASE WHEN sz_last = 1 THEN ended_at END),
  max(CASE WHEN sz_last = 1 THEN last_event_id END),
  max(CASE WHEN sz_first = 1 THEN first_sequence END),
  max(CASE WHEN sz_last = 1 THEN last_sequence END), CAST(coalesce(sum(pageviews), 0) AS SIGNED),
  CASE WHEN CAST(coalesce(sum(anchors), 0) AS SIGNED) = 0 THEN 1
    ELSE CAST(coalesce(sum(anchors), 0) AS SIGNED) END,
  max(CASE WHEN sz_first = 1 THEN entry_page END), max(CASE WHEN sz_last = 1 THEN exit_page END)
FROM sessionizer_scratch_merged GROUP BY sz_island, sz_survivor, user_id;

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT reason, event_id, user_id, page_view_at, page, (SELECT max(run_id) FROM session_runs),
  row_key
FROM sessionizer_scratch_rejected;

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, arrival_mark, pageviews, sessions,
  lineage_rows, quarantined, layout, engine, tool_version
)
SELECT run_id, 'finished', utc_timestamp(6), job, mode, window_from, window_to, arrival_mark,
  (
    SELECT CAST(coalesce(sum(pageviews), 0) AS SIGNED) FROM sessionizer_scratch_merged
    WHERE anchor IS NULL
  ),
  (SELECT count(*) FROM sessionizer_scratch_merged WHERE sz_first = 1),
  (SELECT count(*) FROM sessionizer_scratch_superseded),
  (SELECT count(*) FROM sessionizer_scratch_rejected), layout, engine, tool_version
FROM session_runs WHERE state = 'started' ORDER BY run_id DESC LIMIT 1;
