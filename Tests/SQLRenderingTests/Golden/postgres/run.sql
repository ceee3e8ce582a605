-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, arrival_mark, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started', clock_timestamp() AT TIME ZONE 'UTC', '{…}',
  'whole', (SELECT max(arrival_id) FROM pageviews), 2, 'PostgreSQL 15', '1'
FROM session_runs;

-- picked: Source rows that the ledger does not simply know.
CREATE TEMPORARY TABLE picked ON COMMIT DROP AS
WITH mapped AS (
  SELECT p.event_id::text COLLATE "C" AS event_id, p.user_id::text COLLATE "C" AS user_id,
    CASE WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' THEN p.page_view_at::timestamp END AS page_view_at,
    p.page::text COLLATE "C" AS page, p.page_view_at AS sz_source_time, p.sequence::bigint AS sequence
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_source_time,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN sz_source_time::text COLLATE "C" IS NULL OR sz_source_time::text COLLATE "C" = '' THEN 'null_time'
        WHEN (sz_source_time IS NOT NULL) THEN 'time_out_of_range' ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped OFFSET 0
)
SELECT judged.event_id, judged.user_id, judged.page_view_at, judged.sequence, judged.page,
  coalesce(judged.reason, CASE WHEN t.run_id IS NOT NULL THEN 'duplicate_event_id' END) AS reason,
  CASE WHEN judged.reason IS NOT NULL THEN judged.sz_source_time::text COLLATE "C" END AS sz_raw_time
FROM judged LEFT JOIN session_table AS t ON judged.reason IS NULL AND t.event_id = judged.event_id
WHERE (t.run_id IS NULL
    OR NOT (t.user_id = judged.user_id AND t.page_view_at = judged.page_view_at
      AND coalesce(t.page, '') = coalesce(judged.page, '') AND (t.page IS NULL) = (judged.page IS NULL)));

-- duplicates: Their rows; the first counts.
CREATE TEMPORARY TABLE duplicates ON COMMIT DROP AS
WITH repeated AS (
  SELECT event_id FROM pg_temp.picked WHERE reason IS NULL GROUP BY event_id HAVING count(*) > 1
)
SELECT event_id, user_id, page_view_at, sequence, page, row_number() OVER w AS sz_rank,
  dense_rank() OVER w2 AS sz_variant
FROM pg_temp.picked AS k
WHERE reason IS NULL AND EXISTS (SELECT 1 FROM repeated AS d WHERE d.event_id = k.event_id)
WINDOW w AS (
    PARTITION BY event_id ORDER BY page_view_at, user_id, page NULLS FIRST, sequence NULLS FIRST
  ),
  w2 AS (PARTITION BY event_id ORDER BY page_view_at, user_id, page NULLS FIRST);

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMPORARY TABLE islands ON COMMIT DROP AS
WITH fresh AS (
  SELECT event_id, user_id, page_view_at, sequence, page FROM pg_temp.picked AS k
  WHERE reason IS NULL
    AND NOT EXISTS (SELECT 1 FROM pg_temp.duplicates AS d WHERE d.event_id = k.event_id)
  UNION ALL
  SELECT event_id, user_id, page_view_at, sequence, page FROM pg_temp.duplicates WHERE sz_rank = 1
),
flagged AS (
  SELECT event_id, user_id, page_view_at, sequence,
    CASE WHEN lag(page_view_at) OVER w IS NULL THEN 1
      WHEN (page_view_at + INTERVAL '-30 minutes') > (lag(page_view_at) OVER w + INTERVAL '30 minutes') THEN 1
      ELSE 0 END AS sz_starts
  FROM fresh
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
in_clusters AS (
  SELECT user_id, page_view_at, sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_cluster
  FROM flagged
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
ranges AS (
  SELECT user_id, min(page_view_at) + INTERVAL '-30 minutes' AS sz_from_at,
    max(page_view_at) + INTERVAL '30 minutes' AS sz_to_at
  FROM in_clusters GROUP BY user_id, sz_cluster
),
context AS (
  SELECT t.event_id, t.user_id, t.page_view_at, t.sequence,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), t.session_id) AS anchor
  FROM ranges AS g
  CROSS JOIN LATERAL (
    SELECT * FROM session_table AS t
    WHERE t.user_id = g.user_id AND t.page_view_at >= g.sz_from_at AND t.page_view_at <= g.sz_to_at
    OFFSET 0
  ) AS t
),
neighbours AS (
  SELECT event_id, user_id, page_view_at, sequence, page, 1 AS sz_new,
    NULL::text COLLATE "C" AS anchor
  FROM fresh
  UNION ALL
  SELECT event_id, user_id, page_view_at, sequence, NULL::text COLLATE "C" AS page, 0 AS sz_new,
    anchor
  FROM context
),
flagged_2 AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    CASE WHEN lag(page_view_at) OVER w IS NULL THEN 1 WHEN lag(anchor) OVER w = anchor THEN 0
      WHEN page_view_at >= lag(page_view_at) OVER w + INTERVAL '30 minutes' THEN 1 ELSE 0 END AS sz_starts
  FROM neighbours
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
numbered AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_number
  FROM flagged_2
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
  first_value(event_id) OVER w AS sz_island,
  first_value(sz_new) OVER (PARTITION BY user_id, sz_number ORDER BY sz_new DESC) AS sz_gained
FROM numbered
WINDOW w AS (PARTITION BY user_id, sz_number ORDER BY page_view_at, sequence NULLS FIRST, event_id);

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TEMPORARY TABLE merged ON COMMIT DROP AS
WITH touched AS (
  SELECT DISTINCT sz_island, anchor FROM pg_temp.islands WHERE sz_gained = 1 AND anchor IS NOT NULL
),
united AS (
  SELECT touched.sz_island, v.anchor, v.anchors, v.user_id, v.started_at, v.session_id, v.ended_at,
    v.first_sequence, v.last_sequence, v.last_event_id, v.pageviews, v.entry_page, v.exit_page
  FROM touched
  CROSS JOIN LATERAL (
    SELECT * FROM session_versions AS v
    WHERE v.anchor = touched.anchor
      AND v.run_id = (
        SELECT w.run_id FROM session_versions AS w WHERE w.anchor = touched.anchor ORDER BY w.run_id DESC
        LIMIT 1
      )
    OFFSET 0
  ) AS v
  UNION ALL
  SELECT sz_island, NULL::text COLLATE "C" AS anchor, 0 AS anchors, user_id,
    page_view_at AS started_at, event_id AS session_id, page_view_at AS ended_at,
    sequence AS first_sequence, sequence AS last_sequence, event_id AS last_event_id, 1 AS pageviews,
    page AS entry_page, page AS exit_page
  FROM pg_temp.islands WHERE sz_new = 1
)
SELECT sz_island, anchor, anchors, user_id, started_at, session_id, ended_at, first_sequence,
  last_sequence, last_event_id, pageviews, entry_page, exit_page, row_number() OVER w AS sz_first,
  row_number() OVER w2 AS sz_last, first_value(coalesce(anchor, session_id)) OVER w3 AS sz_survivor
FROM united
WINDOW w AS (PARTITION BY sz_island ORDER BY started_at, first_sequence NULLS FIRST, session_id),
  w2 AS (
    PARTITION BY sz_island ORDER BY ended_at DESC, last_sequence DESC NULLS LAST, last_event_id DESC
  ),
  w3 AS (
    PARTITION BY sz_island ORDER BY anchors DESC, started_at, first_sequence NULLS FIRST, session_id
  );

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TEMPORARY TABLE superseded ON COMMIT DROP AS
SELECT anchor AS session_id, sz_survivor AS became FROM pg_temp.merged WHERE anchor <> sz_survivor
UNION ALL
SELECT l.session_id, m.sz_survivor AS became
FROM pg_temp.merged AS m
CROSS JOIN LATERAL (SELECT * FROM session_lineage AS l WHERE l.became = m.anchor OFFSET 0) AS l
WHERE m.anchor <> m.sz_survivor;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE rejected ON COMMIT DROP AS
WITH bad AS (
  SELECT k.reason, CASE WHEN k.event_id <> '' THEN k.event_id END AS event_id,
    CASE WHEN k.user_id <> '' THEN k.user_id END AS user_id, k.page,
    CASE WHEN k.page_view_at IS NOT NULL THEN to_char(k.page_view_at, 'YYYY-MM-DD HH24:MI:SS.US')
      WHEN k.sz_raw_time <> '' THEN k.sz_raw_time END AS page_view_at
  FROM pg_temp.picked AS k WHERE k.reason IS NOT NULL
  UNION
  SELECT 'duplicate_event_id' AS reason, c.event_id, c.user_id, c.page,
    to_char(c.page_view_at, 'YYYY-MM-DD HH24:MI:SS.US') AS page_view_at
  FROM pg_temp.duplicates AS c WHERE c.sz_variant > 1
),
keyed AS (
  SELECT reason, event_id, user_id, page_view_at, page,
    reason
    || CASE WHEN octet_length(event_id) <= 180 THEN '|' || octet_length(event_id)::text || ':' || event_id
      WHEN event_id IS NOT NULL THEN '|' || octet_length(event_id)::text || ':#' ELSE '|-' END
    || CASE WHEN octet_length(user_id) <= 180 THEN '|' || octet_length(user_id)::text || ':' || user_id
      WHEN user_id IS NOT NULL THEN '|' || octet_length(user_id)::text || ':#' ELSE '|-' END
    || CASE WHEN octet_length(page_view_at) <= 180 THEN '|' || octet_length(page_view_at)::text || ':' || page_view_at
      WHEN page_view_at IS NOT NULL THEN '|' || octet_length(page_view_at)::text || ':#' ELSE '|-' END
    || CASE WHEN octet_length(page) <= 180 THEN '|' || octet_length(page)::text || ':' || page
      WHEN page IS NOT NULL THEN '|' || octet_length(page)::text || ':#' ELSE '|-' END AS row_key
  FROM bad OFFSET 0
)
SELECT reason, event_id, user_id, page_view_at, page, row_key FROM keyed
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND q.reason = keyed.reason
      AND coalesce(q.event_id, '') = coalesce(keyed.event_id, '') AND (q.event_id IS NULL) = (keyed.event_id IS NULL)
      AND coalesce(q.user_id, '') = coalesce(keyed.user_id, '') AND (q.user_id IS NULL) = (keyed.user_id IS NULL)
      AND coalesce(q.page_view_at, '') = coalesce(keyed.page_view_at, '') AND (q.page_view_at IS NULL) = (keyed.page_view_at IS NULL)
      AND coalesce(q.page, '') = coalesce(keyed.page, '') AND (q.page IS NULL) = (keyed.page IS NULL)
  );

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO session_lineage (session_id, became, run_id)
SELECT session_id, became, (SELECT max(run_id) FROM session_runs) FROM pg_temp.superseded;

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
SELECT session_id, sz_survivor, user_id, started_at, first_sequence, entry_page,
  (SELECT max(run_id) FROM session_runs)
FROM pg_temp.merged WHERE anchor IS NULL;

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
  max(CASE WHEN sz_last = 1 THEN last_sequence END), coalesce(sum(pageviews), 0)::bigint,
  CASE WHEN coalesce(sum(anchors), 0)::bigint = 0 THEN 1 ELSE coalesce(sum(anchors), 0)::bigint END,
  max(CASE WHEN sz_first = 1 THEN entry_page END), max(CASE WHEN sz_last = 1 THEN exit_page END)
FROM pg_temp.merged GROUP BY sz_island, sz_survivor, user_id;

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT reason, event_id, user_id, page_view_at, page, (SELECT max(run_id) FROM session_runs),
  row_key
FROM pg_temp.rejected;

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, arrival_mark, pageviews, sessions,
  lineage_rows, quarantined, layout, engine, tool_version
)
SELECT run_id, 'finished', clock_timestamp() AT TIME ZONE 'UTC', job, mode, window_from,
  window_to, arrival_mark,
  (SELECT coalesce(sum(pageviews), 0)::bigint FROM pg_temp.merged WHERE anchor IS NULL),
  (SELECT count(*) FROM pg_temp.merged WHERE sz_first = 1),
  (SELECT count(*) FROM pg_temp.superseded), (SELECT count(*) FROM pg_temp.rejected), layout,
  engine, tool_version
FROM session_runs WHERE state = 'started' ORDER BY run_id DESC LIMIT 1;
