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
  "sequence" BIGINT,
  "page" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
)
NO PRIMARY INDEX;

-- session_table: One row for each sessionized pageview.
CREATE MULTISET TABLE "session_table" (
  "event_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "session_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "user_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "page_view_at" TIMESTAMP(6) NOT NULL,
  "sequence" BIGINT,
  "page" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "run_id" BIGINT NOT NULL
)
PRIMARY INDEX ("user_id");

-- session_lineage: Which anchors were merged, and into which.
CREATE MULTISET TABLE "session_lineage" (
  "session_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "became" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "run_id" BIGINT NOT NULL
)
PRIMARY INDEX ("session_id");

-- session_versions: One row for each session that a run made or changed.
CREATE MULTISET TABLE "session_versions" (
  "anchor" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "run_id" BIGINT NOT NULL,
  "session_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "user_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "started_at" TIMESTAMP(6) NOT NULL,
  "ended_at" TIMESTAMP(6) NOT NULL,
  "last_event_id" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL,
  "first_sequence" BIGINT,
  "last_sequence" BIGINT,
  "pageviews" BIGINT NOT NULL,
  "anchors" BIGINT NOT NULL,
  "entry_page" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC,
  "exit_page" VARCHAR(4000) CHARACTER SET UNICODE CASESPECIFIC
)
PRIMARY INDEX ("anchor");

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
  "sessions" BIGINT,
  "lineage_rows" BIGINT,
  "quarantined" BIGINT,
  "layout" BIGINT,
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
  "run_id" BIGINT,
  "row_key" VARCHAR(1024) CHARACTER SET UNICODE CASESPECIFIC NOT NULL
)
PRIMARY INDEX ("row_key");

-- session_events: Each sessionized pageview with its current session.
REPLACE VIEW "session_events" AS
SELECT
  "a"."event_id" AS "event_id",
  "s"."session_id" AS "session_id",
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
    coalesce("r"."became", "t"."session_id") AS "anchor"
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
  LEFT JOIN (
    SELECT "k"."session_id" AS "session_id", "k"."became" AS "became"
    FROM (
      SELECT
        "l"."session_id" AS "session_id",
        "l"."became" AS "became",
        "l"."run_id" AS "run_id",
        row_number() OVER (PARTITION BY "l"."session_id", "l"."session_id" || CHR(1) ORDER BY "l"."run_id" DESC) AS "sz_rank"
      FROM "session_lineage" AS "l"
    ) AS "k"
    WHERE "k"."sz_rank" = 1
  ) AS "r"
    ON "r"."session_id" = "t"."session_id" AND CHARACTER_LENGTH("r"."session_id") = CHARACTER_LENGTH("t"."session_id")
) AS "a"
JOIN (
  SELECT "k"."anchor" AS "anchor", "k"."session_id" AS "session_id"
  FROM (
    SELECT
      "v"."anchor" AS "anchor",
      "v"."run_id" AS "run_id",
      "v"."session_id" AS "session_id",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."ended_at" AS "ended_at",
      "v"."last_event_id" AS "last_event_id",
      "v"."first_sequence" AS "first_sequence",
      "v"."last_sequence" AS "last_sequence",
      "v"."pageviews" AS "pageviews",
      "v"."anchors" AS "anchors",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page",
      row_number() OVER (PARTITION BY "v"."anchor", "v"."anchor" || CHR(1) ORDER BY "v"."run_id" DESC) AS "sz_rank"
    FROM "session_versions" AS "v"
  ) AS "k"
  WHERE "k"."sz_rank" = 1
) AS "s"
  ON "s"."anchor" = "a"."anchor" AND CHARACTER_LENGTH("s"."anchor") = CHARACTER_LENGTH("a"."anchor");

-- sessions: One row for each current session.
REPLACE VIEW "sessions" AS
SELECT
  "v"."session_id" AS "session_id",
  "v"."user_id" AS "user_id",
  "v"."started_at" AS "started_at",
  "v"."ended_at" AS "ended_at",
  CAST(CAST(((CAST(EXTRACT(DAY FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) AS BIGINT) * 86400000000
    + EXTRACT(HOUR FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) * 3600000000
    + EXTRACT(MINUTE FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) * 60000000
    + CAST(EXTRACT(SECOND FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) * 1000000 AS BIGINT))) AS DECIMAL(26, 6)) / 1000000 AS DECIMAL(20, 6)) AS "duration",
  (CAST(EXTRACT(DAY FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) AS BIGINT) * 86400000000
    + EXTRACT(HOUR FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) * 3600000000
    + EXTRACT(MINUTE FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) * 60000000
    + CAST(EXTRACT(SECOND FROM (("v"."ended_at" - "v"."started_at") DAY(4) TO SECOND(6))) * 1000000 AS BIGINT)) AS "duration_microseconds",
  "v"."pageviews" AS "pageviews",
  "v"."entry_page" AS "entry_page",
  "v"."exit_page" AS "exit_page",
  CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
FROM (
  SELECT
    "v"."anchor" AS "anchor",
    "v"."run_id" AS "run_id",
    "v"."session_id" AS "session_id",
    "v"."user_id" AS "user_id",
    "v"."started_at" AS "started_at",
    "v"."ended_at" AS "ended_at",
    "v"."last_event_id" AS "last_event_id",
    "v"."first_sequence" AS "first_sequence",
    "v"."last_sequence" AS "last_sequence",
    "v"."pageviews" AS "pageviews",
    "v"."anchors" AS "anchors",
    "v"."entry_page" AS "entry_page",
    "v"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "k"."anchor" AS "anchor",
      "k"."run_id" AS "run_id",
      "k"."session_id" AS "session_id",
      "k"."user_id" AS "user_id",
      "k"."started_at" AS "started_at",
      "k"."ended_at" AS "ended_at",
      "k"."last_event_id" AS "last_event_id",
      "k"."first_sequence" AS "first_sequence",
      "k"."last_sequence" AS "last_sequence",
      "k"."pageviews" AS "pageviews",
      "k"."anchors" AS "anchors",
      "k"."entry_page" AS "entry_page",
      "k"."exit_page" AS "exit_page"
    FROM (
      SELECT
        "v"."anchor" AS "anchor",
        "v"."run_id" AS "run_id",
        "v"."session_id" AS "session_id",
        "v"."user_id" AS "user_id",
        "v"."started_at" AS "started_at",
        "v"."ended_at" AS "ended_at",
        "v"."last_event_id" AS "last_event_id",
        "v"."first_sequence" AS "first_sequence",
        "v"."last_sequence" AS "last_sequence",
        "v"."pageviews" AS "pageviews",
        "v"."anchors" AS "anchors",
        "v"."entry_page" AS "entry_page",
        "v"."exit_page" AS "exit_page",
        row_number() OVER (PARTITION BY "v"."anchor", "v"."anchor" || CHR(1) ORDER BY "v"."run_id" DESC) AS "sz_rank"
      FROM "session_versions" AS "v"
    ) AS "k"
    WHERE "k"."sz_rank" = 1
  ) AS "v"
  WHERE NOT EXISTS (
      SELECT 1
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "v"."anchor" AND CHARACTER_LENGTH("l"."session_id") = CHARACTER_LENGTH("v"."anchor")
    )
) AS "v";
