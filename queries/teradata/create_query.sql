-- create_query.sql for Teradata Vantage 17 (dialect teradata)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 38 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  (cat logon.txt; echo '.SET ERRORLEVEL 3803 SEVERITY 0'; cat create_query.sql) | bteq
-- Rendered from the plan by sessionizer; not edited by hand.

SET TIME ZONE INTERVAL '00:00' HOUR TO MINUTE;

-- pageviews: The source: everything that was loaded.
CREATE MULTISET TABLE "pageviews" (
  "event_id" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "user_id" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "page_view_at" TIMESTAMP(6),
  "page" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
)
NO PRIMARY INDEX;

-- session_table: One row for each sessionized pageview.
CREATE MULTISET TABLE "session_table" (
  "event_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "session_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "user_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "page_view_at" TIMESTAMP(6) NOT NULL,
  "page" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "run_id" BIGINT NOT NULL
)
PRIMARY INDEX ("user_id");

-- session_lineage: Which session ids were superseded, and by which.
CREATE MULTISET TABLE "session_lineage" (
  "session_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "became" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "became_at" TIMESTAMP(6) NOT NULL,
  "reason" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "run_id" BIGINT NOT NULL
)
PRIMARY INDEX ("session_id");

-- session_runs: Two rows for each run.
CREATE MULTISET TABLE "session_runs" (
  "run_id" BIGINT NOT NULL,
  "state" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "recorded_at" TIMESTAMP(6) NOT NULL,
  "job" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "mode" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "window_from" TIMESTAMP(6),
  "window_to" TIMESTAMP(6),
  "arrival_mark" BIGINT,
  "arrival_mark_at" TIMESTAMP(6),
  "pageviews" BIGINT,
  "lineage_rows" BIGINT,
  "quarantined" BIGINT,
  "engine" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "tool_version" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC NOT NULL
)
PRIMARY INDEX ("run_id");

-- session_quarantine: What cannot be sessionized, and why.
CREATE MULTISET TABLE "session_quarantine" (
  "reason" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "event_id" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "user_id" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "page_view_at" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "page" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "source_file" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "line" BIGINT,
  "run_id" BIGINT
)
PRIMARY INDEX ("reason");

-- session_events: Each sessionized pageview with its current session.
REPLACE VIEW "session_events" AS
SELECT
  "r"."event_id" AS "event_id",
  "r"."current_session" AS "session_id",
  "r"."user_id" AS "user_id",
  "r"."page_view_at" AS "page_view_at",
  "r"."page" AS "page",
  "r"."first_session_id" AS "first_session_id",
  "r"."run_id" AS "run_id"
FROM (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."page" AS "page",
    "t"."session_id" AS "first_session_id",
    "t"."run_id" AS "run_id",
    coalesce("v"."became", "t"."session_id") AS "current_session"
  FROM (
    SELECT
      "d"."event_id" AS "event_id",
      "d"."session_id" AS "session_id",
      "d"."user_id" AS "user_id",
      "d"."page_view_at" AS "page_view_at",
      "d"."page" AS "page",
      "d"."run_id" AS "run_id"
    FROM (
      SELECT
        "t"."event_id" AS "event_id",
        "t"."session_id" AS "session_id",
        "t"."user_id" AS "user_id",
        "t"."page_view_at" AS "page_view_at",
        "t"."page" AS "page",
        "t"."run_id" AS "run_id",
        row_number() OVER (PARTITION BY "t"."event_id", "t"."event_id" || CHR(1) ORDER BY "t"."run_id") AS "copy"
      FROM "session_table" AS "t"
    ) AS "d"
    WHERE "d"."copy" = 1
  ) AS "t"
  LEFT JOIN (
    SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
    FROM (
      SELECT
        "l"."session_id" AS "session_id",
        "l"."became" AS "became",
        "l"."became_at" AS "became_at",
        "l"."reason" AS "reason",
        "l"."run_id" AS "run_id",
        row_number() OVER (
          PARTITION BY "l"."session_id", "l"."session_id" || CHR(1)
          ORDER BY "l"."became_at", "l"."became" || CHR(1)
        ) AS "rank"
      FROM "session_lineage" AS "l"
    ) AS "k"
    WHERE "k"."rank" = 1
  ) AS "v"
    ON "v"."session_id" = "t"."session_id" AND CHARACTER_LENGTH("v"."session_id") = CHARACTER_LENGTH("t"."session_id")
) AS "r";

-- sessions: One row for each current session.
REPLACE VIEW "sessions" AS
SELECT
  "g"."session_id" AS "session_id",
  "f"."user_id" AS "user_id",
  "f"."page_view_at" AS "started_at",
  "g"."ended_at" AS "ended_at",
  CAST(CAST(((CAST(EXTRACT(DAY FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) AS BIGINT) * 86400000000
    + EXTRACT(HOUR FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) * 3600000000
    + EXTRACT(MINUTE FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) * 60000000
    + CAST(EXTRACT(SECOND FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) * 1000000 AS BIGINT))) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
  (CAST(EXTRACT(DAY FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) AS BIGINT) * 86400000000
    + EXTRACT(HOUR FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) * 3600000000
    + EXTRACT(MINUTE FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) * 60000000
    + CAST(EXTRACT(SECOND FROM (("g"."ended_at" - "f"."page_view_at") DAY(4) TO SECOND(6))) * 1000000 AS BIGINT)) AS "duration_microseconds",
  "g"."pageviews" AS "pageviews",
  "f"."page" AS "entry_page",
  "x"."page" AS "exit_page",
  CASE WHEN "g"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM (
  SELECT "e"."session_id" AS "session_id", max("e"."page_view_at") AS "ended_at", CAST(count(*) AS BIGINT) AS "pageviews"
  FROM (
    SELECT
      "r"."event_id" AS "event_id",
      "r"."current_session" AS "session_id",
      "r"."user_id" AS "user_id",
      "r"."page_view_at" AS "page_view_at",
      "r"."page" AS "page",
      "r"."first_session_id" AS "first_session_id",
      "r"."run_id" AS "run_id"
    FROM (
      SELECT
        "t"."event_id" AS "event_id",
        "t"."user_id" AS "user_id",
        "t"."page_view_at" AS "page_view_at",
        "t"."page" AS "page",
        "t"."session_id" AS "first_session_id",
        "t"."run_id" AS "run_id",
        coalesce("v"."became", "t"."session_id") AS "current_session"
      FROM (
        SELECT
          "d"."event_id" AS "event_id",
          "d"."session_id" AS "session_id",
          "d"."user_id" AS "user_id",
          "d"."page_view_at" AS "page_view_at",
          "d"."page" AS "page",
          "d"."run_id" AS "run_id"
        FROM (
          SELECT
            "t"."event_id" AS "event_id",
            "t"."session_id" AS "session_id",
            "t"."user_id" AS "user_id",
            "t"."page_view_at" AS "page_view_at",
            "t"."page" AS "page",
            "t"."run_id" AS "run_id",
            row_number() OVER (PARTITION BY "t"."event_id", "t"."event_id" || CHR(1) ORDER BY "t"."run_id") AS "copy"
          FROM "session_table" AS "t"
        ) AS "d"
        WHERE "d"."copy" = 1
      ) AS "t"
      LEFT JOIN (
        SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
        FROM (
          SELECT
            "l"."session_id" AS "session_id",
            "l"."became" AS "became",
            "l"."became_at" AS "became_at",
            "l"."reason" AS "reason",
            "l"."run_id" AS "run_id",
            row_number() OVER (
              PARTITION BY "l"."session_id", "l"."session_id" || CHR(1)
              ORDER BY "l"."became_at", "l"."became" || CHR(1)
            ) AS "rank"
          FROM "session_lineage" AS "l"
        ) AS "k"
        WHERE "k"."rank" = 1
      ) AS "v"
        ON "v"."session_id" = "t"."session_id" AND CHARACTER_LENGTH("v"."session_id") = CHARACTER_LENGTH("t"."session_id")
    ) AS "r"
  ) AS "e"
  GROUP BY "e"."session_id", "e"."session_id" || CHR(1)
) AS "g"
JOIN (
  SELECT
    "d"."event_id" AS "event_id",
    "d"."session_id" AS "session_id",
    "d"."user_id" AS "user_id",
    "d"."page_view_at" AS "page_view_at",
    "d"."page" AS "page",
    "d"."run_id" AS "run_id"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."session_id" AS "session_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."page" AS "page",
      "f"."run_id" AS "run_id",
      row_number() OVER (PARTITION BY "f"."event_id", "f"."event_id" || CHR(1) ORDER BY "f"."run_id") AS "copy"
    FROM "session_table" AS "f"
  ) AS "d"
  WHERE "d"."copy" = 1
) AS "f"
  ON "f"."event_id" = "g"."session_id" AND CHARACTER_LENGTH("f"."event_id") = CHARACTER_LENGTH("g"."session_id")
JOIN (
  SELECT "y"."user_id" AS "user_id", "y"."page_view_at" AS "page_view_at", "y"."page" AS "page"
  FROM (
    SELECT
      "x"."event_id" AS "event_id",
      "x"."session_id" AS "session_id",
      "x"."user_id" AS "user_id",
      "x"."page_view_at" AS "page_view_at",
      "x"."page" AS "page",
      "x"."run_id" AS "run_id",
      row_number() OVER (
        PARTITION BY "x"."user_id", "x"."user_id" || CHR(1), "x"."page_view_at"
        ORDER BY "x"."event_id" || CHR(1) DESC
      ) AS "rank"
    FROM "session_table" AS "x"
  ) AS "y"
  WHERE "y"."rank" = 1
) AS "x"
  ON "x"."user_id" = "f"."user_id" AND CHARACTER_LENGTH("x"."user_id") = CHARACTER_LENGTH("f"."user_id")
  AND "x"."page_view_at" = "g"."ended_at";
