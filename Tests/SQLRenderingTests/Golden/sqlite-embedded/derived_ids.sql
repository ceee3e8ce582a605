-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  coalesce((SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") + 1, 1) AS "run_id",
  'started' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{…}' AS "job",
  'whole' AS "mode",
  NULL AS "window_from",
  NULL AS "window_to",
  (SELECT max("p"."arrival_id") AS "mark" FROM "pageviews" AS "p") AS "arrival_mark",
  NULL AS "arrival_mark_at",
  NULL AS "pageviews",
  NULL AS "sessions",
  NULL AS "lineage_rows",
  NULL AS "quarantined",
  2 AS "layout",
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
  "sz_raw_event_id" TEXT,
  "sz_raw_time" TEXT
);
INSERT INTO temp."picked" (
  "event_id", "user_id", "page_view_at", "page", "reason", "sz_raw_event_id", "sz_raw_time"
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
  "s"."sz_raw_event_id" AS "sz_raw_event_id",
  "s"."sz_raw_time" AS "sz_raw_time"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."page" AS "page",
    "j"."reason" AS "reason",
    CASE WHEN "j"."reason" IS NOT NULL THEN "j"."sz_source_event_id" ELSE NULL END AS "sz_raw_event_id",
    CASE
      WHEN "j"."reason" IS NOT NULL THEN CAST("j"."sz_source_time" AS TEXT) COLLATE BINARY
      ELSE NULL
    END AS "sz_raw_time"
  FROM (
    SELECT
      "m"."event_id" AS "event_id",
      "m"."user_id" AS "user_id",
      "m"."page_view_at" AS "page_view_at",
      "m"."page" AS "page",
      "m"."sz_source_event_id" AS "sz_source_event_id",
      "m"."sz_source_time" AS "sz_source_time",
      CASE
        WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
        WHEN "m"."page_view_at" IS NULL THEN CASE
            WHEN CAST("m"."sz_source_time" AS TEXT) COLLATE BINARY IS NULL
                OR CAST("m"."sz_source_time" AS TEXT) COLLATE BINARY = '' THEN 'null_time'
            WHEN ("m"."sz_source_time" GLOB '[-+]*[0-9]-[0-9][0-9]-[0-9][0-9]*'
                OR "m"."sz_source_time" GLOB '[0-9][0-9][0-9][0-9][0-9]*-[0-9][0-9]-[0-9][0-9]*'
                OR "m"."sz_source_time" GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*BC'
                OR lower("m"."sz_source_time") IN ('infinity', '-infinity')
                OR "m"."sz_source_time" GLOB '0000-[01][0-9]-[0-3][0-9]*' OR "m"."sz_source_time" GLOB '0001-01-0[12]*' OR "m"."sz_source_time" GLOB '9999-12-3[01]*') THEN 'time_out_of_range'
            ELSE 'bad_time'
          END
        WHEN length(CAST("m"."event_id" AS BLOB)) > 1024 OR length(CAST("m"."user_id" AS BLOB)) > 1024 THEN 'key_too_long'
        ELSE NULL
      END AS "reason"
    FROM (
      SELECT
        "c"."user_id" AS "user_id",
        "c"."page_view_at" AS "page_view_at",
        "c"."page" AS "page",
        "c"."sz_source_time" AS "sz_source_time",
        "c"."sz_arrival" AS "sz_arrival",
        CASE
          WHEN "c"."user_id" IS NULL OR "c"."page_view_at" IS NULL THEN NULL
          WHEN "c"."page" IS NULL
              OR length(CAST(CASE
                WHEN "c"."page" IS NULL THEN CAST(length(CAST("c"."user_id" AS BLOB)) AS TEXT) || ':' || "c"."user_id" || "c"."page_view_at" || '-#' || CAST("c"."sz_occurrence" AS TEXT)
                ELSE CAST(length(CAST("c"."user_id" AS BLOB)) AS TEXT) || ':' || "c"."user_id" || "c"."page_view_at" || CAST(length(CAST("c"."page" AS BLOB)) AS TEXT) || ':' || "c"."page" || '#' || CAST("c"."sz_occurrence" AS TEXT)
              END AS BLOB)) <= 1024 THEN CASE
              WHEN "c"."page" IS NULL THEN CAST(length(CAST("c"."user_id" AS BLOB)) AS TEXT) || ':' || "c"."user_id" || "c"."page_view_at" || '-#' || CAST("c"."sz_occurrence" AS TEXT)
              ELSE CAST(length(CAST("c"."user_id" AS BLOB)) AS TEXT) || ':' || "c"."user_id" || "c"."page_view_at" || CAST(length(CAST("c"."page" AS BLOB)) AS TEXT) || ':' || "c"."page" || '#' || CAST("c"."sz_occurrence" AS TEXT)
            END
          WHEN "c"."page" IS NOT NULL THEN CASE
              WHEN "c"."page" IS NULL THEN CAST(length(CAST("c"."user_id" AS BLOB)) AS TEXT) || ':' || "c"."user_id" || "c"."page_view_at" || '-#' || CAST("c"."sz_occurrence" AS TEXT)
              ELSE CAST(length(CAST("c"."user_id" AS BLOB)) AS TEXT) || ':' || "c"."user_id" || "c"."page_view_at" || CAST(length(CAST("c"."page" AS BLOB)) AS TEXT) || ':' || sessionizer_sha256("c"."page") || '#' || CAST("c"."sz_occurrence" AS TEXT)
            END
          ELSE NULL
        END AS "event_id",
        NULL AS "sz_source_event_id"
      FROM (
        SELECT
          "a"."user_id" AS "user_id",
          "a"."page_view_at" AS "page_view_at",
          "a"."page" AS "page",
          "a"."sz_source_time" AS "sz_source_time",
          "a"."sz_arrival" AS "sz_arrival",
          row_number() OVER (PARTITION BY "a"."user_id", "a"."page_view_at", "a"."page" ORDER BY "a"."page_view_at") AS "sz_occurrence"
        FROM (
          SELECT
            CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
            sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
            CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
            "p"."page_view_at" AS "sz_source_time",
            "p"."arrival_id" AS "sz_arrival"
          FROM "pageviews" AS "p"
          LIMIT -1
        ) AS "a"
        WHERE 1
      ) AS "c"
      LIMIT -1
    ) AS "m"
    WHERE 1
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
  SELECT "k"."event_id" AS "event_id", count(*) AS "sz_duplicates"
  FROM temp."picked" AS "k"
  WHERE "k"."reason" IS NULL
  GROUP BY "k"."event_id"
) AS "g"
WHERE "g"."sz_duplicates" > 1;
CREATE INDEX temp."repeated_by_event_id" ON "repeated" ("event_id");

-- duplicates: Their rows; the first counts.
CREATE TEMP TABLE "duplicates" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "sz_rank" INTEGER,
  "sz_first_user_id" TEXT,
  "sz_first_page_view_at" TEXT,
  "sz_first_page" TEXT
);
INSERT INTO temp."duplicates" (
  "event_id", "user_id", "page_view_at", "page", "sz_rank", "sz_first_user_id",
  "sz_first_page_view_at", "sz_first_page"
)
SELECT
  "w"."event_id" AS "event_id",
  "w"."user_id" AS "user_id",
  "w"."page_view_at" AS "page_view_at",
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
    "k"."page" AS "page",
    "k"."reason" AS "reason",
    "k"."sz_raw_event_id" AS "sz_raw_event_id",
    "k"."sz_raw_time" AS "sz_raw_time",
    row_number() OVER (PARTITION BY "k"."event_id" ORDER BY "k"."page_view_at", "k"."user_id", "k"."page") AS "sz_rank",
    first_value("k"."user_id") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_first_user_id",
    first_value("k"."page_view_at") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_first_page_view_at",
    first_value("k"."page") OVER (
      PARTITION BY "k"."event_id"
      ORDER BY "k"."page_view_at", "k"."user_id", "k"."page"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_first_page"
  FROM temp."picked" AS "k"
  WHERE "k"."reason" IS NULL
    AND EXISTS (SELECT 1 FROM temp."repeated" AS "d" WHERE "d"."event_id" = "k"."event_id")
) AS "w";
CREATE INDEX temp."duplicates_by_event_id" ON "duplicates" ("event_id");

-- fresh: The new rows, fixed once for the whole run.
CREATE TEMP TABLE "fresh" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "sz_instant" INTEGER
);
INSERT INTO temp."fresh" ("event_id", "user_id", "page_view_at", "page", "sz_instant")
SELECT
  "f"."event_id" AS "event_id",
  "f"."user_id" AS "user_id",
  "f"."page_view_at" AS "page_view_at",
  "f"."page" AS "page",
  "f"."sz_instant" AS "sz_instant"
FROM (
  SELECT
    "k"."event_id" AS "event_id",
    "k"."user_id" AS "user_id",
    "k"."page_view_at" AS "page_view_at",
    "k"."page" AS "page",
    sessionizer_micros("k"."page_view_at") AS "sz_instant"
  FROM temp."picked" AS "k"
  WHERE "k"."reason" IS NULL
    AND NOT EXISTS (SELECT 1 FROM temp."duplicates" AS "d" WHERE "d"."event_id" = "k"."event_id")
  UNION ALL
  SELECT
    "c"."event_id" AS "event_id",
    "c"."user_id" AS "user_id",
    "c"."page_view_at" AS "page_view_at",
    "c"."page" AS "page",
    sessionizer_micros("c"."page_view_at") AS "sz_instant"
  FROM temp."duplicates" AS "c"
  WHERE "c"."sz_rank" = 1
) AS "f";

-- ranges: Where in time the new rows may touch the ledger.
CREATE TEMP TABLE "ranges" (
  "user_id" TEXT,
  "sz_from_at" TEXT,
  "sz_to_at" TEXT
);
INSERT INTO temp."ranges" ("user_id", "sz_from_at", "sz_to_at")
SELECT
  "k"."user_id" AS "user_id",
  strftime('%Y-%m-%d %H:%M:%S', (("k"."sz_from_at" + (-1800000000)) - ((("k"."sz_from_at" + (-1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("k"."sz_from_at" + (-1800000000)) % 1000000) + 1000000) % 1000000) AS "sz_from_at",
  strftime('%Y-%m-%d %H:%M:%S', (("k"."sz_to_at" + (1800000000)) - ((("k"."sz_to_at" + (1800000000)) % 1000000) + 1000000) % 1000000) / 1000000, 'unixepoch') || printf('.%06d', ((("k"."sz_to_at" + (1800000000)) % 1000000) + 1000000) % 1000000) AS "sz_to_at"
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
      "q"."sz_instant" AS "sz_instant",
      "q"."sz_starts" AS "sz_starts",
      sum("q"."sz_starts") OVER (
        PARTITION BY "q"."user_id"
        ORDER BY "q"."user_id", "q"."page_view_at", "q"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_cluster"
    FROM (
      SELECT
        "h"."event_id" AS "event_id",
        "h"."user_id" AS "user_id",
        "h"."page_view_at" AS "page_view_at",
        "h"."sz_instant" AS "sz_instant",
        CASE
          WHEN "h"."sz_before" IS NULL OR ("h"."sz_instant" + (-1800000000)) > ("h"."sz_before" + (1800000000)) THEN 1
          ELSE 0
        END AS "sz_starts"
      FROM (
        SELECT
          "f"."event_id" AS "event_id",
          "f"."user_id" AS "user_id",
          "f"."page_view_at" AS "page_view_at",
          "f"."page" AS "page",
          "f"."sz_instant" AS "sz_instant",
          lag("f"."sz_instant") OVER (PARTITION BY "f"."user_id" ORDER BY "f"."user_id", "f"."page_view_at", "f"."event_id") AS "sz_before"
        FROM temp."fresh" AS "f"
      ) AS "h"
    ) AS "q"
  ) AS "n"
  GROUP BY "n"."user_id", "n"."sz_cluster"
) AS "k";

-- context: The ledger's rows there, each with its current anchor.
CREATE TEMP TABLE "context" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "sz_instant" INTEGER,
  "anchor" TEXT
);
INSERT INTO temp."context" ("event_id", "user_id", "page_view_at", "sz_instant", "anchor")
SELECT
  "t"."event_id" AS "event_id",
  "t"."user_id" AS "user_id",
  "t"."page_view_at" AS "page_view_at",
  sessionizer_micros("t"."page_view_at") AS "sz_instant",
  coalesce((
    SELECT "l"."became"
    FROM "session_lineage" AS "l"
    WHERE "l"."session_id" = "t"."session_id"
    ORDER BY "l"."run_id" DESC
    LIMIT 1
  ), "t"."session_id") AS "anchor"
FROM temp."ranges" AS "g"
CROSS JOIN "session_table" AS "t"
  ON "t"."user_id" = "g"."user_id"
  AND "t"."page_view_at" >= "g"."sz_from_at"
  AND "t"."page_view_at" <= "g"."sz_to_at";

-- neighbours: New rows and context together.
CREATE TEMP TABLE "neighbours" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "sz_instant" INTEGER,
  "sz_is_new" INTEGER,
  "anchor" TEXT
);
INSERT INTO temp."neighbours" (
  "event_id", "user_id", "page_view_at", "page", "sz_instant", "sz_is_new", "anchor"
)
SELECT
  "u"."event_id" AS "event_id",
  "u"."user_id" AS "user_id",
  "u"."page_view_at" AS "page_view_at",
  "u"."page" AS "page",
  "u"."sz_instant" AS "sz_instant",
  "u"."sz_is_new" AS "sz_is_new",
  "u"."anchor" AS "anchor"
FROM (
  SELECT
    "f"."event_id" AS "event_id",
    "f"."user_id" AS "user_id",
    "f"."page_view_at" AS "page_view_at",
    "f"."page" AS "page",
    "f"."sz_instant" AS "sz_instant",
    1 AS "sz_is_new",
    NULL AS "anchor"
  FROM temp."fresh" AS "f"
  UNION ALL
  SELECT
    "c"."event_id" AS "event_id",
    "c"."user_id" AS "user_id",
    "c"."page_view_at" AS "page_view_at",
    NULL AS "page",
    "c"."sz_instant" AS "sz_instant",
    0 AS "sz_is_new",
    "c"."anchor" AS "anchor"
  FROM temp."context" AS "c"
) AS "u";

-- islands: New rows and context, each with the island that it lies on: what is one session now.
CREATE TEMP TABLE "islands" (
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "sz_is_new" INTEGER,
  "anchor" TEXT,
  "sz_island" TEXT
);
INSERT INTO temp."islands" (
  "event_id", "user_id", "page_view_at", "page", "sz_is_new", "anchor", "sz_island"
)
SELECT
  "i"."event_id" AS "event_id",
  "i"."user_id" AS "user_id",
  "i"."page_view_at" AS "page_view_at",
  "i"."page" AS "page",
  "i"."sz_is_new" AS "sz_is_new",
  "i"."anchor" AS "anchor",
  "i"."sz_island" AS "sz_island"
FROM (
  SELECT
    "n"."event_id" AS "event_id",
    "n"."user_id" AS "user_id",
    "n"."page_view_at" AS "page_view_at",
    "n"."page" AS "page",
    "n"."sz_is_new" AS "sz_is_new",
    "n"."anchor" AS "anchor",
    "n"."sz_starts" AS "sz_starts",
    "n"."sz_number" AS "sz_number",
    first_value("n"."event_id") OVER (
      PARTITION BY "n"."user_id", "n"."sz_number"
      ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_island"
  FROM (
    SELECT
      "q"."event_id" AS "event_id",
      "q"."user_id" AS "user_id",
      "q"."page_view_at" AS "page_view_at",
      "q"."page" AS "page",
      "q"."sz_is_new" AS "sz_is_new",
      "q"."anchor" AS "anchor",
      "q"."sz_starts" AS "sz_starts",
      sum("q"."sz_starts") OVER (
        PARTITION BY "q"."user_id"
        ORDER BY "q"."user_id", "q"."page_view_at", "q"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_number"
    FROM (
      SELECT
        "h"."event_id" AS "event_id",
        "h"."user_id" AS "user_id",
        "h"."page_view_at" AS "page_view_at",
        "h"."page" AS "page",
        "h"."sz_is_new" AS "sz_is_new",
        "h"."anchor" AS "anchor",
        CASE
          WHEN "h"."sz_before" IS NULL THEN 1
          WHEN "h"."sz_anchor_before" = "h"."anchor" THEN 0
          WHEN "h"."sz_instant" >= "h"."sz_before" + 1800000000 THEN 1
          ELSE 0
        END AS "sz_starts"
      FROM (
        SELECT
          "r"."event_id" AS "event_id",
          "r"."user_id" AS "user_id",
          "r"."page_view_at" AS "page_view_at",
          "r"."page" AS "page",
          "r"."sz_instant" AS "sz_instant",
          "r"."sz_is_new" AS "sz_is_new",
          "r"."anchor" AS "anchor",
          lag("r"."sz_instant") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "sz_before",
          lag("r"."anchor") OVER (PARTITION BY "r"."user_id" ORDER BY "r"."user_id", "r"."page_view_at", "r"."event_id") AS "sz_anchor_before"
        FROM temp."neighbours" AS "r"
      ) AS "h"
    ) AS "q"
  ) AS "n"
) AS "i";

-- united: For each island that gained rows, what it is made of: its anchors' newest versions, and its new rows.
CREATE TEMP TABLE "united" (
  "sz_island" TEXT,
  "anchor" TEXT,
  "anchors" INTEGER,
  "user_id" TEXT,
  "started_at" TEXT,
  "session_id" TEXT,
  "ended_at" TEXT,
  "last_event_id" TEXT,
  "pageviews" INTEGER,
  "entry_page" TEXT,
  "exit_page" TEXT
);
INSERT INTO temp."united" (
  "sz_island", "anchor", "anchors", "user_id", "started_at", "session_id", "ended_at",
  "last_event_id", "pageviews", "entry_page", "exit_page"
)
SELECT
  "u"."sz_island" AS "sz_island",
  "u"."anchor" AS "anchor",
  "u"."anchors" AS "anchors",
  "u"."user_id" AS "user_id",
  "u"."started_at" AS "started_at",
  "u"."session_id" AS "session_id",
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
        "n"."page" AS "page",
        "n"."sz_is_new" AS "sz_is_new",
        "n"."anchor" AS "anchor",
        "n"."sz_island" AS "sz_island",
        first_value(CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END) OVER (
          PARTITION BY "n"."sz_island"
          ORDER BY CASE WHEN "n"."sz_is_new" = 1 THEN 1 ELSE 0 END DESC
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS "sz_gained"
      FROM temp."islands" AS "n"
    ) AS "gaining"
    WHERE "gaining"."sz_gained" = 1
      AND "gaining"."anchor" IS NOT NULL
  ) AS "a"
  CROSS JOIN "session_versions" AS "v"
    ON "v"."anchor" = "a"."anchor"
    AND "v"."run_id" = (
      SELECT "w"."run_id"
      FROM "session_versions" AS "w"
      WHERE "w"."anchor" = "a"."anchor"
      ORDER BY "w"."run_id" DESC
      LIMIT 1
    )
  UNION ALL
  SELECT
    "i"."sz_island" AS "sz_island",
    NULL AS "anchor",
    0 AS "anchors",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "started_at",
    "i"."event_id" AS "session_id",
    "i"."page_view_at" AS "ended_at",
    "i"."event_id" AS "last_event_id",
    1 AS "pageviews",
    "i"."page" AS "entry_page",
    "i"."page" AS "exit_page"
  FROM temp."islands" AS "i"
  WHERE "i"."sz_is_new" = 1
) AS "u";

-- merged: The same, ranked: the island's first part, its last, and the anchor that survives.
CREATE TEMP TABLE "merged" (
  "sz_island" TEXT,
  "anchor" TEXT,
  "anchors" INTEGER,
  "user_id" TEXT,
  "started_at" TEXT,
  "session_id" TEXT,
  "ended_at" TEXT,
  "last_event_id" TEXT,
  "pageviews" INTEGER,
  "entry_page" TEXT,
  "exit_page" TEXT,
  "sz_first_rank" INTEGER,
  "sz_last_rank" INTEGER,
  "sz_survivor" TEXT
);
INSERT INTO temp."merged" (
  "sz_island", "anchor", "anchors", "user_id", "started_at", "session_id", "ended_at",
  "last_event_id", "pageviews", "entry_page", "exit_page", "sz_first_rank", "sz_last_rank",
  "sz_survivor"
)
SELECT
  "u"."sz_island" AS "sz_island",
  "u"."anchor" AS "anchor",
  "u"."anchors" AS "anchors",
  "u"."user_id" AS "user_id",
  "u"."started_at" AS "started_at",
  "u"."session_id" AS "session_id",
  "u"."ended_at" AS "ended_at",
  "u"."last_event_id" AS "last_event_id",
  "u"."pageviews" AS "pageviews",
  "u"."entry_page" AS "entry_page",
  "u"."exit_page" AS "exit_page",
  row_number() OVER (PARTITION BY "u"."sz_island" ORDER BY "u"."started_at", "u"."session_id") AS "sz_first_rank",
  row_number() OVER (PARTITION BY "u"."sz_island" ORDER BY "u"."ended_at" DESC, "u"."last_event_id" DESC) AS "sz_last_rank",
  first_value(coalesce("u"."anchor", "u"."session_id")) OVER (
    PARTITION BY "u"."sz_island"
    ORDER BY "u"."anchors" DESC, "u"."started_at", "u"."session_id"
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS "sz_survivor"
FROM temp."united" AS "u";

-- superseded: Anchors that were merged into another, with all that resolved to them.
CREATE TEMP TABLE "superseded" (
  "session_id" TEXT,
  "became" TEXT
);
INSERT INTO temp."superseded" ("session_id", "became")
SELECT
  "superseded"."session_id" AS "session_id",
  "superseded"."became" AS "became"
FROM (
  SELECT "m"."anchor" AS "session_id", "m"."sz_survivor" AS "became"
  FROM temp."merged" AS "m"
  WHERE "m"."anchor" IS NOT NULL
    AND "m"."anchor" <> "m"."sz_survivor"
  UNION ALL
  SELECT "l"."session_id" AS "session_id", "m"."sz_survivor" AS "became"
  FROM temp."merged" AS "m"
  CROSS JOIN "session_lineage" AS "l" ON "l"."became" = "m"."anchor"
  WHERE "m"."anchor" IS NOT NULL
    AND "m"."anchor" <> "m"."sz_survivor"
) AS "superseded";

-- rejected: What goes to quarantine and is not there yet.
CREATE TEMP TABLE "rejected" (
  "reason" TEXT,
  "event_id" TEXT,
  "user_id" TEXT,
  "page_view_at" TEXT,
  "page" TEXT,
  "row_key" TEXT
);
INSERT INTO temp."rejected" ("reason", "event_id", "user_id", "page_view_at", "page", "row_key")
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
      ELSE CAST(length(CAST("b"."reason" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."reason" AS BLOB)) <= 180 THEN "b"."reason" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."event_id" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."event_id" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."event_id" AS BLOB)) <= 180 THEN "b"."event_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."user_id" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."user_id" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."user_id" AS BLOB)) <= 180 THEN "b"."user_id" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page_view_at" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."page_view_at" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."page_view_at" AS BLOB)) <= 180 THEN "b"."page_view_at" ELSE '#' END
    END || '|' || CASE
      WHEN "b"."page" IS NULL THEN '-'
      ELSE CAST(length(CAST("b"."page" AS BLOB)) AS TEXT) || ':' || CASE WHEN length(CAST("b"."page" AS BLOB)) <= 180 THEN "b"."page" ELSE '#' END
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
        NULL AS "event_id",
        CASE WHEN "k"."user_id" IS NOT NULL AND "k"."user_id" <> '' THEN "k"."user_id" ELSE NULL END AS "user_id",
        CASE
          WHEN "k"."page_view_at" IS NOT NULL THEN "k"."page_view_at"
          ELSE CASE
              WHEN "k"."sz_raw_time" IS NOT NULL AND "k"."sz_raw_time" <> '' THEN "k"."sz_raw_time"
              ELSE NULL
            END
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
      FROM temp."duplicates" AS "c"
      WHERE NOT ("c"."user_id" = "c"."sz_first_user_id"
          AND "c"."page_view_at" = "c"."sz_first_page_view_at"
          AND "c"."page" IS "c"."sz_first_page")
    ) AS "b"
  ) AS "b"
  LIMIT -1
) AS "k"
WHERE NOT EXISTS (
    SELECT 1
    FROM "session_quarantine" AS "q"
    WHERE "q"."row_key" = "k"."row_key"
      AND "q"."reason" = "k"."reason"
      AND "q"."event_id" IS "k"."event_id"
      AND "q"."user_id" IS "k"."user_id"
      AND "q"."page_view_at" IS "k"."page_view_at"
      AND "q"."page" IS "k"."page"
  );

-- lineage: Anchors that were merged, and which one survives.
INSERT INTO "session_lineage" ("session_id", "became", "run_id")
SELECT
  "x"."session_id" AS "session_id",
  "x"."became" AS "became",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id"
FROM (
  SELECT "s"."session_id" AS "session_id", "s"."became" AS "became"
  FROM temp."superseded" AS "s"
) AS "x";

-- rows: The new pageviews, each with the anchor of its session.
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
    "i"."event_id" AS "event_id",
    "i"."user_id" AS "user_id",
    "i"."page_view_at" AS "page_view_at",
    "i"."page" AS "page",
    "m"."sz_survivor" AS "session_id"
  FROM temp."islands" AS "i"
  JOIN (
    SELECT "m"."sz_island" AS "sz_island", "m"."sz_survivor" AS "sz_survivor"
    FROM temp."merged" AS "m"
    WHERE "m"."sz_first_rank" = 1
  ) AS "m" ON "m"."sz_island" = "i"."sz_island"
  WHERE "i"."sz_is_new" = 1
) AS "x";

-- versions: Each session that gained a pageview, as it stands now.
INSERT INTO "session_versions" (
  "anchor", "run_id", "session_id", "user_id", "started_at", "ended_at", "last_event_id", "pageviews",
  "anchors", "entry_page", "exit_page"
)
SELECT
  "x"."anchor" AS "anchor",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."session_id" AS "session_id",
  "x"."user_id" AS "user_id",
  "x"."started_at" AS "started_at",
  "x"."ended_at" AS "ended_at",
  "x"."last_event_id" AS "last_event_id",
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
    "g"."entry_page" AS "entry_page",
    "g"."ended_at" AS "ended_at",
    "g"."last_event_id" AS "last_event_id",
    "g"."exit_page" AS "exit_page"
  FROM (
    SELECT
      "m"."sz_island" AS "sz_island",
      "m"."sz_survivor" AS "sz_survivor",
      "m"."user_id" AS "user_id",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."session_id" ELSE NULL END) AS "session_id",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."started_at" ELSE NULL END) AS "started_at",
      max(CASE WHEN "m"."sz_first_rank" = 1 THEN "m"."entry_page" ELSE NULL END) AS "entry_page",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."ended_at" ELSE NULL END) AS "ended_at",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."last_event_id" ELSE NULL END) AS "last_event_id",
      max(CASE WHEN "m"."sz_last_rank" = 1 THEN "m"."exit_page" ELSE NULL END) AS "exit_page",
      coalesce(sum("m"."pageviews"), 0) AS "pageviews",
      coalesce(sum("m"."anchors"), 0) AS "anchors"
    FROM temp."merged" AS "m"
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
  NULL AS "source_file",
  NULL AS "line",
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  "x"."row_key" AS "row_key"
FROM temp."rejected" AS "x";

-- finished: Closes the run.
INSERT INTO "session_runs" (
  "run_id", "state", "recorded_at", "job", "mode", "window_from", "window_to", "arrival_mark",
  "arrival_mark_at", "pageviews", "sessions", "lineage_rows", "quarantined", "layout", "engine",
  "tool_version"
)
SELECT
  (SELECT max("this_run"."run_id") AS "run_id" FROM "session_runs" AS "this_run") AS "run_id",
  'finished' AS "state",
  strftime('%Y-%m-%d %H:%M:%f', 'now') || '000' AS "recorded_at",
  '{…}' AS "job",
  'whole' AS "mode",
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
  (SELECT coalesce(sum("x"."pageviews"), 0) AS "n" FROM temp."merged" AS "x" WHERE "x"."anchor" IS NULL) AS "pageviews",
  (SELECT count(*) AS "n" FROM temp."merged" AS "x" WHERE "x"."sz_first_rank" = 1) AS "sessions",
  (SELECT count(*) AS "n" FROM temp."superseded" AS "x") AS "lineage_rows",
  (SELECT count(*) AS "n" FROM temp."rejected" AS "x") AS "quarantined",
  2 AS "layout",
  'SQLite 3.40' AS "engine",
  '1' AS "tool_version"
FROM (SELECT 1 AS "one") AS "o";
