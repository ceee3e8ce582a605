-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "lineage_rows", "quarantined", "engine", "tool_version"
)
SELECT
  coalesce((SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") + 1, 1) AS "run_id",
  'started' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{…}' AS "job",
  'new' AS "mode",
  NULL AS "window_from",
  NULL AS "window_to",
  (SELECT max("p"."arrival_id") AS "mark" FROM "pageviews" AS "p") AS "arrival_mark",
  NULL AS "arrival_mark_at",
  NULL AS "pageviews",
  NULL AS "lineage_rows",
  NULL AS "quarantined",
  'SQLite 3.40' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";

-- picked: Source rows that the ledger does not simply know.
CREATE TEMP TABLE "picked" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "reason" TEXT,
  "raw_event_id" TEXT,
  "raw_time" TEXT
);
INSERT INTO temp."picked" (
  "event_id", "user_id", "page_view_at", "page", "reason", "raw_event_id", "raw_time"
)
SELECT
  "s"."event_id" AS "event_id",
  "s"."user_id" AS "user_id",
  "s"."page_view_at" AS "page_view_at",
  "s"."page" AS "page",
  CASE
    WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
    WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
    ELSE NULL
  END AS "reason",
  "s"."raw_event_id" AS "raw_event_id",
  "s"."raw_time" AS "raw_time"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."page" AS "page",
    "j"."reason" AS "reason",
    CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL END AS "raw_event_id",
    CASE WHEN "j"."reason" IS NOT NULL THEN CAST("j"."source_time" AS TEXT) COLLATE BINARY ELSE NULL END AS "raw_time"
  FROM (
    SELECT
      "m"."event_id" AS "event_id",
      "m"."user_id" AS "user_id",
      "m"."page_view_at" AS "page_view_at",
      "m"."page" AS "page",
      "m"."source_event_id" AS "source_event_id",
      "m"."source_time" AS "source_time",
      CASE
        WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
        WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
        WHEN "m"."page_view_at" IS NULL THEN CASE
            WHEN CAST("m"."source_time" AS TEXT) COLLATE BINARY IS NULL
                OR CAST("m"."source_time" AS TEXT) COLLATE BINARY = '' THEN 'null_time'
            WHEN ("m"."source_time" GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
                OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
                OR "m"."source_time" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
                OR lower("m"."source_time") IN ('infinity', '-infinity')
                OR "m"."source_time" GLOB '0000-[01][0-9]-[0-3][0-9]*' OR "m"."source_time" GLOB '0001-01-0[12]*' OR "m"."source_time" GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
            ELSE 'bad_time'
          END
        WHEN length(CAST("m"."event_id" AS BLOB)) > 1024 OR length(CAST("m"."user_id" AS BLOB)) > 1024 THEN 'key_too_long'
        ELSE NULL
      END AS "reason"
    FROM (
      SELECT
        CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
        sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
        CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
        "p"."page_view_at" AS "source_time",
        CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
        NULL AS "source_event_id",
        "p"."arrival_id" AS "arrival"
      FROM "pageviews" AS "p"
      WHERE ("p"."arrival_id" >= {{ mark }} OR "p"."arrival_id" IS NULL)
    ) AS "m"
    LIMIT -1
  ) AS "j"
  WHERE 1
) AS "s"
LEFT JOIN "session_table" AS "t" ON "s"."reason" IS NULL AND "t"."event_id" = "s"."event_id"
WHERE ("t"."run_id" IS NULL
    OR NOT ("t"."user_id" = "s"."user_id"
      AND "t"."page_view_at" = "s"."page_view_at"
      AND "t"."page" IS "s"."page"));

-- repeated: Event ids that came more than once.
CREATE TEMP TABLE "repeated" (
  "event_id" TEXT
);
INSERT INTO temp."repeated" ("event_id")
SELECT "g"."event_id" AS "event_id"
FROM (
  SELECT "k"."event_id" AS "event_id", count(*) AS "copies"
  FROM temp."picked" AS "k"
  WHERE "k"."reason" IS NULL
  GROUP BY "k"."event_id"
) AS "g"
WHERE "g"."copies" > 1;
CREATE INDEX temp."repeated_by_event_id" ON "repeated" ("event_id");

-- copies: Their rows; the first counts.
CREATE TEMP TABLE "copies" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "rank" INTEGER,
  "first_user_id" TEXT,
  "first_page_view_at" TEXT,
  "first_page" TEXT
);
INSERT INTO temp."copies" (
  "event_id", "user_id", "page_view_at", "page", "rank", "first_user_id", "first_page_view_at",
  "first_page"
)
SELECT
  "w"."event_id" AS "event_id",
  "w"."user_id" AS "user_id",
  "w"."page_view_at" AS "page_view_at",
  "w"."page" AS "page",
  "w"."rank" AS "rank",
  "w"."first_user_id" AS "first_user_id",
  "w"."first_page_view_at" AS "first_page_view_at",
  "w"."first_page" AS "first_page"
FROM (
  SELECT
    "k"."event_id" AS "event_id",
    "k"."user_id" AS "user_id",
    "k"."page_view_at" AS "page_view_at",
    "k"."page" AS "page",
    "k"."reason" AS "reason",
    "k"."raw_event_id" AS "raw_event_id",
    "k"."raw_time" AS "raw_time",
    row_number() OVER (PARTITION BY "k"."event_id" ORDER BY "k"."page_view_at", "k"."user_id", "k"."page") AS "rank",
    first_value("k"."user_id") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "first_user_id",
    first_value("k"."page_view_at") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "first_page_view_at",
    first_value("k"."page") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "first_page"
  FROM temp."picked" AS "k"
  WHERE "k"."reason" IS NULL
    AND EXISTS (SELECT 1 FROM temp."repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
) AS "w";
CREATE INDEX temp."copies_by_event_id" ON "copies" ("event_id");

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMP TABLE "fresh" (
  "position" INTEGER PRIMARY KEY,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "instant" INTEGER
);
INSERT INTO temp."fresh" ("event_id", "user_id", "page_view_at", "page", "instant")
SELECT
  "f"."event_id" AS "event_id",
  "f"."user_id" AS "user_id",
  "f"."page_view_at" AS "page_view_at",
  "f"."page" AS "page",
  "f"."instant" AS "instant"
FROM (
  SELECT
    "k"."event_id" AS "event_id",
    "k"."user_id" AS "user_id",
    "k"."page_view_at" AS "page_view_at",
    "k"."page" AS "page",
    sessionizer_micros("k"."page_view_at") AS "instant"
  FROM temp."picked" AS "k"
  WHERE "k"."reason" IS NULL
    AND NOT EXISTS (SELECT 1 FROM temp."copies" AS "d" WHERE "d"."event_id" = "k"."event_id")
  UNION ALL
  SELECT
    "c"."event_id" AS "event_id",
    "c"."user_id" AS "user_id",
    "c"."page_view_at" AS "page_view_at",
    "c"."page" AS "page",
    sessionizer_micros("c"."page_view_at") AS "instant"
  FROM temp."copies" AS "c"
  WHERE "c"."rank" = 1
) AS "f"
ORDER BY "user_id", "page_view_at", "event_id";

-- clusters: Where new rows of a user are more than two gaps apart.
CREATE TEMP TABLE "clusters" (
  "number" INTEGER PRIMARY KEY,
  "first_position" INTEGER
);
INSERT INTO temp."clusters" ("first_position")
SELECT "f"."position" AS "first_position"
FROM temp."fresh" AS "f"
LEFT JOIN temp."fresh" AS "b" ON "b"."position" = ("f"."position" - 1)
WHERE EXISTS (SELECT 1 FROM "session_table" AS "any_row")
  AND ("b"."position" IS NULL
    OR "b"."user_id" <> "f"."user_id"
    OR ("f"."instant" + (-1800000000)) > ("b"."instant" + (1800000000)))
ORDER BY "first_position";

-- ranges: Where in time the new rows may touch the ledger.
CREATE TEMP TABLE "ranges" (
  "user_id" TEXT,
  "from_at" TEXT,
  "to_at" TEXT
);
INSERT INTO temp."ranges" ("user_id", "from_at", "to_at")
SELECT
  "f"."user_id" AS "user_id",
  strftime('%Y-%m-%d %H:%M:%S', (("f"."instant" + (-1800000000)) - ((("f"."instant" + (-1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("f"."instant" + (-1800000000)) % 1000000) + 1000000) % 1000000) AS "from_at",
  strftime('%Y-%m-%d %H:%M:%S', (("l"."instant" + (1800000000)) - ((("l"."instant" + (1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("l"."instant" + (1800000000)) % 1000000) + 1000000) % 1000000) AS "to_at"
FROM temp."clusters" AS "c"
LEFT JOIN temp."clusters" AS "d" ON "d"."number" = ("c"."number" + 1)
JOIN temp."fresh" AS "f" ON "f"."position" = "c"."first_position"
JOIN temp."fresh" AS "l"
  ON "l"."position" = coalesce("d"."first_position" - 1, (SELECT max("z"."position") AS "position" FROM temp."fresh" AS "z"));

-- context: The ledger's rows there, each with its current session.
CREATE TEMP TABLE "context" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "instant" INTEGER,
  "current_session" TEXT
);
INSERT INTO temp."context" ("event_id", "user_id", "page_view_at", "instant", "current_session")
SELECT
  "t"."event_id" AS "event_id",
  "t"."user_id" AS "user_id",
  "t"."page_view_at" AS "page_view_at",
  sessionizer_micros("t"."page_view_at") AS "instant",
  coalesce((
    SELECT "l"."became"
    FROM "session_lineage" AS "l"
    WHERE "l"."session_id" = "t"."session_id"
    ORDER BY "l"."became_at", "l"."became"
    LIMIT 1
  ), "t"."session_id") AS "current_session"
FROM temp."ranges" AS "g"
CROSS JOIN "session_table" AS "t"
  ON "t"."user_id" = "g"."user_id"
  AND "t"."page_view_at" >= "g"."from_at"
  AND "t"."page_view_at" <= "g"."to_at";

-- neighbours: New rows and context in order.
CREATE TEMP TABLE "neighbours" (
  "position" INTEGER PRIMARY KEY,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "instant" INTEGER,
  "is_new" INTEGER,
  "current_session" TEXT
);
INSERT INTO temp."neighbours" (
  "event_id", "user_id", "page_view_at", "page", "instant", "is_new", "current_session"
)
SELECT
  "u"."event_id" AS "event_id",
  "u"."user_id" AS "user_id",
  "u"."page_view_at" AS "page_view_at",
  "u"."page" AS "page",
  "u"."instant" AS "instant",
  "u"."is_new" AS "is_new",
  "u"."current_session" AS "current_session"
FROM (
  SELECT
    "f"."event_id" AS "event_id",
    "f"."user_id" AS "user_id",
    "f"."page_view_at" AS "page_view_at",
    "f"."page" AS "page",
    "f"."instant" AS "instant",
    1 AS "is_new",
    NULL AS "current_session"
  FROM temp."fresh" AS "f"
  UNION ALL
  SELECT
    "c"."event_id" AS "event_id",
    "c"."user_id" AS "user_id",
    "c"."page_view_at" AS "page_view_at",
    NULL AS "page",
    "c"."instant" AS "instant",
    0 AS "is_new",
    "c"."current_session" AS "current_session"
  FROM temp."context" AS "c"
) AS "u"
ORDER BY "user_id", "page_view_at", "event_id";

-- islands: Where sessions start, and the session id of each.
CREATE TEMP TABLE "islands" (
  "first_position" INTEGER PRIMARY KEY,
  "target" TEXT,
  "target_at" TEXT,
  "target_is_new" INTEGER
);
INSERT INTO temp."islands" ("first_position", "target", "target_at", "target_is_new")
SELECT
  "r"."position" AS "first_position",
  coalesce("r"."current_session", "r"."event_id") AS "target",
  CASE WHEN "r"."is_new" = 1 THEN "r"."page_view_at" ELSE "o"."page_view_at" END AS "target_at",
  "r"."is_new" AS "target_is_new"
FROM temp."neighbours" AS "r"
LEFT JOIN temp."neighbours" AS "b" ON "b"."position" = ("r"."position" - 1)
LEFT JOIN "session_table" AS "o" ON "o"."event_id" = "r"."current_session"
WHERE ("b"."position" IS NULL
    OR "b"."user_id" <> "r"."user_id"
    OR ("r"."instant" >= "b"."instant" + 1800000000
      AND NOT ("b"."is_new" = 0 AND "r"."is_new" = 0 AND "b"."current_session" IS "r"."current_session")))
ORDER BY "first_position";

-- moved: Sessions that became part of another.
CREATE TEMP TABLE "moved" (
  "current_session" TEXT,
  "target" TEXT,
  "target_at" TEXT,
  "reason" TEXT
);
INSERT INTO temp."moved" ("current_session", "target", "target_at", "reason")
SELECT DISTINCT
  "m"."current_session" AS "current_session",
  "m"."target" AS "target",
  "m"."target_at" AS "target_at",
  CASE WHEN "m"."target_is_new" = 1 THEN 'extended' ELSE 'merged' END AS "reason"
FROM (
  SELECT
    "a"."current_session" AS "current_session",
    "i"."target" AS "target",
    "i"."target_at" AS "target_at",
    "i"."target_is_new" AS "target_is_new"
  FROM (
    SELECT
      "r"."current_session" AS "current_session",
      (
        SELECT "i"."first_position"
        FROM temp."islands" AS "i"
        WHERE "i"."first_position" <= "r"."position"
        ORDER BY "i"."first_position" DESC
        LIMIT 1
      ) AS "island"
    FROM temp."neighbours" AS "r"
    WHERE NOT ("r"."is_new" = 1)
  ) AS "a"
  CROSS JOIN temp."islands" AS "i" ON "i"."first_position" = "a"."island"
) AS "m"
WHERE "m"."current_session" <> "m"."target";

-- superseded: The same, and all that resolved to them.
CREATE TEMP TABLE "superseded" (
  "session_id" TEXT,
  "became" TEXT,
  "became_at" TEXT,
  "reason" TEXT
);
INSERT INTO temp."superseded" ("session_id", "became", "became_at", "reason")
SELECT DISTINCT
  "u"."session_id" AS "session_id",
  "u"."became" AS "became",
  "u"."became_at" AS "became_at",
  "u"."reason" AS "reason"
FROM (
  SELECT
    "m"."current_session" AS "session_id",
    "m"."target" AS "became",
    "m"."target_at" AS "became_at",
    "m"."reason" AS "reason"
  FROM temp."moved" AS "m"
  UNION ALL
  SELECT
    "l"."session_id" AS "session_id",
    "m"."target" AS "became",
    "m"."target_at" AS "became_at",
    "m"."reason" AS "reason"
  FROM temp."moved" AS "m"
  CROSS JOIN "session_lineage" AS "l" ON "l"."became" = "m"."current_session"
) AS "u";

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMP TABLE "rejected" (
  "reason" TEXT,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT
);
INSERT INTO temp."rejected" ("reason", "event_id", "user_id", "page_view_at", "page")
SELECT
  "b"."reason" AS "reason",
  "b"."event_id" AS "event_id",
  "b"."user_id" AS "user_id",
  "b"."page_view_at" AS "page_view_at",
  "b"."page" AS "page"
FROM (
  SELECT DISTINCT
    "b"."reason" AS "reason",
    "b"."event_id" AS "event_id",
    "b"."user_id" AS "user_id",
    "b"."page_view_at" AS "page_view_at",
    "b"."page" AS "page"
  FROM (
    SELECT
      "k"."reason" AS "reason",
      CASE WHEN "k"."event_id" IS NOT NULL AND "k"."event_id" <> '' THEN "k"."event_id" ELSE NULL END AS "event_id",
      CASE WHEN "k"."user_id" IS NOT NULL AND "k"."user_id" <> '' THEN "k"."user_id" ELSE NULL END AS "user_id",
      CASE
        WHEN "k"."page_view_at" IS NOT NULL THEN "k"."page_view_at"
        ELSE CASE WHEN "k"."raw_time" IS NOT NULL AND "k"."raw_time" <> '' THEN "k"."raw_time" ELSE NULL END
      END AS "page_view_at",
      "k"."page" AS "page"
    FROM temp."picked" AS "k"
    WHERE "k"."reason" IS NOT NULL
    UNION ALL
    SELECT
      'duplicate_event_id' AS "reason",
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."page" AS "page"
    FROM temp."copies" AS "c"
    WHERE NOT ("c"."user_id" = "c"."first_user_id"
        AND "c"."page_view_at" = "c"."first_page_view_at"
        AND "c"."page" IS "c"."first_page")
  ) AS "b"
) AS "b"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE "q"."reason" = "b"."reason"
      AND "q"."event_id" IS "b"."event_id"
      AND "q"."user_id" IS "b"."user_id"
      AND "q"."page_view_at" IS "b"."page_view_at"
      AND "q"."page" IS "b"."page"
  );

-- lineage: Session ids that were superseded, and by which.
INSERT INTO "session_lineage" ("session_id", "became", "became_at", "reason", "run_id")
SELECT
  "x"."session_id" AS "session_id",
  "x"."became" AS "became",
  "x"."became_at" AS "became_at",
  "x"."reason" AS "reason",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM temp."superseded" AS "x";

-- rows: The new pageviews, each with its session.
INSERT INTO "session_table" ("event_id", "session_id", "user_id", "page_view_at", "page", "run_id")
SELECT
  "x"."event_id" AS "event_id",
  "x"."session_id" AS "session_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."page" AS "page",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM (
  SELECT
    "r"."event_id" AS "event_id",
    "r"."user_id" AS "user_id",
    "r"."page_view_at" AS "page_view_at",
    "r"."page" AS "page",
    (
      SELECT "i"."target"
      FROM temp."islands" AS "i"
      WHERE "i"."first_position" <= "r"."position"
      ORDER BY "i"."first_position" DESC
      LIMIT 1
    ) AS "session_id"
  FROM temp."neighbours" AS "r"
  WHERE "r"."is_new" = 1
) AS "x";

-- quarantine: What cannot be sessionized, and why.
INSERT INTO "session_quarantine" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line", "run_id"
)
SELECT
  "x"."reason" AS "reason",
  "x"."event_id" AS "event_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."page" AS "page",
  NULL AS "source_file",
  NULL AS "line",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM temp."rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "lineage_rows", "quarantined", "engine", "tool_version"
)
SELECT
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  'finished' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{…}' AS "job",
  'new' AS "mode",
  NULL AS "window_from",
  NULL AS "window_to",
  (
    SELECT
      "started_run"."arrival_mark" AS "arrival_mark"
    FROM "session_runs" AS "started_run"
    WHERE "started_run"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
      AND "started_run"."state" = 'started'
  ) AS "arrival_mark",
  (
    SELECT
      "started_run"."arrival_mark_at" AS "arrival_mark_at"
    FROM "session_runs" AS "started_run"
    WHERE "started_run"."run_id" = (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run")
      AND "started_run"."state" = 'started'
  ) AS "arrival_mark_at",
  (SELECT count(*) AS "n" FROM temp."fresh" AS "x") AS "pageviews",
  (SELECT count(*) AS "n" FROM temp."superseded" AS "x") AS "lineage_rows",
  (SELECT count(*) AS "n" FROM temp."rejected" AS "x") AS "quarantined",
  'SQLite 3.40' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";
