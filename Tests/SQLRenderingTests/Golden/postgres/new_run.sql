-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  coalesce((SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") + 1, 1) AS "run_id",
  'started' AS "state",
  clock_timestamp() AT TIME ZONE 'UTC' AS "recorded_at",
  '{…}' AS "job",
  'new' AS "mode",
  NULL::timestamp AS "window_from",
  NULL::timestamp AS "window_to",
  (SELECT max("p"."arrival_id") AS "mark" FROM "pageviews" AS "p") AS "arrival_mark",
  NULL::timestamp AS "arrival_mark_at",
  NULL::bigint AS "pageviews",
  NULL::bigint AS "sessions",
  NULL::bigint AS "lineage_rows",
  NULL::bigint AS "quarantined",
  2 AS "layout",
  'PostgreSQL 15' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";

-- picked: Source rows that the ledger does not simply know.
CREATE TEMPORARY TABLE "picked" (
  "event_id" text COLLATE "C",
  "user_id" text COLLATE "C",
  "page_view_at" timestamp,
  "sequence" bigint,
  "page" text COLLATE "C",
  "reason" text COLLATE "C",
  "sz_raw_event_id" text COLLATE "C",
  "sz_raw_time" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."picked" (
  "event_id", "user_id", "page_view_at", "sequence", "page", "reason", "sz_raw_event_id",
  "sz_raw_time"
)
SELECT
  "s"."event_id" AS "event_id",
  "s"."user_id" AS "user_id",
  "s"."page_view_at" AS "page_view_at",
  "s"."sequence" AS "sequence",
  "s"."page" AS "page",
  CASE
    WHEN "s"."reason" IS NOT NULL THEN "s"."reason"
    WHEN "t"."run_id" IS NOT NULL THEN 'duplicate_event_id'
    ELSE NULL::text COLLATE "C"
  END AS "reason",
  "s"."sz_raw_event_id" AS "sz_raw_event_id",
  "s"."sz_raw_time" AS "sz_raw_time"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."sequence" AS "sequence",
    "j"."page" AS "page",
    "j"."reason" AS "reason",
    CASE WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id" ELSE NULL::text COLLATE "C" END AS "sz_raw_event_id",
    CASE
      WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_time"::text COLLATE "C"
      ELSE NULL::text COLLATE "C"
    END AS "sz_raw_time"
  FROM (
    SELECT
      "m"."event_id" AS "event_id",
      "m"."user_id" AS "user_id",
      "m"."page_view_at" AS "page_view_at",
      "m"."sequence" AS "sequence",
      "m"."page" AS "page",
      "m"."sz_source_event_id" AS "sz_source_event_id",
      "m"."sz_source_time" AS "sz_source_time",
      CASE
        WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
        WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
        WHEN "m"."page_view_at" IS NULL THEN CASE
            WHEN "m"."sz_source_time"::text COLLATE "C" IS NULL OR "m"."sz_source_time"::text COLLATE "C" = '' THEN 'null_time'
            WHEN ("m"."sz_source_time" IS NOT NULL) THEN 'time_out_of_range'
            ELSE 'bad_time'
          END
        WHEN octet_length("m"."event_id") > 1024 OR octet_length("m"."user_id") > 1024 THEN 'key_too_long'
        ELSE NULL::text COLLATE "C"
      END AS "reason"
    FROM (
      SELECT
        "p"."user_id"::text COLLATE "C" AS "user_id",
        CASE WHEN "p"."page_view_at" >= '0001-01-02' AND "p"."page_view_at" < '9999-12-31' THEN "p"."page_view_at"::timestamp END AS "page_view_at",
        "p"."page"::text COLLATE "C" AS "page",
        "p"."page_view_at" AS "sz_source_time",
        "p"."sequence"::bigint AS "sequence",
        "p"."event_id"::text COLLATE "C" AS "event_id",
        NULL::text COLLATE "C" AS "sz_source_event_id",
        "p"."arrival_id" AS "sz_arrival"
      FROM "pageviews" AS "p"
      WHERE ("p"."arrival_id" >= {{ mark }} OR "p"."arrival_id" IS NULL)
    ) AS "m"
    OFFSET 0
  ) AS "j"
) AS "s"
LEFT JOIN LATERAL (
  SELECT *
  FROM "session_table" AS "t"
  WHERE "s"."reason" IS NULL
    AND "t"."event_id" = "s"."event_id"
  OFFSET 0
) AS "t" ON TRUE
WHERE ("t"."run_id" IS NULL
    OR NOT ("t"."user_id" = "s"."user_id"
      AND "t"."page_view_at" = "s"."page_view_at"
      AND coalesce("t"."page", '') = coalesce("s"."page", '') AND ("t"."page" IS NULL) = ("s"."page" IS NULL)));

-- duplicates: Their rows; the first counts.
CREATE TEMPORARY TABLE "duplicates" (
  "event_id" text COLLATE "C",
  "user_id" text COLLATE "C",
  "page_view_at" timestamp,
  "sequence" bigint,
  "page" text COLLATE "C",
  "sz_rank" bigint,
  "sz_first_user_id" text COLLATE "C",
  "sz_first_page_view_at" timestamp,
  "sz_first_page" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."duplicates" (
  "event_id", "user_id", "page_view_at", "sequence", "page", "sz_rank", "sz_first_user_id",
  "sz_first_page_view_at", "sz_first_page"
)
WITH "repeated" AS (
  SELECT "g"."event_id" AS "event_id"
  FROM (
    SELECT "k"."event_id" AS "event_id", count(*) AS "sz_duplicates"
    FROM pg_temp."picked" AS "k"
    WHERE "k"."reason" IS NULL
    GROUP BY "k"."event_id"
  ) AS "g"
  WHERE "g"."sz_duplicates" > 1
)
SELECT
  "w"."event_id" AS "event_id",
  "w"."user_id" AS "user_id",
  "w"."page_view_at" AS "page_view_at",
  "w"."sequence" AS "sequence",
  "w"."page" AS "page",
  "w"."sz_rank" AS "sz_rank",
  "w"."sz_first_user_id" AS "sz_first_user_id",
  "w"."sz_first_page_view_at" AS "sz_first_page_view_at",
  "w"."sz_first_page" AS "sz_first_page"
FROM (
  SELECT
    "k"."event_id" AS "event_id",
    "k"."user_id" AS "user_id",
    "k"."page_view_at" AS "page_view_at",
    "k"."sequence" AS "sequence",
    "k"."page" AS "page",
    "k"."reason" AS "reason",
    "k"."sz_raw_event_id" AS "sz_raw_event_id",
    "k"."sz_raw_time" AS "sz_raw_time",
    row_number() OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
    ) AS "sz_rank",
    first_value("k"."user_id") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_first_user_id",
    first_value("k"."page_view_at") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_first_page_view_at",
    first_value("k"."page") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page" NULLS FIRST, "k"."sequence" NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_first_page"
  FROM pg_temp."picked" AS "k"
  WHERE "k"."reason" IS NULL
    AND EXISTS (SELECT 1 FROM "repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
) AS "w";
CREATE INDEX "duplicates_by_event_id" ON pg_temp."duplicates" ("event_id");

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMPORARY TABLE "islands" (
  "event_id" text COLLATE "C",
  "user_id" text COLLATE "C",
  "page_view_at" timestamp,
  "sequence" bigint,
  "page" text COLLATE "C",
  "sz_is_new" integer,
  "anchor" text COLLATE "C",
  "sz_island" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."islands" (
  "event_id", "user_id", "page_view_at", "sequence", "page", "sz_is_new", "anchor", "sz_island"
)
WITH "fresh" AS (
  SELECT
    "f"."event_id" AS "event_id",
    "f"."user_id" AS "user_id",
    "f"."page_view_at" AS "page_view_at",
    "f"."sequence" AS "sequence",
    "f"."page" AS "page",
    "f"."sz_instant" AS "sz_instant"
  FROM (
    SELECT
      "k"."event_id" AS "event_id",
      "k"."user_id" AS "user_id",
      "k"."page_view_at" AS "page_view_at",
      "k"."sequence" AS "sequence",
      "k"."page" AS "page",
      "k"."page_view_at" AS "sz_instant"
    FROM pg_temp."picked" AS "k"
    WHERE "k"."reason" IS NULL
      AND NOT EXISTS (SELECT 1 FROM pg_temp."duplicates" AS "d" WHERE "d"."event_id" = "k"."event_id")
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      "c"."page" AS "page",
      "c"."page_view_at" AS "sz_instant"
    FROM pg_temp."duplicates" AS "c"
    WHERE "c"."sz_rank" = 1
  ) AS "f"
),
"ranges" AS (
  SELECT
    "k"."user_id" AS "user_id",
    ("k"."sz_from_at" + INTERVAL '-1800000000 microseconds') AS "sz_from_at",
    ("k"."sz_to_at" + INTERVAL '1800000000 microseconds') AS "sz_to_at"
  FROM (
    SELECT
      "n"."user_id" AS "user_id",
      "n"."sz_cluster" AS "sz_cluster",
      min("n"."sz_instant") AS "sz_from_at",
      max("n"."sz_instant") AS "sz_to_at"
    FROM (
      SELECT
        "q"."event_id" AS "event_id",
        "q"."user_id" AS "user_id",
        "q"."page_view_at" AS "page_view_at",
        "q"."sequence" AS "sequence",
        "q"."sz_instant" AS "sz_instant",
        "q"."sz_starts" AS "sz_starts",
        sum("q"."sz_starts") OVER (
          PARTITION BY "q"."user_id"
          ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_cluster"
      FROM (
        SELECT
          "h"."event_id" AS "event_id",
          "h"."user_id" AS "user_id",
          "h"."page_view_at" AS "page_view_at",
          "h"."sequence" AS "sequence",
          "h"."sz_instant" AS "sz_instant",
          CASE
            WHEN "h"."sz_before" IS NULL
                OR ("h"."sz_instant" + INTERVAL '-1800000000 microseconds') > ("h"."sz_before" + INTERVAL '1800000000 microseconds') THEN 1
            ELSE 0
          END AS "sz_starts"
        FROM (
          SELECT
            "f"."event_id" AS "event_id",
            "f"."user_id" AS "user_id",
            "f"."page_view_at" AS "page_view_at",
            "f"."sequence" AS "sequence",
            "f"."page" AS "page",
            "f"."sz_instant" AS "sz_instant",
            lag("f"."sz_instant") OVER (
              PARTITION BY "f"."user_id"
              ORDER BY "f"."user_id", "f"."page_view_at", "f"."sequence" NULLS FIRST, "f"."event_id"
            ) AS "sz_before"
          FROM "fresh" AS "f"
        ) AS "h"
      ) AS "q"
    ) AS "n"
    GROUP BY "n"."user_id", "n"."sz_cluster"
  ) AS "k"
),
"context" AS (
  SELECT
    "t"."event_id" AS "event_id",
    "t"."user_id" AS "user_id",
    "t"."page_view_at" AS "page_view_at",
    "t"."sequence" AS "sequence",
    "t"."page_view_at" AS "sz_instant",
    coalesce((
      SELECT "l"."became"
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id"
      ORDER BY "l"."run_id" DESC
      LIMIT 1
    ), "t"."session_id") AS "anchor"
  FROM "ranges" AS "g"
  CROSS JOIN LATERAL (
    SELECT *
    FROM "session_table" AS "t"
    WHERE "t"."user_id" = "g"."user_id"
      AND "t"."page_view_at" >= "g"."sz_from_at"
      AND "t"."page_view_at" <= "g"."sz_to_at"
    OFFSET 0
  ) AS "t"
),
"neighbours" AS (
  SELECT
    "u"."event_id" AS "event_id",
    "u"."user_id" AS "user_id",
    "u"."page_view_at" AS "page_view_at",
    "u"."sequence" AS "sequence",
    "u"."page" AS "page",
    "u"."sz_instant" AS "sz_instant",
    "u"."sz_is_new" AS "sz_is_new",
    "u"."anchor" AS "anchor"
  FROM (
    SELECT
      "f"."event_id" AS "event_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "page_view_at",
      "f"."sequence" AS "sequence",
      "f"."page" AS "page",
      "f"."sz_instant" AS "sz_instant",
      1 AS "sz_is_new",
      NULL::text COLLATE "C" AS "anchor"
    FROM "fresh" AS "f"
    UNION ALL
    SELECT
      "c"."event_id" AS "event_id",
      "c"."user_id" AS "user_id",
      "c"."page_view_at" AS "page_view_at",
      "c"."sequence" AS "sequence",
      NULL::text COLLATE "C" AS "page",
      "c"."sz_instant" AS "sz_instant",
      0 AS "sz_is_new",
      "c"."anchor" AS "anchor"
    FROM "context" AS "c"
  ) AS "u"
)
SELECT
  "i"."event_id" AS "event_id",
  "i"."user_id" AS "user_id",
  "i"."page_view_at" AS "page_view_at",
  "i"."sequence" AS "sequence",
  "i"."page" AS "page",
  "i"."sz_is_new" AS "sz_is_new",
  "i"."anchor" AS "anchor",
  "i"."sz_island" AS "sz_island"
FROM (
  SELECT
    "n"."event_id" AS "event_id",
    "n"."user_id" AS "user_id",
    "n"."page_view_at" AS "page_view_at",
    "n"."sequence" AS "sequence",
    "n"."page" AS "page",
    "n"."sz_is_new" AS "sz_is_new",
    "n"."anchor" AS "anchor",
    "n"."sz_starts" AS "sz_starts",
    "n"."sz_number" AS "sz_number",
    first_value("n"."event_id") OVER (
      PARTITION BY "n"."user_id", "n"."sz_number"
      ORDER BY "n"."user_id", "n"."page_view_at", "n"."sequence" NULLS FIRST, "n"."event_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_island"
  FROM (
    SELECT
      "q"."event_id" AS "event_id",
      "q"."user_id" AS "user_id",
      "q"."page_view_at" AS "page_view_at",
      "q"."sequence" AS "sequence",
      "q"."page" AS "page",
      "q"."sz_is_new" AS "sz_is_new",
      "q"."anchor" AS "anchor",
      "q"."sz_starts" AS "sz_starts",
      sum("q"."sz_starts") OVER (
        PARTITION BY "q"."user_id"
        ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence" NULLS FIRST, "q"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_number"
    FROM (
      SELECT
        "h"."event_id" AS "event_id",
        "h"."user_id" AS "user_id",
        "h"."page_view_at" AS "page_view_at",
        "h"."sequence" AS "sequence",
        "h"."page" AS "page",
        "h"."sz_is_new" AS "sz_is_new",
        "h"."anchor" AS "anchor",
        CASE
          WHEN "h"."sz_before" IS NULL THEN 1
          WHEN "h"."sz_anchor_before" = "h"."anchor" THEN 0
          WHEN "h"."sz_instant" >= "h"."sz_before" + INTERVAL '1800000000 microseconds' THEN 1
          ELSE 0
        END AS "sz_starts"
      FROM (
        SELECT
          "r"."event_id" AS "event_id",
          "r"."user_id" AS "user_id",
          "r"."page_view_at" AS "page_view_at",
          "r"."sequence" AS "sequence",
          "r"."page" AS "page",
          "r"."sz_instant" AS "sz_instant",
          "r"."sz_is_new" AS "sz_is_new",
          "r"."anchor" AS "anchor",
          lag("r"."sz_instant") OVER (
            PARTITION BY "r"."user_id"
            ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
          ) AS "sz_before",
          lag("r"."anchor") OVER (
            PARTITION BY "r"."user_id"
            ORDER BY "r"."user_id", "r"."page_view_at", "r"."sequence" NULLS FIRST, "r"."event_id"
          ) AS "sz_anchor_before"
        FROM "neighbours" AS "r"
      ) AS "h"
    ) AS "q"
  ) AS "n"
) AS "i";

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TEMPORARY TABLE "merged" (
  "sz_island" text COLLATE "C",
  "anchor" text COLLATE "C",
  "anchors" bigint,
  "user_id" text COLLATE "C",
  "started_at" timestamp,
  "session_id" text COLLATE "C",
  "first_sequence" bigint,
  "last_sequence" bigint,
  "ended_at" timestamp,
  "last_event_id" text COLLATE "C",
  "pageviews" bigint,
  "entry_page" text COLLATE "C",
  "exit_page" text COLLATE "C",
  "sz_first_rank" bigint,
  "sz_last_rank" bigint,
  "sz_survivor" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."merged" (
  "sz_island", "anchor", "anchors", "user_id", "started_at", "session_id", "first_sequence",
  "last_sequence", "ended_at", "last_event_id", "pageviews", "entry_page", "exit_page",
  "sz_first_rank", "sz_last_rank", "sz_survivor"
)
WITH "united" AS (
  SELECT
    "u"."sz_island" AS "sz_island",
    "u"."anchor" AS "anchor",
    "u"."anchors" AS "anchors",
    "u"."user_id" AS "user_id",
    "u"."started_at" AS "started_at",
    "u"."session_id" AS "session_id",
    "u"."first_sequence" AS "first_sequence",
    "u"."last_sequence" AS "last_sequence",
    "u"."ended_at" AS "ended_at",
    "u"."last_event_id" AS "last_event_id",
    "u"."pageviews" AS "pageviews",
    "u"."entry_page" AS "entry_page",
    "u"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "a"."sz_island" AS "sz_island",
      "v"."anchor" AS "anchor",
      "v"."anchors" AS "anchors",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."session_id" AS "session_id",
      "v"."first_sequence" AS "first_sequence",
      "v"."last_sequence" AS "last_sequence",
      "v"."ended_at" AS "ended_at",
      "v"."last_event_id" AS "last_event_id",
      "v"."pageviews" AS "pageviews",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page"
    FROM (
      SELECT DISTINCT "gaining"."sz_island" AS "sz_island", "gaining"."anchor" AS "anchor"
      FROM (
        SELECT
          "n"."event_id" AS "event_id",
          "n"."user_id" AS "user_id",
          "n"."page_view_at" AS "page_view_at",
          "n"."sequence" AS "sequence",
          "n"."page" AS "page",
          "n"."sz_is_new" AS "sz_is_new",
          "n"."anchor" AS "anchor",
          "n"."sz_island" AS "sz_island",
          first_value(CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END) OVER (
            PARTITION BY "n"."sz_island"
            ORDER BY CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
          ) AS "sz_gained"
        FROM pg_temp."islands" AS "n"
      ) AS "gaining"
      WHERE "gaining"."sz_gained" = 1
        AND "gaining"."anchor" IS NOT NULL
    ) AS "a"
    CROSS JOIN LATERAL (
      SELECT *
      FROM "session_versions" AS "v"
      WHERE "v"."anchor" = "a"."anchor"
        AND "v"."run_id" = (
          SELECT "w"."run_id"
          FROM "session_versions" AS "w"
          WHERE "w"."anchor" = "a"."anchor"
          ORDER BY "w"."run_id" DESC
          LIMIT 1
        )
      OFFSET 0
    ) AS "v"
    UNION ALL
    SELECT
      "i"."sz_island" AS "sz_island",
      NULL::text COLLATE "C" AS "anchor",
      0 AS "anchors",
      "i"."user_id" AS "user_id",
      "i"."page_view_at" AS "started_at",
      "i"."event_id" AS "session_id",
      "i"."sequence" AS "first_sequence",
      "i"."sequence" AS "last_sequence",
      "i"."page_view_at" AS "ended_at",
      "i"."event_id" AS "last_event_id",
      1 AS "pageviews",
      "i"."page" AS "entry_page",
      "i"."page" AS "exit_page"
    FROM pg_temp."islands" AS "i"
    WHERE "i"."sz_is_new" = 1
  ) AS "u"
)
SELECT
  "u"."sz_island" AS "sz_island",
  "u"."anchor" AS "anchor",
  "u"."anchors" AS "anchors",
  "u"."user_id" AS "user_id",
  "u"."started_at" AS "started_at",
  "u"."session_id" AS "session_id",
  "u"."first_sequence" AS "first_sequence",
  "u"."last_sequence" AS "last_sequence",
  "u"."ended_at" AS "ended_at",
  "u"."last_event_id" AS "last_event_id",
  "u"."pageviews" AS "pageviews",
  "u"."entry_page" AS "entry_page",
  "u"."exit_page" AS "exit_page",
  row_number() OVER (
    PARTITION BY "u"."sz_island"
    ORDER BY "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
  ) AS "sz_first_rank",
  row_number() OVER (
    PARTITION BY "u"."sz_island"
    ORDER BY "u"."ended_at" DESC, CASE WHEN "u"."last_sequence" IS NULL THEN 0 ELSE 1 END DESC, "u"."last_sequence" DESC, "u"."last_event_id" DESC
  ) AS "sz_last_rank",
  first_value(coalesce("u"."anchor", "u"."session_id")) OVER (
    PARTITION BY "u"."sz_island"
    ORDER BY "u"."anchors" DESC, "u"."started_at", "u"."first_sequence" NULLS FIRST, "u"."session_id"
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS "sz_survivor"
FROM "united" AS "u";

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TEMPORARY TABLE "superseded" (
  "session_id" text COLLATE "C",
  "became" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."superseded" ("session_id", "became")
SELECT
  "superseded"."session_id" AS "session_id",
  "superseded"."became" AS "became"
FROM (
  SELECT "m"."anchor" AS "session_id", "m"."sz_survivor" AS "became"
  FROM pg_temp."merged" AS "m"
  WHERE "m"."anchor" IS NOT NULL
    AND "m"."anchor" <> "m"."sz_survivor"
  UNION ALL
  SELECT "l"."session_id" AS "session_id", "m"."sz_survivor" AS "became"
  FROM pg_temp."merged" AS "m"
  CROSS JOIN LATERAL (
    SELECT *
    FROM "session_lineage" AS "l"
    WHERE "l"."became" = "m"."anchor"
    OFFSET 0
  ) AS "l"
  WHERE "m"."anchor" IS NOT NULL
    AND "m"."anchor" <> "m"."sz_survivor"
) AS "superseded";

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMPORARY TABLE "rejected" (
  "reason" text COLLATE "C",
  "event_id" text COLLATE "C",
  "user_id" text COLLATE "C",
  "page_view_at" text COLLATE "C",
  "page" text COLLATE "C",
  "row_key" text COLLATE "C"
) ON COMMIT DROP;
INSERT INTO pg_temp."rejected" ("reason", "event_id", "user_id", "page_view_at", "page", "row_key")
SELECT
  "k"."reason" AS "reason",
  "k"."event_id" AS "event_id",
  "k"."user_id" AS "user_id",
  "k"."page_view_at" AS "page_view_at",
  "k"."page" AS "page",
  "k"."row_key" AS "row_key"
FROM (
  SELECT
    "b"."reason" AS "reason",
    "b"."event_id" AS "event_id",
    "b"."user_id" AS "user_id",
    "b"."page_view_at" AS "page_view_at",
    "b"."page" AS "page",
    CASE
      WHEN "b"."reason" IS NULL THEN '-'
      ELSE octet_length("b"."reason")::text || ':' || CASE WHEN octet_length("b"."reason") <= 180 THEN "b"."reason" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."event_id" IS NULL THEN '-'
      ELSE octet_length("b"."event_id")::text || ':' || CASE WHEN octet_length("b"."event_id") <= 180 THEN "b"."event_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."user_id" IS NULL THEN '-'
      ELSE octet_length("b"."user_id")::text || ':' || CASE WHEN octet_length("b"."user_id") <= 180 THEN "b"."user_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page_view_at" IS NULL THEN '-'
      ELSE octet_length("b"."page_view_at")::text || ':' || CASE WHEN octet_length("b"."page_view_at") <= 180 THEN "b"."page_view_at" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page" IS NULL THEN '-'
      ELSE octet_length("b"."page")::text || ':' || CASE WHEN octet_length("b"."page") <= 180 THEN "b"."page" ELSE '#' END
    END AS "row_key"
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
        CASE
          WHEN "k"."event_id" IS NOT NULL AND "k"."event_id" <> '' THEN "k"."event_id"
          ELSE NULL::text COLLATE "C"
        END AS "event_id",
        CASE
          WHEN "k"."user_id" IS NOT NULL AND "k"."user_id" <> '' THEN "k"."user_id"
          ELSE NULL::text COLLATE "C"
        END AS "user_id",
        CASE
          WHEN "k"."page_view_at" IS NOT NULL THEN to_char("k"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.US')
          ELSE CASE
              WHEN "k"."sz_raw_time" IS NOT NULL AND "k"."sz_raw_time" <> '' THEN "k"."sz_raw_time"
              ELSE NULL::text COLLATE "C"
            END
        END AS "page_view_at",
        "k"."page" AS "page"
      FROM pg_temp."picked" AS "k"
      WHERE "k"."reason" IS NOT NULL
      UNION ALL
      SELECT
        'duplicate_event_id' AS "reason",
        "c"."event_id" AS "event_id",
        "c"."user_id" AS "user_id",
        to_char("c"."page_view_at", 'YYYY-MM-DD HH24:MI:SS.US') AS "page_view_at",
        "c"."page" AS "page"
      FROM pg_temp."duplicates" AS "c"
      WHERE NOT ("c"."user_id" = "c"."sz_first_user_id"
          AND "c"."page_view_at" = "c"."sz_first_page_view_at"
          AND coalesce("c"."page", '') = coalesce("c"."sz_first_page", '') AND ("c"."page" IS NULL) = ("c"."sz_first_page" IS NULL))
    ) AS "b"
  ) AS "b"
  OFFSET 0
) AS "k"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE "q"."row_key" = "k"."row_key"
      AND "q"."reason" = "k"."reason"
      AND coalesce("q"."event_id", '') = coalesce("k"."event_id", '') AND ("q"."event_id" IS NULL) = ("k"."event_id" IS NULL)
      AND coalesce("q"."user_id", '') = coalesce("k"."user_id", '') AND ("q"."user_id" IS NULL) = ("k"."user_id" IS NULL)
      AND coalesce("q"."page_view_at", '') = coalesce("k"."page_view_at", '') AND ("q"."page_view_at" IS NULL) = ("k"."page_view_at" IS NULL)
      AND coalesce("q"."page", '') = coalesce("k"."page", '') AND ("q"."page" IS NULL) = ("k"."page" IS NULL)
  );

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO "session_lineage" ("session_id", "became", "run_id")
SELECT
  "x"."session_id" AS "session_id",
  "x"."became" AS "became",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM (
  SELECT "s"."session_id" AS "session_id", "s"."became" AS "became"
  FROM pg_temp."superseded" AS "s"
) AS "x";

-- rows: The new pageviews, each with the anchor of its session.
INSERT INTO "session_table" (
  "event_id", "session_id", "user_id", "page_view_at", "sequence", "page", "run_id"
)
SELECT
  "x"."event_id" AS "event_id",
  "x"."session_id" AS "session_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."sequence" AS "sequence",
  "x"."page" AS "page",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM (
  SELECT
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."sequence" AS "sequence",
    "i"."page" AS "page",
    "m"."sz_survivor" AS "session_id"
  FROM pg_temp."islands" AS "i"
  JOIN (
    SELECT "m"."sz_island" AS "sz_island", "m"."sz_survivor" AS "sz_survivor"
    FROM pg_temp."merged" AS "m"
    WHERE "m"."sz_first_rank" = 1
  ) AS "m" ON "m"."sz_island" = "i"."sz_island"
  WHERE "i"."sz_is_new" = 1
) AS "x";

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO "session_versions" (
  "anchor", "run_id", "session_id", "user_id", "started_at", "ended_at", "last_event_id",
  "first_sequence", "last_sequence", "pageviews", "anchors", "entry_page", "exit_page"
)
SELECT
  "x"."anchor" AS "anchor",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."session_id" AS "session_id",
  "x"."user_id" AS "user_id",
  "x"."started_at" AS "started_at",
  "x"."ended_at" AS "ended_at",
  "x"."last_event_id" AS "last_event_id",
  "x"."first_sequence" AS "first_sequence",
  "x"."last_sequence" AS "last_sequence",
  "x"."pageviews" AS "pageviews",
  "x"."anchors" AS "anchors",
  "x"."entry_page" AS "entry_page",
  "x"."exit_page" AS "exit_page"
FROM (
  SELECT
    "g"."sz_survivor" AS "anchor",
    "g"."user_id" AS "user_id",
    "g"."pageviews" AS "pageviews",
    CASE WHEN "g"."anchors" = 0 THEN 1 ELSE "g"."anchors" END AS "anchors",
    "g"."session_id" AS "session_id",
    "g"."started_at" AS "started_at",
    "g"."first_sequence" AS "first_sequence",
    "g"."entry_page" AS "entry_page",
    "g"."ended_at" AS "ended_at",
    "g"."last_event_id" AS "last_event_id",
    "g"."last_sequence" AS "last_sequence",
    "g"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "m"."sz_island" AS "sz_island",
      "m"."sz_survivor" AS "sz_survivor",
      "m"."user_id" AS "user_id",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."session_id" ELSE NULL::text COLLATE "C" END) AS "session_id",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."started_at" ELSE NULL::timestamp END) AS "started_at",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."first_sequence" ELSE NULL::bigint END) AS "first_sequence",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."entry_page" ELSE NULL::text COLLATE "C" END) AS "entry_page",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."ended_at" ELSE NULL::timestamp END) AS "ended_at",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."last_event_id" ELSE NULL::text COLLATE "C" END) AS "last_event_id",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."last_sequence" ELSE NULL::bigint END) AS "last_sequence",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."exit_page" ELSE NULL::text COLLATE "C" END) AS "exit_page",
      coalesce(sum("m"."pageviews"), 0)::bigint AS "pageviews",
      coalesce(sum("m"."anchors"), 0)::bigint AS "anchors"
    FROM pg_temp."merged" AS "m"
    GROUP BY "m"."sz_island", "m"."sz_survivor", "m"."user_id"
  ) AS "g"
) AS "x";

-- quarantine: What cannot be sessionized, and why.
INSERT INTO "session_quarantine" (
  "reason", "event_id", "user_id", "page_view_at", "page", "source_file", "line", "run_id", "row_key"
)
SELECT
  "x"."reason" AS "reason",
  "x"."event_id" AS "event_id",
  "x"."user_id" AS "user_id",
  "x"."page_view_at" AS "page_view_at",
  "x"."page" AS "page",
  NULL::text COLLATE "C" AS "source_file",
  NULL::bigint AS "line",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."row_key" AS "row_key"
FROM pg_temp."rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  'finished' AS "state",
  clock_timestamp() AT TIME ZONE 'UTC' AS "recorded_at",
  '{…}' AS "job",
  'new' AS "mode",
  NULL::timestamp AS "window_from",
  NULL::timestamp AS "window_to",
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
  (
    SELECT
      coalesce(sum("x"."pageviews"), 0)::bigint AS "n"
    FROM pg_temp."merged" AS "x"
    WHERE "x"."anchor" IS NULL
  ) AS "pageviews",
  (SELECT count(*) AS "n" FROM pg_temp."merged" AS "x" WHERE "x"."sz_first_rank" = 1) AS "sessions",
  (SELECT count(*) AS "n" FROM pg_temp."superseded" AS "x") AS "lineage_rows",
  (SELECT count(*) AS "n" FROM pg_temp."rejected" AS "x") AS "quarantined",
  2 AS "layout",
  'PostgreSQL 15' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";
