-- insert_query.sql for Teradata Vantage 17 (dialect teradata); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 49 answers assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- Needs: SELECT on the source, SELECT and INSERT on the ledgers, and spool space for volatile
--   tables.
-- Two runs at once: safe; the second one waits for the lock on session_runs.
-- A run that died: leaves nothing; run it again. Its volatile tables go with its session.
-- Run it:  (cat logon.txt; echo '.SET ERRORLEVEL 3803 SEVERITY 0'; echo '.SET MAXERROR 1'; cat insert_query.sql) | bteq

SET TIME ZONE INTERVAL '00:00' HOUR TO MINUTE;

-- The tables of the run's steps, empty.
CREATE MULTISET VOLATILE TABLE sessionizer_step_picked (
  event_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC, page_view_at TIMESTAMP(6),
  sequence BIGINT, page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  reason VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_duplicates (
  event_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC, page_view_at TIMESTAMP(6),
  sequence BIGINT, page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC, sz_rank BIGINT,
  sz_variant BIGINT
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_fresh (
  event_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, page_view_at TIMESTAMP(6),
  sequence BIGINT, page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_ranges (
  user_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, sz_from_at TIMESTAMP(6),
  sz_to_at TIMESTAMP(6)
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_neighbours (
  event_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, page_view_at TIMESTAMP(6),
  sequence BIGINT, page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC, sz_new BYTEINT,
  anchor VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_islands (
  event_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, page_view_at TIMESTAMP(6),
  sequence BIGINT, page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC, sz_new BYTEINT,
  anchor VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC,
  sz_island VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, sz_gained BYTEINT
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_merged (
  sz_island VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC,
  anchor VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, anchors BIGINT,
  user_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, started_at TIMESTAMP(6),
  session_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, ended_at TIMESTAMP(6),
  first_sequence BIGINT, last_sequence BIGINT,
  last_event_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC, pageviews BIGINT,
  entry_page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  exit_page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC, sz_first BIGINT, sz_last BIGINT,
  sz_survivor VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_superseded (
  session_id VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC,
  became VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;
CREATE MULTISET VOLATILE TABLE sessionizer_step_rejected (
  reason VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  event_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  user_id VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  page_view_at VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  page VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  row_key VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
) NO PRIMARY INDEX ON COMMIT PRESERVE ROWS;

BT;
LOCKING TABLE session_runs FOR EXCLUSIVE SELECT 1 AS locked;

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started',
  CAST(CURRENT_TIMESTAMP(6) AT TIME ZONE INTERVAL '00:00' HOUR TO MINUTE AS TIMESTAMP(6)),
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}',
  'window', TIMESTAMP '{{ start_time }}', TIMESTAMP '{{ end_time }}', 2, 'Teradata Vantage 17',
  'script'
FROM session_runs;

-- picked: Source rows that the ledger does not simply know.
INSERT INTO sessionizer_step_picked
SELECT judged.event_id, judged.user_id, judged.page_view_at, judged.sequence, judged.page,
  coalesce(judged.reason, CASE WHEN t.run_id IS NOT NULL THEN 'duplicate_event_id' END) AS reason
FROM (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN event_id IS NULL OR event_id = '' AND CHARACTER_LENGTH(event_id) = CHARACTER_LENGTH('') THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' AND CHARACTER_LENGTH(user_id) = CHARACTER_LENGTH('') THEN 'null_user'
      WHEN OCTET_LENGTH(event_id, UTF8) > 1024 OR OCTET_LENGTH(user_id, UTF8) > 1024 THEN 'key_too_long' END AS reason
  FROM (
    SELECT CAST(p.event_id AS VARCHAR(4000) CHARACTER SET UNICODE) AS event_id,
      CAST(p.user_id AS VARCHAR(4000) CHARACTER SET UNICODE) AS user_id,
      CASE WHEN p.page_view_at >= TIMESTAMP '0001-01-02 00:00:00' AND p.page_view_at < TIMESTAMP '9999-12-31 00:00:00' THEN CAST(p.page_view_at AS TIMESTAMP(6)) END AS page_view_at,
      CAST(p.page AS VARCHAR(4000) CHARACTER SET UNICODE) AS page,
      CAST(p.sequence AS BIGINT) AS sequence
    FROM pageviews AS p
    WHERE p.page_view_at >= TIMESTAMP '{{ start_time }}' AND p.page_view_at < TIMESTAMP '{{ end_time }}'
  ) AS mapped
  WHERE page_view_at >= TIMESTAMP '{{ start_time }}' AND page_view_at < TIMESTAMP '{{ end_time }}'
) AS judged
LEFT JOIN session_table AS t
  ON judged.reason IS NULL
  AND t.event_id = judged.event_id AND CHARACTER_LENGTH(t.event_id) = CHARACTER_LENGTH(judged.event_id)
WHERE (t.run_id IS NULL
    OR NOT (t.user_id = judged.user_id AND CHARACTER_LENGTH(t.user_id) = CHARACTER_LENGTH(judged.user_id)
      AND t.page_view_at = judged.page_view_at
      AND CASE WHEN (t.page = judged.page AND CHARACTER_LENGTH(t.page) = CHARACTER_LENGTH(judged.page)) OR (t.page IS NULL AND judged.page IS NULL) THEN 1 ELSE 0 END = 1));

-- duplicates: Their rows; the first counts.
INSERT INTO sessionizer_step_duplicates
SELECT event_id, user_id, page_view_at, sequence, page,
  row_number() OVER (
    PARTITION BY event_id, event_id || CHR(1)
    ORDER BY page_view_at, user_id || CHR(1), page || CHR(1) NULLS FIRST, sequence NULLS FIRST
  ) AS sz_rank,
  dense_rank() OVER (
    PARTITION BY event_id, event_id || CHR(1)
    ORDER BY page_view_at, user_id || CHR(1), page || CHR(1) NULLS FIRST
  ) AS sz_variant
FROM sessionizer_step_picked AS k
WHERE reason IS NULL
  AND EXISTS (
    SELECT 1
    FROM (
      SELECT event_id FROM sessionizer_step_picked WHERE reason IS NULL
      GROUP BY event_id, event_id || CHR(1) HAVING CAST(count(*) AS BIGINT) > 1
    ) AS d
    WHERE d.event_id = k.event_id AND CHARACTER_LENGTH(d.event_id) = CHARACTER_LENGTH(k.event_id)
  );

-- fresh: The new rows, fixed once for the whole run.
INSERT INTO sessionizer_step_fresh
SELECT event_id, user_id, page_view_at, sequence, page FROM sessionizer_step_picked AS k
WHERE reason IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM sessionizer_step_duplicates AS d
    WHERE d.event_id = k.event_id AND CHARACTER_LENGTH(d.event_id) = CHARACTER_LENGTH(k.event_id)
  )
UNION ALL
SELECT event_id, user_id, page_view_at, sequence, page FROM sessionizer_step_duplicates
WHERE sz_rank = 1;

-- ranges: Where in time the new rows may touch the ledger.
INSERT INTO sessionizer_step_ranges
SELECT user_id,
  min(page_view_at) + INTERVAL -'0 00:30:00.000000' DAY(4) TO SECOND(6) AS sz_from_at,
  max(page_view_at) + INTERVAL '0 00:30:00.000000' DAY(4) TO SECOND(6) AS sz_to_at
FROM (
  SELECT user_id, page_view_at,
    sum(sz_starts) OVER (
      PARTITION BY user_id, user_id || CHR(1)
      ORDER BY page_view_at, sequence NULLS FIRST, event_id || CHR(1) ROWS UNBOUNDED PRECEDING
    ) AS sz_cluster
  FROM (
    SELECT event_id, user_id, page_view_at, sequence,
      CASE WHEN sz_before IS NULL THEN 1
        WHEN (page_view_at + INTERVAL -'0 00:30:00.000000' DAY(4) TO SECOND(6)) > (sz_before + INTERVAL '0 00:30:00.000000' DAY(4) TO SECOND(6)) THEN 1
        ELSE 0 END AS sz_starts
    FROM (
      SELECT event_id, user_id, page_view_at, sequence,
        lag(page_view_at) OVER (
          PARTITION BY user_id, user_id || CHR(1)
          ORDER BY page_view_at, sequence NULLS FIRST, event_id || CHR(1)
        ) AS sz_before
      FROM sessionizer_step_fresh
    ) AS behind
  ) AS flagged
) AS in_clusters
GROUP BY user_id, user_id || CHR(1), sz_cluster;

-- neighbours: New rows and context together.
INSERT INTO sessionizer_step_neighbours
SELECT event_id, user_id, page_view_at, sequence, page, 1 AS sz_new,
  CAST(NULL AS VARCHAR(4000) CHARACTER SET UNICODE) AS anchor
FROM sessionizer_step_fresh
UNION ALL
SELECT event_id, user_id, page_view_at, sequence,
  CAST(NULL AS VARCHAR(4000) CHARACTER SET UNICODE) AS page, 0 AS sz_new, anchor
FROM (
  SELECT t.event_id, t.user_id, t.page_view_at, t.sequence,
    coalesce(resolution.became, t.session_id) AS anchor
  FROM sessionizer_step_ranges AS g
  JOIN session_table AS t
    ON t.user_id = g.user_id AND CHARACTER_LENGTH(t.user_id) = CHARACTER_LENGTH(g.user_id)
    AND t.page_view_at >= g.sz_from_at
    AND t.page_view_at <= g.sz_to_at
  LEFT JOIN (
    SELECT session_id, became
    FROM (
      SELECT session_id, became,
        row_number() OVER (
          PARTITION BY session_id, session_id || CHR(1) ORDER BY run_id DESC, became || CHR(1)
        ) AS sz_rank
      FROM session_lineage
    ) AS ranked
    WHERE sz_rank = 1
  ) AS resolution
    ON resolution.session_id = t.session_id AND CHARACTER_LENGTH(resolution.session_id) = CHARACTER_LENGTH(t.session_id)
) AS c;

-- islands: New rows and context, each with the island that it lies on: what is one session now.
INSERT INTO sessionizer_step_islands
SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
  first_value(event_id) OVER (
    PARTITION BY user_id, user_id || CHR(1), sz_number
    ORDER BY page_view_at, sequence NULLS FIRST, event_id || CHR(1) ROWS UNBOUNDED PRECEDING
  ) AS sz_island,
  first_value(sz_new) OVER (
    PARTITION BY user_id, user_id || CHR(1), sz_number ORDER BY sz_new DESC ROWS UNBOUNDED PRECEDING
  ) AS sz_gained
FROM (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    sum(sz_starts) OVER (
      PARTITION BY user_id, user_id || CHR(1)
      ORDER BY page_view_at, sequence NULLS FIRST, event_id || CHR(1) ROWS UNBOUNDED PRECEDING
    ) AS sz_number
  FROM (
    SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
      CASE WHEN sz_before IS NULL THEN 1
        WHEN sz_anchor_before = anchor AND CHARACTER_LENGTH(sz_anchor_before) = CHARACTER_LENGTH(anchor) THEN 0
        WHEN page_view_at >= sz_before + INTERVAL '0 00:30:00.000000' DAY(4) TO SECOND(6) THEN 1 ELSE 0 END AS sz_starts
    FROM (
      SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
        lag(page_view_at) OVER (
          PARTITION BY user_id, user_id || CHR(1)
          ORDER BY page_view_at, sequence NULLS FIRST, event_id || CHR(1)
        ) AS sz_before,
        lag(anchor) OVER (
          PARTITION BY user_id, user_id || CHR(1)
          ORDER BY page_view_at, sequence NULLS FIRST, event_id || CHR(1)
        ) AS sz_anchor_before
      FROM sessionizer_step_neighbours
    ) AS behind
  ) AS flagged
) AS numbered;

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
INSERT INTO sessionizer_step_merged
SELECT sz_island, anchor, anchors, user_id, started_at, session_id, ended_at, first_sequence,
  last_sequence, last_event_id, pageviews, entry_page, exit_page,
  row_number() OVER (
    PARTITION BY sz_island, sz_island || CHR(1)
    ORDER BY started_at, first_sequence NULLS FIRST, session_id || CHR(1)
  ) AS sz_first,
  row_number() OVER (
    PARTITION BY sz_island, sz_island || CHR(1)
    ORDER BY ended_at DESC, last_sequence DESC NULLS LAST, last_event_id || CHR(1) DESC
  ) AS sz_last,
  first_value(coalesce(anchor, session_id)) OVER (
    PARTITION BY sz_island, sz_island || CHR(1)
    ORDER BY anchors DESC, started_at, first_sequence NULLS FIRST, session_id || CHR(1)
    ROWS UNBOUNDED PRECEDING
  ) AS sz_survivor
FROM (
  SELECT touched.sz_island, v.anchor, v.anchors, v.user_id, v.started_at, v.session_id, v.ended_at,
    v.first_sequence, v.last_sequence, v.last_event_id, v.pageviews, v.entry_page, v.exit_page
  FROM (
    SELECT sz_island, anchor
    FROM (
      SELECT sz_island, anchor FROM sessionizer_step_islands WHERE sz_gained = 1 AND anchor IS NOT NULL
    ) AS touched
    GROUP BY sz_island, sz_island || CHR(1), anchor, anchor || CHR(1)
  ) AS touched
  JOIN (
    SELECT anchor, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
      last_sequence, pageviews, anchors, entry_page, exit_page
    FROM (
      SELECT anchor, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
        last_sequence, pageviews, anchors, entry_page, exit_page,
        row_number() OVER (
          PARTITION BY anchor, anchor || CHR(1) ORDER BY run_id DESC, pageviews DESC, session_id || CHR(1)
        ) AS sz_rank
      FROM session_versions
    ) AS ranked
    WHERE sz_rank = 1
  ) AS v ON v.anchor = touched.anchor AND CHARACTER_LENGTH(v.anchor) = CHARACTER_LENGTH(touched.anchor)
  UNION ALL
  SELECT sz_island, CAST(NULL AS VARCHAR(4000) CHARACTER SET UNICODE) AS anchor, 0 AS anchors,
    user_id, page_view_at AS started_at, event_id AS session_id, page_view_at AS ended_at,
    sequence AS first_sequence, sequence AS last_sequence, event_id AS last_event_id, 1 AS pageviews,
    page AS entry_page, page AS exit_page
  FROM sessionizer_step_islands WHERE sz_new = 1
) AS u;

-- superseded: Anchors that were merged into another, with all that resolved to them.
INSERT INTO sessionizer_step_superseded
SELECT anchor AS session_id, sz_survivor AS became FROM sessionizer_step_merged
WHERE (anchor || CHR(1)) <> (sz_survivor || CHR(1))
UNION ALL
SELECT l.session_id, m.sz_survivor AS became
FROM sessionizer_step_merged AS m
JOIN session_lineage AS l
  ON l.became = m.anchor AND CHARACTER_LENGTH(l.became) = CHARACTER_LENGTH(m.anchor)
WHERE (m.anchor || CHR(1)) <> (m.sz_survivor || CHR(1));

-- rejected: What goes to quarantine and is not there yet.
INSERT INTO sessionizer_step_rejected
SELECT reason, event_id, user_id, page_view_at, page, row_key
FROM (
  SELECT reason, event_id, user_id, page_view_at, page,
    reason
    || CASE WHEN OCTET_LENGTH(event_id, UTF8) <= 180 THEN '|' || TRIM(CAST(OCTET_LENGTH(event_id, UTF8) AS VARCHAR(20))) || ':' || event_id
      WHEN event_id IS NOT NULL THEN '|' || TRIM(CAST(OCTET_LENGTH(event_id, UTF8) AS VARCHAR(20))) || ':#'
      ELSE '|-' END
    || CASE WHEN OCTET_LENGTH(user_id, UTF8) <= 180 THEN '|' || TRIM(CAST(OCTET_LENGTH(user_id, UTF8) AS VARCHAR(20))) || ':' || user_id
      WHEN user_id IS NOT NULL THEN '|' || TRIM(CAST(OCTET_LENGTH(user_id, UTF8) AS VARCHAR(20))) || ':#'
      ELSE '|-' END
    || CASE WHEN OCTET_LENGTH(page_view_at, UTF8) <= 180 THEN '|' || TRIM(CAST(OCTET_LENGTH(page_view_at, UTF8) AS VARCHAR(20))) || ':' || page_view_at
      WHEN page_view_at IS NOT NULL THEN '|' || TRIM(CAST(OCTET_LENGTH(page_view_at, UTF8) AS VARCHAR(20))) || ':#'
      ELSE '|-' END
    || CASE WHEN OCTET_LENGTH(page, UTF8) <= 180 THEN '|' || TRIM(CAST(OCTET_LENGTH(page, UTF8) AS VARCHAR(20))) || ':' || page
      WHEN page IS NOT NULL THEN '|' || TRIM(CAST(OCTET_LENGTH(page, UTF8) AS VARCHAR(20))) || ':#'
      ELSE '|-' END AS row_key
  FROM (
    SELECT k.reason,
      CASE WHEN (k.event_id || CHR(1)) <> ('' || CHR(1)) THEN k.event_id END AS event_id,
      CASE WHEN (k.user_id || CHR(1)) <> ('' || CHR(1)) THEN k.user_id END AS user_id, k.page,
      CASE WHEN k.page_view_at IS NOT NULL THEN TO_CHAR(k.page_view_at, 'YYYY-MM-DD HH24:MI:SS.FF6') END AS page_view_at
    FROM sessionizer_step_picked AS k WHERE k.reason IS NOT NULL
    UNION ALL
    SELECT 'duplicate_event_id' AS reason, c.event_id, c.user_id, c.page,
      TO_CHAR(c.page_view_at, 'YYYY-MM-DD HH24:MI:SS.FF6') AS page_view_at
    FROM sessionizer_step_duplicates AS c WHERE c.sz_variant > 1
  ) AS bad
  GROUP BY reason, reason || CHR(1), event_id, event_id || CHR(1), user_id, user_id || CHR(1), page, page || CHR(1), page_view_at, page_view_at || CHR(1)
) AS keyed
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND CHARACTER_LENGTH(q.row_key) = CHARACTER_LENGTH(keyed.row_key)
      AND q.reason = keyed.reason AND CHARACTER_LENGTH(q.reason) = CHARACTER_LENGTH(keyed.reason)
      AND CASE WHEN (q.event_id = keyed.event_id AND CHARACTER_LENGTH(q.event_id) = CHARACTER_LENGTH(keyed.event_id)) OR (q.event_id IS NULL AND keyed.event_id IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.user_id = keyed.user_id AND CHARACTER_LENGTH(q.user_id) = CHARACTER_LENGTH(keyed.user_id)) OR (q.user_id IS NULL AND keyed.user_id IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.page_view_at = keyed.page_view_at AND CHARACTER_LENGTH(q.page_view_at) = CHARACTER_LENGTH(keyed.page_view_at)) OR (q.page_view_at IS NULL AND keyed.page_view_at IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.page = keyed.page AND CHARACTER_LENGTH(q.page) = CHARACTER_LENGTH(keyed.page)) OR (q.page IS NULL AND keyed.page IS NULL) THEN 1 ELSE 0 END = 1
  );

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
  max(CASE WHEN sz_last = 1 THEN last_sequence END),
  CAST(coalesce(sum(CAST(pageviews AS BIGINT)), 0) AS BIGINT),
  CASE WHEN CAST(coalesce(sum(CAST(anchors AS BIGINT)), 0) AS BIGINT) = 0 THEN 1
    ELSE CAST(coalesce(sum(CAST(anchors AS BIGINT)), 0) AS BIGINT) END,
  max(CASE WHEN sz_first = 1 THEN entry_page END), max(CASE WHEN sz_last = 1 THEN exit_page END)
FROM sessionizer_step_merged
GROUP BY sz_island, sz_island || CHR(1), sz_survivor, sz_survivor || CHR(1), user_id, user_id || CHR(1);

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
SELECT TOP 1 run_id, 'finished',
  CAST(CURRENT_TIMESTAMP(6) AT TIME ZONE INTERVAL '00:00' HOUR TO MINUTE AS TIMESTAMP(6)), job,
  mode, window_from, window_to,
  (
    SELECT CAST(coalesce(sum(CAST(pageviews AS BIGINT)), 0) AS BIGINT) FROM sessionizer_step_merged
    WHERE anchor IS NULL
  ),
  (SELECT CAST(count(*) AS BIGINT) FROM sessionizer_step_merged WHERE sz_first = 1),
  (SELECT CAST(count(*) AS BIGINT) FROM sessionizer_step_superseded),
  (SELECT CAST(count(*) AS BIGINT) FROM sessionizer_step_rejected), layout, engine, tool_version
FROM session_runs
WHERE state = 'started' AND CHARACTER_LENGTH(state) = CHARACTER_LENGTH('started')
ORDER BY run_id DESC;

ET;

-- The steps of the run are of no more use.
DROP TABLE sessionizer_step_picked;
DROP TABLE sessionizer_step_duplicates;
DROP TABLE sessionizer_step_fresh;
DROP TABLE sessionizer_step_ranges;
DROP TABLE sessionizer_step_neighbours;
DROP TABLE sessionizer_step_islands;
DROP TABLE sessionizer_step_merged;
DROP TABLE sessionizer_step_superseded;
DROP TABLE sessionizer_step_rejected;
