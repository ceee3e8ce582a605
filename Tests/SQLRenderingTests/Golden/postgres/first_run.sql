-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, arrival_mark, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started', clock_timestamp() AT TIME ZONE 'UTC', '{…}',
  'whole', (SELECT max(arrival_id) FROM pageviews), 2, 'PostgreSQL 15', '1'
FROM session_runs;

-- rows: The pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
WITH mapped AS (
  SELECT p.event_id::text COLLATE "C" AS event_id, p.user_id::text COLLATE "C" AS user_id,
    CASE WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' THEN p.page_view_at::timestamp END AS page_view_at,
    p.page::text COLLATE "C" AS page, p.page_view_at AS sz_source_time, p.sequence::bigint AS sequence
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN sz_source_time::text COLLATE "C" IS NULL OR sz_source_time::text COLLATE "C" = '' THEN 'null_time'
        WHEN (sz_source_time IS NOT NULL) THEN 'time_out_of_range' ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped
),
good AS (
  SELECT event_id, user_id, page_view_at, sequence, page, page_view_at AS sz_instant FROM judged
  WHERE reason IS NULL
),
flagged AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN lag(sz_instant) OVER w IS NULL THEN 1
      WHEN sz_instant >= lag(sz_instant) OVER w + INTERVAL '30 minutes' THEN 1 ELSE 0 END AS sz_starts
  FROM good
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
numbered AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_number
  FROM flagged
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id, first_value(event_id) OVER w, user_id, page_view_at, sequence, page,
  (SELECT max(run_id) FROM session_runs)
FROM numbered
WINDOW w AS (PARTITION BY user_id, sz_number ORDER BY page_view_at, sequence NULLS FIRST, event_id);

-- versions: Each session, as it stands now.
INSERT INTO session_versions (
  anchor, run_id, session_id, user_id, started_at, ended_at, last_event_id, first_sequence,
  last_sequence, pageviews, anchors, entry_page, exit_page
)
WITH e AS (
  SELECT event_id, user_id, page_view_at, sequence, page, session_id,
    row_number() OVER w AS sz_number,
    CASE WHEN lag(session_id) OVER w = session_id THEN 0 ELSE 1 END AS sz_first,
    CASE WHEN lead(session_id) OVER w = session_id THEN 0 ELSE 1 END AS sz_last
  FROM session_table
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT session_id, (SELECT max(run_id) FROM session_runs),
  max(CASE WHEN sz_first = 1 THEN event_id END), user_id,
  max(CASE WHEN sz_first = 1 THEN page_view_at END),
  max(CASE WHEN sz_last = 1 THEN page_view_at END), max(CASE WHEN sz_last = 1 THEN event_id END),
  max(CASE WHEN sz_first = 1 THEN sequence END), max(CASE WHEN sz_last = 1 THEN sequence END),
  coalesce(sum(CASE WHEN sz_last = 1 THEN sz_number ELSE 0 END - CASE WHEN sz_first = 1 THEN sz_number - 1 ELSE 0 END), 0)::bigint,
  CASE WHEN coalesce(sum(0), 0)::bigint = 0 THEN 1 ELSE coalesce(sum(0), 0)::bigint END,
  max(CASE WHEN sz_first = 1 THEN page END), max(CASE WHEN sz_last = 1 THEN page END)
FROM e WHERE (sz_first = 1 OR sz_last = 1) GROUP BY session_id, session_id, user_id;

-- key of session_table: Builds the primary key from the rows.
ALTER TABLE session_table ADD PRIMARY KEY (event_id);

-- key of session_versions: Builds the primary key from the rows.
ALTER TABLE session_versions ADD PRIMARY KEY (anchor, run_id);

-- session_table_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_table_by_user_id ON session_table (user_id, page_view_at, event_id);

-- session_versions_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_versions_by_user_id ON session_versions (user_id, started_at);

-- session_versions_by_session_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS session_versions_by_session_id ON session_versions (session_id, run_id);

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE rejected ON COMMIT DROP AS
WITH mapped AS (
  SELECT p.event_id::text COLLATE "C" AS event_id, p.user_id::text COLLATE "C" AS user_id,
    CASE WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' THEN p.page_view_at::timestamp END AS page_view_at,
    p.page::text COLLATE "C" AS page, p.page_view_at AS sz_source_time
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, page, sz_source_time,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN sz_source_time::text COLLATE "C" IS NULL OR sz_source_time::text COLLATE "C" = '' THEN 'null_time'
        WHEN (sz_source_time IS NOT NULL) THEN 'time_out_of_range' ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped OFFSET 0
),
bad AS (
  SELECT DISTINCT judged.reason,
    CASE WHEN judged.event_id <> '' THEN judged.event_id END AS event_id,
    CASE WHEN judged.user_id <> '' THEN judged.user_id END AS user_id, judged.page,
    CASE WHEN judged.page_view_at IS NOT NULL THEN to_char(judged.page_view_at, 'YYYY-MM-DD HH24:MI:SS.US')
      WHEN judged.sz_source_time::text COLLATE "C" <> '' THEN judged.sz_source_time::text COLLATE "C" END AS page_view_at
  FROM judged WHERE judged.reason IS NOT NULL
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
  window_to, arrival_mark, (SELECT count(*) FROM session_table),
  (SELECT count(*) FROM session_versions), 0, (SELECT count(*) FROM pg_temp.rejected), layout,
  engine, tool_version
FROM session_runs WHERE state = 'started' ORDER BY run_id DESC LIMIT 1;
