-- loaded: Room for the rows of a file.
CREATE TEMPORARY TABLE "loaded" (
  "position" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "event_id" text COLLATE "C",
  "user_id" text COLLATE "C",
  "page_view_at" timestamp,
  "page" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."loaded" ("event_id", "user_id", "page_view_at", "page")
SELECT
  NULL::text COLLATE "C" AS "event_id",
  NULL::text COLLATE "C" AS "user_id",
  NULL::timestamp AS "page_view_at",
  NULL::text COLLATE "C" AS "page"
FROM (SELECT 1 AS "one") AS "o"
WHERE (1 = 0)
ORDER BY "event_id" NULLS FIRST;

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
  FROM pg_temp."loaded" AS "l"
  WHERE "l"."event_id" IS NOT NULL
    AND NOT EXISTS (
      SELECT 1
      FROM "pageviews" AS "p"
      WHERE "p"."event_id" = "l"."event_id"
        AND coalesce("p"."user_id", '') = coalesce("l"."user_id", '') AND ("p"."user_id" IS NULL) = ("l"."user_id" IS NULL)
        AND "p"."page_view_at" IS NOT DISTINCT FROM "l"."page_view_at"
        AND coalesce("p"."page", '') = coalesce("l"."page", '') AND ("p"."page" IS NULL) = ("l"."page" IS NULL)
    )
  UNION ALL
  SELECT
    "l"."event_id" AS "event_id",
    "l"."user_id" AS "user_id",
    "l"."page_view_at" AS "page_view_at",
    "l"."page" AS "page",
    "l"."position" AS "position"
  FROM pg_temp."loaded" AS "l"
  WHERE "l"."event_id" IS NULL
    AND NOT EXISTS (
      SELECT 1
      FROM "pageviews" AS "p"
      WHERE "p"."event_id" IS NULL
        AND coalesce("p"."user_id", '') = coalesce("l"."user_id", '') AND ("p"."user_id" IS NULL) = ("l"."user_id" IS NULL)
        AND "p"."page_view_at" IS NOT DISTINCT FROM "l"."page_view_at"
        AND coalesce("p"."page", '') = coalesce("l"."page", '') AND ("p"."page" IS NULL) = ("l"."page" IS NULL)
    )
) AS "n";

-- faults: Room for the lines that are no pageviews.
CREATE TEMPORARY TABLE "faults" (
  "position" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  "reason" text COLLATE "C",
  "event_id" text COLLATE "C",
  "user_id" text COLLATE "C",
  "page_view_at" text COLLATE "C",
  "page" text COLLATE "C",
  "source_file" text COLLATE "C",
  "line" bigint
) ON COMMIT DROP;
INSERT INTO pg_temp."faults" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line"
)
SELECT
  NULL::text COLLATE "C" AS "reason",
  NULL::text COLLATE "C" AS "event_id",
  NULL::text COLLATE "C" AS "user_id",
  NULL::text COLLATE "C" AS "page_view_at",
  NULL::text COLLATE "C" AS "page",
  NULL::text COLLATE "C" AS "source_file",
  NULL::bigint AS "line"
FROM (SELECT 1 AS "one") AS "o"
WHERE (1 = 0)
ORDER BY "reason" NULLS FIRST;

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
FROM pg_temp."faults" AS "f"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE coalesce("q"."reason", '') = coalesce("f"."reason", '') AND ("q"."reason" IS NULL) = ("f"."reason" IS NULL)
      AND coalesce("q"."event_id", '') = coalesce("f"."event_id", '') AND ("q"."event_id" IS NULL) = ("f"."event_id" IS NULL)
      AND coalesce("q"."user_id", '') = coalesce("f"."user_id", '') AND ("q"."user_id" IS NULL) = ("f"."user_id" IS NULL)
      AND coalesce("q"."page_view_at", '') = coalesce("f"."page_view_at", '') AND ("q"."page_view_at" IS NULL) = ("f"."page_view_at" IS NULL)
      AND coalesce("q"."page", '') = coalesce("f"."page", '') AND ("q"."page" IS NULL) = ("f"."page" IS NULL)
      AND coalesce("q"."source_file", '') = coalesce("f"."source_file", '') AND ("q"."source_file" IS NULL) = ("f"."source_file" IS NULL)
      AND "q"."line" IS NOT DISTINCT FROM "f"."line"
  );
