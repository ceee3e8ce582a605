-- insert_query.sql for Azure Synapse dedicated SQL pool (dialect synapse)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 3 answers documented, 46 assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
--
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- The run ledger gets two rows: started, finished.
--
-- Needs: SELECT on the source, SELECT and INSERT on the ledgers, CREATE TABLE in tempdb.
-- Two runs at once: NOT safe, since nothing keeps the second one out: have the scheduler run one
--   at a time.
-- A run that died: leaves nothing; run it again. Its temporary tables go with its session.
--
-- Run it:  sqlcmd -b -x -I -i insert_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET XACT_ABORT ON;
GO

-- picked: Source rows that the ledger does not simply know.
CREATE TABLE [#picked] WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS
WITH mapped AS (
  SELECT
    CAST(p.user_id AS nvarchar(4000)) COLLATE Latin1_General_100_BIN2 AS user_id,
    CASE
      WHEN p.page_view_at >= CAST('0001-01-02' AS datetime2(6)) AND p.page_view_at < CAST('9999-12-31' AS datetime2(6))
      THEN CAST(DATEADD(nanosecond, -(DATEPART(nanosecond, CAST(p.page_view_at AS datetime2(7))) % 1000), CAST(p.page_view_at AS datetime2(7))) AS datetime2(6))
    END AS page_view_at,
    CAST(p.page AS nvarchar(4000)) COLLATE Latin1_General_100_BIN2 AS page,
    CAST(p.sequence AS BIGINT) AS sequence,
    CAST(p.event_id AS nvarchar(4000)) COLLATE Latin1_General_100_BIN2 AS event_id
  FROM pageviews AS p
  WHERE p.page_view_at >= CAST('{{ start_time }}' AS datetime2(6))
    AND p.page_view_at < CAST('{{ end_time }}' AS datetime2(6))
),
judged AS (
  SELECT
    event_id, user_id, page_view_at, sequence, page,
    CASE
      WHEN event_id IS NULL OR event_id = N'' AND event_id + CHAR(1) = N'' + CHAR(1) THEN N'null_event_id'
      WHEN user_id IS NULL OR user_id = N'' AND user_id + CHAR(1) = N'' + CHAR(1) THEN N'null_user'
      WHEN DATALENGTH(CAST(event_id COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) > 1024
          OR DATALENGTH(CAST(user_id COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) > 1024 THEN N'key_too_long'
    END AS reason
  FROM mapped
  WHERE page_view_at >= CAST('{{ start_time }}' AS datetime2(6))
    AND page_view_at < CAST('{{ end_time }}' AS datetime2(6))
)
SELECT
  judged.event_id, judged.user_id, judged.page_view_at, judged.sequence, judged.page,
  CASE
    WHEN judged.reason IS NOT NULL THEN judged.reason
    WHEN t.run_id IS NOT NULL THEN N'duplicate_event_id'
  END AS reason
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
CREATE TABLE [#duplicates] WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS
WITH repeated AS (  -- Event ids that came more than once.
  SELECT event_id
  FROM [#picked]
  WHERE reason IS NULL
  GROUP BY event_id, event_id + CHAR(1)
  HAVING count_big(*) > 1
)
SELECT
  k.event_id, k.user_id, k.page_view_at, k.sequence, k.page,
  row_number() OVER (
    PARTITION BY k.event_id, k.event_id + CHAR(1)
    ORDER BY k.page_view_at, k.user_id + CHAR(1), k.page + CHAR(1), k.sequence
  ) AS sz_rank,
  first_value(k.user_id) OVER (
    PARTITION BY k.event_id, k.event_id + CHAR(1)
    ORDER BY k.page_view_at, k.user_id + CHAR(1), k.page + CHAR(1), k.sequence
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS sz_first_user_id,
  first_value(k.page_view_at) OVER (
    PARTITION BY k.event_id, k.event_id + CHAR(1)
    ORDER BY k.page_view_at, k.user_id + CHAR(1), k.page + CHAR(1), k.sequence
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS sz_first_page_view_at,
  first_value(k.page) OVER (
    PARTITION BY k.event_id, k.event_id + CHAR(1)
    ORDER BY k.page_view_at, k.user_id + CHAR(1), k.page + CHAR(1), k.sequence
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS sz_first_page
FROM [#picked] AS k
WHERE k.reason IS NULL
  AND EXISTS (
    SELECT 1
    FROM repeated AS d
    WHERE d.event_id = k.event_id AND d.event_id + CHAR(1) = k.event_id + CHAR(1)
  );
GO

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TABLE [#islands] WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS
WITH fresh AS (  -- The new rows, fixed once for the whole run.
  SELECT k.event_id, k.user_id, k.page_view_at, k.sequence, k.page, k.page_view_at AS sz_instant
  FROM [#picked] AS k
  WHERE k.reason IS NULL
    AND NOT EXISTS (
      SELECT 1
      FROM [#duplicates] AS d
      WHERE d.event_id = k.event_id AND d.event_id + CHAR(1) = k.event_id + CHAR(1)
    )
  UNION ALL
  SELECT event_id, user_id, page_view_at, sequence, page, page_view_at AS sz_instant
  FROM [#duplicates]
  WHERE sz_rank = 1
),
behind AS (
  SELECT
    event_id, user_id, page_view_at, sequence, sz_instant,
    lag(sz_instant) OVER (
      PARTITION BY user_id, user_id + CHAR(1)
      ORDER BY page_view_at, sequence, event_id + CHAR(1)
    ) AS sz_before
  FROM fresh
),
flagged AS (
  SELECT
    event_id, user_id, page_view_at, sequence, sz_instant,
    CASE
      WHEN sz_before IS NULL
          OR (DATEADD(microsecond, 0, DATEADD(second, -1800, sz_instant))) > (DATEADD(microsecond, 0, DATEADD(second, 1800, sz_before))) THEN 1
      ELSE 0
    END AS sz_starts
  FROM behind
),
in_clusters AS (
  SELECT
    user_id, sz_instant,
    sum(sz_starts) OVER (
      PARTITION BY user_id, user_id + CHAR(1)
      ORDER BY page_view_at, sequence, event_id + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS sz_cluster
  FROM flagged
),
ranges AS (  -- Where in time the new rows may touch the ledger.
  SELECT
    user_id,
    (DATEADD(microsecond, 0, DATEADD(second, -1800, min(sz_instant)))) AS sz_from_at,
    (DATEADD(microsecond, 0, DATEADD(second, 1800, max(sz_instant)))) AS sz_to_at
  FROM in_clusters
  GROUP BY user_id, user_id + CHAR(1), sz_cluster
),
ranked AS (
  SELECT
    session_id, became,
    row_number() OVER (
      PARTITION BY session_id, session_id + CHAR(1)
      ORDER BY run_id DESC, became + CHAR(1)
    ) AS sz_rank
  FROM session_lineage
),
resolution AS (
  SELECT session_id, became
  FROM ranked
  WHERE sz_rank = 1
),
context AS (  -- The ledger's rows there, each with its current anchor.
  SELECT
    t.event_id, t.user_id, t.page_view_at, t.sequence, t.page_view_at AS sz_instant,
    coalesce(resolution.became, t.session_id) AS anchor
  FROM ranges AS g
  JOIN session_table AS t
    ON t.user_id = g.user_id AND t.user_id + CHAR(1) = g.user_id + CHAR(1)
    AND t.page_view_at >= g.sz_from_at
    AND t.page_view_at <= g.sz_to_at
  LEFT JOIN resolution
    ON resolution.session_id = t.session_id AND resolution.session_id + CHAR(1) = t.session_id + CHAR(1)
),
neighbours AS (  -- New rows and context together.
  SELECT
    event_id, user_id, page_view_at, sequence, page, sz_instant, 1 AS sz_is_new,
    CAST(NULL AS nvarchar(4000)) AS anchor
  FROM fresh
  UNION ALL
  SELECT
    event_id, user_id, page_view_at, sequence, CAST(NULL AS nvarchar(4000)) AS page, sz_instant,
    0 AS sz_is_new, anchor
  FROM context
),
behind_2 AS (
  SELECT
    event_id, user_id, page_view_at, sequence, page, sz_instant, sz_is_new, anchor,
    lag(sz_instant) OVER (
      PARTITION BY user_id, user_id + CHAR(1)
      ORDER BY page_view_at, sequence, event_id + CHAR(1)
    ) AS sz_before,
    lag(anchor) OVER (
      PARTITION BY user_id, user_id + CHAR(1)
      ORDER BY page_view_at, sequence, event_id + CHAR(1)
    ) AS sz_anchor_before
  FROM neighbours
),
flagged_2 AS (
  SELECT
    event_id, user_id, page_view_at, sequence, page, sz_is_new, anchor,
    CASE
      WHEN sz_before IS NULL THEN 1
      WHEN sz_anchor_before = anchor AND sz_anchor_before + CHAR(1) = anchor + CHAR(1) THEN 0
      WHEN sz_instant >= DATEADD(microsecond, 0, DATEADD(second, 1800, sz_before)) THEN 1
      ELSE 0
    END AS sz_starts
  FROM behind_2
),
numbered AS (
  SELECT
    event_id, user_id, page_view_at, sequence, page, sz_is_new, anchor,
    sum(sz_starts) OVER (
      PARTITION BY user_id, user_id + CHAR(1)
      ORDER BY page_view_at, sequence, event_id + CHAR(1)
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS sz_number
  FROM flagged_2
)
SELECT
  event_id, user_id, page_view_at, sequence, page, sz_is_new, anchor,
  first_value(event_id) OVER (
    PARTITION BY user_id, user_id + CHAR(1), sz_number
    ORDER BY page_view_at, sequence, event_id + CHAR(1)
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS sz_island
FROM numbered;
GO

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TABLE [#merged] WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS
WITH gaining AS (
  SELECT
    anchor, sz_island,
    first_value(sz_is_new) OVER (
      PARTITION BY sz_island, sz_island + CHAR(1)
      ORDER BY sz_is_new DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS sz_gained
  FROM [#islands]
),
touched AS (
  SELECT sz_island, anchor
  FROM gaining
  WHERE sz_gained = 1
    AND anchor IS NOT NULL
),
touched_2 AS (
  SELECT sz_island, anchor
  FROM touched
  GROUP BY sz_island, sz_island + CHAR(1), anchor, anchor + CHAR(1)
),
ranked AS (
  SELECT
    anchor, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
    last_sequence, pageviews, anchors, entry_page, exit_page,
    row_number() OVER (
      PARTITION BY anchor, anchor + CHAR(1)
      ORDER BY run_id DESC, pageviews DESC, session_id + CHAR(1)
    ) AS sz_rank
  FROM session_versions
),
v AS (
  SELECT
    anchor, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
    last_sequence, pageviews, anchors, entry_page, exit_page
  FROM ranked
  WHERE sz_rank = 1
),
united AS (  -- For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
  SELECT
    touched.sz_island, v.anchor, v.anchors, v.user_id, v.started_at, v.session_id,
    v.first_sequence, v.last_sequence, v.ended_at, v.last_event_id, v.pageviews, v.entry_page,
    v.exit_page
  FROM touched_2 AS touched
  JOIN v ON v.anchor = touched.anchor AND v.anchor + CHAR(1) = touched.anchor + CHAR(1)
  UNION ALL
  SELECT
    sz_island, CAST(NULL AS nvarchar(4000)) AS anchor, 0 AS anchors, user_id,
    page_view_at AS started_at, event_id AS session_id, sequence AS first_sequence,
    sequence AS last_sequence, page_view_at AS ended_at, event_id AS last_event_id,
    1 AS pageviews, page AS entry_page, page AS exit_page
  FROM [#islands]
  WHERE sz_is_new = 1
)
SELECT
  sz_island, anchor, anchors, user_id, started_at, session_id, first_sequence, last_sequence,
  ended_at, last_event_id, pageviews, entry_page, exit_page,
  row_number() OVER (
    PARTITION BY sz_island, sz_island + CHAR(1)
    ORDER BY started_at, first_sequence, session_id + CHAR(1)
  ) AS sz_first_rank,
  row_number() OVER (
    PARTITION BY sz_island, sz_island + CHAR(1)
    ORDER BY ended_at DESC, CASE WHEN last_sequence IS NULL THEN 0 ELSE 1 END DESC, last_sequence DESC, last_event_id + CHAR(1) DESC
  ) AS sz_last_rank,
  first_value(coalesce(anchor, session_id)) OVER (
    PARTITION BY sz_island, sz_island + CHAR(1)
    ORDER BY anchors DESC, started_at, first_sequence, session_id + CHAR(1)
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS sz_survivor
FROM united;
GO

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TABLE [#superseded] WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS
SELECT anchor AS session_id, sz_survivor AS became
FROM [#merged]
WHERE anchor IS NOT NULL
  AND anchor + CHAR(1) <> sz_survivor + CHAR(1)
UNION ALL
SELECT l.session_id, m.sz_survivor AS became
FROM [#merged] AS m
JOIN session_lineage AS l ON l.became = m.anchor AND l.became + CHAR(1) = m.anchor + CHAR(1)
WHERE m.anchor IS NOT NULL
  AND m.anchor + CHAR(1) <> m.sz_survivor + CHAR(1);
GO

-- rejected: What goes to quarantine and is not there yet.
CREATE TABLE [#rejected] WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS
WITH bad AS (
  SELECT
    k.reason,
    CASE WHEN k.event_id IS NOT NULL AND k.event_id + CHAR(1) <> N'' + CHAR(1) THEN k.event_id END AS event_id,
    CASE WHEN k.user_id IS NOT NULL AND k.user_id + CHAR(1) <> N'' + CHAR(1) THEN k.user_id END AS user_id,
    CASE WHEN k.page_view_at IS NOT NULL THEN CONVERT(varchar(26), k.page_view_at, 121) END AS page_view_at,
    k.page
  FROM [#picked] AS k
  WHERE k.reason IS NOT NULL
  UNION ALL
  SELECT
    N'duplicate_event_id' AS reason, c.event_id, c.user_id,
    CONVERT(varchar(26), c.page_view_at, 121) AS page_view_at, c.page
  FROM [#duplicates] AS c
  WHERE NOT (c.user_id = c.sz_first_user_id AND c.user_id + CHAR(1) = c.sz_first_user_id + CHAR(1)
      AND c.page_view_at = c.sz_first_page_view_at
      AND CASE WHEN (c.page = c.sz_first_page AND c.page + CHAR(1) = c.sz_first_page + CHAR(1)) OR (c.page IS NULL AND c.sz_first_page IS NULL) THEN 1 ELSE 0 END = 1)
),
keyed AS (
  SELECT
    reason, event_id, user_id, page_view_at, page,
    CONCAT(CONCAT(CONCAT(CONCAT(CONCAT(CONCAT(CONCAT(CONCAT(reason, N'|'), CASE
      WHEN event_id IS NULL THEN N'-'
      ELSE CONCAT(CONCAT(CAST(DATALENGTH(CAST(event_id COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) AS varchar(20)), N':'), CASE
          WHEN DATALENGTH(CAST(event_id COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) <= 180 THEN event_id
          ELSE N'#'
        END)
    END), N'|'), CASE
      WHEN user_id IS NULL THEN N'-'
      ELSE CONCAT(CONCAT(CAST(DATALENGTH(CAST(user_id COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) AS varchar(20)), N':'), CASE
          WHEN DATALENGTH(CAST(user_id COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) <= 180 THEN user_id
          ELSE N'#'
        END)
    END), N'|'), CASE
      WHEN page_view_at IS NULL THEN N'-'
      ELSE CONCAT(CONCAT(CAST(DATALENGTH(CAST(page_view_at COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) AS varchar(20)), N':'), CASE
          WHEN DATALENGTH(CAST(page_view_at COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) <= 180 THEN page_view_at
          ELSE N'#'
        END)
    END), N'|'), CASE
      WHEN page IS NULL THEN N'-'
      ELSE CONCAT(CONCAT(CAST(DATALENGTH(CAST(page COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) AS varchar(20)), N':'), CASE
          WHEN DATALENGTH(CAST(page COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(8000))) <= 180 THEN page
          ELSE N'#'
        END)
    END) AS row_key
  FROM bad
  GROUP BY reason, reason + CHAR(1), event_id, event_id + CHAR(1), user_id, user_id + CHAR(1), page_view_at, page_view_at + CHAR(1), page, page + CHAR(1)
)
SELECT keyed.reason, keyed.event_id, keyed.user_id, keyed.page_view_at, keyed.page, keyed.row_key
FROM keyed
WHERE NOT EXISTS (
    SELECT 1
    FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND q.row_key + CHAR(1) = keyed.row_key + CHAR(1)
      AND q.reason = keyed.reason AND q.reason + CHAR(1) = keyed.reason + CHAR(1)
      AND CASE WHEN (q.event_id = keyed.event_id AND q.event_id + CHAR(1) = keyed.event_id + CHAR(1)) OR (q.event_id IS NULL AND keyed.event_id IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.user_id = keyed.user_id AND q.user_id + CHAR(1) = keyed.user_id + CHAR(1)) OR (q.user_id IS NULL AND keyed.user_id IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.page_view_at = keyed.page_view_at AND q.page_view_at + CHAR(1) = keyed.page_view_at + CHAR(1)) OR (q.page_view_at IS NULL AND keyed.page_view_at IS NULL) THEN 1 ELSE 0 END = 1
      AND CASE WHEN (q.page = keyed.page AND q.page + CHAR(1) = keyed.page + CHAR(1)) OR (q.page IS NULL AND keyed.page IS NULL) THEN 1 ELSE 0 END = 1
  );
GO

BEGIN TRANSACTION;
GO

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, layout, engine, tool_version
)
SELECT
  coalesce(max(r.run_id), 0) + 1 AS run_id, N'started' AS state,
  SYSUTCDATETIME() AS recorded_at,
  N'{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.sequence":"sequence","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS job,
  N'window' AS mode, CAST('{{ start_time }}' AS datetime2(6)) AS window_from,
  CAST('{{ end_time }}' AS datetime2(6)) AS window_to, 2 AS layout,
  N'Azure Synapse dedicated SQL pool' AS engine, N'script' AS tool_version
FROM session_runs AS r;
GO

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO session_lineage (session_id, became, run_id)
SELECT session_id, became, (SELECT max(run_id) FROM session_runs) AS run_id
FROM [#superseded];
GO

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
SELECT
  i.event_id, m.sz_survivor AS session_id, i.user_id, i.page_view_at, i.sequence, i.page,
  (SELECT max(run_id) FROM session_runs) AS run_id
FROM [#islands] AS i
JOIN [#merged] AS m ON m.sz_island = i.sz_island AND m.sz_island + CHAR(1) = i.sz_island + CHAR(1)
WHERE i.sz_is_new = 1
  AND m.sz_first_rank = 1;
GO

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO session_versions (
  anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
  last_sequence, pageviews, anchors, entry_page, exit_page
)
SELECT
  m.sz_survivor AS anchor, (SELECT max(run_id) FROM session_runs) AS run_id,
  max(CASE WHEN m.sz_first_rank = 1 THEN m.session_id END) AS session_id,
  m.user_id,
  max(CASE WHEN m.sz_first_rank = 1 THEN m.started_at END) AS started_at,
  max(CASE WHEN m.sz_last_rank = 1 THEN m.ended_at END) AS ended_at,
  max(CASE WHEN m.sz_last_rank = 1 THEN m.last_event_id END) AS last_event_id,
  max(CASE WHEN m.sz_first_rank = 1 THEN m.first_sequence END) AS first_sequence,
  max(CASE WHEN m.sz_last_rank = 1 THEN m.last_sequence END) AS last_sequence,
  coalesce(sum(CAST(m.pageviews AS bigint)), 0) AS pageviews,
  CASE
    WHEN coalesce(sum(CAST(m.anchors AS bigint)), 0) = 0 THEN 1
    ELSE coalesce(sum(CAST(m.anchors AS bigint)), 0)
  END AS anchors,
  max(CASE WHEN m.sz_first_rank = 1 THEN m.entry_page END) AS entry_page,
  max(CASE WHEN m.sz_last_rank = 1 THEN m.exit_page END) AS exit_page
FROM [#merged] AS m
GROUP BY m.sz_island, m.sz_island + CHAR(1), m.sz_survivor, m.sz_survivor + CHAR(1), m.user_id, m.user_id + CHAR(1);
GO

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT
  reason, event_id, user_id, page_view_at, page,
  (SELECT max(run_id) FROM session_runs) AS run_id, row_key
FROM [#rejected];
GO

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, pageviews, sessions,
  lineage_rows, quarantined, layout, engine, tool_version
)
SELECT TOP (1)
  started_run.run_id, N'finished' AS state, SYSUTCDATETIME() AS recorded_at, started_run.job,
  started_run.mode, started_run.window_from, started_run.window_to,
  (SELECT coalesce(sum(CAST(pageviews AS bigint)), 0) FROM [#merged] WHERE anchor IS NULL) AS pageviews,
  (SELECT count_big(*) FROM [#merged] WHERE sz_first_rank = 1) AS sessions,
  (SELECT count_big(*) FROM [#superseded]) AS lineage_rows,
  (SELECT count_big(*) FROM [#rejected]) AS quarantined, started_run.layout,
  started_run.engine, started_run.tool_version
FROM session_runs AS started_run
WHERE started_run.state = N'started' AND started_run.state + CHAR(1) = N'started' + CHAR(1)
ORDER BY run_id DESC;
GO

COMMIT TRANSACTION;
GO

-- The steps of the run are of no more use.
DROP TABLE [#picked];
GO
DROP TABLE [#duplicates];
GO
DROP TABLE [#islands];
GO
DROP TABLE [#merged];
GO
DROP TABLE [#superseded];
GO
DROP TABLE [#rejected];
GO
