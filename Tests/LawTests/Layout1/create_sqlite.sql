-- create_query.sql for SQLite 3.40 (dialect sqlite)
-- Evidence: tested live, that is, the project's tests run it on the engine.
-- Of what is known of the engine: 34 answers tested live, 3 documented, 1 assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  sqlite3 my.db < create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS "pageviews" (
  "arrival_id" INTEGER PRIMARY KEY,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "campaign" TEXT
);

-- pageviews by event: Finds copies of an event.
CREATE INDEX IF NOT EXISTS "pageviews_by_event_id" ON "pageviews" ("event_id");

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS "session_table" (
  "event_id" TEXT NOT NULL,
  "session_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL,
  "page_view_at" TEXT NOT NULL,
  "page" TEXT,
  "campaign" TEXT,
  "run_id" INTEGER NOT NULL,
  PRIMARY KEY ("event_id")
);

-- session_lineage: Which session ids were superseded, and by which.
CREATE TABLE IF NOT EXISTS "session_lineage" (
  "session_id" TEXT NOT NULL,
  "became" TEXT NOT NULL,
  "became_at" TEXT NOT NULL,
  "reason" TEXT NOT NULL,
  "run_id" INTEGER NOT NULL
);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS "session_runs" (
  "run_id" INTEGER NOT NULL,
  "state" TEXT NOT NULL,
  "recorded_at" TEXT NOT NULL,
  "job" TEXT NOT NULL,
  "mode" TEXT NOT NULL,
  "window_from" TEXT,
  "window_to" TEXT,
  "arrival_mark" INTEGER,
  "arrival_mark_at" TEXT,
  "pageviews" INTEGER,
  "lineage_rows" INTEGER,
  "quarantined" INTEGER,
  "engine" TEXT NOT NULL,
  "tool_version" TEXT NOT NULL,
  PRIMARY KEY ("run_id", "state")
);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS "session_quarantine" (
  "reason" TEXT NOT NULL,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "source_file" TEXT,
  "line" INTEGER,
  "run_id" INTEGER
);

-- session_table_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS "session_table_by_user_id" ON "session_table" ("user_id", "page_view_at", "event_id");

-- session_lineage_by_session_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS "session_lineage_by_session_id" ON "session_lineage" ("session_id", "became_at", "became");

-- session_lineage_by_became: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS "session_lineage_by_became" ON "session_lineage" ("became", "session_id");

-- session_quarantine_by_event_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS "session_quarantine_by_event_id" ON "session_quarantine" ("event_id", "reason");

-- session_events: Each sessionized pageview with its current session.
CREATE VIEW IF NOT EXISTS "session_events" AS
SELECT
  "r"."event_id" AS "event_id",
  "r"."current_session" AS "session_id",
  "r"."user_id" AS "user_id",
  "r"."page_view_at" AS "page_view_at",
  "r"."page" AS "page",
  "r"."campaign" AS "campaign",
  "r"."first_session_id" AS "first_session_id",
  "r"."run_id" AS "run_id"
FROM (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."page" AS "page",
    "t"."campaign" AS "campaign",
    "t"."session_id" AS "first_session_id",
    "t"."run_id" AS "run_id",
    coalesce((
      SELECT "l"."became"
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id"
      ORDER BY "l"."became_at", "l"."became"
      LIMIT 1
    ), "t"."session_id") AS "current_session"
  FROM "session_table" AS "t"
) AS "r";

-- sessions: One row for each current session.
CREATE VIEW IF NOT EXISTS "sessions" AS
SELECT
  "g"."session_id" AS "session_id",
  "f"."user_id" AS "user_id",
  "f"."page_view_at" AS "started_at",
  "g"."ended_at" AS "ended_at",
  ((unixepoch(substr("g"."ended_at", 1, 19)) * 1000000 + substr("g"."ended_at", 21)) - (unixepoch(substr("f"."page_view_at", 1, 19)) * 1000000 + substr("f"."page_view_at", 21))) / 1000000.0 AS "duration",
  (unixepoch(substr("g"."ended_at", 1, 19)) * 1000000 + substr("g"."ended_at", 21)) - (unixepoch(substr("f"."page_view_at", 1, 19)) * 1000000 + substr("f"."page_view_at", 21)) AS "duration_microseconds",
  "g"."pageviews" AS "pageviews",
  "f"."page" AS "entry_page",
  (
    SELECT "x"."page"
    FROM "session_table" AS "x"
    WHERE "x"."user_id" = "f"."user_id"
      AND "x"."page_view_at" = "g"."ended_at"
    ORDER BY "x"."event_id" DESC
    LIMIT 1
  ) AS "exit_page",
  CASE WHEN "g"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce",
  "f"."campaign" AS "campaign"
FROM (
  SELECT "e"."session_id" AS "session_id", max("e"."page_view_at") AS "ended_at", count(*) AS "pageviews"
  FROM (
    SELECT
      "r"."event_id" AS "event_id",
      "r"."current_session" AS "session_id",
      "r"."user_id" AS "user_id",
      "r"."page_view_at" AS "page_view_at",
      "r"."page" AS "page",
      "r"."campaign" AS "campaign",
      "r"."first_session_id" AS "first_session_id",
      "r"."run_id" AS "run_id"
    FROM (
      SELECT
        "t"."event_id" AS "event_id",
        "t"."user_id" AS "user_id",
        "t"."page_view_at" AS "page_view_at",
        "t"."page" AS "page",
        "t"."campaign" AS "campaign",
        "t"."session_id" AS "first_session_id",
        "t"."run_id" AS "run_id",
        coalesce((
          SELECT "l"."became"
          FROM "session_lineage" AS "l"
          WHERE "l"."session_id" = "t"."session_id"
          ORDER BY "l"."became_at", "l"."became"
          LIMIT 1
        ), "t"."session_id") AS "current_session"
      FROM "session_table" AS "t"
    ) AS "r"
  ) AS "e"
  GROUP BY "e"."session_id"
) AS "g"
CROSS JOIN "session_table" AS "f" ON "f"."event_id" = "g"."session_id";
