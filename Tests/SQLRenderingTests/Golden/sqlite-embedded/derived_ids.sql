-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, arrival_mark, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started', strftime('%Y-%m-%d %H:%M:%f', 'now') || '000',
  '{…}', 'whole', (SELECT max(arrival_id) FROM pageviews), 2, 'SQLite 3.40', '1'
FROM session_runs;

-- picked: Source rows that the ledger does not simply know.
CREATE TEMP TABLE picked (
  event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, reason TEXT, sz_raw_time TEXT
);
INSERT INTO temp.picked
WITH uncounted AS (
  SELECT CAST(p.user_id AS TEXT) COLLATE BINARY AS user_id,
    sessionizer_time(p.page_view_at, 0) AS page_view_at, CAST(p.page AS TEXT) COLLATE BINARY AS page,
    p.page_view_at AS sz_source_time
  FROM pageviews AS p LIMIT -1
),
counted AS (
  SELECT user_id, page_view_at, page, sz_source_time, row_number() OVER w AS sz_occurrence
  FROM uncounted WHERE 1
  WINDOW w AS (PARTITION BY user_id, page_view_at, page ORDER BY page_view_at)
),
mapped AS (
  SELECT user_id, page_view_at, page, sz_source_time,
    CASE WHEN user_id IS NULL OR page_view_at IS NULL THEN NULL
      WHEN page IS NULL
        OR length(CAST(CASE WHEN page IS NULL THEN CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id || page_view_at || '-#' || CAST(sz_occurrence AS TEXT)
          ELSE CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id || page_view_at || CAST(length(CAST(page AS BLOB)) AS TEXT) || ':' || page || '#' || CAST(sz_occurrence AS TEXT) END AS BLOB)) <= 1024 THEN CASE WHEN page IS NULL THEN CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id || page_view_at || '-#' || CAST(sz_occurrence AS TEXT)
        ELSE CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id || page_view_at || CAST(length(CAST(page AS BLOB)) AS TEXT) || ':' || page || '#' || CAST(sz_occurrence AS TEXT) END
      WHEN page IS NOT NULL THEN CASE WHEN page IS NULL THEN CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id || page_view_at || '-#' || CAST(sz_occurrence AS TEXT)
        ELSE CAST(length(CAST(user_id AS BLOB)) AS TEXT) || ':' || user_id || page_view_at || CAST(length(CAST(page AS BLOB)) AS TEXT) || ':' || sessionizer_sha256(page) || '#' || CAST(sz_occurrence AS TEXT) END END AS event_id
  FROM counted LIMIT -1
),
judged AS (
  SELECT event_id, user_id, page_view_at, page, sz_source_time,
    CASE WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN CAST(sz_source_time AS TEXT) COLLATE BINARY IS NULL
          OR CAST(sz_source_time AS TEXT) COLLATE BINARY = '' THEN 'null_time'
        WHEN (sz_source_time GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
          OR sz_source_time GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
          OR sz_source_time GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
          OR lower(sz_source_time) IN ('infinity', '-infinity')
          OR sz_source_time GLOB '0000-[01][0-9]-[0-3][0-9]*' OR sz_source_time GLOB '0001-01-0[12]*' OR sz_source_time GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
        ELSE 'bad_time' END
      WHEN length(CAST(event_id AS BLOB)) > 1024 OR length(CAST(user_id AS BLOB)) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped WHERE 1 LIMIT -1
)
SELECT judged.event_id, judged.user_id, judged.page_view_at, judged.page,
  coalesce(judged.reason, CASE WHEN t.run_id IS NOT NULL THEN 'duplicate_event_id' END) AS reason,
  CASE WHEN judged.reason IS NOT NULL THEN CAST(judged.sz_source_time AS TEXT) COLLATE BINARY END AS sz_raw_time
FROM judged LEFT JOIN session_table AS t ON judged.reason IS NULL AND t.event_id = judged.event_id
WHERE (t.run_id IS NULL
    OR NOT (t.user_id = judged.user_id AND t.page_view_at = judged.page_view_at AND t.page IS judged.page));

-- repeated: Event ids that came more than once.
CREATE TEMP TABLE repeated (event_id TEXT);
INSERT INTO temp.repeated
SELECT event_id FROM temp.picked WHERE reason IS NULL GROUP BY event_id HAVING count(*) > 1;
CREATE INDEX temp.repeated_by_event_id ON repeated (event_id);

-- duplicates: Their rows; the first counts.
CREATE TEMP TABLE duplicates (
  event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, sz_rank INTEGER, sz_variant INTEGER
);
INSERT INTO temp.duplicates
SELECT event_id, user_id, page_view_at, page, row_number() OVER w AS sz_rank,
  dense_rank() OVER w AS sz_variant
FROM temp.picked AS k
WHERE reason IS NULL AND EXISTS (SELECT 1 FROM temp.repeated AS d WHERE d.event_id = k.event_id)
WINDOW w AS (PARTITION BY event_id ORDER BY page_view_at, user_id, page);
CREATE INDEX temp.duplicates_by_event_id ON duplicates (event_id);

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMP TABLE fresh (
  event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, sz_instant INTEGER
);
INSERT INTO temp.fresh
SELECT event_id, user_id, page_view_at, page, sessionizer_micros(page_view_at) AS sz_instant
FROM temp.picked AS k
WHERE reason IS NULL AND NOT EXISTS (SELECT 1 FROM temp.duplicates AS d WHERE d.event_id = k.event_id)
UNION ALL
SELECT event_id, user_id, page_view_at, page, sessionizer_micros(page_view_at) AS sz_instant
FROM temp.duplicates WHERE sz_rank = 1;

-- ranges: Where in time the new rows may touch the ledger.
CREATE TEMP TABLE ranges (user_id TEXT, sz_from_at TEXT, sz_to_at TEXT);
INSERT INTO temp.ranges
WITH flagged AS (
  SELECT event_id, user_id, page_view_at, sz_instant,
    CASE WHEN lag(sz_instant) OVER w IS NULL THEN 1
      WHEN (sz_instant + (-1800000000)) > (lag(sz_instant) OVER w + (1800000000)) THEN 1 ELSE 0 END AS sz_starts
  FROM temp.fresh WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, event_id)
),
in_clusters AS (
  SELECT user_id, sz_instant,
    sum(sz_starts) OVER (
      PARTITION BY user_id ORDER BY page_view_at, event_id ROWS UNBOUNDED PRECEDING
    ) AS sz_cluster
  FROM flagged
)
SELECT user_id,
  strftime('%Y-%m-%d %H:%M:%S', ((min(sz_instant) + (-1800000000)) - (((min(sz_instant) + (-1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', (((min(sz_instant) + (-1800000000)) % 1000000) + 1000000) % 1000000) AS sz_from_at,
  strftime('%Y-%m-%d %H:%M:%S', ((max(sz_instant) + (1800000000)) - (((max(sz_instant) + (1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', (((max(sz_instant) + (1800000000)) % 1000000) + 1000000) % 1000000) AS sz_to_at
FROM in_clusters GROUP BY user_id, sz_cluster;

-- context: The ledger's rows there, each with its current anchor.
CREATE TEMP TABLE context (
  event_id TEXT, user_id TEXT, page_view_at TEXT, sz_instant INTEGER, anchor TEXT
);
INSERT INTO temp.context
SELECT t.event_id, t.user_id, t.page_view_at, sessionizer_micros(t.page_view_at) AS sz_instant,
  coalesce((
    SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
    LIMIT 1
  ), t.session_id) AS anchor
FROM temp.ranges AS g
CROSS JOIN session_table AS t
  ON t.user_id = g.user_id
  AND t.page_view_at >= g.sz_from_at
  AND t.page_view_at <= g.sz_to_at;

-- neighbours: New rows and context together.
CREATE TEMP TABLE neighbours (
  event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, sz_instant INTEGER, sz_new INTEGER,
  anchor TEXT
);
INSERT INTO temp.neighbours
SELECT event_id, user_id, page_view_at, page, sz_instant, 1 AS sz_new, NULL AS anchor
FROM temp.fresh
UNION ALL
SELECT event_id, user_id, page_view_at, NULL AS page, sz_instant, 0 AS sz_new, anchor
FROM temp.context;

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMP TABLE islands (
  event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, sz_new INTEGER, anchor TEXT,
  sz_island TEXT, sz_gained INTEGER
);
INSERT INTO temp.islands
WITH flagged AS (
  SELECT event_id, user_id, page_view_at, page, sz_new, anchor,
    CASE WHEN lag(sz_instant) OVER w IS NULL THEN 1 WHEN lag(anchor) OVER w = anchor THEN 0
      WHEN sz_instant >= lag(sz_instant) OVER w + 1800000000 THEN 1 ELSE 0 END AS sz_starts
  FROM temp.neighbours WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, event_id)
),
numbered AS (
  SELECT event_id, user_id, page_view_at, page, sz_new, anchor,
    sum(sz_starts) OVER (
      PARTITION BY user_id ORDER BY page_view_at, event_id ROWS UNBOUNDED PRECEDING
    ) AS sz_number
  FROM flagged
)
SELECT event_id, user_id, page_view_at, page, sz_new, anchor,
  first_value(event_id) OVER w AS sz_island,
  first_value(sz_new) OVER (PARTITION BY user_id, sz_number ORDER BY sz_new DESC) AS sz_gained
FROM numbered WINDOW w AS (PARTITION BY user_id, sz_number ORDER BY page_view_at, event_id);

-- united: For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
CREATE TEMP TABLE united (
  sz_island TEXT, anchor TEXT, anchors INTEGER, user_id TEXT, started_at TEXT, session_id TEXT,
  ended_at TEXT, last_event_id TEXT, pageviews INTEGER, entry_page TEXT, exit_page TEXT
);
INSERT INTO temp.united
WITH touched AS (
  SELECT DISTINCT sz_island, anchor FROM temp.islands WHERE sz_gained = 1 AND anchor IS NOT NULL
)
SELECT touched.sz_island, v.anchor, v.anchors, v.user_id, v.started_at, v.session_id, v.ended_at,
  v.last_event_id, v.pageviews, v.entry_page, v.exit_page
FROM touched
CROSS JOIN session_versions AS v
  ON v.anchor = touched.anchor
  AND v.run_id = (
    SELECT w.run_id FROM session_versions AS w WHERE w.anchor = touched.anchor ORDER BY w.run_id DESC
    LIMIT 1
  )
UNION ALL
SELECT sz_island, NULL AS anchor, 0 AS anchors, user_id, page_view_at AS started_at,
  event_id AS session_id, page_view_at AS ended_at, event_id AS last_event_id, 1 AS pageviews,
  page AS entry_page, page AS exit_page
FROM temp.islands WHERE sz_new = 1;

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TEMP TABLE merged (
  sz_island TEXT, anchor TEXT, anchors INTEGER, user_id TEXT, started_at TEXT, session_id TEXT,
  ended_at TEXT, last_event_id TEXT, pageviews INTEGER, entry_page TEXT, exit_page TEXT,
  sz_first INTEGER, sz_last INTEGER, sz_survivor TEXT
);
INSERT INTO temp.merged
SELECT sz_island, anchor, anchors, user_id, started_at, session_id, ended_at, last_event_id,
  pageviews, entry_page, exit_page,
  row_number() OVER (PARTITION BY sz_island ORDER BY started_at, session_id) AS sz_first,
  row_number() OVER w AS sz_last, first_value(coalesce(anchor, session_id)) OVER w2 AS sz_survivor
FROM temp.united
WINDOW w AS (PARTITION BY sz_island ORDER BY ended_at DESC, last_event_id DESC),
  w2 AS (PARTITION BY sz_island ORDER BY anchors DESC, started_at, session_id);

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TEMP TABLE superseded (session_id TEXT, became TEXT);
INSERT INTO temp.superseded
SELECT anchor AS session_id, sz_survivor AS became FROM temp.merged WHERE anchor <> sz_survivor
UNION ALL
SELECT l.session_id, m.sz_survivor AS became
FROM temp.merged AS m CROSS JOIN session_lineage AS l ON l.became = m.anchor
WHERE m.anchor <> m.sz_survivor;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMP TABLE rejected (
  reason TEXT, event_id TEXT, user_id TEXT, page_view_at TEXT, page TEXT, row_key TEXT
);
INSERT INTO temp.rejected
WITH bad AS (
  SELECT k.reason, NULL AS event_id, CASE WHEN k.user_id <> '' THEN k.user_id END AS user_id,
    k.page,
    CASE WHEN k.page_view_at IS NOT NULL THEN k.page_view_at WHEN k.sz_raw_time <> '' THEN k.sz_raw_time END AS page_view_at
  FROM temp.picked AS k WHERE k.reason IS NOT NULL
  UNION
  SELECT 'duplicate_event_id' AS reason, c.event_id, c.user_id, c.page, c.page_view_at AS page_view_at
  FROM temp.duplicates AS c WHERE c.sz_variant > 1
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

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO session_lineage (session_id, became, run_id)
SELECT session_id, became, (SELECT max(run_id) FROM session_runs) FROM temp.superseded;

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, page, run_id)
SELECT session_id, sz_survivor, user_id, started_at, entry_page,
  (SELECT max(run_id) FROM session_runs)
FROM temp.merged WHERE anchor IS NULL;

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO session_versions (
  anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, pageviews, anchors,
  entry_page, exit_page
)
SELECT sz_survivor, (SELECT max(run_id) FROM session_runs),
  max(CASE WHEN sz_first = 1 THEN session_id END), user_id,
  max(CASE WHEN sz_first = 1 THEN started_at END), max(CASE WHEN sz_last = 1 THEN ended_at END),
  max(CASE WHEN sz_last = 1 THEN last_event_id END), coalesce(sum(pageviews), 0),
  CASE WHEN coalesce(sum(anchors), 0) = 0 THEN 1 ELSE coalesce(sum(anchors), 0) END,
  max(CASE WHEN sz_first = 1 THEN entry_page END), max(CASE WHEN sz_last = 1 THEN exit_page END)
FROM temp.merged GROUP BY sz_island, sz_survivor, user_id;

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
  window_to, arrival_mark,
  (SELECT coalesce(sum(pageviews), 0) FROM temp.merged WHERE anchor IS NULL),
  (SELECT count(*) FROM temp.merged WHERE sz_first = 1), (SELECT count(*) FROM temp.superseded),
  (SELECT count(*) FROM temp.rejected), layout, engine, tool_version
FROM session_runs WHERE state = 'started' ORDER BY run_id DESC LIMIT 1;
