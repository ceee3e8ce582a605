-- insert_query.sql for Vertica 12 (dialect vertica); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 1 answer documented, 48 assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- Needs: SELECT on the source, SELECT and INSERT on the ledgers, TEMP on the database.
-- Two runs at once: NOT safe, since nothing keeps the second one out: have the scheduler run one
--   at a time. One of two that overlap may fail, but not always.
-- A run that died: leaves nothing; run it again. Its temporary tables go with its session.
-- Run it:  vsql -X -v ON_ERROR_STOP=on -f insert_query.sql

SET TIME ZONE TO 'UTC';

-- picked: Source rows that the ledger does not simply know.
CREATE LOCAL TEMPORARY TABLE sessionizer_step_picked ON COMMIT PRESERVE ROWS AS
WITH mapped AS (
  SELECT CAST(p.event_id AS VARCHAR(65000)) AS event_id,
    CAST(p.user_id AS VARCHAR(65000)) AS user_id,
    CASE WHEN p.page_view_at >= TIMESTAMP '0001-01-02 00:00:00' AND p.page_view_at < TIMESTAMP '9999-12-31 00:00:00' THEN CAST(p.page_view_at AS TIMESTAMP) END AS page_view_at,
    CAST(p.page AS VARCHAR(65000)) AS page, CAST(p.sequence AS INTEGER) AS sequence
  FROM pageviews AS p
  WHERE p.page_view_at >= TIMESTAMP '{{ start_time }}' AND p.page_view_at < TIMESTAMP '{{ end_time }}'
),
judged AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped
  WHERE page_view_at >= TIMESTAMP '{{ start_time }}' AND page_view_at < TIMESTAMP '{{ end_time }}'
)
SELECT judged.event_id, judged.user_id, judged.page_view_at, judged.sequence, judged.page,
  coalesce(judged.reason, CASE WHEN t.run_id IS NOT NULL THEN 'duplicate_event_id' END) AS reason
FROM judged LEFT JOIN session_table AS t ON judged.reason IS NULL AND t.event_id = judged.event_id
WHERE (t.run_id IS NULL
    OR NOT (t.user_id = judged.user_id AND t.page_view_at = judged.page_view_at AND t.page <=> judged.page));

-- duplicates: Their rows; the first counts.
CREATE LOCAL TEMPORARY TABLE sessionizer_step_duplicates ON COMMIT PRESERVE ROWS AS
WITH repeated AS (  -- Event ids that came more than once.
  SELECT event_id FROM sessionizer_step_picked WHERE reason IS NULL GROUP BY event_id
  HAVING count(*) > 1
)
SELECT event_id, user_id, page_view_at, sequence, page,
  row_number() OVER (
    PARTITION BY event_id ORDER BY page_view_at, user_id, page NULLS FIRST, sequence NULLS FIRST
  ) AS sz_rank,
  dense_rank() OVER (
    PARTITION BY event_id ORDER BY page_view_at, user_id, page NULLS FIRST
  ) AS sz_variant
FROM sessionizer_step_picked AS k
WHERE reason IS NULL AND EXISTS (SELECT 1 FROM repeated AS d WHERE d.event_id = k.event_id);

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE LOCAL TEMPORARY TABLE sessionizer_step_islands ON COMMIT PRESERVE ROWS AS
WITH fresh AS (  -- The new rows, fixed once for the whole run.
  SELECT event_id, user_id, page_view_at, sequence, page FROM sessionizer_step_picked AS k
  WHERE reason IS NULL
    AND NOT EXISTS (SELECT 1 FROM sessionizer_step_duplicates AS d WHERE d.event_id = k.event_id)
  UNION ALL
  SELECT event_id, user_id, page_view_at, sequence, page FROM sessionizer_step_duplicates
  WHERE sz_rank = 1
),
behind AS (
  SELECT event_id, user_id, page_view_at, sequence,
    lag(page_view_at) OVER (
      PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id
    ) AS sz_before
  FROM fresh
),
flagged AS (
  SELECT event_id, user_id, page_view_at, sequence,
    CASE WHEN sz_before IS NULL THEN 1
      WHEN (TIMESTAMPADD(MINUTE, -30, page_view_at)) > (TIMESTAMPADD(MINUTE, 30, sz_before)) THEN 1
      ELSE 0 END AS sz_starts
  FROM behind
),
in_clusters AS (
  SELECT user_id, page_view_at,
    sum(sz_starts) OVER (
      PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id
      ROWS UNBOUNDED PRECEDING
    ) AS sz_cluster
  FROM flagged
),
ranges AS (  -- Where in time the new rows may touch the ledger.
  SELECT user_id, TIMESTAMPADD(MINUTE, -30, min(page_view_at)) AS sz_from_at,
    TIMESTAMPADD(MINUTE, 30, max(page_view_at)) AS sz_to_at
  FROM in_clusters GROUP BY user_id, sz_cluster
),
ranked AS (
  SELECT session_id, became,
    row_number() OVER (PARTITION BY session_id ORDER BY run_id DESC) AS sz_rank
  FROM session_lineage
),
resolution AS (SELECT session_id, became FROM ranked WHERE sz_rank = 1),
context AS (  -- The ledger's rows there, each with its current anchor.
  SELECT t.event_id, t.user_id, t.page_view_at, t.sequence,
    coalesce(resolution.became, t.session_id) AS anchor
  FROM ranges AS g
  JOIN session_table AS t
    ON t.user_id = g.user_id
    AND t.page_view_at >= g.sz_from_at
    AND t.page_view_at <= g.sz_to_at
  LEFT JOIN resolution ON resolution.session_id = t.session_id
),
neighbours AS (  -- New rows and context together.
  SELECT event_id, user_id, page_view_at, sequence, page, 1 AS sz_new,
    CAST(NULL AS VARCHAR(65000)) AS anchor
  FROM fresh
  UNION ALL
  SELECT event_id, user_id, page_view_at, sequence, CAST(NULL AS VARCHAR(65000)) AS page,
    0 AS sz_new, anchor
  FROM context
),
behind_2 AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    lag(page_view_at) OVER (
      PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id
    ) AS sz_before,
    lag(anchor) OVER (
      PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id
    ) AS sz_anchor_before
  FROM neighbours
),
flagged_2 AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    CASE WHEN sz_before IS NULL THEN 1 WHEN sz_anchor_before = anchor THEN 0
      WHEN page_view_at >= TIMESTAMPADD(MINUTE, 30, sz_before) THEN 1 ELSE 0 END AS sz_starts
  FROM behind_2
),
numbered AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    sum(sz_starts) OVER (
      PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id
      ROWS UNBOUNDED PRECEDING
    ) AS sz_number
  FROM flagged_2
)
SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
  first_value(event_id) OVER (
    PARTITION BY user_id, sz_number ORDER BY page_view_at, sequence NULLS FIRST, event_id
    ROWS UNBOUNDED PRECEDING
  ) AS sz_island,
  first_value(sz_new) OVER (
    PARTITION BY user_id, sz_number ORDER BY sz_new DESC ROWS UNBOUNDED PRECEDING
  ) AS sz_gained
FROM numbered;

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE LOCAL TEMPORARY TABLE sessionizer_step_merged ON COMMIT PRESERVE ROWS AS
WITH touched AS (
  SELECT DISTINCT sz_island, anchor FROM sessionizer_step_islands
  WHERE sz_gained = 1 AND anchor IS NOT NULL
),
ranked AS (
  SELECT anchor, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
    last_sequence, pageviews, anchors, entry_page, exit_page,
    row_number() OVER (PARTITION BY anchor ORDER BY run_id DESC) AS sz_rank
  FROM session_versions
),
v AS (
  SELECT anchor, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
    last_sequence, pageviews, anchors, entry_page, exit_page
  FROM ranked WHERE sz_rank = 1
),
united AS (  -- For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
  SELECT touched.sz_island, v.anchor, v.anchors, v.user_id, v.started_at, v.session_id, v.ended_at,
    v.first_sequence, v.last_sequence, v.last_event_id, v.pageviews, v.entry_page, v.exit_page
  FROM touched JOIN v ON v.anchor = touched.anchor
  UNION ALL
  SELECT sz_island, CAST(NULL AS VARCHAR(65000)) AS anchor, 0 AS anchors, user_id,
    page_view_at AS started_at, event_id AS session_id, page_view_at AS ended_at,
    sequence AS first_sequence, sequence AS last_sequence, event_id AS last_event_id, 1 AS pageviews,
    page AS entry_page, page AS exit_page
  FROM sessionizer_step_islands WHERE sz_new = 1
)
SELECT sz_island, anchor, anchors, user_id, started_at, session_id, ended_at, first_sequence,
  last_sequence, last_event_id, pageviews, entry_page, exit_page,
  row_number() OVER (
    PARTITION BY sz_island ORDER BY started_at, first_sequence NULLS FIRST, session_id
  ) AS sz_first,
  row_number() OVER (
    PARTITION BY sz_island ORDER BY ended_at DESC, last_sequence DESC NULLS LAST, last_event_id DESC
  ) AS sz_last,
  first_value(coalesce(anchor, session_id)) OVER (
    PARTITION BY sz_island ORDER BY anchors DESC, started_at, first_sequence NULLS FIRST, session_id
    ROWS UNBOUNDED PRECEDING
  ) AS sz_survivor
FROM united;

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE LOCAL TEMPORARY TABLE sessionizer_step_superseded ON COMMIT PRESERVE ROWS AS
SELECT anchor AS session_id, sz_survivor AS became FROM sessionizer_step_merged
WHERE anchor <> sz_survivor
UNION ALL
SELECT l.session_id, m.sz_survivor AS became
FROM sessionizer_step_merged AS m JOIN session_lineage AS l ON l.became = m.anchor
WHERE m.anchor <> m.sz_survivor;

-- rejected: What goes to quarantine and is not there yet.
CREATE LOCAL TEMPORARY TABLE sessionizer_step_rejected ON COMMIT PRESERVE ROWS AS
WITH bad AS (
  SELECT k.reason, CASE WHEN k.event_id <> '' THEN k.event_id END AS event_id,
    CASE WHEN k.user_id <> '' THEN k.user_id END AS user_id, k.page,
    CASE WHEN k.page_view_at IS NOT NULL THEN TO_CHAR(k.page_view_at, 'YYYY-MM-DD HH24:MI:SS.US') END AS page_view_at
  FROM sessionizer_step_picked AS k WHERE k.reason IS NOT NULL
  UNION
  SELECT 'duplicate_event_id' AS reason, c.event_id, c.user_id, c.page,
    TO_CHAR(c.page_view_at, 'YYYY-MM-DD HH24:MI:SS.US') AS page_view_at
  FROM sessionizer_step_duplicates AS c WHERE c.sz_variant > 1
),
keyed AS (
  SELECT reason, event_id, user_id, page_view_at, page,
    reason
    || CASE WHEN octet_length(event_id) <= 180 THEN '|' || CAST(octet_length(event_id) AS VARCHAR(20)) || ':' || event_id
      WHEN event_id IS NOT NULL THEN '|' || CAST(octet_length(event_id) AS VARCHAR(20)) || ':#'
      ELSE '|-' END
    || CASE WHEN octet_length(user_id) <= 180 THEN '|' || CAST(octet_length(user_id) AS VARCHAR(20)) || ':' || user_id
      WHEN user_id IS NOT NULL THEN '|' || CAST(octet_length(user_id) AS VARCHAR(20)) || ':#'
      ELSE '|-' END
    || CASE WHEN octet_length(page_view_at) <= 180 THEN '|' || CAST(octet_length(page_view_at) AS VARCHAR(20)) || ':' || page_view_at
      WHEN page_view_at IS NOT NULL THEN '|' || CAST(octet_length(page_view_at) AS VARCHAR(20)) || ':#'
      ELSE '|-' END
    || CASE WHEN octet_length(page) <= 180 THEN '|' || CAST(octet_length(page) AS VARCHAR(20)) || ':' || page
      WHEN page IS NOT NULL THEN '|' || CAST(octet_length(page) AS VARCHAR(20)) || ':#' ELSE '|-' END AS row_key
  FROM bad
)
SELECT reason, event_id, user_id, page_view_at, page, row_key FROM keyed
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND q.reason = keyed.reason AND q.event_id <=> keyed.event_id
      AND q.user_id <=> keyed.user_id AND q.page_view_at <=> keyed.page_view_at
      AND q.page <=> keyed.page
  );

SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE;
BEGIN;

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started', GETUTCDATE(),
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}',
  'window', TIMESTAMP '{{ start_time }}', TIMESTAMP '{{ end_time }}', 2, 'Vertica 12', 'script'
FROM session_runs;

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO session_lineage (session_id, became, run_id)
SELECT session_id, became, (SELECT max(run_id) FROM session_runs) FROM sessionizer_step_superseded;

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
SELECT session_id, sz_survivor, user_id, started_at, first_sequence, entry_page,
  (SELECT max(run_id) FROM session_runs)
FROM sessionizer_step_merged WHERE anchor IS NULL;

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
  max(CASE WHEN sz_last = 1 THEN last_sequence END), coalesce(sum(pageviews), 0),
  CASE WHEN coalesce(sum(anchors), 0) = 0 THEN 1 ELSE coalesce(sum(anchors), 0) END,
  max(CASE WHEN sz_first = 1 THEN entry_page END), max(CASE WHEN sz_last = 1 THEN exit_page END)
FROM sessionizer_step_merged GROUP BY sz_island, sz_survivor, user_id;

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT reason, event_id, user_id, page_view_at, page, (SELECT max(run_id) FROM session_runs),
  row_key
FROM sessionizer_step_rejected;

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, pageviews, sessions, lineage_rows,
  quarantined, layout, engine, tool_version
)
SELECT run_id, 'finished', GETUTCDATE(), job, mode, window_from, window_to,
  (SELECT coalesce(sum(pageviews), 0) FROM sessionizer_step_merged WHERE anchor IS NULL),
  (SELECT count(*) FROM sessionizer_step_merged WHERE sz_first = 1),
  (SELECT count(*) FROM sessionizer_step_superseded),
  (SELECT count(*) FROM sessionizer_step_rejected), layout, engine, tool_version
FROM session_runs WHERE state = 'started' ORDER BY run_id DESC LIMIT 1;

COMMIT;

-- The steps of the run are of no more use.
DROP TABLE sessionizer_step_picked;
DROP TABLE sessionizer_step_duplicates;
DROP TABLE sessionizer_step_islands;
DROP TABLE sessionizer_step_merged;
DROP TABLE sessionizer_step_superseded;
DROP TABLE sessionizer_step_rejected;
