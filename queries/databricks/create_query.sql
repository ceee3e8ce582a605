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
  `sequence` BIGINT,
  `page` STRING
)
USING DELTA;

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS `session_table` (
  `event_id` STRING NOT NULL,
  `session_id` STRING NOT NULL,
  `user_id` STRING NOT NULL,
  `page_view_at` TIMESTAMP_NTZ NOT NULL,
  `sequence` BIGINT,
  `page` STRING,
  `run_id` BIGINT NOT NULL
)
USING DELTA
CLUSTER BY (`user_id`, `page_view_at`, `event_id`);

-- session_lineage: Which anchors were merged, and into which.
CREATE TABLE IF NOT EXISTS `session_lineage` (
  `session_id` STRING NOT NULL,
  `became` STRING NOT NULL,
  `run_id` BIGINT NOT NULL
)
USING DELTA
CLUSTER BY (`session_id`, `run_id`);

-- session_versions: One row for each session that a run made or changed.
CREATE TABLE IF NOT EXISTS `session_versions` (
  `anchor` STRING NOT NULL,
  `run_id` BIGINT NOT NULL,
  `session_id` STRING NOT NULL,
  `user_id` STRING NOT NULL,
  `started_at` TIMESTAMP_NTZ NOT NULL,
  `ended_at` TIMESTAMP_NTZ NOT NULL,
  `last_event_id` STRING NOT NULL,
  `first_sequence` BIGINT,
  `last_sequence` BIGINT,
  `pageviews` BIGINT NOT NULL,
  `anchors` BIGINT NOT NULL,
  `entry_page` STRING,
  `exit_page` STRING
)
USING DELTA
CLUSTER BY (`anchor`, `run_id`);

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
  `sessions` BIGINT,
  `lineage_rows` BIGINT,
  `quarantined` BIGINT,
  `layout` BIGINT,
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
  `run_id` BIGINT,
  `row_key` STRING NOT NULL
)
USING DELTA
CLUSTER BY (`row_key`);

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW `session_events` AS
SELECT
  `a`.`event_id` AS `event_id`,
  `s`.`session_id` AS `session_id`,
  `a`.`user_id` AS `user_id`,
  `a`.`page_view_at` AS `page_view_at`,
  `a`.`sequence` AS `sequence`,
  `a`.`page` AS `page`,
  `a`.`run_id` AS `run_id`
FROM (
  SELECT
    `t`.`event_id` AS `event_id`,
    `t`.`user_id` AS `user_id`,
    `t`.`page_view_at` AS `page_view_at`,
    `t`.`sequence` AS `sequence`,
    `t`.`page` AS `page`,
    `t`.`run_id` AS `run_id`,
    coalesce(`r`.`became`, `t`.`session_id`) AS `anchor`
  FROM (
    SELECT
      `d`.`event_id` AS `event_id`,
      `d`.`session_id` AS `session_id`,
      `d`.`user_id` AS `user_id`,
      `d`.`page_view_at` AS `page_view_at`,
      `d`.`sequence` AS `sequence`,
      `d`.`page` AS `page`,
      `d`.`run_id` AS `run_id`
    FROM (
      SELECT
        `t`.`event_id` AS `event_id`,
        `t`.`session_id` AS `session_id`,
        `t`.`user_id` AS `user_id`,
        `t`.`page_view_at` AS `page_view_at`,
        `t`.`sequence` AS `sequence`,
        `t`.`page` AS `page`,
        `t`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `t`.`event_id` ORDER BY `t`.`run_id`) AS `sz_rank`
      FROM `session_table` AS `t`
    ) AS `d`
    WHERE `d`.`sz_rank` = 1
  ) AS `t`
  LEFT JOIN (
    SELECT `k`.`session_id` AS `session_id`, `k`.`became` AS `became`
    FROM (
      SELECT
        `l`.`session_id` AS `session_id`,
        `l`.`became` AS `became`,
        `l`.`run_id` AS `run_id`,
        row_number() OVER (PARTITION BY `l`.`session_id` ORDER BY `l`.`run_id` DESC) AS `sz_rank`
      FROM `session_lineage` AS `l`
    ) AS `k`
    WHERE `k`.`sz_rank` = 1
  ) AS `r` ON `r`.`session_id` = `t`.`session_id`
) AS `a`
JOIN (
  SELECT `k`.`anchor` AS `anchor`, `k`.`session_id` AS `session_id`
  FROM (
    SELECT
      `v`.`anchor` AS `anchor`,
      `v`.`run_id` AS `run_id`,
      `v`.`session_id` AS `session_id`,
      `v`.`user_id` AS `user_id`,
      `v`.`started_at` AS `started_at`,
      `v`.`ended_at` AS `ended_at`,
      `v`.`last_event_id` AS `last_event_id`,
      `v`.`first_sequence` AS `first_sequence`,
      `v`.`last_sequence` AS `last_sequence`,
      `v`.`pageviews` AS `pageviews`,
      `v`.`anchors` AS `anchors`,
      `v`.`entry_page` AS `entry_page`,
      `v`.`exit_page` AS `exit_page`,
      row_number() OVER (PARTITION BY `v`.`anchor` ORDER BY `v`.`run_id` DESC) AS `sz_rank`
    FROM `session_versions` AS `v`
  ) AS `k`
  WHERE `k`.`sz_rank` = 1
) AS `s` ON `s`.`anchor` = `a`.`anchor`;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW `sessions` AS
SELECT
  `v`.`session_id` AS `session_id`,
  `v`.`user_id` AS `user_id`,
  `v`.`started_at` AS `started_at`,
  `v`.`ended_at` AS `ended_at`,
  CAST(CAST((timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`)) AS DECIMAL(20, 0)) / 1000000 AS DECIMAL(20, 6)) AS `duration`,
  timestampdiff(MICROSECOND, `v`.`started_at`, `v`.`ended_at`) AS `duration_microseconds`,
  `v`.`pageviews` AS `pageviews`,
  `v`.`entry_page` AS `entry_page`,
  `v`.`exit_page` AS `exit_page`,
  CASE WHEN `v`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`
FROM (
  SELECT
    `v`.`anchor` AS `anchor`,
    `v`.`run_id` AS `run_id`,
    `v`.`session_id` AS `session_id`,
    `v`.`user_id` AS `user_id`,
    `v`.`started_at` AS `started_at`,
    `v`.`ended_at` AS `ended_at`,
    `v`.`last_event_id` AS `last_event_id`,
    `v`.`first_sequence` AS `first_sequence`,
    `v`.`last_sequence` AS `last_sequence`,
    `v`.`pageviews` AS `pageviews`,
    `v`.`anchors` AS `anchors`,
    `v`.`entry_page` AS `entry_page`,
    `v`.`exit_page` AS `exit_page`
  FROM (
    SELECT
      `k`.`anchor` AS `anchor`,
      `k`.`run_id` AS `run_id`,
      `k`.`session_id` AS `session_id`,
      `k`.`user_id` AS `user_id`,
      `k`.`started_at` AS `started_at`,
      `k`.`ended_at` AS `ended_at`,
      `k`.`last_event_id` AS `last_event_id`,
      `k`.`first_sequence` AS `first_sequence`,
      `k`.`last_sequence` AS `last_sequence`,
      `k`.`pageviews` AS `pageviews`,
      `k`.`anchors` AS `anchors`,
      `k`.`entry_page` AS `entry_page`,
      `k`.`exit_page` AS `exit_page`
    FROM (
      SELECT
        `v`.`anchor` AS `anchor`,
        `v`.`run_id` AS `run_id`,
        `v`.`session_id` AS `session_id`,
        `v`.`user_id` AS `user_id`,
        `v`.`started_at` AS `started_at`,
        `v`.`ended_at` AS `ended_at`,
        `v`.`last_event_id` AS `last_event_id`,
        `v`.`first_sequence` AS `first_sequence`,
        `v`.`last_sequence` AS `last_sequence`,
        `v`.`pageviews` AS `pageviews`,
        `v`.`anchors` AS `anchors`,
        `v`.`entry_page` AS `entry_page`,
        `v`.`exit_page` AS `exit_page`,
        row_number() OVER (PARTITION BY `v`.`anchor` ORDER BY `v`.`run_id` DESC) AS `sz_rank`
      FROM `session_versions` AS `v`
    ) AS `k`
    WHERE `k`.`sz_rank` = 1
  ) AS `v`
  WHERE NOT EXISTS (SELECT 1 FROM `session_lineage` AS `l` WHERE `l`.`session_id` = `v`.`anchor`)
) AS `v`;
