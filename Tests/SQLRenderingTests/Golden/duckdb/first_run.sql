-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, arrival_mark, layout, engine, tool_version
)
SELECT
  coalesce(max(r.run_id), 0) + 1 AS run_id, 'started' AS state,
  make_timestamp(epoch_us(uuid_extract_timestamp(uuidv7()))) AS recorded_at,
  '{…}' AS job, 'whole' AS mode, (SELECT max(arrival_id) FROM pageviews) AS arrival_mark,
  2 AS layout, 'DuckDB 1.5 and 2' AS engine, '1' AS tool_version
FROM session_runs AS r;

-- rows: The pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
WITH mapped AS MATERIALIZED (
  SELECT
    decode(encode(CAST(p.user_id AS VARCHAR))) AS user_id,
    CASE WHEN p.page_view_at >= TIMESTAMP '0001-01-02' AND p.page_view_at < TIMESTAMP '9999-12-31' THEN CAST(p.page_view_at AS TIMESTAMP) END AS page_view_at,
    decode(encode(CAST(p.page AS VARCHAR))) AS page, p.page_view_at AS sz_source_time,
    CAST(p.sequence AS BIGINT) AS sequence,
    decode(encode(CAST(p.event_id AS VARCHAR))) AS event_id
  FROM pageviews AS p
),
judged AS MATERIALIZED (
  SELECT
    event_id, user_id, page_view_at, sequence, page,
    CASE
      WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE
          WHEN decode(encode(CAST(sz_source_time AS VARCHAR))) IS NULL
              OR decode(encode(CAST(sz_source_time AS VARCHAR))) = '' THEN 'null_time'
          WHEN (sz_source_time IS NOT NULL) THEN 'time_out_of_range'
          ELSE 'bad_time'
        END
      WHEN strlen(event_id) > 1024 OR strlen(user_id) > 1024 THEN 'key_too_long'
    END AS reason
  FROM mapped
),
good AS MATERIALIZED (
  SELECT event_id, user_id, page_view_at, sequence, page, page_view_at AS sz_instant
  FROM judged
  WHERE reason IS NULL
),
flagged AS MATERIALIZED (
  SELECT
    event_id, user_id, page_view_at, sequence, page,
    CASE
      WHEN lag(sz_instant) OVER w IS NULL THEN 1
      WHEN sz_instant >= lag(sz_instant) OVER w + INTERVAL (30) MINUTE THEN 1
      ELSE 0
    END AS sz_starts
  FROM good
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
numbered AS MATERIALIZED (
  SELECT
    event_id, user_id, page_view_at, sequence, page,
    sum(sz_starts) OVER (
      PARTITION BY user_id
      ORDER BY page_view_at, sequence NULLS FIRST, event_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS sz_number
  FROM flagged
)
SELECT
  event_id,
  first_value(event_id) OVER (
    PARTITION BY user_id, sz_number
    ORDER BY page_view_at, sequence NULLS FIRST, event_id
  ) AS session_id,
  user_id, page_view_at, sequence, page, (SELECT max(run_id) FROM session_runs) AS run_id
FROM numbered;

-- versions: Each session, as it stands now.
INSERT INTO session_versions (
  anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
  last_sequence, pageviews, anchors, entry_page, exit_page
)
WITH e AS MATERIALIZED (
  SELECT
    event_id, user_id, page_view_at, sequence, page, session_id,
    row_number() OVER w AS sz_number,
    CASE WHEN lag(session_id) OVER w = session_id THEN 0 ELSE 1 END AS sz_first_rank,
    CASE WHEN lead(session_id) OVER w = session_id THEN 0 ELSE 1 END AS sz_last_rank
  FROM session_table
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT
  e.session_id AS anchor, (SELECT max(run_id) FROM session_runs) AS run_id,
  max(CASE WHEN e.sz_first_rank = 1 THEN e.event_id END) AS session_id,
  e.user_id,
  max(CASE WHEN e.sz_first_rank = 1 THEN e.page_view_at END) AS started_at,
  max(CASE WHEN e.sz_last_rank = 1 THEN e.page_view_at END) AS ended_at,
  max(CASE WHEN e.sz_last_rank = 1 THEN e.event_id END) AS last_event_id,
  max(CASE WHEN e.sz_first_rank = 1 THEN e.sequence END) AS first_sequence,
  max(CASE WHEN e.sz_last_rank = 1 THEN e.sequence END) AS last_sequence,
  CAST(coalesce(sum(CASE WHEN e.sz_last_rank = 1 THEN e.sz_number ELSE 0 END - CASE WHEN e.sz_first_rank = 1 THEN e.sz_number - 1 ELSE 0 END), 0) AS BIGINT) AS pageviews,
  CASE
    WHEN CAST(coalesce(sum(0), 0) AS BIGINT) = 0 THEN 1
    ELSE CAST(coalesce(sum(0), 0) AS BIGINT)
  END AS anchors,
  max(CASE WHEN e.sz_first_rank = 1 THEN e.page END) AS entry_page,
  max(CASE WHEN e.sz_last_rank = 1 THEN e.page END) AS exit_page
FROM e
WHERE (e.sz_first_rank = 1 OR e.sz_last_rank = 1)
GROUP BY e.session_id, e.session_id, e.user_id;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE rejected AS
WITH mapped AS MATERIALIZED (
  SELECT
    decode(encode(CAST(p.user_id AS VARCHAR))) AS user_id,
    CASE WHEN p.page_view_at >= TIMESTAMP '0001-01-02' AND p.page_view_at < TIMESTAMP '9999-12-31' THEN CAST(p.page_view_at AS TIMESTAMP) END AS page_view_at,
    decode(encode(CAST(p.page AS VARCHAR))) AS page, p.page_view_at AS sz_source_time,
    decode(encode(CAST(p.event_id AS VARCHAR))) AS event_id
  FROM pageviews AS p
),
judged AS MATERIALIZED (
  SELECT
    event_id, user_id, page_view_at, page, sz_source_time,
    CASE
      WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE
          WHEN decode(encode(CAST(sz_source_time AS VARCHAR))) IS NULL
              OR decode(encode(CAST(sz_source_time AS VARCHAR))) = '' THEN 'null_time'
          WHEN (sz_source_time IS NOT NULL) THEN 'time_out_of_range'
          ELSE 'bad_time'
        END
      WHEN strlen(event_id) > 1024 OR strlen(user_id) > 1024 THEN 'key_too_long'
    END AS reason
  FROM mapped
),
bad AS MATERIALIZED (
  SELECT DISTINCT
    judged.reason,
    CASE WHEN judged.event_id IS NOT NULL AND judged.event_id <> '' THEN judged.event_id END AS event_id,
    CASE WHEN judged.user_id IS NOT NULL AND judged.user_id <> '' THEN judged.user_id END AS user_id,
    CASE
      WHEN judged.page_view_at IS NOT NULL THEN strftime(judged.page_view_at, '%Y-%m-%d %H:%M:%S.%f')
      WHEN decode(encode(CAST(judged.sz_source_time AS VARCHAR))) IS NOT NULL
          AND decode(encode(CAST(judged.sz_source_time AS VARCHAR))) <> '' THEN decode(encode(CAST(judged.sz_source_time AS VARCHAR)))
    END AS page_view_at,
    judged.page
  FROM judged
  WHERE judged.reason IS NOT NULL
),
keyed AS MATERIALIZED (
  SELECT
    reason, event_id, user_id, page_view_at, page,
    reason || '|' || CASE
      WHEN event_id IS NULL THEN '-'
      ELSE CAST(strlen(event_id) AS VARCHAR) || ':' || CASE WHEN strlen(event_id) <= 180 THEN event_id ELSE '#' END
    END || '|' || CASE
      WHEN user_id IS NULL THEN '-'
      ELSE CAST(strlen(user_id) AS VARCHAR) || ':' || CASE WHEN strlen(user_id) <= 180 THEN user_id ELSE '#' END
    END || '|' || CASE
      WHEN page_view_at IS NULL THEN '-'
      ELSE CAST(strlen(page_view_at) AS VARCHAR) || ':' || CASE WHEN strlen(page_view_at) <= 180 THEN page_view_at ELSE '#' END
    END || '|' || CASE
      WHEN page IS NULL THEN '-'
      ELSE CAST(strlen(page) AS VARCHAR) || ':' || CASE WHEN strlen(page) <= 180 THEN page ELSE '#' END
    END AS row_key
  FROM bad
)
SELECT keyed.reason, keyed.event_id, keyed.user_id, keyed.page_view_at, keyed.page, keyed.row_key
FROM keyed
WHERE NOT EXISTS (
    SELECT 1
    FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key
      AND q.reason = keyed.reason
      AND q.event_id IS NOT DISTINCT FROM keyed.event_id
      AND q.user_id IS NOT DISTINCT FROM keyed.user_id
      AND q.page_view_at IS NOT DISTINCT FROM keyed.page_view_at
      AND q.page IS NOT DISTINCT FROM keyed.page
  );

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT
  reason, event_id, user_id, page_view_at, page,
  (SELECT max(run_id) FROM session_runs) AS run_id, row_key
FROM temp.rejected;

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, arrival_mark, pageviews,
  sessions, lineage_rows, quarantined, layout, engine, tool_version
)
SELECT
  started_run.run_id, 'finished' AS state,
  make_timestamp(epoch_us(uuid_extract_timestamp(uuidv7()))) AS recorded_at,
  started_run.job, started_run.mode, started_run.window_from, started_run.window_to,
  started_run.arrival_mark, (SELECT count(*) FROM session_table) AS pageviews,
  (SELECT count(*) FROM session_versions) AS sessions, 0 AS lineage_rows,
  (SELECT count(*) FROM temp.rejected) AS quarantined, started_run.layout, started_run.engine,
  started_run.tool_version
FROM session_runs AS started_run
WHERE started_run.state = 'started'
ORDER BY run_id DESC
LIMIT 1;
