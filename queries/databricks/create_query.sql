-- create_query.sql for Databricks SQL (dialect databricks)
-- Evidence: assumed, that is, not yet run on the engine, nor held against its documentation.
-- Of what is known of the engine: 38 answers assumed.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  a query of the SQL editor or a SQL task of a job, with create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET TIME ZONE 'UTC';

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS `pageviews` (
  `event_id` STRING,
  `user_id` STRING,
  `page_view_at` TIMESTAMP_NTZ,
  `page` STRING
)
USING DELTA;

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS `session_table` (
  `event_id` STRING NOT NULL,
  `session_id` STRING NOT NULL,
  `user_id` STRING NOT NULL,
  `page_view_at` TIMESTAMP_NTZ NOT NULL,
  `page` STRING,
  `run_id` BIGINT NOT NULL
)
USING DELTA
CLUSTER BY (`user_id`, `page_view_at`, `event_id`);

-- session_lineage: Which session ids were superseded, and by which.
CREATE TABLE IF NOT EXISTS `session_lineage` (
  `session_id` STRING NOT NULL,
  `became` STRING NOT NULL,
  `became_at` TIMESTAMP_NTZ NOT NULL,
  `reason` STRING NOT NULL,
  `run_id` BIGINT NOT NULL
)
USING DELTA
CLUSTER BY (`session_id`, `became_at`, `became`);

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS `session_runs` (
  `run_id` BIGINT NOT NULL,
  `state` STRING NOT NULL,
  `recorded_at` TIMESTAMP_NTZ NOT NULL,
  `job` STRING NOT NULL,
  `mode` STRING NOT NULL,
  `window_from` TIMESTAMP_NTZ,
  `window_to` TIMESTAMP_NTZ,
  `arrival_mark` BIGINT,
  `arrival_mark_at` TIMESTAMP_NTZ,
  `pageviews` BIGINT,
  `lineage_rows` BIGINT,
  `quarantined` BIGINT,
  `engine` STRING NOT NULL,
  `tool_version` STRING NOT NULL
)
USING DELTA
CLUSTER BY (`run_id`, `state`);

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS `session_quarantine` (
  `reason` STRING NOT NULL,
  `event_id` STRING,
  `user_id` STRING,
  `page_view_at` STRING,
  `page` STRING,
  `source_file` STRING,
  `line` BIGINT,
  `run_id` BIGINT
)
USING DELTA
CLUSTER BY (`reason`);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW `session_events` AS
SELECT
  `r`.`event_id` AS `event_id`,
  `r`.`current_session` AS `session_id`,
  `r`.`user_id` AS `user_id`,
  `r`.`page_view_at` AS `page_view_at`,
  `r`.`page` AS `page`,
  `r`.`first_session_id` AS `first_session_id`,
  `r`.`run_id` AS `run_id`
FROM (
  SELECT
    `t`.`event_id` AS `event_id`,
    `t`.`user_id` AS `user_id`,
    `t`.`page_view_at` AS `page_view_at`,
    `t`.`page` AS `page`,
    `t`.`session_id` AS `first_session_id`,
    `t`.`run_id` AS `run_id`,
    coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
  FROM (
    SELECT
      `d`.`event_id` AS `event_id`,
      `d`.`session_id` AS `session_id`,
      `d`.`user_id` AS `user_id`,
      `d`.`page_view_at` AS `page_view_at`,
      `d`.`page` AS `page`,
      `d`.`run_id` AS `run_id`
    FROM (
      SELECT
        `t`.`event_id` AS `event_id`,
        `t`.`session_id` AS `session_id`,
        `t`.`user_id` AS `user_id`,
        `t`.`page_view_at` AS `page_view_at`,
        `t`.`page` AS `page`,
        `t`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `copy`
      FROM `session_table` AS `t`
    ) AS `d`
    WHERE `d`.`copy` = 1
  ) AS `t`
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
) AS `r`;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW `sessions` AS
SELECT
  `g`.`session_id` AS `session_id`,
  `f`.`user_id` AS `user_id`,
  `f`.`page_view_at` AS `started_at`,
  `g`.`ended_at` AS `ended_at`,
  CAST(CAST((timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`)) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(20, 6)) AS `duration`,
  timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`) AS `duration_microseconds`,
  `g`.`pageviews` AS `pageviews`,
  `f`.`page` AS `entry_page`,
  `x`.`page` AS `exit_page`,
  CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
FROM (
  SELECT `e`.`session_id` AS `session_id`, max(`e`.`page_view_at`) AS `ended_at`, count(*) AS `pageviews`
  FROM (
    SELECT
      `r`.`event_id` AS `event_id`,
      `r`.`current_session` AS `session_id`,
      `r`.`user_id` AS `user_id`,
      `r`.`page_view_at` AS `page_view_at`,
      `r`.`page` AS `page`,
      `r`.`first_session_id` AS `first_session_id`,
      `r`.`run_id` AS `run_id`
    FROM (
      SELECT
        `t`.`event_id` AS `event_id`,
        `t`.`user_id` AS `user_id`,
        `t`.`page_view_at` AS `page_view_at`,
        `t`.`page` AS `page`,
        `t`.`session_id` AS `first_session_id`,
        `t`.`run_id` AS `run_id`,
        coalesce(`v`.`became`, `t`.`session_id`) AS `current_session`
      FROM (
        SELECT
          `d`.`event_id` AS `event_id`,
          `d`.`session_id` AS `session_id`,
          `d`.`user_id` AS `user_id`,
          `d`.`page_view_at` AS `page_view_at`,
          `d`.`page` AS `page`,
          `d`.`run_id` AS `run_id`
        FROM (
          SELECT
            `t`.`event_id` AS `event_id`,
            `t`.`session_id` AS `session_id`,
            `t`.`user_id` AS `user_id`,
            `t`.`page_view_at` AS `page_view_at`,
            `t`.`page` AS `page`,
            `t`.`run_id` AS `run_id`,
            row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `copy`
          FROM `session_table` AS `t`
        ) AS `d`
        WHERE `d`.`copy` = 1
      ) AS `t`
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
    ) AS `r`
  ) AS `e`
  GROUP BY `e`.`session_id`
) AS `g`
JOIN (
  SELECT
    `d`.`event_id` AS `event_id`,
    `d`.`session_id` AS `session_id`,
    `d`.`user_id` AS `user_id`,
    `d`.`page_view_at` AS `page_view_at`,
    `d`.`page` AS `page`,
    `d`.`run_id` AS `run_id`
  FROM (
    SELECT
      `f`.`event_id` AS `event_id`,
      `f`.`session_id` AS `session_id`,
      `f`.`user_id` AS `user_id`,
      `f`.`page_view_at` AS `page_view_at`,
      `f`.`page` AS `page`,
      `f`.`run_id` AS `run_id`,
      row_number() OVER (PARTITION BY `f`.`event_id` ORDER BY `f`.`run_id`) AS `copy`
    FROM `session_table` AS `f`
  ) AS `d`
  WHERE `d`.`copy` = 1
) AS `f` ON `f`.`event_id` = `g`.`session_id`
JOIN (
  SELECT `y`.`user_id` AS `user_id`, `y`.`page_view_at` AS `page_view_at`, `y`.`page` AS `page`
  FROM (
    SELECT
      `x`.`event_id` AS `event_id`,
      `x`.`session_id` AS `session_id`,
      `x`.`user_id` AS `user_id`,
      `x`.`page_view_at` AS `page_view_at`,
      `x`.`page` AS `page`,
      `x`.`run_id` AS `run_id`,
      row_number() OVER (PARTITION BY `x`.`user_id`, `x`.`page_view_at` ORDER BY `x`.`event_id` DESC) AS `rank`
    FROM `session_table` AS `x`
  ) AS `y`
  WHERE `y`.`rank` = 1
) AS `x` ON `x`.`user_id` = `f`.`user_id` AND `x`.`page_view_at` = `g`.`ended_at`;
