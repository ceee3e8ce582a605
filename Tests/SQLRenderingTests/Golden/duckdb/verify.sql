-- wrong session: a pageview whose session is not that of one full run
WITH anchored AS MATERIALIZED (
  SELECT
    t.event_id, t.user_id, t.page_view_at, t.sequence,
    coalesce((
      SELECT l.became
      FROM session_lineage AS l
      WHERE l.session_id = t.session_id
      ORDER BY l.run_id DESC
      LIMIT 1
    ), t.session_id) AS anchor
  FROM session_table AS t
),
e AS MATERIALIZED (
  SELECT
    anchored.event_id, anchored.user_id, anchored.page_view_at, anchored.sequence,
    coalesce((
      SELECT v.session_id
      FROM session_versions AS v
      WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC
      LIMIT 1
    ), anchored.anchor) AS session_id,
    anchored.page_view_at AS sz_instant
  FROM anchored
),
q AS MATERIALIZED (
  SELECT
    event_id, user_id, page_view_at, sequence, session_id,
    CASE
      WHEN lag(sz_instant) OVER w IS NULL OR sz_instant >= lag(sz_instant) OVER w + INTERVAL (30) MINUTE THEN 1
      ELSE 0
    END AS sz_starts
  FROM e
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
n AS MATERIALIZED (
  SELECT
    event_id, user_id, page_view_at, sequence, session_id,
    sum(sz_starts) OVER (
      PARTITION BY user_id
      ORDER BY page_view_at, sequence NULLS FIRST, event_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS sz_number
  FROM q
),
x AS MATERIALIZED (
  SELECT
    event_id, session_id,
    first_value(event_id) OVER (
      PARTITION BY user_id, sz_number
      ORDER BY page_view_at, sequence NULLS FIRST, event_id
    ) AS sz_island
  FROM n
)
SELECT event_id AS subject, sz_island AS expected, session_id AS "found"
FROM x
WHERE sz_island <> session_id;

-- gap inside a session: two neighbours of one session that are a gap apart
WITH anchored AS MATERIALIZED (
  SELECT
    t.event_id, t.user_id, t.page_view_at, t.sequence,
    coalesce((
      SELECT l.became
      FROM session_lineage AS l
      WHERE l.session_id = t.session_id
      ORDER BY l.run_id DESC
      LIMIT 1
    ), t.session_id) AS anchor
  FROM session_table AS t
),
e AS MATERIALIZED (
  SELECT
    anchored.event_id, anchored.user_id, anchored.page_view_at, anchored.sequence,
    coalesce((
      SELECT v.session_id
      FROM session_versions AS v
      WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC
      LIMIT 1
    ), anchored.anchor) AS session_id,
    anchored.page_view_at AS sz_instant
  FROM anchored
),
h AS MATERIALIZED (
  SELECT
    event_id, sz_instant, lag(sz_instant) OVER w AS sz_before,
    lag(event_id) OVER w AS sz_event_before
  FROM e
  WINDOW w AS (PARTITION BY user_id, session_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id AS subject, 'another session' AS expected, 'after ' || sz_event_before AS "found"
FROM h
WHERE sz_before IS NOT NULL
  AND sz_instant >= sz_before + INTERVAL (30) MINUTE;

-- sessions too close: two neighbours of different sessions that are not a gap apart
WITH anchored AS MATERIALIZED (
  SELECT
    t.event_id, t.user_id, t.page_view_at, t.sequence,
    coalesce((
      SELECT l.became
      FROM session_lineage AS l
      WHERE l.session_id = t.session_id
      ORDER BY l.run_id DESC
      LIMIT 1
    ), t.session_id) AS anchor
  FROM session_table AS t
),
e AS MATERIALIZED (
  SELECT
    anchored.event_id, anchored.user_id, anchored.page_view_at, anchored.sequence,
    coalesce((
      SELECT v.session_id
      FROM session_versions AS v
      WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC
      LIMIT 1
    ), anchored.anchor) AS session_id,
    anchored.page_view_at AS sz_instant
  FROM anchored
),
h AS MATERIALIZED (
  SELECT
    event_id, session_id, sz_instant, lag(sz_instant) OVER w AS sz_before,
    lag(session_id) OVER w AS sz_session_before, lag(event_id) OVER w AS sz_event_before
  FROM e
  WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id AS subject, 'one session' AS expected, 'after ' || sz_event_before AS "found"
FROM h
WHERE sz_before IS NOT NULL
  AND NOT (sz_session_before = session_id)
  AND NOT (sz_instant >= sz_before + INTERVAL (30) MINUTE);

-- row twice: an event that the ledger has more than once
SELECT event_id AS subject, '1' AS expected, CAST(count(*) AS VARCHAR) AS "found"
FROM session_table
GROUP BY event_id
HAVING count(*) > 1;

-- pageviews do not add up: the sessions' pageviews are not the ledger's rows
WITH a AS MATERIALIZED (
  SELECT CAST(coalesce(sum(v.pageviews), 0) AS BIGINT) AS pageviews
  FROM session_versions AS v
  WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
),
b AS MATERIALIZED (
  SELECT count(*) AS pageviews
  FROM session_table
)
SELECT
  'pageviews' AS subject, CAST(b.pageviews AS VARCHAR) AS expected,
  CAST(a.pageviews AS VARCHAR) AS "found"
FROM a
JOIN b ON a.pageviews <> b.pageviews;

-- wrong session row: a session that is not what its pageviews give
WITH anchored AS MATERIALIZED (
  SELECT
    t.event_id, t.user_id, t.page_view_at, t.sequence, t.page,
    coalesce((
      SELECT l.became
      FROM session_lineage AS l
      WHERE l.session_id = t.session_id
      ORDER BY l.run_id DESC
      LIMIT 1
    ), t.session_id) AS anchor
  FROM session_table AS t
),
e AS MATERIALIZED (
  SELECT
    anchored.event_id,
    coalesce((
      SELECT v.session_id
      FROM session_versions AS v
      WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC
      LIMIT 1
    ), anchored.anchor) AS session_id,
    anchored.user_id, anchored.page_view_at, anchored.sequence, anchored.page
  FROM anchored
),
r AS MATERIALIZED (
  SELECT
    event_id, session_id, user_id, page_view_at, page,
    row_number() OVER (
      PARTITION BY session_id
      ORDER BY page_view_at, sequence NULLS FIRST, event_id
    ) AS sz_first_rank,
    row_number() OVER (
      PARTITION BY session_id
      ORDER BY page_view_at DESC, CASE WHEN sequence IS NULL THEN 0 ELSE 1 END DESC, sequence DESC, event_id DESC
    ) AS sz_last_rank
  FROM e
),
u AS MATERIALIZED (
  SELECT
    r.session_id, max(r.user_id) AS user_id, min(r.page_view_at) AS started_at,
    max(r.page_view_at) AS ended_at,
    max(CASE WHEN r.sz_last_rank = 1 THEN r.event_id END) AS last_event_id,
    count(*) AS pageviews,
    max(CASE WHEN r.sz_first_rank = 1 THEN r.page END) AS entry_page,
    max(CASE WHEN r.sz_last_rank = 1 THEN r.page END) AS exit_page,
    CAST(NULL AS VARCHAR) AS sz_version_user_id,
    CAST(NULL AS TIMESTAMP) AS sz_version_started_at,
    CAST(NULL AS TIMESTAMP) AS sz_version_ended_at,
    CAST(NULL AS VARCHAR) AS sz_version_last_event_id,
    CAST(NULL AS BIGINT) AS sz_version_pageviews,
    CAST(NULL AS VARCHAR) AS sz_version_entry_page,
    CAST(NULL AS VARCHAR) AS sz_version_exit_page
  FROM r
  GROUP BY r.session_id
  UNION ALL
  SELECT
    v.session_id, CAST(NULL AS VARCHAR) AS user_id, CAST(NULL AS TIMESTAMP) AS started_at,
    CAST(NULL AS TIMESTAMP) AS ended_at, CAST(NULL AS VARCHAR) AS last_event_id,
    CAST(NULL AS BIGINT) AS pageviews, CAST(NULL AS VARCHAR) AS entry_page,
    CAST(NULL AS VARCHAR) AS exit_page, v.user_id AS sz_version_user_id,
    v.started_at AS sz_version_started_at, v.ended_at AS sz_version_ended_at,
    v.last_event_id AS sz_version_last_event_id, v.pageviews AS sz_version_pageviews,
    v.entry_page AS sz_version_entry_page, v.exit_page AS sz_version_exit_page
  FROM session_versions AS v
  WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
)
SELECT
  session_id AS subject,
  CASE
    WHEN max(started_at) IS NOT NULL THEN strftime(max(started_at), '%Y-%m-%d %H:%M:%S.%f') || ' – ' || strftime(max(ended_at), '%Y-%m-%d %H:%M:%S.%f') || ', pageviews: ' || CAST(max(pageviews) AS VARCHAR)
    ELSE 'no session'
  END AS expected,
  CASE
    WHEN max(sz_version_started_at) IS NOT NULL THEN strftime(max(sz_version_started_at), '%Y-%m-%d %H:%M:%S.%f') || ' – ' || strftime(max(sz_version_ended_at), '%Y-%m-%d %H:%M:%S.%f') || ', pageviews: ' || CAST(max(sz_version_pageviews) AS VARCHAR)
    ELSE 'no session'
  END AS "found"
FROM u
GROUP BY session_id
HAVING NOT (max(user_id) IS NOT NULL
  AND max(sz_version_user_id) IS NOT NULL
  AND max(user_id) IS NOT DISTINCT FROM max(sz_version_user_id)
  AND max(started_at) IS NOT DISTINCT FROM max(sz_version_started_at)
  AND max(ended_at) IS NOT DISTINCT FROM max(sz_version_ended_at)
  AND max(last_event_id) IS NOT DISTINCT FROM max(sz_version_last_event_id)
  AND max(pageviews) IS NOT DISTINCT FROM max(sz_version_pageviews)
  AND max(entry_page) IS NOT DISTINCT FROM max(sz_version_entry_page)
  AND max(exit_page) IS NOT DISTINCT FROM max(sz_version_exit_page));

-- chained lineage: an anchor that was merged into one that was itself merged
WITH t AS MATERIALIZED (
  SELECT DISTINCT session_id
  FROM session_lineage
),
c AS MATERIALIZED (
  SELECT
    t.session_id,
    coalesce((
      SELECT l.became
      FROM session_lineage AS l
      WHERE l.session_id = t.session_id
      ORDER BY l.run_id DESC
      LIMIT 1
    ), t.session_id) AS anchor
  FROM t
)
SELECT c.session_id AS subject, 'an anchor that was not merged' AS expected, c.anchor AS "found"
FROM c
WHERE EXISTS (SELECT 1 FROM session_lineage AS again WHERE again.session_id = c.anchor);

-- missed arrival: a row below the arrival mark less the overlap that no run took
WITH mapped AS MATERIALIZED (
  SELECT
    decode(encode(CAST(p.user_id AS VARCHAR))) AS user_id,
    CASE WHEN p.page_view_at >= TIMESTAMP '0001-01-02' AND p.page_view_at < TIMESTAMP '9999-12-31' THEN CAST(p.page_view_at AS TIMESTAMP) END AS page_view_at,
    p.page_view_at AS sz_source_time, decode(encode(CAST(p.event_id AS VARCHAR))) AS event_id,
    p.arrival_id AS sz_arrival
  FROM pageviews AS p
),
s AS MATERIALIZED (
  SELECT
    event_id, sz_arrival,
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
)
SELECT s.event_id AS subject, 'in the ledger' AS expected, 'not there' AS "found"
FROM s
WHERE s.reason IS NULL
  AND s.sz_arrival < {{ mark }}
  AND NOT EXISTS (SELECT 1 FROM session_table AS t WHERE t.event_id = s.event_id);

-- pending: a source row that no run took yet
WITH mapped AS MATERIALIZED (
  SELECT
    decode(encode(CAST(p.user_id AS VARCHAR))) AS user_id,
    CASE WHEN p.page_view_at >= TIMESTAMP '0001-01-02' AND p.page_view_at < TIMESTAMP '9999-12-31' THEN CAST(p.page_view_at AS TIMESTAMP) END AS page_view_at,
    p.page_view_at AS sz_source_time, decode(encode(CAST(p.event_id AS VARCHAR))) AS event_id
  FROM pageviews AS p
),
s AS MATERIALIZED (
  SELECT
    event_id,
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
)
SELECT s.event_id AS subject, 'in the ledger' AS expected, 'not there' AS "found"
FROM s
WHERE s.reason IS NULL
  AND NOT EXISTS (SELECT 1 FROM session_table AS t WHERE t.event_id = s.event_id);

-- changed: a source row that is not what the ledger took
WITH mapped AS MATERIALIZED (
  SELECT
    decode(encode(CAST(p.user_id AS VARCHAR))) AS user_id,
    CASE WHEN p.page_view_at >= TIMESTAMP '0001-01-02' AND p.page_view_at < TIMESTAMP '9999-12-31' THEN CAST(p.page_view_at AS TIMESTAMP) END AS page_view_at,
    decode(encode(CAST(p.page AS VARCHAR))) AS page,
    decode(encode(CAST(p.event_id AS VARCHAR))) AS event_id
  FROM pageviews AS p
),
s AS MATERIALIZED (
  SELECT event_id, user_id, page_view_at, page
  FROM mapped
)
SELECT
  t.event_id AS subject, 'as in the ledger' AS expected,
  'another user, time or page' AS "found"
FROM s
JOIN session_table AS t ON t.event_id = s.event_id
WHERE s.event_id IS NOT NULL
GROUP BY t.event_id, t.page_view_at
HAVING CAST(coalesce(sum(CASE
  WHEN t.user_id = s.user_id AND t.page_view_at = s.page_view_at AND t.page IS NOT DISTINCT FROM s.page THEN 1
  ELSE 0
END), 0) AS BIGINT) = 0;

-- retired: a ledger row that is gone from the source
WITH mapped AS MATERIALIZED (
  SELECT decode(encode(CAST(p.event_id AS VARCHAR))) AS event_id
  FROM pageviews AS p
),
s AS MATERIALIZED (
  SELECT event_id
  FROM mapped
),
u AS MATERIALIZED (
  SELECT event_id, page_view_at, 0 AS "found"
  FROM session_table
  UNION ALL
  SELECT t.event_id, t.page_view_at, 1 AS "found"
  FROM s
  JOIN session_table AS t ON t.event_id = s.event_id
  WHERE s.event_id IS NOT NULL
)
SELECT u.event_id AS subject, 'as in the ledger' AS expected, 'gone' AS "found"
FROM u
GROUP BY u.event_id, u.page_view_at
HAVING CAST(coalesce(sum(u."found"), 0) AS BIGINT) = 0;
