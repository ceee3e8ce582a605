-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, arrival_mark, layout, engine, tool_version
)
SELECT coalesce(max(run_id), 0) + 1, 'started', utc_timestamp(6), '{…}', 'whole',
  (SELECT max(arrival_id) FROM pageviews), 2, 'MariaDB 10.11', '1'
FROM session_runs;

-- rows: The pageviews, each with the anchor of its session.
INSERT INTO session_table (event_id, session_id, user_id, page_view_at, sequence, page, run_id)
WITH mapped AS (
  SELECT CAST(CONVERT(p.event_id USING utf8mb4) AS BINARY) AS event_id,
    CAST(CONVERT(p.user_id USING utf8mb4) AS BINARY) AS user_id,
    CASE
      WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' AND month(p.page_view_at) > 0 AND day(p.page_view_at) > 0 AND day(p.page_view_at) <= day(last_day(p.page_view_at))
      THEN CAST(p.page_view_at AS DATETIME(6))
    END AS page_view_at,
    CAST(CONVERT(p.page USING utf8mb4) AS BINARY) AS page, p.page_view_at AS sz_source_time,
    CASE WHEN p.sequence BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(p.sequence AS SIGNED) END AS sequence
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN CAST(CONVERT(sz_source_time USING utf8mb4) AS BINARY) IS NULL
          OR CAST(CONVERT(sz_source_time USING utf8mb4) AS BINARY) = '' THEN 'null_time'
        WHEN (month(sz_source_time) > 0 AND day(sz_source_time) > 0 AND day(sz_source_time) <= day(last_day(sz_source_time))) THEN 'time_out_of_range'
        ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped
),
good AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    timestampdiff(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', page_view_at) AS sz_instant
  FROM judged WHERE reason IS NULL
),
flagged AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    CASE WHEN lag(sz_instant) OVER w IS NULL THEN 1
      WHEN sz_instant >= lag(sz_instant) OVER w + 1800000000 THEN 1 ELSE 0 END AS sz_starts
  FROM good WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence, event_id)
),
numbered AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_number
  FROM flagged WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence, event_id)
)
SELECT event_id, first_value(event_id) OVER w, user_id, page_view_at, sequence, page,
  (SELECT max(run_id) FROM session_runs)
FROM numbered
WINDOW w AS (PARTITION BY user_id, sz_number ORDER BY page_view_at, sequence, event_id);

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
  FROM session_table WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence, event_id)
)
SELECT session_id, (SELECT max(run_id) FROM session_runs),
  max(CASE WHEN sz_first = 1 THEN event_id END), user_id,
  max(CASE WHEN sz_first = 1 THEN page_view_at END),
  max(CASE WHEN sz_last = 1 THEN page_view_at END), max(CASE WHEN sz_last = 1 THEN event_id END),
  max(CASE WHEN sz_first = 1 THEN sequence END), max(CASE WHEN sz_last = 1 THEN sequence END),
  CAST(coalesce(sum(CASE WHEN sz_last = 1 THEN sz_number ELSE 0 END - CASE WHEN sz_first = 1 THEN sz_number - 1 ELSE 0 END), 0) AS SIGNED),
  CASE WHEN CAST(coalesce(sum(0), 0) AS SIGNED) = 0 THEN 1 ELSE CAST(coalesce(sum(0), 0) AS SIGNED) END,
  max(CASE WHEN sz_first = 1 THEN page END), max(CASE WHEN sz_last = 1 THEN page END)
FROM e WHERE (sz_first = 1 OR sz_last = 1) GROUP BY session_id, session_id, user_id;

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE sessionizer_scratch_rejected (
  reason longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  event_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  user_id longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page_view_at longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  page longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  row_key longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB;
INSERT INTO sessionizer_scratch_rejected
WITH mapped AS (
  SELECT CAST(CONVERT(p.event_id USING utf8mb4) AS BINARY) AS event_id,
    CAST(CONVERT(p.user_id USING utf8mb4) AS BINARY) AS user_id,
    CASE
      WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' AND month(p.page_view_at) > 0 AND day(p.page_view_at) > 0 AND day(p.page_view_at) <= day(last_day(p.page_view_at))
      THEN CAST(p.page_view_at AS DATETIME(6))
    END AS page_view_at,
    CAST(CONVERT(p.page USING utf8mb4) AS BINARY) AS page, p.page_view_at AS sz_source_time
  FROM pageviews AS p
),
judged AS (
  SELECT event_id, user_id, page_view_at, page, sz_source_time,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN CAST(CONVERT(sz_source_time USING utf8mb4) AS BINARY) IS NULL
          OR CAST(CONVERT(sz_source_time USING utf8mb4) AS BINARY) = '' THEN 'null_time'
        WHEN (month(sz_source_time) > 0 AND day(sz_source_time) > 0 AND day(sz_source_time) <= day(last_day(sz_source_time))) THEN 'time_out_of_range'
        ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped LIMIT 9223372036854775807
),
bad AS (
  SELECT DISTINCT judged.reason,
    CASE WHEN judged.event_id <> '' THEN judged.event_id END AS event_id,
    CASE WHEN judged.user_id <> '' THEN judged.user_id END AS user_id, judged.page,
    CASE WHEN judged.page_view_at IS NOT NULL THEN date_format(judged.page_view_at, '%Y-%m-%d %H:%i:%s.%f')
      WHEN CAST(CONVERT(judged.sz_source_time USING utf8mb4) AS BINARY) <> '' THEN CAST(CONVERT(judged.sz_source_time USING utf8mb4) AS BINARY) END AS page_view_at
  FROM judged WHERE judged.reason IS NOT NULL
),
keyed AS (
  SELECT reason, event_id, user_id, page_view_at, page,
    concat(
      reason,
      CASE WHEN octet_length(event_id) <= 180 THEN concat('|', CAST(octet_length(event_id) AS CHAR), ':', event_id)
        WHEN event_id IS NOT NULL THEN concat('|', CAST(octet_length(event_id) AS CHAR), ':#')
        ELSE '|-' END,
      CASE WHEN octet_length(user_id) <= 180 THEN concat('|', CAST(octet_length(user_id) AS CHAR), ':', user_id)
        WHEN user_id IS NOT NULL THEN concat('|', CAST(octet_length(user_id) AS CHAR), ':#') ELSE '|-' END,
      CASE WHEN octet_length(page_view_at) <= 180 THEN concat('|', CAST(octet_length(page_view_at) AS CHAR), ':', page_view_at)
        WHEN page_view_at IS NOT NULL THEN concat('|', CAST(octet_length(page_view_at) AS CHAR), ':#')
        ELSE '|-' END,
      CASE WHEN octet_length(page) <= 180 THEN concat('|', CAST(octet_length(page) AS CHAR), ':', page)
        WHEN page IS NOT NULL THEN concat('|', CAST(octet_length(page) AS CHAR), ':#') ELSE '|-' END
    ) AS row_key
  FROM bad LIMIT 9223372036854775807
)
SELECT reason, event_id, user_id, page_view_at, page, row_key FROM keyed
WHERE NOT EXISTS (
    SELECT 1 FROM session_quarantine AS q
    WHERE q.row_key = keyed.row_key AND q.reason = keyed.reason AND q.event_id <=> keyed.event_id
      AND q.user_id <=> keyed.user_id AND q.page_view_at <=> keyed.page_view_at
      AND q.page <=> keyed.page
  );

-- quarantine: What cannot be sessionized, and why.
INSERT INTO session_quarantine (reason, event_id, user_id, page_view_at, page, run_id, row_key)
SELECT reason, event_id, user_id, page_view_at, page, (SELECT max(run_id) FROM session_runs),
  row_key
FROM sessionizer_scratch_rejected;

-- finished: Closes the run.
INSERT INTO session_runs (
  run_id, state, recorded_at, job, mode, window_from, window_to, arrival_mark, pageviews, sessions,
  lineage_rows, quarantined, layout, engine, tool_version
)
SELECT run_id, 'finished', utc_timestamp(6), job, mode, window_from, window_to, arrival_mark,
  (SELECT count(*) FROM session_table), (SELECT count(*) FROM session_versions), 0,
  (SELECT count(*) FROM sessionizer_scratch_rejected), layout, engine, tool_version
FROM session_runs WHERE state = 'started' ORDER BY run_id DESC LIMIT 1;
