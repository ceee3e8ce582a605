-- changed_sessions: since a run
WITH d AS (
  SELECT DISTINCT session_id FROM session_lineage AS l
  WHERE run_id > {{ run }} AND run_id <= {{ until }}
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS e WHERE e.run_id <= {{ run }} AND e.session_id = l.session_id)
),
a AS (
  SELECT session_id AS sz_anchor_before,
    coalesce((
      SELECT l.became FROM session_lineage AS l
      WHERE l.session_id = d.session_id AND l.run_id <= {{ until }} ORDER BY l.run_id DESC LIMIT 1
    ), session_id) AS anchor
  FROM d
),
u AS (
  SELECT n.anchor, n.session_id AS sz_survivor, p.session_id, p.user_id
  FROM session_versions AS n
  CROSS JOIN LATERAL (
    SELECT * FROM session_versions AS p
    WHERE p.anchor = n.anchor
      AND p.run_id = (
        SELECT w.run_id FROM session_versions AS w WHERE w.anchor = n.anchor AND w.run_id <= {{ run }}
        ORDER BY w.run_id DESC LIMIT 1
      )
    OFFSET 0
  ) AS p
  WHERE n.run_id <= {{ until }}
    AND NOT EXISTS (
      SELECT 1 FROM session_versions AS w
      WHERE w.run_id <= {{ until }} AND w.anchor = n.anchor AND w.run_id > n.run_id
    )
    AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.run_id <= {{ until }} AND l.session_id = n.anchor)
    AND n.run_id > {{ run }}
  UNION ALL
  SELECT a.anchor, n.session_id AS sz_survivor, p.session_id, p.user_id
  FROM a
  CROSS JOIN LATERAL (
    SELECT * FROM session_versions AS n
    WHERE n.anchor = a.anchor
      AND n.run_id = (
        SELECT w.run_id FROM session_versions AS w WHERE w.anchor = a.anchor AND w.run_id <= {{ until }}
        ORDER BY w.run_id DESC LIMIT 1
      )
    OFFSET 0
  ) AS n
  CROSS JOIN LATERAL (
    SELECT * FROM session_versions AS p
    WHERE p.anchor = a.sz_anchor_before
      AND p.run_id = (
        SELECT w.run_id FROM session_versions AS w
        WHERE w.anchor = a.sz_anchor_before AND w.run_id <= {{ run }} ORDER BY w.run_id DESC LIMIT 1
      )
    OFFSET 0
  ) AS p
),
r AS (
  SELECT sz_survivor, session_id, user_id,
    row_number() OVER (PARTITION BY anchor ORDER BY session_id) AS sz_first,
    row_number() OVER (PARTITION BY anchor ORDER BY session_id DESC) AS sz_last
  FROM u
)
SELECT 'changed' AS "change", session_id, NULL::text COLLATE "C" AS replaced_by,
  NULL::text COLLATE "C" AS reason, user_id, started_at, ended_at,
  extract(epoch FROM date_trunc('second', ended_at - started_at))::bigint * 1000000 + extract(microseconds FROM ended_at - started_at)::bigint % 1000000 AS duration_microseconds,
  pageviews, entry_page, exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM session_versions AS v
WHERE run_id <= {{ until }}
  AND NOT EXISTS (
    SELECT 1 FROM session_versions AS w
    WHERE w.run_id <= {{ until }} AND w.anchor = v.anchor AND w.run_id > v.run_id
  )
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.run_id <= {{ until }} AND l.session_id = v.anchor)
  AND run_id > {{ run }}
UNION ALL
SELECT 'retired' AS "change", session_id, sz_survivor AS replaced_by,
  CASE WHEN (sz_first + sz_last) = 2 THEN 'extended' ELSE 'merged' END AS reason, user_id,
  NULL::timestamp AS started_at, NULL::timestamp AS ended_at, NULL::bigint AS duration_microseconds,
  NULL::bigint AS pageviews, NULL::text COLLATE "C" AS entry_page,
  NULL::text COLLATE "C" AS exit_page, NULL::integer AS is_bounce
FROM r WHERE session_id <> sz_survivor
ORDER BY "change", user_id NULLS FIRST, started_at NULLS FIRST, session_id;
