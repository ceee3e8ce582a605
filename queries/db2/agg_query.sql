-- agg_query.sql for Db2 11.5 (dialect db2)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 38 answers assumed.
--
-- The current sessions in numbers. Reads only.
--
-- Run it:  db2 +c -s -td@ -vf agg_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

-- totals: All sessions in one row. Columns in _micro are millionths, durations are microseconds.
SELECT
  "t"."sessions" AS "sessions",
  "t"."users" AS "users",
  "t"."pageviews" AS "pageviews",
  "t"."bounces" AS "bounces",
  CASE
    WHEN "t"."sessions" > 0 THEN (("t"."pageviews" * 2000000) + "t"."sessions") / ("t"."sessions" * 2)
    ELSE CAST(NULL AS BIGINT)
  END AS "pageviews_per_session_micro",
  CASE
    WHEN "t"."sessions" > 0 THEN (("t"."bounces" * 2000000) + "t"."sessions") / ("t"."sessions" * 2)
    ELSE CAST(NULL AS BIGINT)
  END AS "bounce_rate_micro",
  CASE
    WHEN "t"."sessions" > 0 THEN (("t"."duration" * 2) + "t"."sessions") / ("t"."sessions" * 2)
    ELSE CAST(NULL AS BIGINT)
  END AS "duration_mean",
  "t"."duration_median" AS "duration_median",
  "t"."duration_p95" AS "duration_p95"
FROM (
  SELECT
    count_big(*) AS "sessions",
    count_big(DISTINCT "r"."user_id" || CHR(1)) AS "users",
    coalesce(sum(CAST("r"."pageviews" AS BIGINT)), 0) AS "pageviews",
    coalesce(sum(CAST(CASE WHEN "r"."is_bounce" = 1 THEN 1 ELSE 0 END AS BIGINT)), 0) AS "bounces",
    coalesce(sum(CAST("r"."duration_microseconds" AS BIGINT)), 0) AS "duration",
    max(CASE
      WHEN "r"."rank" = ((((("r"."rank" + "r"."rank_from_end") - 1) * 50) + 99) / 100) THEN "r"."duration_microseconds"
      ELSE CAST(NULL AS BIGINT)
    END) AS "duration_median",
    max(CASE
      WHEN "r"."rank" = ((((("r"."rank" + "r"."rank_from_end") - 1) * 95) + 99) / 100) THEN "r"."duration_microseconds"
      ELSE CAST(NULL AS BIGINT)
    END) AS "duration_p95"
  FROM (
    SELECT
      "s"."session_id" AS "session_id",
      "s"."user_id" AS "user_id",
      "s"."duration_microseconds" AS "duration_microseconds",
      "s"."pageviews" AS "pageviews",
      "s"."is_bounce" AS "is_bounce",
      row_number() OVER (ORDER BY "s"."duration_microseconds", "s"."session_id" || CHR(1)) AS "rank",
      row_number() OVER (ORDER BY "s"."duration_microseconds" DESC, "s"."session_id" || CHR(1) DESC) AS "rank_from_end"
    FROM (
      SELECT
        "s"."session_id" AS "session_id",
        "s"."user_id" AS "user_id",
        "s"."duration_microseconds" AS "duration_microseconds",
        "s"."pageviews" AS "pageviews",
        "s"."is_bounce" AS "is_bounce"
      FROM (
        SELECT
          "v"."session_id" AS "session_id",
          "v"."user_id" AS "user_id",
          "v"."started_at" AS "started_at",
          "v"."ended_at" AS "ended_at",
          CAST(CAST((((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
            + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at"))) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
          ((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
            + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at")) AS "duration_microseconds",
          "v"."pageviews" AS "pageviews",
          "v"."entry_page" AS "entry_page",
          "v"."exit_page" AS "exit_page",
          CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
        FROM "session_versions" AS "v"
        WHERE NOT EXISTS (
            SELECT 1
            FROM "session_versions" AS "w"
            WHERE "w"."anchor" = "v"."anchor" AND OCTET_LENGTH("w"."anchor") = OCTET_LENGTH("v"."anchor")
              AND "w"."run_id" > "v"."run_id"
          )
          AND NOT EXISTS (
            SELECT 1
            FROM "session_lineage" AS "l"
            WHERE "l"."session_id" = "v"."anchor" AND OCTET_LENGTH("l"."session_id") = OCTET_LENGTH("v"."anchor")
          )
      ) AS "s"
    ) AS "s"
  ) AS "r"
) AS "t"@

-- session: One row for each session.
SELECT
  "o"."user_id" AS "user_id",
  "o"."session_id" AS "session_id",
  "o"."first_view" AS "first_view",
  "o"."last_view" AS "last_view",
  "o"."pageviews" AS "pageviews"
FROM (
  SELECT
    "s"."user_id" AS "user_id",
    "s"."session_id" AS "session_id",
    "s"."started_at" AS "first_view",
    "s"."ended_at" AS "last_view",
    "s"."pageviews" AS "pageviews"
  FROM (
    SELECT
      "v"."session_id" AS "session_id",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."ended_at" AS "ended_at",
      CAST(CAST((((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
        + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at"))) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
      ((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
        + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at")) AS "duration_microseconds",
      "v"."pageviews" AS "pageviews",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page",
      CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
    FROM "session_versions" AS "v"
    WHERE NOT EXISTS (
        SELECT 1
        FROM "session_versions" AS "w"
        WHERE "w"."anchor" = "v"."anchor" AND OCTET_LENGTH("w"."anchor") = OCTET_LENGTH("v"."anchor")
          AND "w"."run_id" > "v"."run_id"
      )
      AND NOT EXISTS (
        SELECT 1
        FROM "session_lineage" AS "l"
        WHERE "l"."session_id" = "v"."anchor" AND OCTET_LENGTH("l"."session_id") = OCTET_LENGTH("v"."anchor")
      )
  ) AS "s"
) AS "o"
ORDER BY "o"."user_id" || CHR(1), "o"."first_view", "o"."session_id" || CHR(1)@

-- user: One row for each user.
SELECT
  "o"."user_id" AS "user_id",
  "o"."sessions" AS "sessions",
  "o"."pageviews" AS "pageviews",
  "o"."first_view" AS "first_view",
  "o"."last_view" AS "last_view",
  "o"."duration_microseconds" AS "duration_microseconds",
  "o"."bounces" AS "bounces"
FROM (
  SELECT
    "s"."user_id" AS "user_id",
    count_big(*) AS "sessions",
    coalesce(sum(CAST("s"."pageviews" AS BIGINT)), 0) AS "pageviews",
    min("s"."started_at") AS "first_view",
    max("s"."ended_at") AS "last_view",
    coalesce(sum(CAST("s"."duration_microseconds" AS BIGINT)), 0) AS "duration_microseconds",
    coalesce(sum(CAST(CASE WHEN "s"."is_bounce" = 1 THEN 1 ELSE 0 END AS BIGINT)), 0) AS "bounces"
  FROM (
    SELECT
      "v"."session_id" AS "session_id",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."ended_at" AS "ended_at",
      CAST(CAST((((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
        + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at"))) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
      ((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
        + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at")) AS "duration_microseconds",
      "v"."pageviews" AS "pageviews",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page",
      CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
    FROM "session_versions" AS "v"
    WHERE NOT EXISTS (
        SELECT 1
        FROM "session_versions" AS "w"
        WHERE "w"."anchor" = "v"."anchor" AND OCTET_LENGTH("w"."anchor") = OCTET_LENGTH("v"."anchor")
          AND "w"."run_id" > "v"."run_id"
      )
      AND NOT EXISTS (
        SELECT 1
        FROM "session_lineage" AS "l"
        WHERE "l"."session_id" = "v"."anchor" AND OCTET_LENGTH("l"."session_id") = OCTET_LENGTH("v"."anchor")
      )
  ) AS "s"
  GROUP BY "s"."user_id", "s"."user_id" || CHR(1)
) AS "o"
ORDER BY "o"."user_id" || CHR(1)@

-- day: One row for each UTC day: sessions that started on it, pageviews on it.
SELECT
  "o"."day" AS "day",
  "o"."sessions" AS "sessions",
  "o"."pageviews" AS "pageviews",
  "o"."users" AS "users",
  "o"."bounces" AS "bounces"
FROM (
  SELECT
    "d"."day" AS "day",
    coalesce("t"."sessions", 0) AS "sessions",
    "d"."pageviews" AS "pageviews",
    "d"."users" AS "users",
    coalesce("t"."bounces", 0) AS "bounces"
  FROM (
    SELECT
      "v"."day" AS "day",
      count_big(*) AS "pageviews",
      count_big(DISTINCT "v"."user_id" || CHR(1)) AS "users"
    FROM (
      SELECT
        VARCHAR_FORMAT("e"."page_view_at", 'YYYY-MM-DD') AS "day",
        "e"."user_id" AS "user_id"
      FROM (
        SELECT
          "a"."event_id" AS "event_id",
          (
            SELECT "v"."session_id"
            FROM "session_versions" AS "v"
            WHERE "v"."anchor" = "a"."anchor" AND OCTET_LENGTH("v"."anchor") = OCTET_LENGTH("a"."anchor")
            ORDER BY "v"."run_id" DESC
            FETCH FIRST 1 ROWS ONLY
          ) AS "session_id",
          "a"."user_id" AS "user_id",
          "a"."page_view_at" AS "page_view_at",
          "a"."sequence" AS "sequence",
          "a"."page" AS "page",
          "a"."run_id" AS "run_id"
        FROM (
          SELECT
            "t"."event_id" AS "event_id",
            "t"."user_id" AS "user_id",
            "t"."page_view_at" AS "page_view_at",
            "t"."sequence" AS "sequence",
            "t"."page" AS "page",
            "t"."run_id" AS "run_id",
            coalesce((
              SELECT "l"."became"
              FROM "session_lineage" AS "l"
              WHERE "l"."session_id" = "t"."session_id" AND OCTET_LENGTH("l"."session_id") = OCTET_LENGTH("t"."session_id")
              ORDER BY "l"."run_id" DESC
              FETCH FIRST 1 ROWS ONLY
            ), "t"."session_id") AS "anchor"
          FROM (
            SELECT
              "d"."event_id" AS "event_id",
              "d"."session_id" AS "session_id",
              "d"."user_id" AS "user_id",
              "d"."page_view_at" AS "page_view_at",
              "d"."sequence" AS "sequence",
              "d"."page" AS "page",
              "d"."run_id" AS "run_id"
            FROM (
              SELECT
                "t"."event_id" AS "event_id",
                "t"."session_id" AS "session_id",
                "t"."user_id" AS "user_id",
                "t"."page_view_at" AS "page_view_at",
                "t"."sequence" AS "sequence",
                "t"."page" AS "page",
                "t"."run_id" AS "run_id",
                row_number() OVER (PARTITION BY "t"."event_id", "t"."event_id" || CHR(1) ORDER BY "t"."run_id") AS "sz_rank"
              FROM "session_table" AS "t"
            ) AS "d"
            WHERE "d"."sz_rank" = 1
          ) AS "t"
        ) AS "a"
      ) AS "e"
    ) AS "v"
    GROUP BY "v"."day", "v"."day" || CHR(1)
  ) AS "d"
  LEFT JOIN (
    SELECT
      "b"."day" AS "day",
      count_big(*) AS "sessions",
      coalesce(sum(CAST("b"."bounce" AS BIGINT)), 0) AS "bounces"
    FROM (
      SELECT
        VARCHAR_FORMAT("s"."started_at", 'YYYY-MM-DD') AS "day",
        CASE WHEN "s"."is_bounce" = 1 THEN 1 ELSE 0 END AS "bounce"
      FROM (
        SELECT
          "v"."session_id" AS "session_id",
          "v"."user_id" AS "user_id",
          "v"."started_at" AS "started_at",
          "v"."ended_at" AS "ended_at",
          CAST(CAST((((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
            + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at"))) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
          ((BIGINT(DAYS("v"."ended_at")) - DAYS("v"."started_at")) * 86400000000 + (BIGINT(MIDNIGHT_SECONDS("v"."ended_at")) - MIDNIGHT_SECONDS("v"."started_at")) * 1000000
            + MICROSECOND("v"."ended_at") - MICROSECOND("v"."started_at")) AS "duration_microseconds",
          "v"."pageviews" AS "pageviews",
          "v"."entry_page" AS "entry_page",
          "v"."exit_page" AS "exit_page",
          CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
        FROM "session_versions" AS "v"
        WHERE NOT EXISTS (
            SELECT 1
            FROM "session_versions" AS "w"
            WHERE "w"."anchor" = "v"."anchor" AND OCTET_LENGTH("w"."anchor") = OCTET_LENGTH("v"."anchor")
              AND "w"."run_id" > "v"."run_id"
          )
          AND NOT EXISTS (
            SELECT 1
            FROM "session_lineage" AS "l"
            WHERE "l"."session_id" = "v"."anchor" AND OCTET_LENGTH("l"."session_id") = OCTET_LENGTH("v"."anchor")
          )
      ) AS "s"
    ) AS "b"
    GROUP BY "b"."day", "b"."day" || CHR(1)
  ) AS "t" ON "t"."day" = "d"."day" AND OCTET_LENGTH("t"."day") = OCTET_LENGTH("d"."day")
) AS "o"
ORDER BY "o"."day" || CHR(1)@
