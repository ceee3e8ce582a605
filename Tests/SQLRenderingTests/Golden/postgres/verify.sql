-- wrong session: a pageview whose session is not that of one full run
SELECT "x"."event_id" AS "subject", "x"."expected" AS "expected", "x"."session_id" AS "found"
FROM (
  SELECT
    "n"."event_id" AS "event_id",
    "n"."session_id" AS "session_id",
    "n"."user_id" AS "user_id",
    "n"."page_view_at" AS "page_view_at",
    "n"."starts" AS "starts",
    "n"."number_in_user" AS "number_in_user",
    first_value("n"."event_id") OVER (
      PARTITION BY "n"."user_id", "n"."number_in_user"
      ORDER BY "n"."user_id", "n"."page_view_at", "n"."event_id"
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS "expected"
  FROM (
    SELECT
      "q"."event_id" AS "event_id",
      "q"."session_id" AS "session_id",
      "q"."user_id" AS "user_id",
      "q"."page_view_at" AS "page_view_at",
      "q"."starts" AS "starts",
      sum("q"."starts") OVER (
        PARTITION BY "q"."user_id"
        ORDER BY "q"."user_id", "q"."page_view_at", "q"."event_id"
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS "number_in_user"
    FROM (
      SELECT
        "h"."event_id" AS "event_id",
        "h"."session_id" AS "session_id",
        "h"."user_id" AS "user_id",
        "h"."page_view_at" AS "page_view_at",
        CASE
          WHEN "h"."before" IS NULL OR "h"."instant" >= "h"."before" + INTERVAL '1800000000 microseconds' THEN 1
          ELSE 0
        END AS "starts"
      FROM (
        SELECT
          "e"."event_id" AS "event_id",
          "e"."session_id" AS "session_id",
          "e"."user_id" AS "user_id",
          "e"."page_view_at" AS "page_view_at",
          "e"."instant" AS "instant",
          lag("e"."instant") OVER (PARTITION BY "e"."user_id" ORDER BY "e"."user_id", "e"."page_view_at", "e"."event_id") AS "before"
        FROM (
          SELECT
            "e"."event_id" AS "event_id",
            "e"."session_id" AS "session_id",
            "e"."user_id" AS "user_id",
            "e"."page_view_at" AS "page_view_at",
            "e"."page_view_at" AS "instant"
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
        ) AS "e"
      ) AS "h"
    ) AS "q"
  ) AS "n"
) AS "x"
WHERE "x"."expected" <> "x"."session_id";

-- gap inside a session: two neighbours of one session that are a gap apart
SELECT
  "h"."event_id" AS "subject",
  'another session' AS "expected",
  'after ' || "h"."before_event" AS "found"
FROM (
  SELECT
    "e"."event_id" AS "event_id",
    "e"."session_id" AS "session_id",
    "e"."user_id" AS "user_id",
    "e"."page_view_at" AS "page_view_at",
    "e"."instant" AS "instant",
    lag("e"."instant") OVER (PARTITION BY "e"."user_id" ORDER BY "e"."user_id", "e"."page_view_at", "e"."event_id") AS "before",
    lag("e"."session_id") OVER (PARTITION BY "e"."user_id" ORDER BY "e"."user_id", "e"."page_view_at", "e"."event_id") AS "before_session",
    lag("e"."event_id") OVER (PARTITION BY "e"."user_id" ORDER BY "e"."user_id", "e"."page_view_at", "e"."event_id") AS "before_event"
  FROM (
    SELECT
      "e"."event_id" AS "event_id",
      "e"."session_id" AS "session_id",
      "e"."user_id" AS "user_id",
      "e"."page_view_at" AS "page_view_at",
      "e"."page_view_at" AS "instant"
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
  ) AS "e"
) AS "h"
WHERE "h"."before" IS NOT NULL
  AND "h"."before_session" = "h"."session_id"
  AND "h"."instant" >= "h"."before" + INTERVAL '1800000000 microseconds';

-- sessions too close: two neighbours of different sessions that are not a gap apart
SELECT
  "h"."event_id" AS "subject",
  'one session' AS "expected",
  'after ' || "h"."before_event" AS "found"
FROM (
  SELECT
    "e"."event_id" AS "event_id",
    "e"."session_id" AS "session_id",
    "e"."user_id" AS "user_id",
    "e"."page_view_at" AS "page_view_at",
    "e"."instant" AS "instant",
    lag("e"."instant") OVER (PARTITION BY "e"."user_id" ORDER BY "e"."user_id", "e"."page_view_at", "e"."event_id") AS "before",
    lag("e"."session_id") OVER (PARTITION BY "e"."user_id" ORDER BY "e"."user_id", "e"."page_view_at", "e"."event_id") AS "before_session",
    lag("e"."event_id") OVER (PARTITION BY "e"."user_id" ORDER BY "e"."user_id", "e"."page_view_at", "e"."event_id") AS "before_event"
  FROM (
    SELECT
      "e"."event_id" AS "event_id",
      "e"."session_id" AS "session_id",
      "e"."user_id" AS "user_id",
      "e"."page_view_at" AS "page_view_at",
      "e"."page_view_at" AS "instant"
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
  ) AS "e"
) AS "h"
WHERE "h"."before" IS NOT NULL
  AND NOT ("h"."before_session" = "h"."session_id")
  AND NOT ("h"."instant" >= "h"."before" + INTERVAL '1800000000 microseconds');

-- row twice: an event that the ledger has more than once
SELECT "g"."event_id" AS "subject", '1' AS "expected", "g"."copies"::text AS "found"
FROM (
  SELECT "t"."event_id" AS "event_id", count(*) AS "copies"
  FROM "session_table" AS "t"
  GROUP BY "t"."event_id"
) AS "g"
WHERE "g"."copies" > 1;

-- pageviews do not add up: the sessions' pageviews are not the ledger's rows
SELECT 'pageviews' AS "subject", "b"."pageviews"::text AS "expected", "a"."pageviews"::text AS "found"
FROM (
  SELECT
    coalesce(sum("s"."pageviews"), 0)::bigint AS "pageviews"
  FROM (
    SELECT
      "g"."session_id" AS "session_id",
      "f"."user_id" AS "user_id",
      "f"."page_view_at" AS "started_at",
      "g"."ended_at" AS "ended_at",
      ((extract(epoch FROM date_trunc('second', "g"."ended_at" - "f"."page_view_at"))::bigint * 1000000 + extract(microseconds FROM "g"."ended_at" - "f"."page_view_at")::bigint % 1000000)::numeric / 1000000)::numeric(20, 6) AS "duration",
      extract(epoch FROM date_trunc('second', "g"."ended_at" - "f"."page_view_at"))::bigint * 1000000 + extract(microseconds FROM "g"."ended_at" - "f"."page_view_at")::bigint % 1000000 AS "duration_microseconds",
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
      CASE WHEN "g"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
    FROM (
      SELECT "e"."session_id" AS "session_id", max("e"."page_view_at") AS "ended_at", count(*) AS "pageviews"
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
    CROSS JOIN LATERAL (
      SELECT *
      FROM "session_table" AS "f"
      WHERE "f"."event_id" = "g"."session_id"
      OFFSET 0
    ) AS "f"
  ) AS "s"
) AS "a"
JOIN (
  SELECT count(*) AS "pageviews"
  FROM "session_table" AS "t"
) AS "b" ON "a"."pageviews" <> "b"."pageviews";

-- wrong start or end: a session whose start or end is not its pageviews'
SELECT
  "b"."session_id" AS "subject",
  CASE
    WHEN "b"."first" IS NOT NULL THEN to_char("b"."first", 'YYYY-MM-DD HH24:MI:SS.US') || ' – ' || to_char("b"."last", 'YYYY-MM-DD HH24:MI:SS.US')
    ELSE 'no session'
  END AS "expected",
  CASE
    WHEN "b"."started_at" IS NOT NULL THEN to_char("b"."started_at", 'YYYY-MM-DD HH24:MI:SS.US') || ' – ' || to_char("b"."ended_at", 'YYYY-MM-DD HH24:MI:SS.US')
    ELSE 'no session'
  END AS "found"
FROM (
  SELECT
    "u"."session_id" AS "session_id",
    max("u"."first") AS "first",
    max("u"."last") AS "last",
    max("u"."started_at") AS "started_at",
    max("u"."ended_at") AS "ended_at"
  FROM (
    SELECT
      "m"."session_id" AS "session_id",
      "m"."first" AS "first",
      "m"."last" AS "last",
      NULL::timestamp AS "started_at",
      NULL::timestamp AS "ended_at"
    FROM (
      SELECT "e"."session_id" AS "session_id", min("e"."page_view_at") AS "first", max("e"."page_view_at") AS "last"
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
    ) AS "m"
    UNION ALL
    SELECT
      "s"."session_id" AS "session_id",
      NULL::timestamp AS "first",
      NULL::timestamp AS "last",
      "s"."started_at" AS "started_at",
      "s"."ended_at" AS "ended_at"
    FROM (
      SELECT
        "g"."session_id" AS "session_id",
        "f"."user_id" AS "user_id",
        "f"."page_view_at" AS "started_at",
        "g"."ended_at" AS "ended_at",
        ((extract(epoch FROM date_trunc('second', "g"."ended_at" - "f"."page_view_at"))::bigint * 1000000 + extract(microseconds FROM "g"."ended_at" - "f"."page_view_at")::bigint % 1000000)::numeric / 1000000)::numeric(20, 6) AS "duration",
        extract(epoch FROM date_trunc('second', "g"."ended_at" - "f"."page_view_at"))::bigint * 1000000 + extract(microseconds FROM "g"."ended_at" - "f"."page_view_at")::bigint % 1000000 AS "duration_microseconds",
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
        CASE WHEN "g"."pageviews" = 1 THEN 1 ELSE 0 END AS "is_bounce"
      FROM (
        SELECT "e"."session_id" AS "session_id", max("e"."page_view_at") AS "ended_at", count(*) AS "pageviews"
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
      CROSS JOIN LATERAL (
        SELECT *
        FROM "session_table" AS "f"
        WHERE "f"."event_id" = "g"."session_id"
        OFFSET 0
      ) AS "f"
    ) AS "s"
  ) AS "u"
  GROUP BY "u"."session_id"
) AS "b"
WHERE ("b"."started_at" IS NULL
    OR NOT ("b"."started_at" IS NOT NULL AND "b"."started_at" = "b"."first" AND "b"."ended_at" = "b"."last"));

-- chained lineage: a session that became one that was itself superseded
SELECT "a"."first_id" AS "subject", "a"."current_session" AS "expected", "a"."session_id" AS "found"
FROM (
  SELECT
    "t"."first_id" AS "first_id",
    "t"."session_id" AS "session_id",
    coalesce((
      SELECT "l"."became"
      FROM "session_lineage" AS "l"
      WHERE "l"."session_id" = "t"."session_id"
      ORDER BY "l"."became_at", "l"."became"
      LIMIT 1
    ), "t"."session_id") AS "current_session"
  FROM (
    SELECT "c"."session_id" AS "first_id", "c"."current_session" AS "session_id"
    FROM (
      SELECT
        "t"."session_id" AS "session_id",
        coalesce((
          SELECT "l"."became"
          FROM "session_lineage" AS "l"
          WHERE "l"."session_id" = "t"."session_id"
          ORDER BY "l"."became_at", "l"."became"
          LIMIT 1
        ), "t"."session_id") AS "current_session"
      FROM (
        SELECT DISTINCT "l"."session_id" AS "session_id"
        FROM "session_lineage" AS "l"
      ) AS "t"
    ) AS "c"
  ) AS "t"
) AS "a"
WHERE "a"."session_id" <> "a"."current_session";

-- missed arrival: a row below the arrival mark less the overlap that no run took
SELECT "s"."event_id" AS "subject", 'in the ledger' AS "expected", 'not there' AS "found"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."page" AS "page",
    "j"."reason" AS "reason",
    "j"."arrival" AS "arrival",
    CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL::text COLLATE "C" END AS "raw_event_id",
    CASE
      WHEN "j"."reason" IS NOT NULL THEN "j"."source_time"::text COLLATE "C"
      ELSE NULL::text COLLATE "C"
    END AS "raw_time"
  FROM (
    SELECT
      "m"."event_id" AS "event_id",
      "m"."user_id" AS "user_id",
      "m"."page_view_at" AS "page_view_at",
      "m"."page" AS "page",
      "m"."source_event_id" AS "source_event_id",
      "m"."source_time" AS "source_time",
      "m"."arrival" AS "arrival",
      CASE
        WHEN "m"."event_id" IS NULL OR "m"."event_id" = '' THEN 'null_event_id'
        WHEN "m"."user_id" IS NULL OR "m"."user_id" = '' THEN 'null_user'
        WHEN "m"."page_view_at" IS NULL THEN CASE
            WHEN "m"."source_time"::text COLLATE "C" IS NULL OR "m"."source_time"::text COLLATE "C" = '' THEN 'null_time'
            WHEN ("m"."source_time" IS NOT NULL) THEN 'time_out_of_range'
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
        "p"."page_view_at" AS "source_time",
        "p"."event_id"::text COLLATE "C" AS "event_id",
        NULL::text COLLATE "C" AS "source_event_id",
        "p"."arrival_id" AS "arrival"
      FROM "pageviews" AS "p"
    ) AS "m"
    OFFSET 0
  ) AS "j"
) AS "s"
WHERE "s"."reason" IS NULL
  AND "s"."arrival" < {{ mark }}
  AND NOT EXISTS (SELECT 1 FROM "session_table" AS "t" WHERE "t"."event_id" = "s"."event_id");

-- pending: a source row that no run took yet
SELECT "s"."event_id" AS "subject", 'in the ledger' AS "expected", 'not there' AS "found"
FROM (
  SELECT
    "j"."event_id" AS "event_id",
    "j"."user_id" AS "user_id",
    "j"."page_view_at" AS "page_view_at",
    "j"."page" AS "page",
    "j"."reason" AS "reason",
    CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL::text COLLATE "C" END AS "raw_event_id",
    CASE
      WHEN "j"."reason" IS NOT NULL THEN "j"."source_time"::text COLLATE "C"
      ELSE NULL::text COLLATE "C"
    END AS "raw_time"
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
            WHEN "m"."source_time"::text COLLATE "C" IS NULL OR "m"."source_time"::text COLLATE "C" = '' THEN 'null_time'
            WHEN ("m"."source_time" IS NOT NULL) THEN 'time_out_of_range'
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
        "p"."page_view_at" AS "source_time",
        "p"."event_id"::text COLLATE "C" AS "event_id",
        NULL::text COLLATE "C" AS "source_event_id",
        "p"."arrival_id" AS "arrival"
      FROM "pageviews" AS "p"
    ) AS "m"
    OFFSET 0
  ) AS "j"
) AS "s"
WHERE "s"."reason" IS NULL
  AND NOT EXISTS (SELECT 1 FROM "session_table" AS "t" WHERE "t"."event_id" = "s"."event_id");

-- changed: a source row that is not what the ledger took
SELECT "c"."event_id" AS "subject", 'as in the ledger' AS "expected", 'another user, time or page' AS "found"
FROM (
  SELECT
    "q"."event_id" AS "event_id",
    "q"."page_view_at" AS "page_view_at",
    coalesce(sum("q"."is_equal"), 0)::bigint AS "equal"
  FROM (
    SELECT
      "t"."event_id" AS "event_id",
      "t"."page_view_at" AS "page_view_at",
      CASE
        WHEN "t"."user_id" = "s"."user_id"
            AND "t"."page_view_at" = "s"."page_view_at"
            AND coalesce("t"."page", '') = coalesce("s"."page", '') AND ("t"."page" IS NULL) = ("s"."page" IS NULL) THEN 1
        ELSE 0
      END AS "is_equal"
    FROM (
      SELECT
        "j"."event_id" AS "event_id",
        "j"."user_id" AS "user_id",
        "j"."page_view_at" AS "page_view_at",
        "j"."page" AS "page",
        "j"."reason" AS "reason",
        CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL::text COLLATE "C" END AS "raw_event_id",
        CASE
          WHEN "j"."reason" IS NOT NULL THEN "j"."source_time"::text COLLATE "C"
          ELSE NULL::text COLLATE "C"
        END AS "raw_time"
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
                WHEN "m"."source_time"::text COLLATE "C" IS NULL OR "m"."source_time"::text COLLATE "C" = '' THEN 'null_time'
                WHEN ("m"."source_time" IS NOT NULL) THEN 'time_out_of_range'
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
            "p"."page_view_at" AS "source_time",
            "p"."event_id"::text COLLATE "C" AS "event_id",
            NULL::text COLLATE "C" AS "source_event_id",
            "p"."arrival_id" AS "arrival"
          FROM "pageviews" AS "p"
        ) AS "m"
        OFFSET 0
      ) AS "j"
    ) AS "s"
    CROSS JOIN LATERAL (
      SELECT *
      FROM "session_table" AS "t"
      WHERE "t"."event_id" = "s"."event_id"
      OFFSET 0
    ) AS "t"
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
    coalesce(sum("u"."found"), 0)::bigint AS "found"
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
        "j"."page" AS "page",
        "j"."reason" AS "reason",
        CASE WHEN "j"."reason" IS NOT NULL THEN "j"."source_event_id" ELSE NULL::text COLLATE "C" END AS "raw_event_id",
        CASE
          WHEN "j"."reason" IS NOT NULL THEN "j"."source_time"::text COLLATE "C"
          ELSE NULL::text COLLATE "C"
        END AS "raw_time"
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
                WHEN "m"."source_time"::text COLLATE "C" IS NULL OR "m"."source_time"::text COLLATE "C" = '' THEN 'null_time'
                WHEN ("m"."source_time" IS NOT NULL) THEN 'time_out_of_range'
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
            "p"."page_view_at" AS "source_time",
            "p"."event_id"::text COLLATE "C" AS "event_id",
            NULL::text COLLATE "C" AS "source_event_id",
            "p"."arrival_id" AS "arrival"
          FROM "pageviews" AS "p"
        ) AS "m"
        OFFSET 0
      ) AS "j"
    ) AS "s"
    CROSS JOIN LATERAL (
      SELECT *
      FROM "session_table" AS "t"
      WHERE "t"."event_id" = "s"."event_id"
      OFFSET 0
    ) AS "t"
    WHERE "s"."event_id" IS NOT NULL
  ) AS "u"
  GROUP BY "u"."event_id", "u"."page_view_at"
) AS "b"
WHERE "b"."found" = 0;
