-- wrong session: a pageview whose session is not that of one full run
SELECT "x"."event_id" AS "subject", "x"."sz_island" AS "expected", "x"."session_id" AS "found"
FROM (
  SELECT
    "n"."event_id" AS "event_id",
    "n"."user_id" AS "user_id",
    "n"."page_view_at" AS "page_view_at",
    "n"."sequence" AS "sequence",
    "n"."session_id" AS "session_id",
    "n"."sz_starts" AS "sz_starts",
    "n"."sz_number" AS "sz_number",
    first_value("n"."event_id") OVER (
      PARTITION BY "n"."user_id", "n"."sz_number"
      ORDER BY "n"."user_id", "n"."page_view_at", "n"."sequence", "n"."event_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "sz_island"
  FROM (
    SELECT
      "q"."event_id" AS "event_id",
      "q"."user_id" AS "user_id",
      "q"."page_view_at" AS "page_view_at",
      "q"."sequence" AS "sequence",
      "q"."session_id" AS "session_id",
      "q"."sz_starts" AS "sz_starts",
      sum("q"."sz_starts") OVER (
        PARTITION BY "q"."user_id"
        ORDER BY "q"."user_id", "q"."page_view_at", "q"."sequence", "q"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "sz_number"
    FROM (
      SELECT
        "h"."event_id" AS "event_id",
        "h"."user_id" AS "user_id",
        "h"."page_view_at" AS "page_view_at",
        "h"."sequence" AS "sequence",
        "h"."session_id" AS "session_id",
        CASE
          WHEN "h"."sz_before" IS NULL OR "h"."sz_instant" >= "h"."sz_before" + 1800000000 THEN 1
          ELSE 0
        END AS "sz_starts"
      FROM (
        SELECT
          "e"."event_id" AS "event_id",
          "e"."user_id" AS "user_id",
          "e"."page_view_at" AS "page_view_at",
          "e"."sequence" AS "sequence",
          "e"."session_id" AS "session_id",
          "e"."sz_instant" AS "sz_instant",
          lag("e"."sz_instant") OVER (
            PARTITION BY "e"."user_id"
            ORDER BY "e"."user_id", "e"."page_view_at", "e"."sequence", "e"."event_id"
          ) AS "sz_before"
        FROM (
          SELECT
            "e"."event_id" AS "event_id",
            "e"."user_id" AS "user_id",
            "e"."page_view_at" AS "page_view_at",
            "e"."sequence" AS "sequence",
            "e"."session_id" AS "session_id",
            sessionizer_micros("e"."page_view_at") AS "sz_instant"
          FROM (
            SELECT
              "a"."event_id" AS "event_id",
              (
                SELECT "v"."session_id"
                FROM "session_versions" AS "v"
                WHERE "v"."anchor" = "a"."anchor"
                ORDER BY "v"."run_id" DESC
                LIMIT 1
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
                  WHERE "l"."session_id" = "t"."session_id"
                  ORDER BY "l"."run_id" DESC
                  LIMIT 1
                ), "t"."session_id") AS "anchor"
              FROM "session_table" AS "t"
            ) AS "a"
          ) AS "e"
        ) AS "e"
      ) AS "h"
    ) AS "q"
  ) AS "n"
) AS "x"
WHERE "x"."sz_island" <> "x"."session_id";

-- gap inside a session: two neighbours of one session that are a gap apart
SELECT
  "h"."event_id" AS "subject",
  'another session' AS "expected",
  'after ' || "h"."sz_event_before" AS "found"
FROM (
  SELECT
    "e"."event_id" AS "event_id",
    "e"."user_id" AS "user_id",
    "e"."page_view_at" AS "page_view_at",
    "e"."sequence" AS "sequence",
    "e"."session_id" AS "session_id",
    "e"."sz_instant" AS "sz_instant",
    lag("e"."sz_instant") OVER (
      PARTITION BY "e"."user_id", "e"."session_id"
      ORDER BY "e"."user_id", "e"."page_view_at", "e"."sequence", "e"."event_id"
    ) AS "sz_before",
    lag("e"."session_id") OVER (
      PARTITION BY "e"."user_id", "e"."session_id"
      ORDER BY "e"."user_id", "e"."page_view_at", "e"."sequence", "e"."event_id"
    ) AS "sz_session_before",
    lag("e"."event_id") OVER (
      PARTITION BY "e"."user_id", "e"."session_id"
      ORDER BY "e"."user_id", "e"."page_view_at", "e"."sequence", "e"."event_id"
    ) AS "sz_event_before"
  FROM (
    SELECT
      "e"."event_id" AS "event_id",
      "e"."user_id" AS "user_id",
      "e"."page_view_at" AS "page_view_at",
      "e"."sequence" AS "sequence",
      "e"."session_id" AS "session_id",
      sessionizer_micros("e"."page_view_at") AS "sz_instant"
    FROM (
      SELECT
        "a"."event_id" AS "event_id",
        (
          SELECT "v"."session_id"
          FROM "session_versions" AS "v"
          WHERE "v"."anchor" = "a"."anchor"
          ORDER BY "v"."run_id" DESC
          LIMIT 1
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
            WHERE "l"."session_id" = "t"."session_id"
            ORDER BY "l"."run_id" DESC
            LIMIT 1
          ), "t"."session_id") AS "anchor"
        FROM "session_table" AS "t"
      ) AS "a"
    ) AS "e"
  ) AS "e"
) AS "h"
WHERE "h"."sz_before" IS NOT NULL
  AND "h"."sz_instant" >= "h"."sz_before" + 1800000000;

-- sessions too close: two neighbours of different sessions that are not a gap apart
SELECT
  "h"."event_id" AS "subject",
  'one session' AS "expected",
  'after ' || "h"."sz_event_before" AS "found"
FROM (
  SELECT
    "e"."event_id" AS "event_id",
    "e"."user_id" AS "user_id",
    "e"."page_view_at" AS "page_view_at",
    "e"."sequence" AS "sequence",
    "e"."session_id" AS "session_id",
    "e"."sz_instant" AS "sz_instant",
    lag("e"."sz_instant") OVER (
      PARTITION BY "e"."user_id"
      ORDER BY "e"."user_id", "e"."page_view_at", "e"."sequence", "e"."event_id"
    ) AS "sz_before",
    lag("e"."session_id") OVER (
      PARTITION BY "e"."user_id"
      ORDER BY "e"."user_id", "e"."page_view_at", "e"."sequence", "e"."event_id"
    ) AS "sz_session_before",
    lag("e"."event_id") OVER (
      PARTITION BY "e"."user_id"
      ORDER BY "e"."user_id", "e"."page_view_at", "e"."sequence", "e"."event_id"
    ) AS "sz_event_before"
  FROM (
    SELECT
      "e"."event_id" AS "event_id",
      "e"."user_id" AS "user_id",
      "e"."page_view_at" AS "page_view_at",
      "e"."sequence" AS "sequence",
      "e"."session_id" AS "session_id",
      sessionizer_micros("e"."page_view_at") AS "sz_instant"
    FROM (
      SELECT
        "a"."event_id" AS "event_id",
        (
          SELECT "v"."session_id"
          FROM "session_versions" AS "v"
          WHERE "v"."anchor" = "a"."anchor"
          ORDER BY "v"."run_id" DESC
          LIMIT 1
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
            WHERE "l"."session_id" = "t"."session_id"
            ORDER BY "l"."run_id" DESC
            LIMIT 1
          ), "t"."session_id") AS "anchor"
        FROM "session_table" AS "t"
      ) AS "a"
    ) AS "e"
  ) AS "e"
) AS "h"
WHERE "h"."sz_before" IS NOT NULL
  AND NOT ("h"."sz_session_before" = "h"."session_id")
  AND NOT ("h"."sz_instant" >= "h"."sz_before" + 1800000000);

-- row twice: an event that the ledger has more than once
SELECT "g"."event_id" AS "subject", '1' AS "expected", CAST("g"."copies" AS TEXT) AS "found"
FROM (
  SELECT "t"."event_id" AS "event_id", count(*) AS "copies"
  FROM "session_table" AS "t"
  GROUP BY "t"."event_id"
) AS "g"
WHERE "g"."copies" > 1;

-- pageviews do not add up: the sessions' pageviews are not the ledger's rows
SELECT
  'pageviews' AS "subject",
  CAST("b"."pageviews" AS TEXT) AS "expected",
  CAST("a"."pageviews" AS TEXT) AS "found"
FROM (
  SELECT
    coalesce(sum("s"."pageviews"), 0) AS "pageviews"
  FROM (
    SELECT
      "v"."session_id" AS "session_id",
      "v"."user_id" AS "user_id",
      "v"."started_at" AS "started_at",
      "v"."ended_at" AS "ended_at",
      ((unixepoch(substr("v"."ended_at", 1, 19)) * 1000000 + substr("v"."ended_at", 21)) - (unixepoch(substr("v"."started_at", 1, 19)) * 1000000 + substr("v"."started_at", 21))) / 1000000.0 AS "duration",
      (unixepoch(substr("v"."ended_at", 1, 19)) * 1000000 + substr("v"."ended_at", 21)) - (unixepoch(substr("v"."started_at", 1, 19)) * 1000000 + substr("v"."started_at", 21)) AS "duration_microseconds",
      "v"."pageviews" AS "pageviews",
      "v"."entry_page" AS "entry_page",
      "v"."exit_page" AS "exit_page",
      CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
    FROM "session_versions" AS "v"
    WHERE NOT EXISTS (
        SELECT 1
        FROM "session_versions" AS "w"
        WHERE "w"."anchor" = "v"."anchor"
          AND "w"."run_id" > "v"."run_id"
      )
      AND NOT EXISTS (SELECT 1 FROM "session_lineage" AS "l" WHERE "l"."session_id" = "v"."anchor")
  ) AS "s"
) AS "a"
JOIN (
  SELECT count(*) AS "pageviews"
  FROM "session_table" AS "t"
) AS "b" ON "a"."pageviews" <> "b"."pageviews";

-- wrong session row: a session that is not what its pageviews give
SELECT
  "b"."session_id" AS "subject",
  CASE
    WHEN "b"."started_at" IS NOT NULL THEN "b"."started_at" || ' – ' || "b"."ended_at" || ', pageviews: ' || CAST("b"."pageviews" AS TEXT)
    ELSE 'no session'
  END AS "expected",
  CASE
    WHEN "b"."sz_version_started_at" IS NOT NULL THEN "b"."sz_version_started_at" || ' – ' || "b"."sz_version_ended_at" || ', pageviews: ' || CAST("b"."sz_version_pageviews" AS TEXT)
    ELSE 'no session'
  END AS "found"
FROM (
  SELECT
    "u"."session_id" AS "session_id",
    max("u"."user_id") AS "user_id",
    max("u"."sz_version_user_id") AS "sz_version_user_id",
    max("u"."started_at") AS "started_at",
    max("u"."sz_version_started_at") AS "sz_version_started_at",
    max("u"."ended_at") AS "ended_at",
    max("u"."sz_version_ended_at") AS "sz_version_ended_at",
    max("u"."last_event_id") AS "last_event_id",
    max("u"."sz_version_last_event_id") AS "sz_version_last_event_id",
    max("u"."pageviews") AS "pageviews",
    max("u"."sz_version_pageviews") AS "sz_version_pageviews",
    max("u"."entry_page") AS "entry_page",
    max("u"."sz_version_entry_page") AS "sz_version_entry_page",
    max("u"."exit_page") AS "exit_page",
    max("u"."sz_version_exit_page") AS "sz_version_exit_page"
  FROM (
    SELECT
      "p"."session_id" AS "session_id",
      "p"."user_id" AS "user_id",
      "p"."started_at" AS "started_at",
      "p"."ended_at" AS "ended_at",
      "p"."last_event_id" AS "last_event_id",
      "p"."pageviews" AS "pageviews",
      "p"."entry_page" AS "entry_page",
      "p"."exit_page" AS "exit_page",
      NULL AS "sz_version_user_id",
      NULL AS "sz_version_started_at",
      NULL AS "sz_version_ended_at",
      NULL AS "sz_version_last_event_id",
      NULL AS "sz_version_pageviews",
      NULL AS "sz_version_entry_page",
      NULL AS "sz_version_exit_page"
    FROM (
      SELECT
        "r"."session_id" AS "session_id",
        max("r"."user_id") AS "user_id",
        min("r"."page_view_at") AS "started_at",
        max("r"."page_view_at") AS "ended_at",
        max(CASE WHEN "r"."sz_last_rank" = 1 THEN "r"."event_id" ELSE NULL END) AS "last_event_id",
        count(*) AS "pageviews",
        max(CASE WHEN "r"."sz_first_rank" = 1 THEN "r"."page" ELSE NULL END) AS "entry_page",
        max(CASE WHEN "r"."sz_last_rank" = 1 THEN "r"."page" ELSE NULL END) AS "exit_page"
      FROM (
        SELECT
          "e"."event_id" AS "event_id",
          "e"."session_id" AS "session_id",
          "e"."user_id" AS "user_id",
          "e"."page_view_at" AS "page_view_at",
          "e"."sequence" AS "sequence",
          "e"."page" AS "page",
          "e"."run_id" AS "run_id",
          row_number() OVER (PARTITION BY "e"."session_id" ORDER BY "e"."page_view_at", "e"."sequence", "e"."event_id") AS "sz_first_rank",
          row_number() OVER (
            PARTITION BY "e"."session_id"
            ORDER BY "e"."page_view_at" DESC, CASE WHEN "e"."sequence" IS NULL THEN 0 ELSE 1 END DESC, "e"."sequence" DESC, "e"."event_id" DESC
          ) AS "sz_last_rank"
        FROM (
          SELECT
            "a"."event_id" AS "event_id",
            (
              SELECT "v"."session_id"
              FROM "session_versions" AS "v"
              WHERE "v"."anchor" = "a"."anchor"
              ORDER BY "v"."run_id" DESC
              LIMIT 1
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
                WHERE "l"."session_id" = "t"."session_id"
                ORDER BY "l"."run_id" DESC
                LIMIT 1
              ), "t"."session_id") AS "anchor"
            FROM "session_table" AS "t"
          ) AS "a"
        ) AS "e"
      ) AS "r"
      GROUP BY "r"."session_id"
    ) AS "p"
    UNION ALL
    SELECT
      "s"."session_id" AS "session_id",
      NULL AS "user_id",
      NULL AS "started_at",
      NULL AS "ended_at",
      NULL AS "last_event_id",
      NULL AS "pageviews",
      NULL AS "entry_page",
      NULL AS "exit_page",
      "s"."user_id" AS "sz_version_user_id",
      "s"."started_at" AS "sz_version_started_at",
      "s"."ended_at" AS "sz_version_ended_at",
      "s"."last_event_id" AS "sz_version_last_event_id",
      "s"."pageviews" AS "sz_version_pageviews",
      "s"."entry_page" AS "sz_version_entry_page",
      "s"."exit_page" AS "sz_version_exit_page"
    FROM (
      SELECT
        "v"."session_id" AS "session_id",
        "v"."user_id" AS "user_id",
        "v"."started_at" AS "started_at",
        "v"."ended_at" AS "ended_at",
        ((unixepoch(substr("v"."ended_at", 1, 19)) * 1000000 + substr("v"."ended_at", 21)) - (unixepoch(substr("v"."started_at", 1, 19)) * 1000000 + substr("v"."started_at", 21))) / 1000000.0 AS "duration",
        (unixepoch(substr("v"."ended_at", 1, 19)) * 1000000 + substr("v"."ended_at", 21)) - (unixepoch(substr("v"."started_at", 1, 19)) * 1000000 + substr("v"."started_at", 21)) AS "duration_microseconds",
        "v"."pageviews" AS "pageviews",
        "v"."entry_page" AS "entry_page",
        "v"."exit_page" AS "exit_page",
        CASE WHEN "v"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce",
        "v"."last_event_id" AS "last_event_id"
      FROM "session_versions" AS "v"
      WHERE NOT EXISTS (
          SELECT 1
          FROM "session_versions" AS "w"
          WHERE "w"."anchor" = "v"."anchor"
            AND "w"."run_id" > "v"."run_id"
        )
        AND NOT EXISTS (SELECT 1 FROM "session_lineage" AS "l" WHERE "l"."session_id" = "v"."anchor")
    ) AS "s"
  ) AS "u"
  GROUP BY "u"."session_id"
) AS "b"
WHERE NOT ("b"."user_id" IS NOT NULL
    AND "b"."sz_version_user_id" IS NOT NULL
    AND "b"."user_id" IS "b"."sz_version_user_id"
    AND "b"."started_at" IS "b"."sz_version_started_at"
    AND "b"."ended_at" IS "b"."sz_version_ended_at"
    AND "b"."last_event_id" IS "b"."sz_version_last_event_id"
    AND "b"."pageviews" IS "b"."sz_version_pageviews"
    AND "b"."entry_page" IS "b"."sz_version_entry_page"
    AND "b"."exit_page" IS "b"."sz_version_exit_page");

-- chained lineage: an anchor that was merged into one that was itself merged
SELECT
  "c"."session_id" AS "subject",
  'an anchor that was not merged' AS "expected",
  "c"."anchor" AS "found"
FROM (
  SELECT
    "t"."session_id" AS "session_id",
    coalesce((
      SELECT "l"."became"
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id"
      ORDER BY "l"."run_id" DESC
      LIMIT 1
    ), "t"."session_id") AS "anchor"
  FROM (
    SELECT DISTINCT "l"."session_id" AS "session_id"
    FROM "session_lineage" AS "l"
  ) AS "t"
) AS "c"
WHERE EXISTS (SELECT 1 FROM "session_lineage" AS "again" WHERE "again"."session_id" = "c"."anchor");

-- missed arrival: a row below the arrival mark less the overlap that no run took
SELECT "s"."event_id" AS "subject", 'in the ledger' AS "expected", 'not there' AS "found"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."sequence" AS "sequence",
    "j"."page" AS "page",
    "j"."reason" AS "reason",
    "j"."sz_arrival" AS "sz_arrival",
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
      "m"."sequence" AS "sequence",
      "m"."page" AS "page",
      "m"."sz_source_event_id" AS "sz_source_event_id",
      "m"."sz_source_time" AS "sz_source_time",
      "m"."sz_arrival" AS "sz_arrival",
      CASE
        WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
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
        CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
        sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
        CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
        "p"."page_view_at" AS "sz_source_time",
        CASE WHEN typeof("p"."sequence") = 'integer' THEN "p"."sequence" END AS "sequence",
        CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
        NULL AS "sz_source_event_id",
        "p"."arrival_id" AS "sz_arrival"
      FROM "pageviews" AS "p"
    ) AS "m"
    LIMIT -1
  ) AS "j"
  WHERE 1
) AS "s"
WHERE "s"."reason" IS NULL
  AND "s"."sz_arrival" < {{ mark }}
  AND NOT EXISTS (SELECT 1 FROM "session_table" AS "t" WHERE "t"."event_id" = "s"."event_id");

-- pending: a source row that no run took yet
SELECT "s"."event_id" AS "subject", 'in the ledger' AS "expected", 'not there' AS "found"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."sequence" AS "sequence",
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
      "m"."sequence" AS "sequence",
      "m"."page" AS "page",
      "m"."sz_source_event_id" AS "sz_source_event_id",
      "m"."sz_source_time" AS "sz_source_time",
      CASE
        WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
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
        CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
        sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
        CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
        "p"."page_view_at" AS "sz_source_time",
        CASE WHEN typeof("p"."sequence") = 'integer' THEN "p"."sequence" END AS "sequence",
        CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
        NULL AS "sz_source_event_id",
        "p"."arrival_id" AS "sz_arrival"
      FROM "pageviews" AS "p"
    ) AS "m"
    LIMIT -1
  ) AS "j"
  WHERE 1
) AS "s"
WHERE "s"."reason" IS NULL
  AND NOT EXISTS (SELECT 1 FROM "session_table" AS "t" WHERE "t"."event_id" = "s"."event_id");

-- changed: a source row that is not what the ledger took
SELECT "c"."event_id" AS "subject", 'as in the ledger' AS "expected", 'another user, time or page' AS "found"
FROM (
  SELECT
    "q"."event_id" AS "event_id",
    "q"."page_view_at" AS "page_view_at",
    coalesce(sum("q"."is_equal"), 0) AS "equal"
  FROM (
    SELECT
      "t"."event_id" AS "event_id",
      "t"."page_view_at" AS "page_view_at",
      CASE
        WHEN "t"."user_id" = "s"."user_id"
            AND "t"."page_view_at" = "s"."page_view_at"
            AND "t"."page" IS "s"."page" THEN 1
        ELSE 0
      END AS "is_equal"
    FROM (
      SELECT
        "j"."event_id" AS "event_id",
        "j"."user_id" AS "user_id",
        "j"."page_view_at" AS "page_view_at",
        "j"."sequence" AS "sequence",
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
          "m"."sequence" AS "sequence",
          "m"."page" AS "page",
          "m"."sz_source_event_id" AS "sz_source_event_id",
          "m"."sz_source_time" AS "sz_source_time",
          CASE
            WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
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
            CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
            sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
            CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
            "p"."page_view_at" AS "sz_source_time",
            CASE WHEN typeof("p"."sequence") = 'integer' THEN "p"."sequence" END AS "sequence",
            CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
            NULL AS "sz_source_event_id",
            "p"."arrival_id" AS "sz_arrival"
          FROM "pageviews" AS "p"
        ) AS "m"
        LIMIT -1
      ) AS "j"
      WHERE 1
    ) AS "s"
    JOIN "session_table" AS "t" ON "t"."event_id" = "s"."event_id"
    WHERE "s"."event_id" IS NOT NULL
  ) AS "q"
  GROUP BY "q"."event_id", "q"."page_view_at"
) AS "c"
WHERE "c"."equal" = 0;

-- retired: a ledger row that is gone from the source
SELECT "b"."event_id" AS "subject", 'as in the ledger' AS "expected", 'gone' AS "found"
FROM (
  SELECT
    "u"."event_id" AS "event_id",
    "u"."page_view_at" AS "page_view_at",
    coalesce(sum("u"."found"), 0) AS "found"
  FROM (
    SELECT "t"."event_id" AS "event_id", "t"."page_view_at" AS "page_view_at", 0 AS "found"
    FROM "session_table" AS "t"
    UNION ALL
    SELECT "t"."event_id" AS "event_id", "t"."page_view_at" AS "page_view_at", 1 AS "found"
    FROM (
      SELECT
        "j"."event_id" AS "event_id",
        "j"."user_id" AS "user_id",
        "j"."page_view_at" AS "page_view_at",
        "j"."sequence" AS "sequence",
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
          "m"."sequence" AS "sequence",
          "m"."page" AS "page",
          "m"."sz_source_event_id" AS "sz_source_event_id",
          "m"."sz_source_time" AS "sz_source_time",
          CASE
            WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
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
            CAST("p"."user_id" AS TEXT) COLLATE BINARY AS "user_id",
            sessionizer_time("p"."page_view_at", 0) AS "page_view_at",
            CAST("p"."page" AS TEXT) COLLATE BINARY AS "page",
            "p"."page_view_at" AS "sz_source_time",
            CASE WHEN typeof("p"."sequence") = 'integer' THEN "p"."sequence" END AS "sequence",
            CAST("p"."event_id" AS TEXT) COLLATE BINARY AS "event_id",
            NULL AS "sz_source_event_id",
            "p"."arrival_id" AS "sz_arrival"
          FROM "pageviews" AS "p"
        ) AS "m"
        LIMIT -1
      ) AS "j"
      WHERE 1
    ) AS "s"
    JOIN "session_table" AS "t" ON "t"."event_id" = "s"."event_id"
    WHERE "s"."event_id" IS NOT NULL
  ) AS "u"
  GROUP BY "u"."event_id", "u"."page_view_at"
) AS "b"
WHERE "b"."found" = 0;
