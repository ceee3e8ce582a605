-- wrong session: a pageview whose session is not that of one full run
WITH anchored AS (
  SELECT event_id, user_id, page_view_at, sequence,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM session_table AS t
),
e AS (
  SELECT event_id, user_id, page_view_at, sequence,
    coalesce((
      SELECT v.session_id FROM session_versions AS v WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC LIMIT 1
    ), anchor) AS session_id,
    page_view_at AS sz_instant
  FROM anchored
),
q AS (
  SELECT event_id, user_id, page_view_at, sequence, session_id,
    CASE WHEN lag(sz_instant) OVER w IS NULL OR sz_instant >= lag(sz_instant) OVER w + INTERVAL '30 minutes' THEN 1
      ELSE 0 END AS sz_starts
  FROM e WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
n AS (
  SELECT event_id, user_id, page_view_at, sequence, session_id,
    sum(sz_starts) OVER (w ROWS UNBOUNDED PRECEDING) AS sz_number
  FROM q WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
),
x AS (
  SELECT event_id, session_id, first_value(event_id) OVER w AS sz_island FROM n
  WINDOW w AS (PARTITION BY user_id, sz_number ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id AS subject, sz_island AS expected, session_id AS "found" FROM x
WHERE sz_island <> session_id;

-- gap inside a session: two neighbours of one session that are a gap apart
WITH anchored AS (
  SELECT event_id, user_id, page_view_at, sequence,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM session_table AS t
),
e AS (
  SELECT event_id, user_id, page_view_at, sequence,
    coalesce((
      SELECT v.session_id FROM session_versions AS v WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC LIMIT 1
    ), anchor) AS session_id,
    page_view_at AS sz_instant
  FROM anchored
),
h AS (
  SELECT event_id, sz_instant, lag(sz_instant) OVER w AS sz_before,
    lag(event_id) OVER w AS sz_event_before
  FROM e
  WINDOW w AS (PARTITION BY user_id, session_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id AS subject, 'another session' AS expected, 'after ' || sz_event_before AS "found"
FROM h WHERE sz_before IS NOT NULL AND sz_instant >= sz_before + INTERVAL '30 minutes';

-- sessions too close: two neighbours of different sessions that are not a gap apart
WITH anchored AS (
  SELECT event_id, user_id, page_view_at, sequence,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM session_table AS t
),
e AS (
  SELECT event_id, user_id, page_view_at, sequence,
    coalesce((
      SELECT v.session_id FROM session_versions AS v WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC LIMIT 1
    ), anchor) AS session_id,
    page_view_at AS sz_instant
  FROM anchored
),
h AS (
  SELECT event_id, session_id, sz_instant, lag(sz_instant) OVER w AS sz_before,
    lag(session_id) OVER w AS sz_session_before, lag(event_id) OVER w AS sz_event_before
  FROM e WINDOW w AS (PARTITION BY user_id ORDER BY page_view_at, sequence NULLS FIRST, event_id)
)
SELECT event_id AS subject, 'one session' AS expected, 'after ' || sz_event_before AS "found"
FROM h
WHERE sz_before IS NOT NULL AND NOT (sz_session_before = session_id)
  AND NOT (sz_instant >= sz_before + INTERVAL '30 minutes');

-- row twice: an event that the ledger has more than once
SELECT event_id AS subject, '1' AS expected, count(*)::text AS "found" FROM session_table
GROUP BY event_id HAVING count(*) > 1;

-- pageviews do not add up: the sessions' pageviews are not the ledger's rows
WITH a AS (
  SELECT coalesce(sum(v.pageviews), 0)::bigint AS pageviews FROM session_versions AS v
  WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
),
b AS (SELECT count(*) AS pageviews FROM session_table)
SELECT 'pageviews' AS subject, b.pageviews::text AS expected, a.pageviews::text AS "found"
FROM a JOIN b ON a.pageviews <> b.pageviews;

-- wrong session row: a session that is not what its pageviews give
WITH anchored AS (
  SELECT event_id, user_id, page_view_at, sequence, page,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM session_table AS t
),
e AS (
  SELECT event_id,
    coalesce((
      SELECT v.session_id FROM session_versions AS v WHERE v.anchor = anchored.anchor
      ORDER BY v.run_id DESC LIMIT 1
    ), anchor) AS session_id,
    user_id, page_view_at, sequence, page
  FROM anchored
),
r AS (
  SELECT event_id, session_id, user_id, page_view_at, page, row_number() OVER w AS sz_first,
    row_number() OVER w2 AS sz_last
  FROM e
  WINDOW w AS (PARTITION BY session_id ORDER BY page_view_at, sequence NULLS FIRST, event_id),
    w2 AS (PARTITION BY session_id ORDER BY page_view_at DESC, sequence DESC NULLS LAST, event_id DESC)
),
u AS (
  SELECT r.session_id, max(r.user_id) AS user_id, min(r.page_view_at) AS started_at,
    max(r.page_view_at) AS ended_at,
    max(CASE WHEN r.sz_last = 1 THEN r.event_id END) AS last_event_id, count(*) AS pageviews,
    max(CASE WHEN r.sz_first = 1 THEN r.page END) AS entry_page,
    max(CASE WHEN r.sz_last = 1 THEN r.page END) AS exit_page,
    NULL::text COLLATE "C" AS sz_version_user_id, NULL::timestamp AS sz_version_started_at,
    NULL::timestamp AS sz_version_ended_at, NULL::text COLLATE "C" AS sz_version_last_event_id,
    NULL::bigint AS sz_version_pageviews, NULL::text COLLATE "C" AS sz_version_entry_page,
    NULL::text COLLATE "C" AS sz_version_exit_page
  FROM r GROUP BY r.session_id
  UNION ALL
  SELECT v.session_id, NULL::text COLLATE "C" AS user_id, NULL::timestamp AS started_at,
    NULL::timestamp AS ended_at, NULL::text COLLATE "C" AS last_event_id, NULL::bigint AS pageviews,
    NULL::text COLLATE "C" AS entry_page, NULL::text COLLATE "C" AS exit_page,
    v.user_id AS sz_version_user_id, v.started_at AS sz_version_started_at,
    v.ended_at AS sz_version_ended_at, v.last_event_id AS sz_version_last_event_id,
    v.pageviews AS sz_version_pageviews, v.entry_page AS sz_version_entry_page,
    v.exit_page AS sz_version_exit_page
  FROM session_versions AS v
  WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
)
SELECT session_id AS subject,
  CASE WHEN max(started_at) IS NOT NULL THEN to_char(max(started_at), 'YYYY-MM-DD HH24:MI:SS.US') || ' – ' || to_char(max(ended_at), 'YYYY-MM-DD HH24:MI:SS.US') || ', pageviews: ' || max(pageviews)::text
    ELSE 'no session' END AS expected,
  CASE WHEN max(sz_version_started_at) IS NOT NULL THEN to_char(max(sz_version_started_at), 'YYYY-MM-DD HH24:MI:SS.US') || ' – ' || to_char(max(sz_version_ended_at), 'YYYY-MM-DD HH24:MI:SS.US') || ', pageviews: ' || max(sz_version_pageviews)::text
    ELSE 'no session' END AS "found"
FROM u GROUP BY session_id
HAVING NOT (max(user_id) IS NOT NULL AND max(sz_version_user_id) IS NOT NULL
  AND coalesce(max(user_id), '') = coalesce(max(sz_version_user_id), '') AND (max(user_id) IS NULL) = (max(sz_version_user_id) IS NULL)
  AND max(started_at) IS NOT DISTINCT FROM max(sz_version_started_at)
  AND max(ended_at) IS NOT DISTINCT FROM max(sz_version_ended_at)
  AND coalesce(max(last_event_id), '') = coalesce(max(sz_version_last_event_id), '') AND (max(last_event_id) IS NULL) = (max(sz_version_last_event_id) IS NULL)
  AND max(pageviews) IS NOT DISTINCT FROM max(sz_version_pageviews)
  AND coalesce(max(entry_page), '') = coalesce(max(sz_version_entry_page), '') AND (max(entry_page) IS NULL) = (max(sz_version_entry_page) IS NULL)
  AND coalesce(max(exit_page), '') = coalesce(max(sz_version_exit_page), '') AND (max(exit_page) IS NULL) = (max(sz_version_exit_page) IS NULL));

-- chained lineage: an anchor that was merged into one that was itself merged
WITH t AS (SELECT DISTINCT session_id FROM session_lineage),
c AS (
  SELECT session_id,
    coalesce((
      SELECT l.became FROM session_lineage AS l WHERE l.session_id = t.session_id ORDER BY l.run_id DESC
      LIMIT 1
    ), session_id) AS anchor
  FROM t
)
SELECT session_id AS subject, 'an anchor that was not merged' AS expected, anchor AS "found"
FROM c WHERE EXISTS (SELECT 1 FROM session_lineage AS again WHERE again.session_id = c.anchor);

-- missed arrival: a row below the arrival mark less the overlap that no run took
WITH mapped AS (
  SELECT p.event_id::text COLLATE "C" AS event_id, p.user_id::text COLLATE "C" AS user_id,
    CASE WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' THEN p.page_view_at::timestamp END AS page_view_at,
    p.page_view_at AS sz_source_time, p.arrival_id AS sz_arrival
  FROM pageviews AS p
),
s AS (
  SELECT event_id, sz_arrival,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN sz_source_time::text COLLATE "C" IS NULL OR sz_source_time::text COLLATE "C" = '' THEN 'null_time'
        WHEN (sz_source_time IS NOT NULL) THEN 'time_out_of_range' ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped OFFSET 0
)
SELECT event_id AS subject, 'in the ledger' AS expected, 'not there' AS "found" FROM s
WHERE reason IS NULL AND sz_arrival < {{ mark }}
  AND NOT EXISTS (SELECT 1 FROM session_table AS t WHERE t.event_id = s.event_id);

-- pending: a source row that no run took yet
WITH mapped AS (
  SELECT p.event_id::text COLLATE "C" AS event_id, p.user_id::text COLLATE "C" AS user_id,
    CASE WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' THEN p.page_view_at::timestamp END AS page_view_at,
    p.page_view_at AS sz_source_time
  FROM pageviews AS p
),
s AS (
  SELECT event_id,
    CASE WHEN event_id IS NULL OR event_id = '' THEN 'null_event_id'
      WHEN user_id IS NULL OR user_id = '' THEN 'null_user'
      WHEN page_view_at IS NULL THEN CASE WHEN sz_source_time::text COLLATE "C" IS NULL OR sz_source_time::text COLLATE "C" = '' THEN 'null_time'
        WHEN (sz_source_time IS NOT NULL) THEN 'time_out_of_range' ELSE 'bad_time' END
      WHEN octet_length(event_id) > 1024 OR octet_length(user_id) > 1024 THEN 'key_too_long' END AS reason
  FROM mapped OFFSET 0
)
SELECT event_id AS subject, 'in the ledger' AS expected, 'not there' AS "found" FROM s
WHERE reason IS NULL AND NOT EXISTS (SELECT 1 FROM session_table AS t WHERE t.event_id = s.event_id);

-- changed: a source row that is not what the ledger took
WITH mapped AS (
  SELECT p.event_id::text COLLATE "C" AS event_id, p.user_id::text COLLATE "C" AS user_id,
    CASE WHEN p.page_view_at >= '0001-01-02' AND p.page_view_at < '9999-12-31' THEN p.page_view_at::timestamp END AS page_view_at,
    p.page::text COLLATE "C" AS page
  FROM pageviews AS p
),
s AS (SELECT event_id, user_id, page_view_at, page FROM mapped OFFSET 0)
SELECT t.event_id AS subject, 'as in the ledger' AS expected,
  'another user, time or page' AS "found"
FROM s JOIN session_table AS t ON t.event_id = s.event_id WHERE s.event_id IS NOT NULL
GROUP BY t.event_id, t.page_view_at
HAVING coalesce(sum(CASE WHEN t.user_id = s.user_id AND t.page_view_at = s.page_view_at
    AND coalesce(t.page, '') = coalesce(s.page, '') AND (t.page IS NULL) = (s.page IS NULL) THEN 1
  ELSE 0 END), 0)::bigint = 0;

-- retired: a ledger row that is gone from the source
WITH mapped AS (SELECT p.event_id::text COLLATE "C" AS event_id FROM pageviews AS p),
s AS (SELECT event_id FROM mapped OFFSET 0),
u AS (
  SELECT event_id, page_view_at, 0 AS "found" FROM session_table
  UNION ALL
  SELECT t.event_id, t.page_view_at, 1 AS "found"
  FROM s JOIN session_table AS t ON t.event_id = s.event_id WHERE s.event_id IS NOT NULL
)
SELECT u.event_id AS subject, 'as in the ledger' AS expected, 'gone' AS "found" FROM u
GROUP BY u.event_id, u.page_view_at HAVING coalesce(sum(u."found"), 0)::bigint = 0;
