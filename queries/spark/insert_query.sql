-- insert_query.sql for Spark SQL 4 (dialect spark)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 1 answers documented, 37 assumed.
--
-- One run: puts the pageviews of a window that are not in the ledger yet into their sessions.
-- Insert-only: nothing that is there is changed or removed, and a second run adds no pageview.
--
-- Put in {{ start_time }} and {{ end_time }} first: YYYY-MM-DD HH:MM:SS in UTC, the end not included.
-- Late pageviews are found by a run over the window that they belong to.
--
-- The run ledger gets two rows: started, finished.
--
-- Run it:  spark-sql -f insert_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET TIME ZONE 'UTC';

-- started: Takes the next run id; notes how far the source has arrived.
INSERT INTO `session_runs` (
  `run_id`, `state`, `recorded_at`, `job`, `mode`, `window_from`, `window_to`, `arrival_mark`,
  `arrival_mark_at`, `pageviews`, `lineage_rows`, `quarantined`, `engine`, `tool_version`
)
SELECT
  coalesce((SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) + 1, 1) AS `run_id`,
  'started' AS `state`,
  CAST(current_timestamp() AS TIMESTAMP_NTZ) AS `recorded_at`,
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS `job`,
  'window' AS `mode`,
  TIMESTAMP_NTZ '{{ start_time }}' AS `window_from`,
  TIMESTAMP_NTZ '{{ end_time }}' AS `window_to`,
  CAST(NULL AS BIGINT) AS `arrival_mark`,
  CAST(NULL AS TIMESTAMP_NTZ) AS `arrival_mark_at`,
  CAST(NULL AS BIGINT) AS `pageviews`,
  CAST(NULL AS BIGINT) AS `lineage_rows`,
  CAST(NULL AS BIGINT) AS `quarantined`,
  'Spark SQL 4' AS `engine`,
  'script' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;

-- picked: Source rows that the ledger does not simply know.
CREATE TABLE `sessionizer_step_picked` (
  `event_id` STRING,
  `user_id` STRING,
  `page_view_at` TIMESTAMP_NTZ,
  `page` STRING,
  `reason` STRING,
  `raw_event_id` STRING,
  `raw_time` STRING
)
USING parquet;
INSERT INTO `sessionizer_step_picked` (
  `event_id`, `user_id`, `page_view_at`, `page`, `reason`, `raw_event_id`, `raw_time`
)
SELECT
  `s`.`event_id` AS `event_id`,
  `s`.`user_id` AS `user_id`,
  `s`.`page_view_at` AS `page_view_at`,
  `s`.`page` AS `page`,
  CASE
    WHEN `s`.`reason` IS NOT NULL THEN `s`.`reason`
    WHEN `t`.`run_id` IS NOT NULL THEN 'duplicate_event_id'
    ELSE CAST(NULL AS STRING)
  END AS `reason`,
  `s`.`raw_event_id` AS `raw_event_id`,
  `s`.`raw_time` AS `raw_time`
FROM (
  SELECT
    `j`.`event_id` AS `event_id`,
    `j`.`user_id` AS `user_id`,
    `j`.`page_view_at` AS `page_view_at`,
    `j`.`page` AS `page`,
    `j`.`reason` AS `reason`,
    CASE WHEN `j`.`reason` IS NOT NULL THEN `j`.`source_event_id` ELSE CAST(NULL AS STRING) END AS `raw_event_id`,
    CASE
      WHEN `j`.`reason` IS NOT NULL THEN CAST(`j`.`source_time` AS STRING)
      ELSE CAST(NULL AS STRING)
    END AS `raw_time`
  FROM (
    SELECT
      `m`.`event_id` AS `event_id`,
      `m`.`user_id` AS `user_id`,
      `m`.`page_view_at` AS `page_view_at`,
      `m`.`page` AS `page`,
      `m`.`source_event_id` AS `source_event_id`,
      `m`.`source_time` AS `source_time`,
      CASE
        WHEN `m`.`event_id` IS NULL OR `m`.`event_id` = '' THEN 'null_event_id'
        WHEN `m`.`user_id` IS NULL OR `m`.`user_id` = '' THEN 'null_user'
        WHEN `m`.`page_view_at` IS NULL THEN CASE
            WHEN CAST(`m`.`source_time` AS STRING) IS NULL OR CAST(`m`.`source_time` AS STRING) = '' THEN 'null_time'
            WHEN (`m`.`source_time` IS NOT NULL) THEN 'time_out_of_range'
            ELSE 'bad_time'
          END
        WHEN octet_length(`m`.`event_id`) > 1024 OR octet_length(`m`.`user_id`) > 1024 THEN 'key_too_long'
        ELSE CAST(NULL AS STRING)
      END AS `reason`
    FROM (
      SELECT
        CAST(`p`.`user_id` AS STRING) AS `user_id`,
        CASE WHEN `p`.`page_view_at` >= TIMESTAMP_NTZ '0001-01-02 00:00:00' AND `p`.`page_view_at` < TIMESTAMP_NTZ '9999-12-31 00:00:00' THEN CAST(`p`.`page_view_at` AS TIMESTAMP_NTZ) END AS `page_view_at`,
        CAST(`p`.`page` AS STRING) AS `page`,
        `p`.`page_view_at` AS `source_time`,
        CAST(`p`.`event_id` AS STRING) AS `event_id`,
        CAST(NULL AS STRING) AS `source_event_id`
      FROM `pageviews` AS `p`
      WHERE `p`.`page_view_at` >= TIMESTAMP_NTZ '{{ start_time }}'
        AND `p`.`page_view_at` < TIMESTAMP_NTZ '{{ end_time }}'
    ) AS `m`
    WHERE `m`.`page_view_at` >= TIMESTAMP_NTZ '{{ start_time }}'
      AND `m`.`page_view_at` < TIMESTAMP_NTZ '{{ end_time }}'
  ) AS `j`
) AS `s`
LEFT JOIN `session_table` AS `t` ON `s`.`reason` IS NULL AND `t`.`event_id` = `s`.`event_id`
WHERE (`t`.`run_id` IS NULL
    OR NOT (`t`.`user_id` = `s`.`user_id`
      AND `t`.`page_view_at` = `s`.`page_view_at`
      AND `t`.`page` <=> `s`.`page`));

-- copies: Their rows; the first counts.
CREATE TABLE `sessionizer_step_copies` (
  `event_id` STRING,
  `user_id` STRING,
  `page_view_at` TIMESTAMP_NTZ,
  `page` STRING,
  `rank` BIGINT,
  `first_user_id` STRING,
  `first_page_view_at` TIMESTAMP_NTZ,
  `first_page` STRING
)
USING parquet;
INSERT INTO `sessionizer_step_copies` (
  `event_id`, `user_id`, `page_view_at`, `page`, `rank`, `first_user_id`, `first_page_view_at`,
  `first_page`
)
WITH `repeated` AS (
  SELECT `g`.`event_id` AS `event_id`
  FROM (
    SELECT `k`.`event_id` AS `event_id`, count(*) AS `copies`
    FROM `sessionizer_step_picked` AS `k`
    WHERE `k`.`reason` IS NULL
    GROUP BY `k`.`event_id`
  ) AS `g`
  WHERE `g`.`copies` > 1
)
SELECT
  `w`.`event_id` AS `event_id`,
  `w`.`user_id` AS `user_id`,
  `w`.`page_view_at` AS `page_view_at`,
  `w`.`page` AS `page`,
  `w`.`rank` AS `rank`,
  `w`.`first_user_id` AS `first_user_id`,
  `w`.`first_page_view_at` AS `first_page_view_at`,
  `w`.`first_page` AS `first_page`
FROM (
  SELECT
    `k`.`event_id` AS `event_id`,
    `k`.`user_id` AS `user_id`,
    `k`.`page_view_at` AS `page_view_at`,
    `k`.`page` AS `page`,
    `k`.`reason` AS `reason`,
    `k`.`raw_event_id` AS `raw_event_id`,
    `k`.`raw_time` AS `raw_time`,
    row_number() OVER (PARTITION BY `k`.`event_id` ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page` NULLS FIRST) AS `rank`,
    first_value(`k`.`user_id`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page` NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_user_id`,
    first_value(`k`.`page_view_at`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page` NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_page_view_at`,
    first_value(`k`.`page`) OVER (
      PARTITION BY `k`.`event_id`
      ORDER BY `k`.`page_view_at`, `k`.`user_id`, `k`.`page` NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_page`
  FROM `sessionizer_step_picked` AS `k`
  WHERE `k`.`reason` IS NULL
    AND EXISTS (SELECT 1 FROM `repeated` AS `d` WHERE `d`.`event_id` = `k`.`event_id`)
) AS `w`;

-- islands: Where sessions start, and the session id of each.
CREATE TABLE `sessionizer_step_islands` (
  `event_id` STRING,
  `user_id` STRING,
  `page_view_at` TIMESTAMP_NTZ,
  `page` STRING,
  `is_new` INT,
  `current_session` STRING,
  `target` STRING,
  `first_at` TIMESTAMP_NTZ,
  `target_is_new` INT
)
USING parquet;
INSERT INTO `sessionizer_step_islands` (
  `event_id`, `user_id`, `page_view_at`, `page`, `is_new`, `current_session`, `target`, `first_at`,
  `target_is_new`
)
WITH `fresh` AS (
  SELECT
    `f`.`event_id` AS `event_id`,
    `f`.`user_id` AS `user_id`,
    `f`.`page_view_at` AS `page_view_at`,
    `f`.`page` AS `page`,
    `f`.`instant` AS `instant`
  FROM (
    SELECT
      `k`.`event_id` AS `event_id`,
      `k`.`user_id` AS `user_id`,
      `k`.`page_view_at` AS `page_view_at`,
      `k`.`page` AS `page`,
      `k`.`page_view_at` AS `instant`
    FROM `sessionizer_step_picked` AS `k`
    WHERE `k`.`reason` IS NULL
      AND NOT EXISTS (SELECT 1 FROM `sessionizer_step_copies` AS `d` WHERE `d`.`event_id` = `k`.`event_id`)
    UNION ALL
    SELECT
      `c`.`event_id` AS `event_id`,
      `c`.`user_id` AS `user_id`,
      `c`.`page_view_at` AS `page_view_at`,
      `c`.`page` AS `page`,
      `c`.`page_view_at` AS `instant`
    FROM `sessionizer_step_copies` AS `c`
    WHERE `c`.`rank` = 1
  ) AS `f`
),
`ranges` AS (
  SELECT
    `k`.`user_id` AS `user_id`,
    (`k`.`first` + make_dt_interval(0, 0, 0, -1800.000000)) AS `from_at`,
    (`k`.`last` + make_dt_interval(0, 0, 0, 1800.000000)) AS `to_at`
  FROM (
    SELECT
      `n`.`user_id` AS `user_id`,
      `n`.`cluster` AS `cluster`,
      min(`n`.`instant`) AS `first`,
      max(`n`.`instant`) AS `last`
    FROM (
      SELECT
        `q`.`event_id` AS `event_id`,
        `q`.`user_id` AS `user_id`,
        `q`.`page_view_at` AS `page_view_at`,
        `q`.`instant` AS `instant`,
        `q`.`starts` AS `starts`,
        sum(`q`.`starts`) OVER (
          PARTITION BY `q`.`user_id`
          ORDER BY `q`.`user_id`, `q`.`page_view_at`, `q`.`event_id`
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS `cluster`
      FROM (
        SELECT
          `h`.`event_id` AS `event_id`,
          `h`.`user_id` AS `user_id`,
          `h`.`page_view_at` AS `page_view_at`,
          `h`.`instant` AS `instant`,
          CASE
            WHEN `h`.`before` IS NULL
                OR (`h`.`instant` + make_dt_interval(0, 0, 0, -1800.000000)) > (`h`.`before` + make_dt_interval(0, 0, 0, 1800.000000)) THEN 1
            ELSE 0
          END AS `starts`
        FROM (
          SELECT
            `f`.`event_id` AS `event_id`,
            `f`.`user_id` AS `user_id`,
            `f`.`page_view_at` AS `page_view_at`,
            `f`.`page` AS `page`,
            `f`.`instant` AS `instant`,
            lag(`f`.`instant`) OVER (PARTITION BY `f`.`user_id` ORDER BY `f`.`user_id`, `f`.`page_view_at`, `f`.`event_id`) AS `before`
          FROM `fresh` AS `f`
        ) AS `h`
      ) AS `q`
    ) AS `n`
    GROUP BY `n`.`user_id`, `n`.`cluster`
  ) AS `k`
),
`context` AS (
  SELECT
    `t`.`event_id` AS `event_id`,
    `t`.`user_id` AS `user_id`,
    `t`.`page_view_at` AS `page_view_at`,
    `t`.`page_view_at` AS `instant`,
    coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
  FROM `ranges` AS `g`
  JOIN `session_table` AS `t`
    ON `t`.`user_id` = `g`.`user_id`
    AND `t`.`page_view_at` >= `g`.`from_at`
    AND `t`.`page_view_at` <= `g`.`to_at`
  LEFT JOIN (
    SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
    FROM (
      SELECT
        `l`.`session_id` AS `session_id`,
        `l`.`became` AS `became`,
        `l`.`became_at` AS `became_at`,
        `l`.`reason` AS `reason`,
        `l`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`became_at`, `l`.`became`) AS `rank`
      FROM `session_lineage` AS `l`
    ) AS `k`
    WHERE `k`.`rank` = 1
  ) AS `v` ON `v`.`session_id` = `t`.`session_id`
),
`neighbours` AS (
  SELECT
    `u`.`event_id` AS `event_id`,
    `u`.`user_id` AS `user_id`,
    `u`.`page_view_at` AS `page_view_at`,
    `u`.`page` AS `page`,
    `u`.`instant` AS `instant`,
    `u`.`is_new` AS `is_new`,
    `u`.`current_session` AS `current_session`
  FROM (
    SELECT
      `f`.`event_id` AS `event_id`,
      `f`.`user_id` AS `user_id`,
      `f`.`page_view_at` AS `page_view_at`,
      `f`.`page` AS `page`,
      `f`.`instant` AS `instant`,
      1 AS `is_new`,
      CAST(NULL AS STRING) AS `current_session`
    FROM `fresh` AS `f`
    UNION ALL
    SELECT
      `c`.`event_id` AS `event_id`,
      `c`.`user_id` AS `user_id`,
      `c`.`page_view_at` AS `page_view_at`,
      CAST(NULL AS STRING) AS `page`,
      `c`.`instant` AS `instant`,
      0 AS `is_new`,
      `c`.`current_session` AS `current_session`
    FROM `context` AS `c`
  ) AS `u`
)
SELECT
  `i`.`event_id` AS `event_id`,
  `i`.`user_id` AS `user_id`,
  `i`.`page_view_at` AS `page_view_at`,
  `i`.`page` AS `page`,
  `i`.`is_new` AS `is_new`,
  `i`.`current_session` AS `current_session`,
  `i`.`target` AS `target`,
  `i`.`first_at` AS `first_at`,
  `i`.`target_is_new` AS `target_is_new`
FROM (
  SELECT
    `n`.`event_id` AS `event_id`,
    `n`.`user_id` AS `user_id`,
    `n`.`page_view_at` AS `page_view_at`,
    `n`.`page` AS `page`,
    `n`.`instant` AS `instant`,
    `n`.`is_new` AS `is_new`,
    `n`.`current_session` AS `current_session`,
    `n`.`starts` AS `starts`,
    `n`.`island` AS `island`,
    first_value(coalesce(`n`.`current_session`, `n`.`event_id`)) OVER (
      PARTITION BY `n`.`user_id`, `n`.`island`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `target`,
    first_value(`n`.`page_view_at`) OVER (
      PARTITION BY `n`.`user_id`, `n`.`island`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `first_at`,
    first_value(`n`.`is_new`) OVER (
      PARTITION BY `n`.`user_id`, `n`.`island`
      ORDER BY `n`.`user_id`, `n`.`page_view_at`, `n`.`event_id`
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS `target_is_new`
  FROM (
    SELECT
      `q`.`event_id` AS `event_id`,
      `q`.`user_id` AS `user_id`,
      `q`.`page_view_at` AS `page_view_at`,
      `q`.`page` AS `page`,
      `q`.`instant` AS `instant`,
      `q`.`is_new` AS `is_new`,
      `q`.`current_session` AS `current_session`,
      `q`.`starts` AS `starts`,
      sum(`q`.`starts`) OVER (
        PARTITION BY `q`.`user_id`
        ORDER BY `q`.`user_id`, `q`.`page_view_at`, `q`.`event_id`
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS `island`
    FROM (
      SELECT
        `h`.`event_id` AS `event_id`,
        `h`.`user_id` AS `user_id`,
        `h`.`page_view_at` AS `page_view_at`,
        `h`.`page` AS `page`,
        `h`.`instant` AS `instant`,
        `h`.`is_new` AS `is_new`,
        `h`.`current_session` AS `current_session`,
        CASE
          WHEN `h`.`before` IS NULL
              OR (`h`.`instant` >= `h`.`before` + make_dt_interval(0, 0, 0, 1800.000000)
                AND NOT (`h`.`before_is_new` = 0 AND `h`.`is_new` = 0 AND `h`.`before_session` <=> `h`.`current_session`)) THEN 1
          ELSE 0
        END AS `starts`
      FROM (
        SELECT
          `r`.`event_id` AS `event_id`,
          `r`.`user_id` AS `user_id`,
          `r`.`page_view_at` AS `page_view_at`,
          `r`.`page` AS `page`,
          `r`.`instant` AS `instant`,
          `r`.`is_new` AS `is_new`,
          `r`.`current_session` AS `current_session`,
          lag(`r`.`instant`) OVER (PARTITION BY `r`.`user_id` ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`event_id`) AS `before`,
          lag(`r`.`is_new`) OVER (PARTITION BY `r`.`user_id` ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`event_id`) AS `before_is_new`,
          lag(`r`.`current_session`) OVER (PARTITION BY `r`.`user_id` ORDER BY `r`.`user_id`, `r`.`page_view_at`, `r`.`event_id`) AS `before_session`
        FROM `neighbours` AS `r`
      ) AS `h`
    ) AS `q`
  ) AS `n`
) AS `i`;

-- superseded: The same, and all that resolved to them.
CREATE TABLE `sessionizer_step_superseded` (
  `session_id` STRING,
  `became` STRING,
  `became_at` TIMESTAMP_NTZ,
  `reason` STRING
)
USING parquet;
INSERT INTO `sessionizer_step_superseded` (`session_id`, `became`, `became_at`, `reason`)
WITH `moved` AS (
  SELECT DISTINCT
    `m`.`current_session` AS `current_session`,
    `m`.`target` AS `target`,
    `m`.`target_at` AS `target_at`,
    CASE WHEN `m`.`target_is_new` = 1 THEN 'extended' ELSE 'merged' END AS `reason`
  FROM (
    SELECT
      `i`.`current_session` AS `current_session`,
      `i`.`target` AS `target`,
      CASE WHEN `i`.`target_is_new` = 1 THEN `i`.`first_at` ELSE `o`.`page_view_at` END AS `target_at`,
      `i`.`target_is_new` AS `target_is_new`
    FROM `sessionizer_step_islands` AS `i`
    LEFT JOIN `session_table` AS `o` ON `o`.`event_id` = `i`.`target`
    WHERE `i`.`is_new` = 0
  ) AS `m`
  WHERE `m`.`current_session` <> `m`.`target`
)
SELECT DISTINCT
  `u`.`session_id` AS `session_id`,
  `u`.`became` AS `became`,
  `u`.`became_at` AS `became_at`,
  `u`.`reason` AS `reason`
FROM (
  SELECT
    `m`.`current_session` AS `session_id`,
    `m`.`target` AS `became`,
    `m`.`target_at` AS `became_at`,
    `m`.`reason` AS `reason`
  FROM `moved` AS `m`
  UNION ALL
  SELECT
    `l`.`session_id` AS `session_id`,
    `m`.`target` AS `became`,
    `m`.`target_at` AS `became_at`,
    `m`.`reason` AS `reason`
  FROM `moved` AS `m`
  JOIN `session_lineage` AS `l` ON `l`.`became` = `m`.`current_session`
) AS `u`;

-- rejected: What goes to quarantine and is not there yet.
CREATE TABLE `sessionizer_step_rejected` (
  `reason` STRING,
  `event_id` STRING,
  `user_id` STRING,
  `page_view_at` STRING,
  `page` STRING
)
USING parquet;
INSERT INTO `sessionizer_step_rejected` (`reason`, `event_id`, `user_id`, `page_view_at`, `page`)
SELECT
  `b`.`reason` AS `reason`,
  `b`.`event_id` AS `event_id`,
  `b`.`user_id` AS `user_id`,
  `b`.`page_view_at` AS `page_view_at`,
  `b`.`page` AS `page`
FROM (
  SELECT DISTINCT
    `b`.`reason` AS `reason`,
    `b`.`event_id` AS `event_id`,
    `b`.`user_id` AS `user_id`,
    `b`.`page_view_at` AS `page_view_at`,
    `b`.`page` AS `page`
  FROM (
    SELECT
      `k`.`reason` AS `reason`,
      CASE
        WHEN `k`.`event_id` IS NOT NULL AND `k`.`event_id` <> '' THEN `k`.`event_id`
        ELSE CAST(NULL AS STRING)
      END AS `event_id`,
      CASE
        WHEN `k`.`user_id` IS NOT NULL AND `k`.`user_id` <> '' THEN `k`.`user_id`
        ELSE CAST(NULL AS STRING)
      END AS `user_id`,
      CASE
        WHEN `k`.`page_view_at` IS NOT NULL THEN date_format(`k`.`page_view_at`, 'yyyy-MM-dd HH:mm:ss.SSSSSS')
        ELSE CASE
            WHEN `k`.`raw_time` IS NOT NULL AND `k`.`raw_time` <> '' THEN `k`.`raw_time`
            ELSE CAST(NULL AS STRING)
          END
      END AS `page_view_at`,
      `k`.`page` AS `page`
    FROM `sessionizer_step_picked` AS `k`
    WHERE `k`.`reason` IS NOT NULL
    UNION ALL
    SELECT
      'duplicate_event_id' AS `reason`,
      `c`.`event_id` AS `event_id`,
      `c`.`user_id` AS `user_id`,
      date_format(`c`.`page_view_at`, 'yyyy-MM-dd HH:mm:ss.SSSSSS') AS `page_view_at`,
      `c`.`page` AS `page`
    FROM `sessionizer_step_copies` AS `c`
    WHERE NOT (`c`.`user_id` = `c`.`first_user_id`
        AND `c`.`page_view_at` = `c`.`first_page_view_at`
        AND `c`.`page` <=> `c`.`first_page`)
  ) AS `b`
) AS `b`
WHERE NOT EXISTS (
    SELECT 1
    FROM `session_quarantine` AS `q`
    WHERE `q`.`reason` = `b`.`reason`
      AND `q`.`event_id` <=> `b`.`event_id`
      AND `q`.`user_id` <=> `b`.`user_id`
      AND `q`.`page_view_at` <=> `b`.`page_view_at`
      AND `q`.`page` <=> `b`.`page`
  );

-- lineage: Session ids that were superseded, and by which.
INSERT INTO `session_lineage` (`session_id`, `became`, `became_at`, `reason`, `run_id`)
SELECT
  `x`.`session_id` AS `session_id`,
  `x`.`became` AS `became`,
  `x`.`became_at` AS `became_at`,
  `x`.`reason` AS `reason`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM `sessionizer_step_superseded` AS `x`;

-- rows: The new pageviews, each with its session.
INSERT INTO `session_table` (`event_id`, `session_id`, `user_id`, `page_view_at`, `page`, `run_id`)
SELECT
  `x`.`event_id` AS `event_id`,
  `x`.`session_id` AS `session_id`,
  `x`.`user_id` AS `user_id`,
  `x`.`page_view_at` AS `page_view_at`,
  `x`.`page` AS `page`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM (
  SELECT
    `i`.`event_id` AS `event_id`,
    `i`.`user_id` AS `user_id`,
    `i`.`page_view_at` AS `page_view_at`,
    `i`.`page` AS `page`,
    `i`.`target` AS `session_id`
  FROM `sessionizer_step_islands` AS `i`
  WHERE `i`.`is_new` = 1
) AS `x`;

-- quarantine: What cannot be sessionized, and why.
INSERT INTO `session_quarantine` (
  `reason`, `event_id`, `user_id`, `page_view_at`, `page`, `source_file`, `line`, `run_id`
)
SELECT
  `x`.`reason` AS `reason`,
  `x`.`event_id` AS `event_id`,
  `x`.`user_id` AS `user_id`,
  `x`.`page_view_at` AS `page_view_at`,
  `x`.`page` AS `page`,
  CAST(NULL AS STRING) AS `source_file`,
  CAST(NULL AS BIGINT) AS `line`,
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`
FROM `sessionizer_step_rejected` AS `x`;

-- finished: Closes the run.
INSERT INTO `session_runs` (
  `run_id`, `state`, `recorded_at`, `job`, `mode`, `window_from`, `window_to`, `arrival_mark`,
  `arrival_mark_at`, `pageviews`, `lineage_rows`, `quarantined`, `engine`, `tool_version`
)
SELECT
  (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`) AS `run_id`,
  'finished' AS `state`,
  CAST(current_timestamp() AS TIMESTAMP_NTZ) AS `recorded_at`,
  '{"event_id_type":"text","gap":"30m","gap_boundary":"new","source.event_id":"event_id","source.filter":"none","source.page":"page","source.page_view_at":"page_view_at","source.table":"pageviews","source.time_format":"timestamp","source.time_zone":"UTC","source.user_id":"user_id"}' AS `job`,
  'window' AS `mode`,
  TIMESTAMP_NTZ '{{ start_time }}' AS `window_from`,
  TIMESTAMP_NTZ '{{ end_time }}' AS `window_to`,
  (
    SELECT
      `started_run`.`arrival_mark` AS `arrival_mark`
    FROM `session_runs` AS `started_run`
    WHERE `started_run`.`run_id` = (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`)
      AND `started_run`.`state` = 'started'
  ) AS `arrival_mark`,
  (
    SELECT
      `started_run`.`arrival_mark_at` AS `arrival_mark_at`
    FROM `session_runs` AS `started_run`
    WHERE `started_run`.`run_id` = (SELECT max(`this_run`.`run_id`) AS `run_id` FROM `session_runs` AS `this_run`)
      AND `started_run`.`state` = 'started'
  ) AS `arrival_mark_at`,
  (SELECT count(*) AS `n` FROM `sessionizer_step_islands` AS `x` WHERE `x`.`is_new` = 1) AS `pageviews`,
  (SELECT count(*) AS `n` FROM `sessionizer_step_superseded` AS `x`) AS `lineage_rows`,
  (SELECT count(*) AS `n` FROM `sessionizer_step_rejected` AS `x`) AS `quarantined`,
  'Spark SQL 4' AS `engine`,
  'script' AS `tool_version`
FROM (SELECT 1 AS `one`) AS `o`;

-- The steps of the run are of no more use.
DROP TABLE `sessionizer_step_picked`;
DROP TABLE `sessionizer_step_copies`;
DROP TABLE `sessionizer_step_islands`;
DROP TABLE `sessionizer_step_superseded`;
DROP TABLE `sessionizer_step_rejected`;
