-- sessions: as they are
SELECT session_id, user_id, started_at, ended_at,
  extract(epoch FROM date_trunc('second', ended_at - started_at))::bigint * 1000000 + extract(microseconds FROM ended_at - started_at)::bigint % 1000000 AS duration_microseconds,
  pageviews, entry_page, exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM session_versions AS v
WHERE NOT EXISTS (SELECT 1 FROM session_versions AS w WHERE w.anchor = v.anchor AND w.run_id > v.run_id)
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.session_id = v.anchor)
ORDER BY user_id, started_at, session_id;

-- sessions: as of a run
SELECT session_id, user_id, started_at, ended_at,
  extract(epoch FROM date_trunc('second', ended_at - started_at))::bigint * 1000000 + extract(microseconds FROM ended_at - started_at)::bigint % 1000000 AS duration_microseconds,
  pageviews, entry_page, exit_page, CASE WHEN pageviews = 1 THEN 1 ELSE 0 END AS is_bounce
FROM session_versions AS v
WHERE run_id <= {{ run }}
  AND NOT EXISTS (
    SELECT 1 FROM session_versions AS w
    WHERE w.run_id <= {{ run }} AND w.anchor = v.anchor AND w.run_id > v.run_id
  )
  AND NOT EXISTS (SELECT 1 FROM session_lineage AS l WHERE l.run_id <= {{ run }} AND l.session_id = v.anchor)
ORDER BY user_id, started_at, session_id;
