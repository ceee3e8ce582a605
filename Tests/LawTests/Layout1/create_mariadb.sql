-- create_query.sql for MariaDB 10.11 (dialect mariadb)
-- Evidence: tested live, that is, the project's tests run it on the engine.
-- Of what is known of the engine: 36 answers tested live, 2 documented.
--
-- The tables, indexes and views of the job. What is already there is left as it is.
--
-- Run it:  mariadb my_database < create_query.sql
-- Rendered from the plan by sessionizer; not edited by hand.

SET SESSION sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION';
SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin;
SET SESSION time_zone = '+00:00';
SET SESSION max_sort_length = 262144, sort_buffer_size = 67108864;

-- pageviews: The source: everything that was loaded.
CREATE TABLE IF NOT EXISTS `pageviews` (
  `arrival_id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` datetime(6),
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `campaign` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- pageviews by event: Finds copies of an event.
CREATE INDEX IF NOT EXISTS `pageviews_by_event_id` ON `pageviews` (`event_id`(255));

-- session_table: One row for each sessionized pageview.
CREATE TABLE IF NOT EXISTS `session_table` (
  `event_id` varbinary(1024) NOT NULL,
  `session_id` varbinary(1024) NOT NULL,
  `user_id` varbinary(1024) NOT NULL,
  `page_view_at` datetime(6) NOT NULL,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `campaign` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `run_id` bigint NOT NULL,
  PRIMARY KEY (`event_id`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_lineage: Which session ids were superseded, and by which.
CREATE TABLE IF NOT EXISTS `session_lineage` (
  `session_id` varbinary(1024) NOT NULL,
  `became` varbinary(1024) NOT NULL,
  `became_at` datetime(6) NOT NULL,
  `reason` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `run_id` bigint NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_runs: Two rows for each run.
CREATE TABLE IF NOT EXISTS `session_runs` (
  `run_id` bigint NOT NULL,
  `state` varbinary(1024) NOT NULL,
  `recorded_at` datetime(6) NOT NULL,
  `job` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `mode` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `window_from` datetime(6),
  `window_to` datetime(6),
  `arrival_mark` bigint,
  `arrival_mark_at` datetime(6),
  `pageviews` bigint,
  `lineage_rows` bigint,
  `quarantined` bigint,
  `engine` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  `tool_version` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  PRIMARY KEY (`run_id`, `state`)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_quarantine: What cannot be sessionized, and why.
CREATE TABLE IF NOT EXISTS `session_quarantine` (
  `reason` varbinary(1024) NOT NULL,
  `event_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `user_id` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page_view_at` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `page` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `source_file` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  `line` bigint,
  `run_id` bigint
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- session_table_by_user_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS `session_table_by_user_id` ON `session_table` (`user_id`, `page_view_at`, `event_id`);

-- session_lineage_by_session_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS `session_lineage_by_session_id` ON `session_lineage` (`session_id`, `became_at`, `became`);

-- session_lineage_by_became: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS `session_lineage_by_became` ON `session_lineage` (`became`, `session_id`);

-- session_quarantine_by_event_id: Keeps a run's cost with the new data.
CREATE INDEX IF NOT EXISTS `session_quarantine_by_event_id` ON `session_quarantine` (`event_id`(255));

-- session_events: Each sessionized pageview with its current session.
CREATE OR REPLACE VIEW `session_events` AS
SELECT
  CONVERT(`r`.`event_id` USING utf8mb4) AS `event_id`,
  CONVERT(`r`.`current_session` USING utf8mb4) AS `session_id`,
  CONVERT(`r`.`user_id` USING utf8mb4) AS `user_id`,
  `r`.`page_view_at` AS `page_view_at`,
  CONVERT(`r`.`page` USING utf8mb4) AS `page`,
  CONVERT(`r`.`campaign` USING utf8mb4) AS `campaign`,
  CONVERT(`r`.`first_session_id` USING utf8mb4) AS `first_session_id`,
  `r`.`run_id` AS `run_id`
FROM (
  SELECT
    `t`.`event_id` AS `event_id`,
    `t`.`user_id` AS `user_id`,
    `t`.`page_view_at` AS `page_view_at`,
    `t`.`page` AS `page`,
    `t`.`campaign` AS `campaign`,
    `t`.`session_id` AS `first_session_id`,
    `t`.`run_id` AS `run_id`,
    coalesce((
      SELECT `l`.`became`
      FROM `session_lineage` AS `l`
      WHERE `l`.`session_id` = `t`.`session_id`
      ORDER BY `l`.`became_at`, `l`.`became`
      LIMIT 1
    ), `t`.`session_id`) AS `current_session`
  FROM `session_table` AS `t`
) AS `r`;

-- sessions: One row for each current session.
CREATE OR REPLACE VIEW `sessions` AS
SELECT
  CONVERT(`g`.`session_id` USING utf8mb4) AS `session_id`,
  CONVERT(`f`.`user_id` USING utf8mb4) AS `user_id`,
  `f`.`page_view_at` AS `started_at`,
  `g`.`ended_at` AS `ended_at`,
  (timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`)) * 0.000001 AS `duration`,
  timestampdiff(MICROSECOND, `f`.`page_view_at`, `g`.`ended_at`) AS `duration_microseconds`,
  `g`.`pageviews` AS `pageviews`,
  CONVERT(`f`.`page` USING utf8mb4) AS `entry_page`,
  CONVERT((
    SELECT `x`.`page`
    FROM `session_table` AS `x`
    WHERE `x`.`user_id` = `f`.`user_id`
      AND `x`.`page_view_at` = `g`.`ended_at`
    ORDER BY `x`.`event_id` DESC
    LIMIT 1
  ) USING utf8mb4) AS `exit_page`,
  CASE WHEN `g`.`pageviews` = 1 THEN 1 ELSE 0 END AS `is_bounce`,
  CONVERT(`f`.`campaign` USING utf8mb4) AS `campaign`
FROM (
  SELECT `e`.`session_id` AS `session_id`, max(`e`.`page_view_at`) AS `ended_at`, count(*) AS `pageviews`
  FROM (
    SELECT
      `r`.`event_id` AS `event_id`,
      `r`.`current_session` AS `session_id`,
      `r`.`user_id` AS `user_id`,
      `r`.`page_view_at` AS `page_view_at`,
      `r`.`page` AS `page`,
      `r`.`campaign` AS `campaign`,
      `r`.`first_session_id` AS `first_session_id`,
      `r`.`run_id` AS `run_id`
    FROM (
      SELECT
        `t`.`event_id` AS `event_id`,
        `t`.`user_id` AS `user_id`,
        `t`.`page_view_at` AS `page_view_at`,
        `t`.`page` AS `page`,
        `t`.`campaign` AS `campaign`,
        `t`.`session_id` AS `first_session_id`,
        `t`.`run_id` AS `run_id`,
        coalesce((
          SELECT `l`.`became`
          FROM `session_lineage` AS `l`
          WHERE `l`.`session_id` = `t`.`session_id`
          ORDER BY `l`.`became_at`, `l`.`became`
          LIMIT 1
        ), `t`.`session_id`) AS `current_session`
      FROM `session_table` AS `t`
    ) AS `r`
  ) AS `e`
  GROUP BY `e`.`session_id`
) AS `g`
STRAIGHT_JOIN `session_table` AS `f` ON `f`.`event_id` = `g`.`session_id`;
