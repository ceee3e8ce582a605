-- insert_query.sql for SQL Server 2019 (dialect sqlserver); rendered by sessionizer, not edited by hand.
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 24 answers documented, 25 assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- Needs: SELECT on the source, SELECT and INSERT on the ledgers.
-- Two runs at once: safe; the second one waits for an application lock.
-- A run that died: leaves nothing; run it again. Its temporary tables go with its session.
-- Run it:  sqlcmd -b -x -I -i insert_query.sql

SET XACT_ABORT ON;
GO

BEGIN TRANSACTION;
EXEC sp_getapplock @Resource = N'session_runs', @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = -1;
GO

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, N'started', SYSUTCDATETIME(),
  N'{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}',
  N'window', CAST('{{ start_time }}' AS datetime2(6)), CAST('{{ end_time }}' AS datetime2(6)), 2,
  N'SQL Server 2019', N'script'
FROM session_runs;
GO

-- picked: Source rows that the ledger does not simply know.
CREATE TABLE [#picked] (
  event_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL, page_view_at datetime2(6) NULL,
  sequence bigint NULL, page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  reason varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
WITH mapped AS (
  SELECT CAST(CAST(p.event_id AS nvarchar(max)) COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max)) AS event_id,
    CAST(CAST(p.user_id AS nvarchar(max)) COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max)) AS user_id,
    CASE
      WHEN p.page_view_at >= CAST('0001-01-02' AS datetime2(6)) AND p.page_view_at < CAST('9999-12-31' AS datetime2(6))
      THEN CAST(DATEADD(nanosecond, -(DATEPART(nanosecond, CAST(p.page_view_at AS datetime2(7))) % 1000), CAST(p.page_view_at AS datetime2(7))) AS datetime2(6))
    END AS page_view_at,
    CAST(CAST(p.page AS nvarchar(max)) COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max)) AS page,
    CAST(p.sequence AS BIGINT) AS sequence
  FROM pageviews AS p
  WHERE p.page_view_at >= CAST('{{ start_time }}' AS datetime2(6))
    AND p.page_view_at < CAST('{{ end_time }}' AS datetime2(6))
),
judged AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN event_id IS NULL OR event_id = N'' AND event_id + CHAR(1) = N'' + CHAR(1) THEN N'null_event_id'
      WHEN user_id IS NULL OR user_id = N'' AND user_id + CHAR(1) = N'' + CHAR(1) THEN N'null_user'
      WHEN DATALENGTH(event_id) > 1024 OR DATALENGTH(user_id) > 1024 THEN N'key_too_long' END AS reason
  FROM mapped
  WHERE page_view_at >= CAST('{{ start_time }}' AS datetime2(6))
    AND page_view_at < CAST('{{ end_time }}' AS datetime2(6))
)
INSERT INTO [#picked]
SELECT judged.event_id, judged.user_id, judged.page_view_at, judged.sequence, judged.page,
  coalesce(judged.reason, CASE WHEN t.run_id IS NOT NULL THEN N'duplicate_event_id' END) AS reason
FROM judged
LEFT JOIN session_table AS t
  ON judged.reason IS NULL
  AND t.event_id = judged.event_id AND t.event_id + CHAR(1) = judged.event_id + CHAR(1)
WHERE (t.run_id IS NULL
    OR NOT (t.user_id = judged.user_id AND t.user_id + CHAR(1) = judged.user_id + CHAR(1)
      AND t.page_view_at = judged.page_view_at
      AND CASE WHEN (t.page = judged.page AND t.page + CHAR(1) = judged.page + CHAR(1)) OR (t.page IS NULL AND judged.page IS NULL) THEN 1 ELSE 0 END = 1));
GO

-- duplicates: Their rows; the first counts.
CREATE TABLE [#duplicates] (
  event_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL, page_view_at datetime2(6) NULL,
  sequence bigint NULL, page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  sz_rank bigint NULL, sz_variant bigint NULL
);
WITH repeated AS (  -- Event ids that came more than once.
  SELECT event_id FROM [#picked] WHERE reason IS NULL GROUP BY event_id, event_id + CHAR(1)
  HAVING count_big(*) > 1
)
INSERT INTO [#duplicates]
SELECT event_id, user_id, page_view_at, sequence, page,
  row_number() OVER (
    PARTITION BY event_id, event_id + CHAR(1)
    ORDER BY page_view_at, user_id + CHAR(1), page + CHAR(1), sequence
  ) AS sz_rank,
  dense_rank() OVER (
    PARTITION BY event_id, event_id + CHAR(1) ORDER BY page_view_at, user_id + CHAR(1), page + CHAR(1)
  ) AS sz_variant
FROM [#picked] AS k
WHERE reason IS NULL
  AND EXISTS (
    SELECT 1 FROM repeated AS d
    WHERE d.event_id = k.event_id AND d.event_id + CHAR(1) = k.event_id + CHAR(1)
  );
GO

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TABLE [#islands] (
  event_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL, page_view_at datetime2(6) NULL,
  sequence bigint NULL, page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  sz_new int NULL, anchor varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  sz_island varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL, sz_gained int NULL
);
WITH fresh AS (  -- The new rows, fixed once for the whole run.
  SELECT event_id, user_id, page_view_at, sequence, page FROM [#picked] AS k
  WHERE reason IS NULL
    AND NOT EXISTS (
      SELECT 1 FROM [#duplicates] AS d
      WHERE d.event_id = k.event_id AND d.event_id + CHAR(1) = k.event_id + CHAR(1)
    )
  UNION ALL
  SELECT event_id, user_id, page_view_at, sequence, page FROM [#duplicates] WHERE sz_rank = 1
),
behind AS (
  SELECT event_id, user_id, page_view_at, sequence,
    lag(page_view_at) OVER (
      PARTITION BY user_id, user_id + CHAR(1) ORDER BY page_view_at, sequence, event_id + CHAR(1)
    ) AS sz_before
  FROM fresh
),
flagged AS (
  SELECT event_id, user_id, page_view_at, sequence,
    CASE WHEN sz_before IS NULL THEN 1
      WHEN (DATEADD(microsecond, 0, DATEADD(second, -1800, page_view_at))) > (DATEADD(microsecond, 0, DATEADD(second, 1800, sz_before))) THEN 1
      ELSE 0 END AS sz_starts
  FROM behind
),
in_clusters AS (
  SELECT user_id, page_view_at,
    sum(sz_starts) OVER (
      PARTITION BY user_id, user_id + CHAR(1) ORDER BY page_view_at, sequence, event_id + CHAR(1)
      ROWS UNBOUNDED PRECEDING
    ) AS sz_cluster
  FROM flagged
),
ranges AS (  -- Where in time the new rows may touch the ledger.
  SELECT user_id, DATEADD(microsecond, 0, DATEADD(second, -1800, min(page_view_at))) AS sz_from_at,
    DATEADD(microsecond, 0, DATEADD(second, 1800, max(page_view_at))) AS sz_to_at
  FROM in_clusters GROUP BY user_id, user_id + CHAR(1), sz_cluster
),
context AS (  -- The ledger's rows there, each with its current anchor.
  SELECT t.event_id, t.user_id, t.page_view_at, t.sequence,
    coalesce((
      SELECT TOP (1) l.became FROM session_lineage AS l
      WHERE l.session_id = t.session_id AND l.session_id + CHAR(1) = t.session_id + CHAR(1)
      ORDER BY l.run_id DESC
    ), t.session_id) AS anchor
  FROM ranges AS g
  JOIN session_table AS t
    ON t.user_id = g.user_id AND t.user_id + CHAR(1) = g.user_id + CHAR(1)
    AND t.page_view_at >= g.sz_from_at
    AND t.page_view_at <= g.sz_to_at
),
neighbours AS (  -- New rows and context together.
  SELECT event_id, user_id, page_view_at, sequence, page, 1 AS sz_new,
    CAST(NULL AS varchar(max)) AS anchor
  FROM fresh
  UNION ALL
  SELECT event_id, user_id, page_view_at, sequence, CAST(NULL AS varchar(max)) AS page, 0 AS sz_new,
    anchor
  FROM context
),
behind_2 AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    lag(page_view_at) OVER (
      PARTITION BY user_id, user_id + CHAR(1) ORDER BY page_view_at, sequence, event_id + CHAR(1)
    ) AS sz_before,
    lag(anchor) OVER (
      PARTITION BY user_id, user_id + CHAR(1) ORDER BY page_view_at, sequence, event_id + CHAR(1)
    ) AS sz_anchor_before
  FROM neighbours
),
flagged_2 AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    CASE WHEN sz_before IS NULL THEN 1
      WHEN sz_anchor_before = anchor AND sz_anchor_before + CHAR(1) = anchor + CHAR(1) THEN 0
      WHEN page_view_at >= DATEADD(microsecond, 0, DATEADD(second, 1800, sz_before)) THEN 1 ELSE 0 END AS sz_starts
  FROM behind_2
),
numbered AS (
  SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
    sum(sz_starts) OVER (
      PARTITION BY user_id, user_id + CHAR(1) ORDER BY page_view_at, sequence, event_id + CHAR(1)
      ROWS UNBOUNDED PRECEDING
    ) AS sz_number
  FROM flagged_2
)
INSERT INTO [#islands]
SELECT event_id, user_id, page_view_at, sequence, page, sz_new, anchor,
  first_value(event_id) OVER (
    PARTITION BY user_id, user_id + CHAR(1), sz_number
    ORDER BY page_view_at, sequence, event_id + CHAR(1) ROWS UNBOUNDED PRECEDING
  ) AS sz_island,
  first_value(sz_new) OVER (
    PARTITION BY user_id, user_id + CHAR(1), sz_number ORDER BY sz_new DESC ROWS UNBOUNDED PRECEDING
  ) AS sz_gained
FROM numbered;
GO

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TABLE [#merged] (
  sz_island varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  anchor varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL, anchors bigint NULL,
  user_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL, started_at datetime2(6) NULL,
  session_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL, ended_at datetime2(6) NULL,
  first_sequence bigint NULL, last_sequence bigint NULL,
  last_event_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL, pageviews bigint NULL,
  entry_page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  exit_page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL, sz_first bigint NULL,
  sz_last bigint NULL, sz_survivor varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
WITH touched AS (
  SELECT sz_island, anchor FROM [#islands] WHERE sz_gained = 1 AND anchor IS NOT NULL
),
touched_2 AS (
  SELECT sz_island, anchor FROM touched
  GROUP BY sz_island, sz_island + CHAR(1), anchor, anchor + CHAR(1)
),
united AS (  -- For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
  SELECT touched.sz_island, v.anchor, v.anchors, v.user_id, v.started_at, v.session_id, v.ended_at,
    v.first_sequence, v.last_sequence, v.last_event_id, v.pageviews, v.entry_page, v.exit_page
  FROM touched_2 AS touched
  JOIN session_versions AS v
    ON v.anchor = touched.anchor AND v.anchor + CHAR(1) = touched.anchor + CHAR(1)
    AND v.run_id = (
      SELECT TOP (1) w.run_id FROM session_versions AS w
      WHERE w.anchor = touched.anchor AND w.anchor + CHAR(1) = touched.anchor + CHAR(1)
      ORDER BY w.run_id DESC
    )
  UNION ALL
  SELECT sz_island, CAST(NULL AS varchar(max)) AS anchor, 0 AS anchors, user_id,
    page_view_at AS started_at, event_id AS session_id, page_view_at AS ended_at,
    sequence AS first_sequence, sequence AS last_sequence, event_id AS last_event_id, 1 AS pageviews,
    page AS entry_page, page AS exit_page
  FROM [#islands] WHERE sz_new = 1
)
INSERT INTO [#merged]
SELECT sz_island, anchor, anchors, user_id, started_at, session_id, ended_at, first_sequence,
  last_sequence, last_event_id, pageviews, entry_page, exit_page,
  row_number() OVER (
    PARTITION BY sz_island, sz_island + CHAR(1)
    ORDER BY started_at, first_sequence, session_id + CHAR(1)
  ) AS sz_first,
  row_number() OVER (
    PARTITION BY sz_island, sz_island + CHAR(1)
    ORDER BY ended_at DESC, last_sequence DESC, last_event_id + CHAR(1) DESC
  ) AS sz_last,
  first_value(coalesce(anchor, session_id)) OVER (
    PARTITION BY sz_island, sz_island + CHAR(1)
    ORDER BY anchors DESC, started_at, first_sequence, session_id + CHAR(1) ROWS UNBOUNDED PRECEDING
  ) AS sz_survivor
FROM united;
GO

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TABLE [#superseded] (
  session_id varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  became varchar(1024) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
INSERT INTO [#superseded]
SELECT anchor AS session_id, sz_survivor AS became FROM [#merged]
WHERE anchor + CHAR(1) <> sz_survivor + CHAR(1)
UNION ALL
SELECT l.session_id, m.sz_survivor AS became
FROM [#merged] AS m
JOIN session_lineage AS l ON l.became = m.anchor AND l.became + CHAR(1) = m.anchor + CHAR(1)
WHERE m.anchor + CHAR(1) <> m.sz_survivor + CHAR(1);
GO

-- rejected: What goes to quarantine and is not there yet.
CREATE TABLE [#rejected] (
  reason varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  event_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  user_id varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page_view_at varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  page varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL,
  row_key varchar(max) COLLATE Latin1_General_100_BIN2_UTF8 NULL
);
WITH bad AS (
  SELECT k.reason, CASE WHEN k.event_id + CHAR(1) <> N'' + CHAR(1) THEN k.event_id END AS event_id,
    CASE WHEN k.user_id + CHAR(1) <> N'' + CHAR(1) THEN k.user_id END AS user_id, k.page,
    CASE WHEN k.page_view_at IS NOT NULL THEN CONVERT(varchar(26), k.page_view_at, 121) END AS page_view_at
  FROM [#picked] AS k WHERE k.reason IS NOT NULL
  UNION ALL
  SELECT N'duplicate_event_id' AS reason, c.event_id, c.user_id, c.page,
    CONVERT(varchar(26), c.page_view_at, 121) AS page_view_at
  FROM [#duplicates] AS c WHERE c.sz_variant > 1
),
keyed AS (
  SELECT reason, event_id, user_id, page_view_at, page,
    CONCAT(
      reason,
      CASE WHEN DATALENGTH(event_id) <= 180 THEN CONCAT(N'|', CAST(DATALENGTH(event_id) AS varchar(20)), N':', event_id)
        WHEN event_id IS NOT NULL THEN CONCAT(N'|', CAST(DATALENGTH(event_id) AS varchar(20)), N':#')
        ELSE N'|-' END,
      CASE WHEN DATALENGTH(user_id) <= 180 THEN CONCAT(N'|', CAST(DATALENGTH(user_id) AS varchar(20)), N':', user_id)
        WHEN user_id IS NOT NULL THEN CONCAT(N'|', CAST(DATALENGTH(user_id) AS varchar(20)), N':#')
        ELSE N'|-' END,
      CASE WHEN DATALENGTH(page_view_at) <= 180 THEN CONCAT(N'|', CAST(DATALENGTH(page_view_at) AS varchar(20)), N':', page_view_at)
        WHEN page_view_at IS NOT NULL THEN CONCAT(N'|', CAST(DATALENGTH(page_view_at) AS varchar(20)), N':#')
        ELSE N'|-' END,
      CASE WHEN DATALENGTH(page) <= 180 THEN CONCAT(N'|', CAST(DATALENGTH(page) AS varchar(20)), N':', page)
        WHEN page IS NOT NULL THEN CONCAT(N'|', CAST(DATALENGTH(page) AS varchar(20)), N':#')
        ELSE N'|-' END
    ) AS row_key
  FROM bad
  GROUP BY reason, reason + CHAR(1), event_id, event_id + CHAR(1), user_id, user_id + CHAR(1), page, page + CHAR(1), page_view_at, page_view_at + CHAR(1)
)
INSERT INTO [#rejected]
SELECT reason, event_id, user_id, page_view_at, page, row_key FROM keyed
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND q.row_key + CHAR(1) = keyed.row_key + CHAR(1)
      AND q.reason = keyed.reason AND q.reason + CHAR(1) = keyed.reason + CHAR(1)
      AND CASE WHEN (q.event_id = keyed.event_id AND q.event_id + CHAR(1) = keyed.event_id + CHAR(1)) OR (q.event_id IS NULL AND keyed.event_id IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.user_id = keyed.user_id AND q.user_id + CHAR(1) = keyed.user_id + CHAR(1)) OR (q.user_id IS NULL AND keyed.user_id IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.page_view_at = keyed.page_view_at AND q.page_view_at + CHAR(1) = keyed.page_view_at + CHAR(1)) OR (q.page_view_at IS NULL AND keyed.page_view_at IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.page = keyed.page AND q.page + CHAR(1) = keyed.page + CHAR(1)) OR (q.page IS NULL AND keyed.page IS NULL) THEN 1 ELSE 0 END = 1
  );
GO

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO session_lineage (session_id, became, run_id)
SELECT session_id, became, (SELECT max(run_id) FROM session_runs) FROM [#superseded];
GO

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
SELECT session_id, sz_survivor, user_id, started_at, first_sequence, entry_page,
  (SELECT max(run_id) FROM session_runs)
FROM [#merged] WHERE anchor IS NULL;
GO

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
  max(CASE WHEN sz_last = 1 THEN last_sequence END), coalesce(sum(CAST(pageviews AS bigint)), 0),
  CASE WHEN coalesce(sum(CAST(anchors AS bigint)), 0) = 0 THEN 1
    ELSE coalesce(sum(CAST(anchors AS bigint)), 0) END,
  max(CASE WHEN sz_first = 1 THEN entry_page END), max(CASE WHEN sz_last = 1 THEN exit_page END)
FROM [#merged]
GROUP BY sz_island, sz_island + CHAR(1), sz_survivor, sz_survivor + CHAR(1), user_id, user_id + CHAR(1);
GO

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT reason, event_id, user_id, page_view_at, page, (SELECT max(run_id) FROM session_runs),
  row_key
FROM [#rejected];
GO

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, pageviews, sessions, lineage_rows,
  quarantined, layout, engine, tool_version
)
SELECT TOP (1) run_id, N'finished', SYSUTCDATETIME(), job, mode, window_from, window_to,
  (SELECT coalesce(sum(CAST(pageviews AS bigint)), 0) FROM [#merged] WHERE anchor IS NULL),
  (SELECT count_big(*) FROM [#merged] WHERE sz_first = 1), (SELECT count_big(*) FROM [#superseded]),
  (SELECT count_big(*) FROM [#rejected]), layout, engine, tool_version
FROM session_runs WHERE state = N'started' AND state + CHAR(1) = N'started' + CHAR(1)
ORDER BY run_id DESC;
GO

COMMIT TRANSACTION;
GO

-- The steps of the run are of no more use.
DROP TABLE [#picked];
DROP TABLE [#duplicates];
DROP TABLE [#islands];
DROP TABLE [#merged];
DROP TABLE [#superseded];
DROP TABLE [#rejected];
GO
