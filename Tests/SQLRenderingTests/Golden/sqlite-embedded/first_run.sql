-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, arrival_mark, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started', strftime('%Y-%m-%d %H:%M:%f', 'now') || '000',
  '{…}', 'whole', (SELECT max(arrival_id) FROM pageviews), 2, 'SQLite 3.40', '1'
FROM session_runs;

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMP TABLE fresh (
  sz_position INTEGER PRIMARY KEY, event_id TEXT, user_id TEXT, page_view_at TEXT, sequence INTEGER,
  page TEXT, sz_instant INTEGER
);
INSERT INTO temp.fresh (event_id, user_id, page_view_at, sequence, page, sz_instant)
WITH mapped AS (
  SELECT CAST(p.event_id AS TEXT) COLLATE BINARY AS event_id,
    CAST(p.user_id AS TEXT) COLLATE BINARY AS user_id,
    sessionizer_time(p.page_view_at, 0) AS page_view_at, CAST(p.page AS TEXT) COLLATE BINARY AS page,
    p.page_view_at AS sz_source_time,
    CASE WHEN typeof(p.sequence) = 'integer' THEN p.sequence END AS sequence
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN CAST(sz_source_time AS TEXT) COLLATE BINARY IS NULL
          OR CAST(sz_source_time AS TEXT) COLLATE BINARY = '' THEN 'null_time'
        WHEN (sz_source_time GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
          OR sz_source_time GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
          OR sz_source_time GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
          OR lower(sz_source_time) IN ('infinity', '-infinity')
          OR sz_source_time GLOB '0000-[01][0-9]-[0-3][0-9]*' OR sz_source_time GLOB '0001-01-0[12]*' OR sz_source_time GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
        ELSE 'bad_time' END
      WHEN length(CAST(event_id AS BLOB)) > 1024 OR length(CAST(user_id AS BLOB)) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped
)
SELECT event_id, user_id, page_view_at, sequence, page, sessionizer_micros(page_view_at)
FROM judged WHERE reason IS NULL ORDER BY user_id, page_view_at, sequence, event_id;

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMP TABLE islands (
  sz_number INTEGER PRIMARY KEY, sz_first_position INTEGER, sz_island TEXT
);
INSERT INTO temp.islands (sz_first_position, sz_island)
SELECT r.sz_position AS sz_first_position, r.event_id AS sz_island
FROM temp.fresh AS r LEFT JOIN temp.fresh AS b ON b.sz_position = (r.sz_position - 1)
WHERE (b.sz_position IS NULL OR b.user_id <> r.user_id OR r.sz_instant >= b.sz_instant + 1800000000)
ORDER BY sz_first_position;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMP TABLE rejected (
  reason TEXT, event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, row_key TEXT
);
INSERT INTO temp.rejected
WITH mapped AS (
  SELECT CAST(p.event_id AS TEXT) COLLATE BINARY AS event_id,
    CAST(p.user_id AS TEXT) COLLATE BINARY AS user_id,
    sessionizer_time(p.page_view_at, 0) AS page_view_at, CAST(p.page AS TEXT) COLLATE BINARY AS page,
    p.page_view_at AS sz_source_time
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, page, sz_source_time,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN CAST(sz_source_time AS TEXT) COLLATE BINARY IS NULL
          OR CAST(sz_source_time AS TEXT) COLLATE BINARY = '' THEN 'null_time'
        WHEN (sz_source_time GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
          OR sz_source_time GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
          OR sz_source_time GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
          OR lower(sz_source_time) IN ('infinity', '-infinity')
          OR sz_source_time GLOB '0000-[01][0-9]-[0-3][0-9]*' OR sz_source_time GLOB '0001-01-0[12]*' OR sz_source_time GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
        ELSE 'bad_time' END
      WHEN length(CAST(event_id AS BLOB)) > 1024 OR length(CAST(user_id AS BLOB)) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped LIMIT -1
),
bad AS (
  SELECT DISTINCT judged.reason,
    CASE WHEN judged.event_id <> '' THEN judged.event_id END AS event_id,
    CASE WHEN judged.user_id <> '' THEN judged.user_id END AS user_id, judged.page,
    CASE WHEN judged.page_view_at IS NOT NULL THEN judged.page_view_at
      WHEN CAST(judged.sz_source_time AS TEXT) COLLATE BINARY <> '' THEN CAST(judged.sz_source_time AS TEXT) COLLATE BINARY END AS page_view_at
  FROM judged WHERE judged.reason IS NOT NULL
),
keyed AS (
  SELECT reason, event_id, user_id, page_view_at, page,
    reason
    || CASE WHEN length(CAST(event_id AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(event_id AS BLOB)) AS TEXT) || ':' || event_id
      WHEN event_id IS NOT NULL THEN '|' || CAST(length(CAST(event_id AS BLOB)) AS TEXT) || ':#'
      ELSE '|-' END
    || CASE WHEN length(CAST(user_id AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id
      WHEN user_id IS NOT NULL THEN '|' || CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':#'
      ELSE '|-' END
    || CASE WHEN length(CAST(page_view_at AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(page_view_at AS BLOB)) AS TEXT) || ':' || page_view_at
      WHEN page_view_at IS NOT NULL THEN '|' || CAST(length(CAST(page_view_at AS BLOB)) AS TEXT) || ':#'
      ELSE '|-' END
    || CASE WHEN length(CAST(page AS BLOB)) <= 180 THEN '|' || CAST(length(CAST(page AS BLOB)) AS TEXT) || ':' || page
      WHEN page IS NOT NULL THEN '|' || CAST(length(CAST(page AS BLOB)) AS TEXT) || ':#' ELSE '|-' END AS row_key
  FROM bad LIMIT -1
)
SELECT reason, event_id, user_id, page_view_at, page, row_key FROM keyed
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND q.reason = keyed.reason AND q.event_id IS keyed.event_id
      AND q.user_id IS keyed.user_id AND q.page_view_at IS keyed.page_view_at
      AND q.page IS keyed.page
  );

-- rows: The pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
SELECT r.event_id, i.sz_island, r.user_id, r.page_view_at, r.sequence, r.page,
  (SELECT max(run_id) FROM session_runs)
FROM temp.islands AS i LEFT JOIN temp.islands AS n ON n.sz_number = (i.sz_number + 1)
CROSS JOIN temp.fresh AS r
  ON r.sz_position >= i.sz_first_position
  AND r.sz_position < coalesce(n.sz_first_position, 9223372036854775807);

-- versions: Each session, as it stands now.
INSERT INTO session_versions (
  anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
  last_sequence, pageviews, anchors, entry_page, exit_page
)
SELECT f.event_id, (SELECT max(run_id) FROM session_runs), f.event_id, f.user_id, f.page_view_at,
  l.page_view_at, l.event_id, f.sequence, l.sequence, (l.sz_position - f.sz_position) + 1, 1,
  f.page, l.page
FROM temp.islands AS i LEFT JOIN temp.islands AS n ON n.sz_number = (i.sz_number + 1)
CROSS JOIN temp.fresh AS f ON f.sz_position = i.sz_first_position
CROSS JOIN temp.fresh AS l
  ON l.sz_position = coalesce(n.sz_first_position - 1, coalesce((SELECT max(sz_position) FROM temp.fresh), 0));

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT reason, event_id, user_id, page_view_at, page, (SELECT max(run_id) FROM session_runs),
  row_key
FROM temp.rejected;

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, arrival_mark, pageviews, sessions,
  lineage_rows, quarantined, layout, engine, tool_version
)
SELECT run_id, 'finished', strftime('%Y-%m-%d %H:%M:%f', 'now') || '000', job, mode, window_from,
  window_to, arrival_mark, coalesce((SELECT max(sz_position) FROM temp.fresh), 0),
  (SELECT count(*) FROM temp.islands), 0, (SELECT count(*) FROM temp.rejected), layout, engine,
  tool_version
FROM session_runs WHERE state = 'started' ORDER BY run_id DESC LIMIT 1;
