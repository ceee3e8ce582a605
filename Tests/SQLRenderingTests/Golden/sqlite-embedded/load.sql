-- loaded: Room for the rows of a file.
CREATE TEMP TABLE "loaded" (
  "position" INTEGER PRIMARY KEY,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT
);
INSERT INTO temp."loaded" ("event_id", "user_id", "page_view_at", "page")
SELECT
  NULL AS "event_id",
  NULL AS "user_id",
  NULL AS "page_view_at",
  NULL AS "page"
FROM (SELECT 1 AS "one") AS "o"
WHERE (1 = 0)
ORDER BY "event_id";

-- rows: Those that are not there yet.
INSERT INTO "pageviews" ("event_id", "user_id", "page_view_at", "page")
SELECT
  "n"."event_id" AS "event_id",
  "n"."user_id" AS "user_id",
  "n"."page_view_at" AS "page_view_at",
  "n"."page" AS "page"
FROM (
  SELECT
    "l"."event_id" AS "event_id",
    "l"."user_id" AS "user_id",
    "l"."page_view_at" AS "page_view_at",
    "l"."page" AS "page",
    "l"."position" AS "position"
  FROM temp."loaded" AS "l"
  WHERE "l"."event_id" IS NOT NULL
    AND NOT EXISTS (
      SELECT 1
      FROM "pageviews" AS "p"
      WHERE "p"."event_id" = "l"."event_id"
        AND "p"."user_id" IS "l"."user_id"
        AND "p"."page_view_at" IS "l"."page_view_at"
        AND "p"."page" IS "l"."page"
    )
  UNION ALL
  SELECT
    "l"."event_id" AS "event_id",
    "l"."user_id" AS "user_id",
    "l"."page_view_at" AS "page_view_at",
    "l"."page" AS "page",
    "l"."position" AS "position"
  FROM temp."loaded" AS "l"
  WHERE "l"."event_id" IS NULL
    AND NOT EXISTS (
      SELECT 1
      FROM "pageviews" AS "p"
      WHERE "p"."event_id" IS NULL
        AND "p"."user_id" IS "l"."user_id"
        AND "p"."page_view_at" IS "l"."page_view_at"
        AND "p"."page" IS "l"."page"
    )
) AS "n";

-- faults: Room for the lines that are no pageviews.
CREATE TEMP TABLE "faults" (
  "position" INTEGER PRIMARY KEY,
  "reason" TEXT,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "source_file" TEXT,
  "line" INTEGER
);
INSERT INTO temp."faults" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line"
)
SELECT
  NULL AS "reason",
  NULL AS "event_id",
  NULL AS "user_id",
  NULL AS "page_view_at",
  NULL AS "page",
  NULL AS "source_file",
  NULL AS "line"
FROM (SELECT 1 AS "one") AS "o"
WHERE (1 = 0)
ORDER BY "reason";

-- quarantine: Those that are not there yet.
INSERT INTO "session_quarantine" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line"
)
SELECT
  "f"."reason" AS "reason",
  "f"."event_id" AS "event_id",
  "f"."user_id" AS "user_id",
  "f"."page_view_at" AS "page_view_at",
  "f"."page" AS "page",
  "f"."source_file" AS "source_file",
  "f"."line" AS "line"
FROM temp."faults" AS "f"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE "q"."reason" IS "f"."reason"
      AND "q"."event_id" IS "f"."event_id"
      AND "q"."user_id" IS "f"."user_id"
      AND "q"."page_view_at" IS "f"."page_view_at"
      AND "q"."page" IS "f"."page"
      AND "q"."source_file" IS "f"."source_file"
      AND "q"."line" IS "f"."line"
  );
