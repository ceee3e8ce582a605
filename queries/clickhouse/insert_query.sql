-- insert_query.sql for ClickHouse 26 (dialect clickhouse); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 2 answers documented, 47 assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- Needs: SELECT on the source, SELECT and INSERT on the ledgers, CREATE TEMPORARY TABLE.
-- Two runs at once: NOT safe, since nothing keeps the second one out: have the scheduler run one
--   at a time.
-- A run that died: leaves rows that nobody sees, since its finished row is not there; run it
--   again.
-- Run it:  clickhouse-client --multiquery < insert_query.sql

SET join_use_nulls = 1;

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, layout, engine, tool_version
)
SELECT coalesce(max(toNullable(r.run_id)), 0) + 1 AS run_id, 'started' AS state,
  now64(6, 'UTC') AS recorded_at,
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS job,
  'window' AS mode, toDateTime64('{{ start_time }}', 6, 'UTC') AS window_from,
  toDateTime64('{{ end_time }}', 6, 'UTC') AS window_to, 2 AS layout, 'ClickHouse 26' AS engine,
  'script' AS tool_version
FROM session_runs AS r;

-- picked: Source rows that the ledger does not simply know.
CREATE TEMPORARY TABLE picked (
  event_id Nullable(String), user_id Nullable(String), page_view_at Nullable(DateTime64(6, 'UTC')),
  sequence Nullable(Int64), page Nullable(String), reason Nullable(String)
) ENGINE = Memory;
INSERT INTO picked
WITH mapped AS (
  SELECT CAST(p.event_id AS Nullable(String)) AS event_id,
    CAST(p.user_id AS Nullable(String)) AS user_id,
    CASE WHEN toDateTime64(p.page_view_at, 6, 'UTC') >= toDateTime64('0001-01-02', 6, 'UTC') AND toDateTime64(p.page_view_at, 6, 'UTC') < toDateTime64('9999-12-31', 6, 'UTC') THEN toDateTime64(p.page_view_at, 6, 'UTC') END AS page_view_at,
    CAST(p.page AS Nullable(String)) AS page, CAST(p.sequence AS Nullable(Int64)) AS sequence
  FROM pageviews AS p
  WHERE p.page_view_at >= toDateTime64('{{ start_time }}', 6, 'UTC')
    AND p.page_view_at < toDateTime64('{{ end_time }}', 6, 'UTC')
),
judged AS (
  SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    sequence AS sequence, page AS page,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN length(event_id) > 1024 OR length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped
  WHERE page_view_at >= toDateTime64('{{ start_time }}', 6, 'UTC')
    AND page_view_at < toDateTime64('{{ end_time }}', 6, 'UTC')
),
finished_run AS (SELECT run_id AS run_id FROM session_runs WHERE state = 'finished'),
t AS (
  SELECT t.event_id AS event_id, t.user_id AS user_id, t.page_view_at AS page_view_at,
    t.page AS page, t.run_id AS run_id
  FROM session_table AS t LEFT SEMI JOIN finished_run ON finished_run.run_id = t.run_id
)
SELECT judged.event_id AS event_id, judged.user_id AS user_id,
  judged.page_view_at AS page_view_at, judged.sequence AS sequence, judged.page AS page,
  coalesce(judged.reason, CASE WHEN t.run_id IS NOT NULL THEN 'duplicate_event_id' END) AS reason
FROM judged LEFT JOIN t ON judged.reason IS NULL AND t.event_id = judged.event_id
WHERE (t.run_id IS NULL
    OR NOT (t.user_id = judged.user_id AND t.page_view_at = judged.page_view_at
      AND t.page IS NOT DISTINCT FROM judged.page));

-- duplicates: Their rows; the first counts.
CREATE TEMPORARY TABLE duplicates (
  event_id Nullable(String), user_id Nullable(String), page_view_at Nullable(DateTime64(6, 'UTC')),
  sequence Nullable(Int64), page Nullable(String), sz_rank Nullable(Int64),
  sz_variant Nullable(Int64)
) ENGINE = Memory;
INSERT INTO duplicates
WITH repeated AS (  -- Event ids that came more than once.
  SELECT event_id AS event_id FROM picked WHERE reason IS NULL GROUP BY event_id HAVING count(*) > 1
)
SELECT k.event_id AS event_id, k.user_id AS user_id, k.page_view_at AS page_view_at,
  k.sequence AS sequence, k.page AS page, row_number() OVER w AS sz_rank,
  dense_rank() OVER w2 AS sz_variant
FROM picked AS k LEFT SEMI JOIN repeated AS d ON d.event_id = k.event_id WHERE k.reason IS NULL
WINDOW w AS (
    PARTITION BY k.event_id
    ORDER BY k.page_view_at, k.user_id, k.page NULLS FIRST, k.sequence NULLS FIRST
  ),
  w2 AS (PARTITION BY k.event_id ORDER BY k.page_view_at, k.user_id, k.page NULLS FIRST);

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMPORARY TABLE islands (
  event_id Nullable(String), user_id Nullable(String), page_view_at Nullable(DateTime64(6, 'UTC')),
  sequence Nullable(Int64), page Nullable(String), sz_new Nullable(UInt8), anchor Nullable(String),
  sz_island Nullable(String), sz_gained Nullable(UInt8)
) ENGINE = Memory;
INSERT INTO islands
WITH fresh AS (  -- The new rows, fixed once for the whole run.
  SELECT k.event_id AS event_id, k.user_id AS user_id, k.page_view_at AS page_view_at,
    k.sequence AS sequence, k.page AS page
  FROM picked AS k LEFT ANTI JOIN duplicates AS d ON d.event_id = k.event_id WHERE k.reason IS NULL
  UNION ALL
  SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    sequence AS sequence, page AS page
  FROM duplicates WHERE sz_rank = 1
),
flagged AS (
  SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    sequence AS sequence,
    CASE WHEN lag(toNullable(page_view_at)) OVER w IS NULL THEN 1
      WHEN (page_view_at + toIntervalMicrosecond(-1800000000)) > (lag(toNullable(page_view_at)) OVER w + toIntervalMicrosecond(1800000000)) THEN 1
      ELSE 0 END AS sz_starts
  FROM fresh
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
in_clusters AS (
  SELECT user_id AS user_id, page_view_at AS page_view_at,
    sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_cluster
  FROM flagged
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
ranges AS (  -- Where in time the new rows may touch the ledger.
  SELECT user_id AS user_id,
    min(toNullable(page_view_at)) + toIntervalMicrosecond(-1800000000) AS sz_from_at,
    max(toNullable(page_view_at)) + toIntervalMicrosecond(1800000000) AS sz_to_at
  FROM in_clusters GROUP BY user_id, sz_cluster
),
finished_run AS (SELECT run_id AS run_id FROM session_runs WHERE state = 'finished'),
t AS (
  SELECT t.event_id AS event_id, t.session_id AS session_id, t.user_id AS user_id,
    t.page_view_at AS page_view_at, t.sequence AS sequence
  FROM session_table AS t LEFT SEMI JOIN finished_run ON finished_run.run_id = t.run_id
),
ranked AS (
  SELECT l.session_id AS session_id, l.became AS became,
    row_number() OVER (PARTITION BY l.session_id ORDER BY l.run_id DESC, l.became) AS sz_rank
  FROM session_lineage AS l LEFT SEMI JOIN finished_run ON finished_run.run_id = l.run_id
),
resolution AS (
  SELECT session_id AS session_id, became AS became FROM ranked WHERE sz_rank = 1
),
context AS (  -- The ledger's rows there, each with its current anchor.
  SELECT t.event_id AS event_id, t.user_id AS user_id, t.page_view_at AS page_view_at,
    t.sequence AS sequence, coalesce(resolution.became, t.session_id) AS anchor
  FROM ranges AS g
  JOIN t ON t.user_id = g.user_id AND t.page_view_at >= g.sz_from_at AND t.page_view_at <= g.sz_to_at
  LEFT JOIN resolution ON resolution.session_id = t.session_id
),
neighbours AS (  -- New rows and context together.
  SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    sequence AS sequence, page AS page, 1 AS sz_new, CAST(NULL AS Nullable(String)) AS anchor
  FROM fresh
  UNION ALL
  SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    sequence AS sequence, CAST(NULL AS Nullable(String)) AS page, 0 AS sz_new, anchor AS anchor
  FROM context
),
flagged_2 AS (
  SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    sequence AS sequence, page AS page, sz_new AS sz_new, anchor AS anchor,
    CASE WHEN lag(toNullable(page_view_at)) OVER w IS NULL THEN 1
      WHEN lag(toNullable(anchor)) OVER w = anchor THEN 0
      WHEN page_view_at >= lag(toNullable(page_view_at)) OVER w + toIntervalMicrosecond(1800000000) THEN 1
      ELSE 0 END AS sz_starts
  FROM neighbours
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
numbered AS (
  SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    sequence AS sequence, page AS page, sz_new AS sz_new, anchor AS anchor,
    sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_number
  FROM flagged_2
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
  sequence AS sequence, page AS page, sz_new AS sz_new, anchor AS anchor,
  first_value_respect_nulls(event_id) OVER w AS sz_island,
  first_value_respect_nulls(sz_new) OVER (
    PARTITION BY user_id, sz_number ORDER BY sz_new DESC
  ) AS sz_gained
FROM numbered
WINDOW w AS (PARTITION BY user_id, sz_number ORDER BY page_view_at, sequence NULLS FIRST, event_id);

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TEMPORARY TABLE merged (
  sz_island Nullable(String), anchor Nullable(String), anchors Nullable(Int64),
  user_id Nullable(String), started_at Nullable(DateTime64(6, 'UTC')), session_id Nullable(String),
  ended_at Nullable(DateTime64(6, 'UTC')), first_sequence Nullable(Int64),
  last_sequence Nullable(Int64), last_event_id Nullable(String), pageviews Nullable(Int64),
  entry_page Nullable(String), exit_page Nullable(String), sz_first Nullable(Int64),
  sz_last Nullable(Int64), sz_survivor Nullable(String)
) ENGINE = Memory;
INSERT INTO merged
WITH touched AS (
  SELECT DISTINCT sz_island AS sz_island, anchor AS anchor FROM islands
  WHERE sz_gained = 1 AND anchor IS NOT NULL
),
finished_run AS (SELECT run_id AS run_id FROM session_runs WHERE state = 'finished'),
ranked AS (
  SELECT w.anchor AS anchor, w.session_id AS session_id, w.user_id AS user_id,
    w.started_at AS started_at, w.ended_at AS ended_at, w.last_event_id AS last_event_id,
    w.first_sequence AS first_sequence, w.last_sequence AS last_sequence, w.pageviews AS pageviews,
    w.anchors AS anchors, w.entry_page AS entry_page, w.exit_page AS exit_page,
    row_number() OVER w AS sz_rank
  FROM session_versions AS w LEFT SEMI JOIN finished_run ON finished_run.run_id = w.run_id
  WINDOW w AS (PARTITION BY w.anchor ORDER BY w.run_id DESC, w.pageviews DESC, w.session_id)
),
v AS (
  SELECT anchor AS anchor, session_id AS session_id, user_id AS user_id, started_at AS started_at,
    ended_at AS ended_at, last_event_id AS last_event_id, first_sequence AS first_sequence,
    last_sequence AS last_sequence, pageviews AS pageviews, anchors AS anchors,
    entry_page AS entry_page, exit_page AS exit_page
  FROM ranked WHERE sz_rank = 1
),
united AS (  -- For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
  SELECT touched.sz_island AS sz_island, v.anchor AS anchor, v.anchors AS anchors,
    v.user_id AS user_id, v.started_at AS started_at, v.session_id AS session_id,
    v.ended_at AS ended_at, v.first_sequence AS first_sequence, v.last_sequence AS last_sequence,
    v.last_event_id AS last_event_id, v.pageviews AS pageviews, v.entry_page AS entry_page,
    v.exit_page AS exit_page
  FROM touched JOIN v ON v.anchor = touched.anchor
  UNION ALL
  SELECT sz_island AS sz_island, CAST(NULL AS Nullable(String)) AS anchor, 0 AS anchors,
    user_id AS user_id, page_view_at AS started_at, event_id AS session_id, page_view_at AS ended_at,
    sequence AS first_sequence, sequence AS last_sequence, event_id AS last_event_id, 1 AS pageviews,
    page AS entry_page, page AS exit_page
  FROM islands WHERE sz_new = 1
)
SELECT sz_island AS sz_island, anchor AS anchor, anchors AS anchors, user_id AS user_id,
  started_at AS started_at, session_id AS session_id, ended_at AS ended_at,
  first_sequence AS first_sequence, last_sequence AS last_sequence, last_event_id AS last_event_id,
  pageviews AS pageviews, entry_page AS entry_page, exit_page AS exit_page,
  row_number() OVER w AS sz_first, row_number() OVER w2 AS sz_last,
  first_value_respect_nulls(coalesce(anchor, session_id)) OVER w3 AS sz_survivor
FROM united
WINDOW w AS (PARTITION BY sz_island ORDER BY started_at, first_sequence NULLS FIRST, session_id),
  w2 AS (
    PARTITION BY sz_island ORDER BY ended_at DESC, last_sequence DESC NULLS LAST, last_event_id DESC
  ),
  w3 AS (
    PARTITION BY sz_island ORDER BY anchors DESC, started_at, first_sequence NULLS FIRST, session_id
  );

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TEMPORARY TABLE superseded (
  session_id Nullable(String), became Nullable(String)
) ENGINE = Memory;
INSERT INTO superseded
WITH finished_run AS (SELECT run_id AS run_id FROM session_runs WHERE state = 'finished'),
l AS (
  SELECT l.session_id AS session_id, l.became AS became
  FROM session_lineage AS l LEFT SEMI JOIN finished_run ON finished_run.run_id = l.run_id
)
SELECT anchor AS session_id, sz_survivor AS became FROM merged WHERE anchor <> sz_survivor
UNION ALL
SELECT l.session_id AS session_id, m.sz_survivor AS became
FROM merged AS m JOIN l ON l.became = m.anchor WHERE m.anchor <> m.sz_survivor;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE rejected (
  reason Nullable(String), event_id Nullable(String), user_id Nullable(String),
  page_view_at Nullable(String), page Nullable(String), row_key Nullable(String)
) ENGINE = Memory;
INSERT INTO rejected
WITH bad AS (
  SELECT k.reason AS reason, CASE WHEN k.event_id <> '' THEN k.event_id END AS event_id,
    CASE WHEN k.user_id <> '' THEN k.user_id END AS user_id, k.page AS page,
    CASE WHEN k.page_view_at IS NOT NULL THEN toString(k.page_view_at) END AS page_view_at
  FROM picked AS k WHERE k.reason IS NOT NULL
  UNION DISTINCT
  SELECT 'duplicate_event_id' AS reason, c.event_id AS event_id, c.user_id AS user_id,
    c.page AS page, toString(c.page_view_at) AS page_view_at
  FROM duplicates AS c WHERE c.sz_variant > 1
),
keyed AS (
  SELECT reason AS reason, event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    page AS page,
    concat(
      reason,
      CASE WHEN length(event_id) <= 180 THEN concat('|', toString(length(event_id)), ':', event_id)
        WHEN event_id IS NOT NULL THEN concat('|', toString(length(event_id)), ':#') ELSE '|-' END,
      CASE WHEN length(user_id) <= 180 THEN concat('|', toString(length(user_id)), ':', user_id)
        WHEN user_id IS NOT NULL THEN concat('|', toString(length(user_id)), ':#') ELSE '|-' END,
      CASE WHEN length(page_view_at) <= 180 THEN concat('|', toString(length(page_view_at)), ':', page_view_at)
        WHEN page_view_at IS NOT NULL THEN concat('|', toString(length(page_view_at)), ':#') ELSE '|-' END,
      CASE WHEN length(page) <= 180 THEN concat('|', toString(length(page)), ':', page)
        WHEN page IS NOT NULL THEN concat('|', toString(length(page)), ':#') ELSE '|-' END
    ) AS row_key
  FROM bad
),
finished_run AS (SELECT run_id AS run_id FROM session_runs WHERE state = 'finished'),
q AS (
  SELECT reason AS reason, event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
    page AS page, row_key AS row_key
  FROM session_quarantine WHERE run_id IS NULL
  UNION ALL
  SELECT q.reason AS reason, q.event_id AS event_id, q.user_id AS user_id,
    q.page_view_at AS page_view_at, q.page AS page, q.row_key AS row_key
  FROM session_quarantine AS q LEFT SEMI JOIN finished_run ON finished_run.run_id = q.run_id
)
SELECT keyed.reason AS reason, keyed.event_id AS event_id, keyed.user_id AS user_id,
  keyed.page_view_at AS page_view_at, keyed.page AS page, keyed.row_key AS row_key
FROM keyed
LEFT ANTI JOIN q
  ON q.row_key = keyed.row_key
  AND q.reason = keyed.reason
  AND q.event_id IS NOT DISTINCT FROM keyed.event_id
  AND q.user_id IS NOT DISTINCT FROM keyed.user_id
  AND q.page_view_at IS NOT DISTINCT FROM keyed.page_view_at
  AND q.page IS NOT DISTINCT FROM keyed.page;

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO session_lineage (session_id, became, run_id)
SELECT session_id AS session_id, became AS became,
  (SELECT max(toNullable(run_id)) FROM session_runs) AS run_id
FROM superseded;

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
SELECT m.session_id AS event_id, m.sz_survivor AS session_id, m.user_id AS user_id,
  m.started_at AS page_view_at, m.first_sequence AS sequence, m.entry_page AS page,
  (SELECT max(toNullable(run_id)) FROM session_runs) AS run_id
FROM merged AS m WHERE m.anchor IS NULL;

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO session_versions (
  anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
  last_sequence, pageviews, anchors, entry_page, exit_page
)
SELECT m.sz_survivor AS anchor, (SELECT max(toNullable(run_id)) FROM session_runs) AS run_id,
  max(toNullable(CASE WHEN m.sz_first = 1 THEN m.session_id END)) AS session_id,
  m.user_id AS user_id,
  max(toNullable(CASE WHEN m.sz_first = 1 THEN m.started_at END)) AS started_at,
  max(toNullable(CASE WHEN m.sz_last = 1 THEN m.ended_at END)) AS ended_at,
  max(toNullable(CASE WHEN m.sz_last = 1 THEN m.last_event_id END)) AS last_event_id,
  max(toNullable(CASE WHEN m.sz_first = 1 THEN m.first_sequence END)) AS first_sequence,
  max(toNullable(CASE WHEN m.sz_last = 1 THEN m.last_sequence END)) AS last_sequence,
  sum(m.pageviews) AS pageviews,
  CASE WHEN sum(m.anchors) = 0 THEN 1 ELSE sum(m.anchors) END AS anchors,
  max(toNullable(CASE WHEN m.sz_first = 1 THEN m.entry_page END)) AS entry_page,
  max(toNullable(CASE WHEN m.sz_last = 1 THEN m.exit_page END)) AS exit_page
FROM merged AS m GROUP BY m.sz_island, m.sz_survivor, m.user_id;

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT reason AS reason, event_id AS event_id, user_id AS user_id, page_view_at AS page_view_at,
  page AS page, (SELECT max(toNullable(run_id)) FROM session_runs) AS run_id, row_key AS row_key
FROM rejected;

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, pageviews, sessions, lineage_rows,
  quarantined, layout, engine, tool_version
)
SELECT started_run.run_id AS run_id, 'finished' AS state, now64(6, 'UTC') AS recorded_at,
  started_run.job AS job, started_run.mode AS mode, started_run.window_from AS window_from,
  started_run.window_to AS window_to,
  (SELECT sum(pageviews) FROM merged WHERE anchor IS NULL) AS pageviews,
  (SELECT count(*) FROM merged WHERE sz_first = 1) AS sessions,
  (SELECT count(*) FROM superseded) AS lineage_rows, (SELECT count(*) FROM rejected) AS quarantined,
  started_run.layout AS layout, started_run.engine AS engine,
  started_run.tool_version AS tool_version
FROM session_runs AS started_run WHERE started_run.state = 'started' ORDER BY run_id DESC LIMIT 1;

-- The steps of the run are of no more use.
DROP TEMPORARY TABLE picked;
DROP TEMPORARY TABLE duplicates;
DROP TEMPORARY TABLE islands;
DROP TEMPORARY TABLE merged;
DROP TEMPORARY TABLE superseded;
DROP TEMPORARY TABLE rejected;
